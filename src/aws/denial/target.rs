//! Buckets and keys in URLs, and hosts nobody could reach.

/// The bucket or object that a text names by a URL or by S3's own XML, as `s3://BUCKET/KEY`.
pub fn find(text: &str) -> Option<String> {
    for scheme in ["s3://", "s3a://", "s3n://"] {
        if let Some(rest) = after(text, scheme) {
            let name = word(rest);
            if !name.is_empty() {
                return Some(format!("s3://{name}"));
            }
        }
    }
    if let Some(bucket) = element(text, "BucketName") {
        return Some(
            format!("s3://{bucket}/{}", element(text, "Key").unwrap_or_default()).trim_end_matches('/').to_owned(),
        );
    }
    https(text)
}

/// The text of an XML element.
pub fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inside.trim()).filter(|inside| !inside.is_empty())
}

/// `https://BUCKET.s3.REGION.amazonaws.com/KEY` and `https://s3.REGION.amazonaws.com/BUCKET/KEY`; query strings, which may hold
/// signatures, are left out.
fn https(text: &str) -> Option<String> {
    for (at, _) in text.match_indices("https://") {
        let url = word(&text[at + "https://".len()..]);
        let url = url.split(['?', '#']).next().unwrap_or(url);
        let (host, path) = url.split_once('/').unwrap_or((url, ""));
        let Some(host) = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn")) else {
            continue;
        };
        let (bucket, rest) = match host.split_once(".s3") {
            Some((bucket, region)) if region.is_empty() || region.starts_with(['.', '-']) => (Some(bucket), region),
            _ => (None, host.strip_prefix("s3").unwrap_or("!")),
        };
        if !(rest.is_empty() || rest.starts_with(['.', '-'])) {
            continue;
        }
        let name = match bucket {
            Some(bucket) => format!("{bucket}/{path}"),
            None => path.to_owned(),
        };
        let name = name.trim_end_matches('/');
        if !name.is_empty() {
            return Some(format!("s3://{name}"));
        }
    }
    None
}

fn after<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    let (before, rest) = text.split_once(mark)?;
    (!before.ends_with(|c: char| c.is_ascii_alphanumeric())).then_some(rest)
}

/// Up to the next space, without the punctuation of the sentence around it.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', ';', ':', ')', ']'])
}
