//! Accounts, containers and blobs in addresses and command lines. Query strings, which may hold signatures, are left out.

use super::note;
use super::operation::{self, Does, LISTING, METHODS};
use crate::azure::id;
use crate::model::Denial;

/// Domains under which storage accounts have their names.
const STORAGE: &[&str] =
    &[".core.windows.net", ".core.chinacloudapi.cn", ".core.usgovcloudapi.net", ".storage.azure.net"];
/// Hosts of other things that can refuse: registries and vaults.
const OTHERS: &[&str] = &[".azurecr.io", ".vault.azure.net"];
const ARM: &str = "management.azure.com";

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    host: String,
    path: String,
    query: String,
    method: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Blob,
    Account,
    Other,
    Arm,
}

impl Address {
    fn kind(&self) -> Option<Kind> {
        let storage = STORAGE.iter().any(|domain| self.host.ends_with(domain));
        match storage {
            true if self.path.trim_matches('/').is_empty() => Some(Kind::Account),
            true => Some(Kind::Blob),
            false if OTHERS.iter().any(|domain| self.host.ends_with(domain)) => Some(Kind::Other),
            false => (self.host == ARM && id::is_arm(&self.path)).then_some(Kind::Arm),
        }
    }

    fn resource(&self) -> String {
        if self.host == ARM {
            return self.path.clone();
        }
        let path = self.path.trim_end_matches('/');
        format!("https://{}{path}", self.host.replace(".privatelink.", "."))
    }

    /// True where the blob actions count.
    fn is_blob_service(&self) -> bool {
        self.host.contains(".blob.") || self.host.contains(".dfs.")
    }
}

/// Reads the resource, the operation and what it does, as far as the words before have not told them.
pub fn read(text: &str, denial: &mut Denial) {
    let found = addresses(text).into_iter().filter_map(|address| Some((address.kind()?, address)));
    let best = found.min_by_key(|(kind, address)| (*kind, address.method.is_none()));
    let named = best.as_ref().map(|(_, address)| address.resource());
    denial.resource = denial.resource.take().or(named).or_else(|| datastore(text)).or_else(|| from_options(text));
    denial.origin = origin(text);
    if denial.action.is_some() {
        return;
    }
    let method = best.as_ref().and_then(|(_, address)| address.method).or_else(|| method(text));
    let of_address = best.filter(|(kind, address)| *kind == Kind::Blob && address.is_blob_service());
    let asked = of_address.and_then(|(_, address)| operation::requested(method?, &address.path, &address.query));
    let called = operation::called(text);
    denial.message.operation = called.map(|(name, _)| name).or(method).map(str::to_owned);
    does(denial, called.map(|(_, does)| does).or(asked));
}

/// Notes what an operation stands for.
pub fn does(denial: &mut Denial, does: Option<Does>) {
    denial.implied_action = does.map(Does::action);
    if does == Some(Does::List) {
        note(denial, LISTING);
    }
}

/// The resource that an address names.
pub fn resource(address: &str) -> Option<String> {
    let mut found = addresses(address).into_iter().filter(|address| address.kind().is_some());
    found.next().map(|address| address.resource())
}

/// Every address in the text, as schemes, as a host beside a path, or as a bare host.
fn addresses(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    for scheme in ["https://", "http://"] {
        for (at, _) in text.match_indices(scheme) {
            found.extend(address(&text[at + scheme.len()..], method_before(&text[..at])));
        }
    }
    for scheme in ["abfss://", "abfs://", "wasbs://", "wasb://"] {
        for (at, _) in text.match_indices(scheme) {
            found.extend(hadoop(word(&text[at + scheme.len()..])));
        }
    }
    if found.iter().all(|address| address.kind().is_none()) {
        found.extend(beside(text));
        found.extend(bare(text));
    }
    found
}

/// `HOST[:PORT]/PATH[?QUERY]`, up to the next space.
fn address(rest: &str, method: Option<&'static str>) -> Option<Address> {
    let rest = word(rest);
    let (rest, _) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    let named = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    named.then(|| Address { host, path: ended(path).to_owned(), query: query.to_owned(), method })
}

/// `abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH`.
fn hadoop(rest: &str) -> Option<Address> {
    let (container, rest) = rest.split_once('@')?;
    let mut found = address(rest, None)?;
    found.path = format!("/{container}{}", found.path);
    Some(found)
}

/// A host and a path that stand apart: urllib3's `host='H', port=443): Max retries exceeded with url: /P`, curl's `GET /P … Host: H`.
fn beside(text: &str) -> Option<Address> {
    if let Some((before, rest)) = text.split_once("with url: /") {
        let (_, host) = before.rsplit_once("host='")?;
        return address(&format!("{}/{}", host.split('\'').next()?, word(rest)), None);
    }
    let lower = text.to_ascii_lowercase();
    let at = lower.find(" host: ")? + " host: ".len();
    let (method, rest) = METHODS.iter().find_map(|method| {
        let (_, rest) = text.split_once(&format!("{method} /"))?;
        Some((*method, rest))
    })?;
    address(&format!("{}/{}", word(&text[at..]), word(rest)), Some(method))
}

