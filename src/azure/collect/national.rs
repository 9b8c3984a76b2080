//! The clouds of Azure and their addresses. Which one counts is told by the authority that signs in (`AZURE_AUTHORITY_HOST`).
//!
//! Addresses: Azure Government, "Compare Azure Government and global Azure"; Azure China, "Developer guide"; Microsoft Graph, "National cloud
//! deployments". Storage takes one audience in every cloud (Azure Storage, "Authorize with Microsoft Entra ID").

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};

use super::Variables;

/// The variable that names the authority.
const AUTHORITY: &str = "AZURE_AUTHORITY_HOST";

/// One cloud of Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct National {
    /// What it is called.
    pub name: &'static str,
    /// Who signs in: `https://…`.
    pub authority: String,
    /// The host of Resource Manager.
    pub arm: &'static str,
    /// The host of Microsoft Graph.
    pub graph: &'static str,
    /// What follows `ACCOUNT.blob.`.
    pub storage: &'static str,
}

impl National {
    /// As the environment says; the public cloud when it says nothing.
    #[must_use]
    pub fn of(variables: &Variables) -> Self {
        let given = variables.get(AUTHORITY).map_or("", |given| given.trim_end_matches('/'));
        let host = given.rsplit("://").next().unwrap_or_default().to_ascii_lowercase();
        let (name, arm, graph, storage) = match host.as_str() {
            "login.microsoftonline.us" => {
                ("Azure Government", "management.usgovcloudapi.net", "graph.microsoft.us", "core.usgovcloudapi.net")
            }
            "login.partner.microsoftonline.cn" | "login.chinacloudapi.cn" => (
                "Azure China",
                "management.chinacloudapi.cn",
                "microsoftgraph.chinacloudapi.cn",
                "core.chinacloudapi.cn",
            ),
            _ => ("Azure", "management.azure.com", "graph.microsoft.com", "core.windows.net"),
        };
        let authority = match (given, given.contains("://")) {
            ("", _) => "https://login.microsoftonline.com".to_owned(),
            (given, true) => given.to_owned(),
            (given, false) => format!("https://{given}"),
        };
        National { name, authority, arm, graph, storage }
    }

    /// What a token for this host is asked for.
    pub(super) fn scope(host: &str) -> String {
        format!("https://{host}/.default")
    }

    /// What a token for the data of storage accounts is asked for.
    pub(super) const STORAGE_SCOPE: &'static str = "https://storage.azure.com/.default";

    /// The account and the part of it (`blob`, `dfs`) that a host of this cloud belongs to; `None` for every other host. The caller's token goes
    /// nowhere else.
    pub(super) fn account<'h>(&self, host: &'h str) -> Option<(&'h str, &'h str)> {
        let (account, rest) = host.split_once('.')?;
        let (part, rest) = rest.split_once('.')?;
        let data = |part: &str| matches!(part, "blob" | "dfs");
        if data(part) && rest == self.storage {
            return Some((account, part));
        }
        // Accounts with DNS zone endpoints: ACCOUNT.zNN.blob.storage.azure.net.
        let (part, zone) = (rest.split_once('.')?.0, part);
        let zoned = zone
            .strip_prefix('z')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        (zoned && data(part) && rest.split_once('.')?.1 == "storage.azure.net").then_some((account, part))
    }

    pub(super) fn configuration(&self) -> CloudConfiguration {
        let mut custom = CustomConfiguration::default();
        custom.authority_host.clone_from(&self.authority);
        custom.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_tells_the_cloud() {
        for (given, authority, arm) in [
            (None, "https://login.microsoftonline.com", "management.azure.com"),
            (
                Some("https://login.microsoftonline.us/"),
                "https://login.microsoftonline.us",
                "management.usgovcloudapi.net",
            ),
            (Some("login.chinacloudapi.cn"), "https://login.chinacloudapi.cn", "management.chinacloudapi.cn"),
            (
                Some("https://login.partner.microsoftonline.cn"),
                "https://login.partner.microsoftonline.cn",
                "management.chinacloudapi.cn",
            ),
            (Some("https://login.example"), "https://login.example", "management.azure.com"),
        ] {
            let variables = given.map(|given| (AUTHORITY, given)).into_iter().collect();
            let national = National::of(&variables);
            assert_eq!((national.authority.as_str(), national.arm), (authority, arm), "{given:?}");
        }
    }

    #[test]
    fn tokens_go_to_storage_hosts_only() {
        let national = National::of(&Variables::default());
        for (host, account) in [
            ("a.blob.core.windows.net", Some(("a", "blob"))),
            ("a.dfs.core.windows.net", Some(("a", "dfs"))),
            ("a.z01.blob.storage.azure.net", Some(("a", "blob"))),
            ("a.queue.core.windows.net", None),
            ("a.blob.core.windows.net.example.com", None),
            ("a.blob.example.com", None),
            ("blob.core.windows.net", None),
            ("a.blob.core.usgovcloudapi.net", None),
        ] {
            assert_eq!(national.account(host), account, "{host}");
        }
    }
}
