//! `--probe`: the request itself, as the caller, from this machine, and no more of it than tells whether it is let in: the name, one
//! connection, the head of the blob or the container, and the access control lists on the way to an item of a hierarchical namespace.

use azure_core::http::Url;
use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::client::{Client, Verb, Wanted};
use super::wire::Reply;
use super::{National, failure};
use crate::facts::probe::{connect, probed, resolve};
use crate::facts::{Fact, FactStatus, Failed};
use crate::model::{ANONYMOUS, Request};

/// The version of the storage services that is spoken.
const VERSION: &[(&str, &str)] = &[("x-ms-version", "2023-11-03")];
/// What of the head of a blob or a container is kept.
const KEPT: &[&str] = &[
    "content-length",
    "last-modified",
    "x-ms-access-tier",
    "x-ms-blob-public-access",
    "x-ms-blob-type",
    "x-ms-encryption-scope",
    "x-ms-server-encrypted",
];

/// A blob, a container or an item, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    account: String,
    host: String,
    is_dfs: bool,
    container: String,
    /// The path inside the container; empty for the container itself.
    path: String,
}

/// Touches the data plane. Only an address of a storage account of this cloud is touched.
pub async fn touch(client: &Client, national: &National, request: &Request) -> Vec<Fact> {
    let Some(target) = Target::of(national, &request.resource) else { return Vec::new() };
    let mut facts = Vec::new();
    if !client.is_emulated() {
        let addresses = resolve(&target.host, 443, &mut facts).await;
        let Some(address) = addresses.first() else { return facts };
        connect(*address, &mut facts).await;
    }
    let scope = (request.principal != ANONYMOUS).then(|| National::STORAGE_SCOPE.to_owned());
    facts.push(head(client, &target, scope.clone()).await);
    let hierarchical = target.is_dfs || request.inputs.get("hns").is_some_and(|given| given == "true");
    if let (true, Some(scope)) = (hierarchical, scope) {
        facts.extend(join_all(target.items().map(|path| list(client, &target, path, scope.clone()))).await);
    }
    facts
}

impl Target {
    fn of(national: &National, resource: &str) -> Option<Self> {
        let url: Url = resource.parse().ok()?;
        let host = url.host_str()?.to_ascii_lowercase();
        let (account, part) = national.account(&host).filter(|_| url.scheme() == "https" && url.port().is_none())?;
        let mut segments = url.path_segments()?.map(decoded);
        let container = segments.next().filter(|name| !name.is_empty())?;
        let path = segments.collect::<Vec<_>>().join("/").trim_end_matches('/').to_owned();
        Some(Target { account: account.to_owned(), is_dfs: part == "dfs", container, path, host: host.clone() })
    }

    /// Its address at this part of the account.
    fn url(&self, part: &str, path: &str) -> Option<Url> {
        let host = self.host.replacen(if self.is_dfs { ".dfs." } else { ".blob." }, &format!(".{part}."), 1);
        let mut url: Url = format!("https://{host}/").parse().ok()?;
        url.path_segments_mut().ok()?.clear().push(&self.container).extend(path.split('/'));
        Some(url)
    }

    /// The root, every folder on the way, and the item: what a list is asked of.
    fn items(&self) -> impl Iterator<Item = &str> {
        let folders = self.path.match_indices('/').map(|(at, _)| &self.path[..at]);
        let item = Some(self.path.as_str()).filter(|path| !path.is_empty());
        std::iter::once("").chain(folders).chain(item)
    }
}

