//! Amazon Resource Names (IAM User Guide, `reference-arns`).

/// `arn:partition:service:region:account:resource`, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// `s3`, `iam`, …
    pub service: &'a str,
    /// Empty for global resources.
    pub region: &'a str,
    /// 12 digits; empty for S3.
    pub account: &'a str,
    /// The rest, colons and all.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`; `None` when it is no ARN.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let arn = Arn {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (!arn.service.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }

    /// What stands after the first `/`, else the whole resource: `role/path/name` → `path/name`.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.resource.split_once('/').map_or(self.resource, |(_, rest)| rest)
    }

    /// `role`, `user`, `assumed-role`, …: what stands before the first `/`.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.resource.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// Its last part: `role/path/name` → `name`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        name(self.resource)
    }
}

/// What stands after the last `/` or `:`.
#[must_use]
pub fn name(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}

/// True for an AWS account number.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account in an ARN; empty when there is none.
#[must_use]
pub fn account(text: &str) -> &str {
    Arn::parse(text).map_or("", |arn| arn.account)
}

/// The Region in an ARN; empty when there is none.
#[must_use]
pub fn region(text: &str) -> &str {
    Arn::parse(text).map_or("", |arn| arn.region)
}

/// The bucket of an S3 bucket's or object's ARN.
#[must_use]
pub fn bucket(text: &str) -> Option<&str> {
    let arn = Arn::parse(text).filter(|arn| arn.service == "s3" && arn.account.is_empty())?;
    arn.resource.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let arn = Arn::parse("arn:aws:iam::123456789012:role/team/ml").unwrap();
        assert_eq!((arn.account, arn.kind(), arn.rest(), arn.name()), ("123456789012", "role", "team/ml", "ml"));
        let arn = Arn::parse("arn:aws:logs:eu-west-1:1:log-group:/a/b:log-stream:x").unwrap();
        assert_eq!((arn.region, arn.resource), ("eu-west-1", "log-group:/a/b:log-stream:x"));
        assert_eq!(bucket("arn:aws:s3:::data/a/b"), Some("data"));
        assert_eq!(bucket("arn:aws:s3:us-east-1:1:accesspoint/x"), None);
        for not in ["", "arn", "arn:aws:s3", "s3://x", "arn:aws:s3:::", "arn:aws::::x"] {
            assert!(Arn::parse(not).is_none(), "{not}");
        }
    }
}
