//! Who asks (IAM User Guide, `reference_policies_elements_principal`).

use super::super::arn::{Arn, is_account};
use crate::facts::Tri;
use crate::model::ANONYMOUS;

/// Who asks, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind it is.
    pub kind: Kind,
    /// The ARN the request carries: of the session, user or role; a service's name; empty for anonymous.
    pub arn: String,
    /// Its account; empty for services and anonymous.
    pub account: String,
    /// The ARN of the role behind a session, path and all; of the role itself for a role. `None`: not known.
    pub role: Option<String>,
    /// The unique id (`AROA…`, `AIDA…`) that stands in policies for a principal; `None`: not known.
    pub id: Option<String>,
    /// It has a permissions boundary, which a `NotPrincipal` never exempts.
    pub bounded: bool,
}

/// Kinds of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IAM user.
    User,
    /// A role: any session of it.
    Role,
    /// One session of a role.
    Session,
    /// A federated user (`GetFederationToken`).
    Federated,
    /// The root user.
    Root,
    /// An AWS service.
    Service,
    /// Nobody signed.
    Anonymous,
}

/// How closely a statement names a principal; the closest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// Its account: a delegation to the account's own policies.
    Account,
    /// The role behind the session.
    Role,
    /// The user, session, service, or everybody.
    Direct,
}

impl Principal {
    /// From an ARN, a service's name or `anonymous`; `None` when it is nothing of that kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare = |kind, arn: &str| Principal {
            kind,
            arn: arn.to_owned(),
            account: String::new(),
            role: None,
            id: None,
            bounded: false,
        };
        if text == ANONYMOUS {
            return Some(bare(Kind::Anonymous, ""));
        }
        let Some(arn) = Arn::parse(text) else {
            let service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            return (service && !text.contains([' ', '/', ':'])).then(|| bare(Kind::Service, text));
        };
        let kind = match (arn.service, arn.kind(), arn.resource) {
            ("iam", "role", _) => Kind::Role,
            ("iam", "user", _) => Kind::User,
            ("iam" | "sts", _, "root") => Kind::Root,
            ("sts", "assumed-role", _) => Kind::Session,
            ("sts", "federated-user", _) => Kind::Federated,
            _ => return None,
        };
        let role = (kind == Kind::Role).then(|| text.to_owned());
        is_account(arn.account).then(|| Principal { account: arn.account.to_owned(), role, ..bare(kind, text) })
    }

    /// True for a session of `AWSServiceRoleFor…`, which no SCP or RCP binds.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        let role = self.role.as_deref().unwrap_or(&self.arn);
        role.contains(":role/aws-service-role/") || role.contains(":assumed-role/AWSServiceRoleFor")
    }

    /// What `aws:PrincipalArn` holds: the role's ARN for a session.
    #[must_use]
    pub fn principal_arn(&self) -> Option<&str> {
        match self.kind {
            Kind::Session => self.role.as_deref(),
            Kind::Service | Kind::Anonymous => None,
            _ => Some(&self.arn),
        }
    }

    /// Whether one entry of a statement's `AWS` list names it, and how closely.
    pub(super) fn named_by(&self, entry: &str) -> (Tri, Named) {
        if entry == "*" {
            return (Tri::True, Named::Direct);
        }
        if self.kind == Kind::Service || self.kind == Kind::Anonymous {
            return (Tri::False, Named::Direct);
        }
        let arn = Arn::parse(entry);
        let account = if is_account(entry) {
            Some(entry)
        } else {
            arn.filter(|arn| arn.service == "iam" && arn.resource == "root").map(|arn| arn.account)
        };
        if let Some(account) = account {
            let named = if self.kind == Kind::Root { Named::Direct } else { Named::Account };
            return (Tri::from(account == self.account), named);
        }
        if let Some(arn) = arn.filter(|arn| arn.service == "iam" && arn.kind() == "role") {
            return (self.is_role(entry, &arn), Named::Role);
        }
        if arn.is_none() && (entry.starts_with("AROA") || entry.starts_with("AIDA")) {
            let same = self.id.as_deref().map(|id| Tri::from(id == entry));
            let named = if entry.starts_with("AROA") { Named::Role } else { Named::Direct };
            return (same.unwrap_or(Tri::Unknown), named);
        }
        (Tri::from(entry == self.arn), Named::Direct)
    }

    /// A session's ARN lacks the role's path, so only a known role can be compared.
    fn is_role(&self, entry: &str, arn: &Arn<'_>) -> Tri {
        match (&self.role, self.kind) {
            (Some(role), Kind::Role | Kind::Session) => Tri::from(role == entry),
            (None, Kind::Session) => {
                let own = Arn::parse(&self.arn);
                let name = own.and_then(|own| own.rest().split('/').next());
                if arn.account == self.account && name == Some(arn.name()) { Tri::Unknown } else { Tri::False }
            }
            _ => Tri::False,
        }
    }
}