/// The head of the blob; of the container when no blob is named.
async fn head(client: &Client, target: &Target, scope: Option<String>) -> Fact {
    let (call, query) = if target.path.is_empty() {
        ("probe:HeadContainer", Some("restype=container"))
    } else {
        ("probe:HeadBlob", None)
    };
    let path = target.url("blob", &target.path).map(|mut url| {
        if target.path.is_empty() {
            url.set_path(url.path().trim_end_matches('/').to_owned().as_str());
        }
        url
    });
    let said = path.as_ref().map(ToString::to_string).unwrap_or_default();
    let asked = async {
        let mut url = path.ok_or_else(|| Failed::error("BadParameter", "the address cannot be asked"))?;
        url.set_query(query);
        let reply = ask(client, url, scope).await?;
        let kept = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(reply.header(name)?))));
        Ok(Value::Object(kept.collect::<Map<_, _>>()))
    };
    probed(call, json!({"url": said}), asked).await
}

/// The access control list of one item (Azure Storage REST, "Path - Get Properties", `action=getAccessControl`).
async fn list(client: &Client, target: &Target, path: &str, scope: String) -> Fact {
    let params = json!({"account": target.account, "filesystem": target.container, "path": path});
    let asked = async {
        let url = target.url("dfs", path);
        let mut url = url.ok_or_else(|| Failed::error("BadParameter", "the address cannot be asked"))?;
        url.set_query(Some("action=getAccessControl"));
        let reply = ask(client, url, Some(scope)).await?;
        let header = |name| reply.header(name).unwrap_or_default();
        Ok(json!({
            "owner": header("x-ms-owner"), "group": header("x-ms-group"),
            "permissions": header("x-ms-permissions"), "acl": header("x-ms-acl"),
        }))
    };
    probed("probe:GetAccessControl", params, asked).await
}

async fn ask(client: &Client, url: Url, scope: Option<String>) -> Result<Reply, Failed> {
    let wanted = Wanted { url, verb: Verb::Head, scope, headers: VERSION };
    let reply = client.send(&wanted, client.deadline()).await?;
    if reply.is_success() {
        return Ok(reply);
    }
    let failed = failure::of(&reply);
    // Whatever the reason, the request was refused: at the data plane a token that does not fit is a finding.
    let refused = matches!(reply.status, 401 | 403) || failed.code == "PublicAccessNotPermitted";
    Err(if refused { Failed { status: FactStatus::Denied, ..failed } } else { failed })
}

/// A segment of a path without its percent signs.
fn decoded(segment: &str) -> String {
    let Ok(mut url) = Url::parse("https://x/") else { return segment.to_owned() };
    url.set_query(Some(&format!("p={}", segment.replace('+', "%2B").replace('&', "%26"))));
    url.query_pairs().next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::collect::Variables;

    #[test]
    fn addresses_of_storage_accounts_are_touched_and_nothing_else() {
        let national = National::of(&Variables::default());
        let of = |text: &str| Target::of(&national, text).map(|target| (target.container, target.path, target.is_dfs));
        for (text, container, path, is_dfs) in [
            ("https://acct.blob.core.windows.net/c/a/b%20c+d&e.csv?sig=x", "c", "a/b c+d&e.csv", false),
            ("https://acct.blob.core.windows.net/c", "c", "", false),
            ("https://ACCT.dfs.core.windows.net/fs/a/", "fs", "a", true),
        ] {
            assert_eq!(of(text), Some((container.into(), path.into(), is_dfs)), "{text}");
        }
        for text in [
            "https://acct.blob.core.windows.net/",
            "https://acct.blob.core.windows.net.example.com/c/b",
            "https://acct.blob.core.windows.net:8443/c/b",
            "http://acct.blob.core.windows.net/c/b",
            "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/acct",
            "azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/d/paths/p",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn lists_are_asked_from_the_root_down() {
        let national = National::of(&Variables::default());
        let target = Target::of(&national, "https://acct.blob.core.windows.net/fs/a/b/c.csv").unwrap();
        assert_eq!(target.items().collect::<Vec<_>>(), ["", "a", "a/b", "a/b/c.csv"]);
        assert_eq!(target.url("dfs", "a b").unwrap().as_str(), "https://acct.dfs.core.windows.net/fs/a%20b");
        assert_eq!(target.url("dfs", "").unwrap().as_str(), "https://acct.dfs.core.windows.net/fs/");
    }
}