/// A storage account's name without a scheme, as resolvers tell it.
fn bare(text: &str) -> Option<Address> {
    let lower = text.to_ascii_lowercase();
    let known = STORAGE.iter().chain(OTHERS).find_map(|domain| Some((lower.find(domain)?, domain.len())));
    let (at, length) = known?;
    let of_host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let start = lower[..at].char_indices().rev().take_while(|(_, c)| of_host(*c)).last()?.0;
    let host = lower[start..at + length].to_owned();
    // A registry's image stands right behind its host.
    let behind = word(&text[at + length..]);
    let image = OTHERS.iter().any(|domain| host.ends_with(domain)) && behind.starts_with('/');
    let path = if image { ended(behind.split('?').next().unwrap_or_default()).to_owned() } else { String::new() };
    Some(Address { host, path, query: String::new(), method: None })
}

/// `azureml://subscriptions/…/datastores/NAME/paths/…`, as written.
fn datastore(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("azureml://")?;
    let named = ended(word(rest).split('?').next()?);
    (!named.is_empty()).then(|| format!("azureml://{named}"))
}

/// What the options of a command line name, or Terraform's `Subscription: "…" … Storage Account Name: "…"`.
fn from_options(text: &str) -> Option<String> {
    let option = |names: &[&str]| {
        let mut words = text.split(' ');
        words.find(|word| names.contains(word))?;
        words.next().map(|word| word.trim_matches(['"', '\''])).filter(|word| is_name(word)).map(str::to_owned)
    };
    if text.contains("az storage ") {
        let account = option(&["--account-name"])?;
        let service = if text.contains("az storage fs ") { "dfs" } else { "blob" };
        let container = option(&["--container-name", "-c", "--file-system", "-f"]);
        let blob = container.as_ref().and_then(|_| option(&["--name", "-n", "--path", "-p"]));
        let path: String = [container, blob].into_iter().flatten().map(|part| format!("/{part}")).collect();
        return Some(format!("https://{account}.{service}.core.windows.net{path}"));
    }
    let named = |label: &str| {
        let (_, rest) = text.split_once(&format!("{label}: \""))?;
        rest.split('"').next().filter(|name| is_name(name))
    };
    // Terraform: `Container "C" (Account "A" / Resource Group "R")`.
    let quoted = |words: &str| text.split_once(words)?.1.split('"').next().filter(|name| is_name(name));
    if let (Some(container), Some(account)) = (quoted("Container \""), quoted("(Account \"")) {
        return Some(format!("https://{account}.blob.core.windows.net/{container}"));
    }
    let (subscription, group) = (named("Subscription")?, named("Resource Group Name")?);
    let account = named("Storage Account Name")?;
    Some(format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}"
    ))
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-') && word.chars().all(|c| c.is_ascii_graphic() && !"<>\"'?&=".contains(c))
}

/// Where the request came from, when the text tells.
fn origin(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    ["client address: ", "client with ip '", "using this source ip ", "source ip: "].iter().find_map(|words| {
        let rest = &text[lower.find(words)? + words.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':')).unwrap_or(rest.len());
        from_address(&rest[..end])
    })
}

/// `ip:ADDRESS`, of an address with or without a port.
pub fn from_address(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['.', ':']);
    let address = text.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|with| with.ip()));
    address.map(|address: std::net::IpAddr| format!("ip:{address}"))
}

/// The method right before an address: `GET https://…`, `403, HEAD, https://…`.
fn method_before(before: &str) -> Option<&'static str> {
    let last = before.trim_end_matches([' ', ',', '"', '\'', ':']).rsplit([' ', ',', '"', '\'', '>']).next()?;
    // Go writes `Get "https://…`.
    let capital = last.starts_with(|c: char| c.is_ascii_uppercase());
    METHODS.iter().find(|method| capital && method.eq_ignore_ascii_case(last)).copied()
}

/// `method=HEAD`, `"method": "GET"`.
fn method(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("method").find_map(|(at, mark)| {
        let rest = text[at + mark.len()..].trim_start_matches(['"', '\'', ':', '=', ' ']);
        METHODS.iter().find(|method| rest.starts_with(**method)).copied()
    })
}

/// Up to the next space or quote, without the punctuation of the sentence around it.
fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\'))
        .unwrap_or(text.len());
    ended(&text[..end])
}

fn ended(text: &str) -> &str {
    text.trim_end_matches(['.', ',', ';', ':', ')', ']', '}'])
}
