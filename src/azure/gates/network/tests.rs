//! One world, one change a row: what each gate of the network says to it, and the law that less knowledge never turns a verdict over.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::azure::network::{Arrival, Way, view, way};
use crate::azure::{Azure, calls, id};
use crate::facts::{Fact, FactStatus, Facts, Known, Reading};
use crate::model::{Judgement, Request, Verdict};
use crate::provider::{Ask, Provider as _};

const GATES: &[&str] = &["managed-network", "private-endpoint", "dns", "nsg", "route", "peering", "service-endpoint"];

/// Short spellings of ids in the world and in the rows.
const SHORT: &[(&str, &str)] = &[
    ("$A", "$M/Microsoft.Storage/storageAccounts/frauddata"),
    ("$W", "$M/Microsoft.MachineLearningServices/workspaces/ws"),
    ("$N/", "$M/Microsoft.Network/"),
    ("$H/", "$S2/resourceGroups/hub-rg/providers/Microsoft.Network/"),
    ("$X/", "/subscriptions/00000000-0000-0000-0000-0000000000ff/resourceGroups/managed/providers/Microsoft.Network/"),
    ("$M", "$S1/resourceGroups/ml-rg/providers"),
    ("$S1", "/subscriptions/00000000-0000-0000-0000-000000000001"),
    ("$S2", "/subscriptions/00000000-0000-0000-0000-000000000002"),
];

/// A private endpoint in the peered hub instead of the client's network.
const HUB: &str = r#"
move GetPrivateEndpoint blob-pe $H/privateEndpoints/blob-pe
set GetPrivateEndpoint blob-pe /properties/subnet/id "$H/virtualNetworks/hub/subnets/pe"
set ListPrivateEndpointConnections frauddata /value/0/properties/privateEndpoint/id "$H/privateEndpoints/blob-pe"
set GetNetworkInterface blob-pe.nic /properties/ipConfigurations/0/properties/privateIPAddress "10.10.2.5"
set ListAddressRecords privatelink.blob.core.windows.net /value/0/properties/aRecords/0/ipv4Address "10.10.2.5"
set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpoints []
"#;

/// A service endpoint, and a firewall rule for the subnet.
const SERVICE: &str = r#"
set GetAccount frauddata /properties/publicNetworkAccess "Enabled"
set GetAccount frauddata /properties/networkAcls/virtualNetworkRules [{"id":"$N/virtualNetworks/ml-vnet/subnets/COMPUTE","action":"Allow","state":"Succeeded"}]
set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints [{"service":"Microsoft.Storage","locations":["westeurope","northeurope"],"provisioningState":"Succeeded"}]
set ListPrivateEndpointConnections frauddata /value []
set ListAddressRecords privatelink.blob.core.windows.net /value []
"#;

/// Nothing private: a NAT gateway and a public account.
const PUBLIC: &str = r#"
set GetAccount frauddata /properties/publicNetworkAccess "Enabled"
set GetAccount frauddata /properties/networkAcls/defaultAction "Allow"
set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable null
set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/natGateway {"id":"$N/natGateways/nat"}
set ListPrivateEndpointConnections frauddata /value []
set ListAddressRecords privatelink.blob.core.windows.net /value []
"#;

fn long(text: &str) -> String {
    SHORT.iter().fold(text.to_owned(), |text, (short, long)| text.replace(short, long))
}

struct World {
    facts: Vec<Fact>,
}

impl World {
    fn new(edits: &[&str]) -> Self {
        let text = long(include_str!("../../../../tests/data/azure/network/world.json"));
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        let fact = |(at, fact): (usize, Value)| Fact {
            id: format!("f{at}"),
            call: fact["call"].as_str().unwrap().to_owned(),
            params: fact["params"].as_object().unwrap().clone(),
            status: FactStatus::Ok,
            at: "2026-01-31T09:00:00Z".into(),
            took_ms: 1,
            body: Some(fact["body"].clone()),
            error: None,
        };
        let mut world = World { facts: list.into_iter().enumerate().map(fact).collect() };
        edits
            .iter()
            .flat_map(|edits| edits.lines())
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .for_each(|line| world.edit(&long(line)));
        world
    }

    fn edit(&mut self, line: &str) {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let (verb, call, name) = (words[0], words[1], words[2]);
        let wanted = |fact: &Fact| {
            let id = fact.params["id"].as_str().unwrap();
            fact.call.ends_with(&format!(":{call}")) && (id == name || id::name(id) == name)
        };
        let at = self.facts.iter().position(wanted).unwrap_or_else(|| panic!("no fact for: {line}"));
        let fact = &mut self.facts[at];
        match verb {
            "never" => drop(self.facts.remove(at)),
            "refuse" => (fact.status, fact.body) = (FactStatus::Denied, None),
            "gone" => (fact.status, fact.body) = (FactStatus::NotFound, None),
            "move" => drop(fact.params.insert("id".into(), words[3].into())),
            "set" => put(
                fact.body.as_mut().unwrap(),
                words[3],
                serde_json::from_str(words[4]).unwrap_or_else(|_| panic!("no JSON: {line}")),
            ),
            _ => panic!("no such edit: {line}"),
        }
    }

    fn judge(&self, origin: &str, sub: &str, gate: &str) -> (Judgement, Vec<String>) {
        self.ask(origin, sub, |ask| {
            let gate = Azure.gates().iter().find(|entry| entry.name == gate).unwrap();
            let judgement = (gate.judge)(ask);
            let rights = ask.reading.missing().into_iter().filter_map(|why| calls::permission(&why.call));
            let missing = judgement.missing.iter().cloned().chain(rights.map(str::to_owned)).collect();
            assert!(
                judgement.verdict != Verdict::Closed
                    || gate.reasons.iter().any(|(reason, _)| *reason == judgement.reason),
                "{judgement:?}"
            );
            (judgement, missing)
        })
    }

    fn judge_all(&self, origin: &str, sub: &str) -> Vec<Judgement> {
        let judge = |gate: &&str| Azure.gates().iter().find(|entry| entry.name == *gate).unwrap().judge;
        self.ask(origin, sub, |ask| GATES.iter().map(|gate| judge(gate)(ask)).collect())
    }

    fn way(&self, origin: &str, sub: &str) -> Known<Way> {
        self.ask(origin, sub, |ask| way(ask, &long("$A"), sub))
    }

    fn ask<T>(&self, origin: &str, sub: &str, with: impl FnOnce(&Ask<'_>) -> T) -> T {
        let facts = Facts::new(self.facts.clone());
        let reading = Reading::new(&facts);
        let request = Request { provider: "azure".into(), origin: long(origin), ..Request::default() };
        let params = BTreeMap::from([
            ("account".to_owned(), Value::from(long("$A"))),
            ("sub-resource".to_owned(), Value::from(sub)),
        ]);
        with(&Ask { request: &request, reading: &reading, with: &params, action: "" })
    }
}

/// What a judgement says, in the words of a row.
fn said(judgement: &Judgement, missing: &[String]) -> String {
    match judgement.verdict {
        Verdict::Open => "open".into(),
        Verdict::NotApplicable => "na".into(),
        Verdict::Closed => format!("closed {} {}", judgement.reason, judgement.blame.clone().unwrap_or_default()),
        Verdict::Unknown => format!("unknown {}", missing.join("; ")),
    }
}

const SUBNET: &str = "$N/virtualNetworks/ml-vnet/subnets/compute";
const VM: &str = "$M/Microsoft.Compute/virtualMachines/vm";
const CI: &str = "$W/computes/ci";
const CLUSTER: &str = "$W/computes/cluster";
const ENDPOINT: &str = "$W/onlineEndpoints/fraud";

/// What is judged, the world and its change, from where, for which part, by which gate, and the answer (of an unknown: a part of what is missing).
type Row = (&'static str, &'static [&'static str], &'static str, &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    // The private endpoint (azure.md 3.1).
    ("healthy", &[], VM, "blob", "private-endpoint", "open"),
    ("healthy from a compute instance", &[], CI, "dfs", "private-endpoint", "open"),
    (
        "pending",
        &[
            r#"set ListPrivateEndpointConnections frauddata /value/0/properties/privateLinkServiceConnectionState/status "Pending""#,
        ],
        SUBNET,
        "blob",
        "private-endpoint",
        "closed pending $A/privateEndpointConnections/frauddata.1",
    ),
    (
        "rejected",
        &[
            r#"set ListPrivateEndpointConnections frauddata /value/0/properties/privateLinkServiceConnectionState/status "Rejected""#,
        ],
        SUBNET,
        "blob",
        "private-endpoint",
        "closed rejected $A/privateEndpointConnections/frauddata.1",
    ),
    (
        "disconnected",
        &[
            r#"set ListPrivateEndpointConnections frauddata /value/0/properties/privateLinkServiceConnectionState/status "Disconnected""#,
        ],
        SUBNET,
        "blob",
        "private-endpoint",
        "closed disconnected $A/privateEndpointConnections/frauddata.1",
    ),
    (
        "only an endpoint for blob, spoken to as dfs",
        &[
            "set ListPrivateEndpointConnections frauddata /value/1 {}",
            "set ListAddressRecords privatelink.dfs.core.windows.net /value []",
        ],
        SUBNET,
        "dfs",
        "private-endpoint",
        "closed wrong-sub-resource $N/privateEndpoints/blob-pe",
    ),
    (
        "the same leaves the name alone",
        &[
            "set ListPrivateEndpointConnections frauddata /value/1 {}",
            "set ListAddressRecords privatelink.dfs.core.windows.net /value []",
        ],
        SUBNET,
        "dfs",
        "dns",
        "na",
    ),
    (
        "every endpoint elsewhere, public access off",
        &[
            r#"set GetPrivateEndpoint blob-pe /properties/subnet/id "$N/virtualNetworks/other/subnets/pe""#,
            r#"set GetPrivateEndpoint dfs-pe /properties/subnet/id "$N/virtualNetworks/other/subnets/pe""#,
            "set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpoints []",
            "set ListAddressRecords privatelink.blob.core.windows.net /value []",
        ],
        SUBNET,
        "blob",
        "private-endpoint",
        "closed missing $A",
    ),
    (
        "the endpoint's own answer refused",
        &["refuse GetPrivateEndpoint blob-pe", "refuse GetPrivateEndpoint dfs-pe"],
        SUBNET,
        "blob",
        "private-endpoint",
        "unknown Microsoft.Network/privateEndpoints/read",
    ),
    (
        "connections refused",
        &["refuse ListPrivateEndpointConnections frauddata"],
        SUBNET,
        "blob",
        "private-endpoint",
        "unknown Microsoft.Storage/storageAccounts/privateEndpointConnections/read",
    ),
    (
        "connections in the account's own answer",
        &[
            "refuse ListPrivateEndpointConnections frauddata",
            r#"set GetAccount frauddata /properties/privateEndpointConnections [{"id":"$A/privateEndpointConnections/frauddata.1","properties":{"privateEndpoint":{"id":"$N/privateEndpoints/blob-pe"},"privateLinkServiceConnectionState":{"status":"Pending"}}}]"#,
        ],
        SUBNET,
        "blob",
        "private-endpoint",
        "closed pending $A/privateEndpointConnections/frauddata.1",
    ),
    (
        "the account itself refused",
        &["refuse GetAccount frauddata"],
        SUBNET,
        "blob",
        "private-endpoint",
        "unknown Microsoft.Storage/storageAccounts/read",
    ),
    ("nobody said from where", &[], "unknown", "blob", "private-endpoint", "unknown where the request comes from"),
    ("this machine", &[], "here", "blob", "dns", "unknown which subnet or public address this machine has"),
    ("a private address says nothing", &[], "ip:10.20.1.7", "blob", "nsg", "unknown which subnet 10.20.1.7 is in"),
    ("from a public address", &[], "ip:203.0.113.7", "blob", "private-endpoint", "na"),
    ("the workspace itself", &[], "$W", "blob", "private-endpoint", "na"),
    // Names (3.3).
    ("healthy", &[], VM, "blob", "dns", "open"),
    ("the hub's endpoint", &[HUB], VM, "blob", "dns", "open"),
    (
        "the zone is not linked",
        &["set ListNetworkLinks privatelink.blob.core.windows.net /value []"],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "the link is not complete",
        &[
            r#"set ListNetworkLinks privatelink.blob.core.windows.net /value/1/properties/virtualNetworkLinkState "InProgress""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "there is no zone",
        &["set ListZones $S2 /value []"],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $N/virtualNetworks/ml-vnet",
    ),
    (
        "no record",
        &["set ListAddressRecords privatelink.blob.core.windows.net /value []"],
        SUBNET,
        "blob",
        "dns",
        "closed no-record $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "no record, handed on",
        &[
            "set ListAddressRecords privatelink.blob.core.windows.net /value []",
            r#"set ListNetworkLinks privatelink.blob.core.windows.net /value/1/properties/resolutionPolicy "NxDomainRedirect""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "an old record",
        &[
            r#"set ListAddressRecords privatelink.blob.core.windows.net /value/0/properties/aRecords/0/ipv4Address "10.20.2.99""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed stale-record $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "a record of the other part's endpoint",
        &[
            r#"set ListAddressRecords privatelink.blob.core.windows.net /value/0/properties/aRecords/0/ipv4Address "10.20.2.6""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed stale-record $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "zones refused",
        &["refuse ListZones $S2"],
        SUBNET,
        "blob",
        "dns",
        "unknown Microsoft.Network/privateDnsZones/read",
    ),
    (
        "links refused",
        &["refuse ListNetworkLinks privatelink.blob.core.windows.net"],
        SUBNET,
        "blob",
        "dns",
        "unknown Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
    ),
    (
        "records refused",
        &["refuse ListAddressRecords privatelink.blob.core.windows.net"],
        SUBNET,
        "blob",
        "dns",
        "unknown Microsoft.Network/privateDnsZones/A/read",
    ),
    (
        "zones of the hub's subscription never asked for, none linked here",
        &["never ListZones $S2"],
        SUBNET,
        "blob",
        "dns",
        "unknown Microsoft.Network/privateDnsZones/read",
    ),
    (
        "a DNS server in the hub, whose links count",
        &[
            r#"set GetVirtualNetwork ml-vnet /properties/dhcpOptions/dnsServers ["10.10.0.4"]"#,
            r#"set ListNetworkLinks privatelink.blob.core.windows.net /value/1 {}"#,
        ],
        SUBNET,
        "blob",
        "dns",
        "open",
    ),
    (
        "a DNS server in the hub, which is not linked",
        &[
            r#"set GetVirtualNetwork ml-vnet /properties/dhcpOptions/dnsServers ["10.10.0.4"]"#,
            r#"set ListNetworkLinks privatelink.blob.core.windows.net /value/0 {}"#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "a DNS server nobody knows",
        &[r#"set GetVirtualNetwork ml-vnet /properties/dhcpOptions/dnsServers ["192.168.1.1"]"#],
        SUBNET,
        "blob",
        "dns",
        "unknown nslookup frauddata.blob.core.windows.net",
    ),
    (
        "DNS servers in two networks",
        &[r#"set GetVirtualNetwork ml-vnet /properties/dhcpOptions/dnsServers ["10.10.0.4","10.20.0.4"]"#],
        SUBNET,
        "blob",
        "dns",
        "unknown nslookup",
    ),
    (
        "the interface has a DNS server of its own",
        &[r#"set GetNetworkInterface vm-nic /properties/dnsSettings {"dnsServers":["192.168.1.1"]}"#],
        VM,
        "blob",
        "dns",
        "unknown nslookup",
    ),
    (
        "another cloud's suffix",
        &[
            r#"set GetAccount frauddata /properties/primaryEndpoints/blob "https://frauddata.blob.core.chinacloudapi.cn/""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed public-address $N/virtualNetworks/ml-vnet",
    ),
    ("a service endpoint, no private endpoint: the empty zone does no harm", &[SERVICE], SUBNET, "blob", "dns", "open"),
    (
        "a service endpoint and an empty zone, while others have private endpoints",
        &[
            SERVICE,
            r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$X/privateEndpoints/far"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#,
        ],
        SUBNET,
        "blob",
        "dns",
        "closed no-record $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    (
        "the same, handed on",
        &[
            SERVICE,
            r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$X/privateEndpoints/far"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#,
            r#"set ListNetworkLinks privatelink.blob.core.windows.net /value/1/properties/resolutionPolicy "NxDomainRedirect""#,
        ],
        SUBNET,
        "blob",
        "dns",
        "open",
    ),
    (
        "public, and a record of an endpoint that is gone",
        &[
            PUBLIC,
            r#"set ListAddressRecords privatelink.blob.core.windows.net /value [{"name":"frauddata","properties":{"aRecords":[{"ipv4Address":"10.20.2.5"}]}}]"#,
        ],
        SUBNET,
        "blob",
        "dns",
        "unknown nslookup",
    ),
    (
        "the same, while its connection is left",
        &[
            PUBLIC,
            r#"set ListAddressRecords privatelink.blob.core.windows.net /value [{"name":"frauddata","properties":{"aRecords":[{"ipv4Address":"10.20.2.5"}]}}]"#,
            r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$N/privateEndpoints/blob-pe"},"privateLinkServiceConnectionState":{"status":"Disconnected"}}}]"#,
            "gone GetPrivateEndpoint blob-pe",
            "set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpoints []",
        ],
        SUBNET,
        "blob",
        "dns",
        "closed stale-record $H/privateDnsZones/privatelink.blob.core.windows.net",
    ),
    ("from the internet no network resolves the name", &[PUBLIC], "internet", "blob", "dns", "na"),
    // Security groups (4.1, 4.2).
    ("healthy", &[], VM, "blob", "nsg", "open"),
    (
        "deny everything, only Storage allowed: a private endpoint is not in the tag",
        &[r#"set GetSecurityGroup compute-nsg /properties/securityRules [
        {"name":"storage","properties":{"priority":100,"direction":"Outbound","access":"Allow","protocol":"Tcp","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"Storage","destinationPortRange":"443"}},
        {"name":"deny","properties":{"priority":4000,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#],
        SUBNET,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/compute-nsg",
    ),
    (
        "the same suffices for the public address",
        &[
            PUBLIC,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [
        {"name":"storage","properties":{"priority":100,"direction":"Outbound","access":"Allow","protocol":"Tcp","sourceAddressPrefix":"*","destinationAddressPrefix":"Storage.WestEurope","destinationPortRange":"443"}},
        {"name":"deny","properties":{"priority":4000,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "another region's tag does not",
        &[
            PUBLIC,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [
        {"name":"storage","properties":{"priority":100,"direction":"Outbound","access":"Allow","protocol":"Tcp","destinationAddressPrefix":"Storage.NorthEurope","destinationPortRange":"443"}},
        {"name":"deny","properties":{"priority":4000,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/compute-nsg",
    ),
    (
        "deny Internet: Azure's public addresses are in it",
        &[
            PUBLIC,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"no-internet","properties":{"priority":200,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"Internet","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/compute-nsg",
    ),
    (
        "deny Internet leaves a private endpoint alone",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"no-internet","properties":{"priority":200,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"Internet","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "deny Internet under a default route: the tag VirtualNetwork may hold the address",
        &[
            SERVICE,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"no-internet","properties":{"priority":200,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"Internet","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "unknown no-internet",
    ),
    ("default rules under a default route", &[SERVICE], SUBNET, "blob", "nsg", "open"),
    (
        "the interface's own group",
        &[
            r#"set GetSecurityGroup nic-nsg /properties/securityRules [{"name":"no-pe","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"Tcp","destinationAddressPrefixes":["10.9.0.0/16","10.20.2.0/24"],"destinationPortRanges":["80","440-450"]}}]"#,
        ],
        VM,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/nic-nsg",
    ),
    (
        "the subnet alone does not have it",
        &[
            r#"set GetSecurityGroup nic-nsg /properties/securityRules [{"name":"no-pe","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"Tcp","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "UDP only",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"udp","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"Udp","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "another port",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"http","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"*","destinationPortRange":"80"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "from another source",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"other","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"10.20.7.0/24","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "a part of the subnet is denied: which machine asks is not known",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"half","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"10.20.1.0/25","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "unknown half",
    ),
    (
        "of a machine it is known",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"half","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"10.20.1.0/25","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        VM,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/compute-nsg",
    ),
    (
        "an application security group of the machine's",
        &[
            r#"set GetNetworkInterface vm-nic /properties/ipConfigurations/0/properties/applicationSecurityGroups [{"id":"$N/applicationSecurityGroups/jobs"}]"#,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"jobs","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","sourceApplicationSecurityGroups":[{"id":"$N/applicationSecurityGroups/JOBS"}],"destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        VM,
        "blob",
        "nsg",
        "closed denied-outbound $N/networkSecurityGroups/compute-nsg",
    ),
    (
        "whether a compute instance is in it nobody knows",
        &[
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"jobs","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","sourceApplicationSecurityGroups":[{"id":"$N/applicationSecurityGroups/jobs"}],"destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        CI,
        "blob",
        "nsg",
        "unknown jobs",
    ),
    (
        "the endpoint's subnet does not heed its group",
        &[
            r#"set GetSecurityGroup pe-nsg /properties/securityRules [{"name":"deny","properties":{"priority":300,"direction":"Inbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "until network policies are on",
        &[
            r#"set GetSecurityGroup pe-nsg /properties/securityRules [{"name":"deny","properties":{"priority":300,"direction":"Inbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpointNetworkPolicies "NetworkSecurityGroupEnabled""#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "closed denied-inbound $N/networkSecurityGroups/pe-nsg",
    ),
    (
        "policies for routes only",
        &[
            r#"set GetSecurityGroup pe-nsg /properties/securityRules [{"name":"deny","properties":{"priority":300,"direction":"Inbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]"#,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpointNetworkPolicies "RouteTableEnabled""#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "a block that holds some of the account's addresses",
        &[
            PUBLIC,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"some","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"20.150.0.0/16","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "unknown some",
    ),
    (
        "a block that holds none",
        &[
            PUBLIC,
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"none","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefixes":["8.8.8.0/24","AzureActiveDirectory"],"destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "the same, with tags refused",
        &[
            PUBLIC,
            "refuse ListServiceTags $S1",
            r#"set GetSecurityGroup compute-nsg /properties/securityRules [{"name":"none","properties":{"priority":300,"direction":"Outbound","access":"Deny","protocol":"*","destinationAddressPrefix":"8.8.8.0/24","destinationPortRange":"*"}}]"#,
        ],
        SUBNET,
        "blob",
        "nsg",
        "unknown Microsoft.Network/locations/serviceTags/read",
    ),
    (
        "a group refused",
        &["refuse GetSecurityGroup compute-nsg"],
        SUBNET,
        "blob",
        "nsg",
        "unknown Microsoft.Network/networkSecurityGroups/read",
    ),
    (
        "no group at all",
        &["set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/networkSecurityGroup null"],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    // Routes (4.2, 4.3, 4.4).
    ("a default route beside a private endpoint", &[], SUBNET, "blob", "route", "open"),
    (
        "a default route to nowhere beside a private endpoint",
        &[r#"set GetRouteTable to-fw /properties/routes/0/properties/nextHopType "None""#],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "a longer route, without network policies",
        &[
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"pe","properties":{"addressPrefix":"10.20.2.0/24","nextHopType":"None"}}"#,
        ],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "with them it drops the packets",
        &[
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"pe","properties":{"addressPrefix":"10.20.2.0/24","nextHopType":"None"}}"#,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpointNetworkPolicies "Enabled""#,
        ],
        SUBNET,
        "blob",
        "route",
        "closed none $N/routeTables/to-fw",
    ),
    (
        "a route shorter than the network's own prefix never does",
        &[
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"pe","properties":{"addressPrefix":"10.0.0.0/8","nextHopType":"None"}}"#,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpointNetworkPolicies "RouteTableEnabled""#,
        ],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "an appliance takes them",
        &[
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"pe","properties":{"addressPrefix":"10.20.0.0/16","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.10.1.4"}}"#,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/1/properties/privateEndpointNetworkPolicies "RouteTableEnabled""#,
        ],
        SUBNET,
        "blob",
        "route",
        "unknown whether the appliance at 10.10.1.4 passes HTTPS to the private endpoint blob-pe",
    ),
    (
        "routes refused",
        &["refuse GetRouteTable to-fw"],
        SUBNET,
        "blob",
        "route",
        "unknown Microsoft.Network/routeTables/read",
    ),
    ("public, by a NAT gateway", &[PUBLIC], SUBNET, "blob", "route", "open"),
    (
        "public, with nothing that leads out",
        &[PUBLIC, "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/natGateway null"],
        SUBNET,
        "blob",
        "route",
        "closed no-way-out $N/virtualNetworks/ml-vnet/subnets/compute",
    ),
    (
        "public, by default outbound access",
        &[
            PUBLIC,
            "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/natGateway null",
            "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/defaultOutboundAccess true",
        ],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "public, by the machine's own address",
        &[
            PUBLIC,
            "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/natGateway null",
            r#"set GetNetworkInterface vm-nic /properties/ipConfigurations/0/properties/publicIPAddress {"id":"$N/publicIPAddresses/nat-ip"}"#,
        ],
        VM,
        "blob",
        "route",
        "open",
    ),
    (
        "public, dropped",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes/0/properties/nextHopType "None""#,
        ],
        SUBNET,
        "blob",
        "route",
        "closed none $N/routeTables/to-fw",
    ),
    (
        "public, by an appliance",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
        ],
        SUBNET,
        "blob",
        "route",
        "unknown whether the appliance at 10.10.1.4 passes",
    ),
    (
        "public, by a gateway to the office",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes/0/properties/nextHopType "VirtualNetworkGateway""#,
        ],
        SUBNET,
        "blob",
        "route",
        "unknown virtual network gateway",
    ),
    (
        "public, kept inside",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes/0/properties/nextHopType "VnetLocal""#,
        ],
        SUBNET,
        "blob",
        "route",
        "closed no-way-out $N/routeTables/to-fw",
    ),
    (
        "a route by service tag comes before the default",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"storage","properties":{"addressPrefix":"Storage.WestEurope","nextHopType":"Internet"}}"#,
        ],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "that of another region does not",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes/- {"name":"storage","properties":{"addressPrefix":"Storage.NorthEurope","nextHopType":"Internet"}}"#,
        ],
        SUBNET,
        "blob",
        "route",
        "unknown whether the appliance",
    ),
    (
        "the regional tag comes before the service's",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes [{"name":"all","properties":{"addressPrefix":"Storage","nextHopType":"Internet"}},{"name":"near","properties":{"addressPrefix":"Storage.westeurope","nextHopType":"None"}}]"#,
        ],
        SUBNET,
        "blob",
        "route",
        "closed none $N/routeTables/to-fw",
    ),
    (
        "a route for some of the account's addresses",
        &[
            PUBLIC,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#,
            r#"set GetRouteTable to-fw /properties/routes [{"name":"some","properties":{"addressPrefix":"20.150.0.0/16","nextHopType":"None"}}]"#,
        ],
        SUBNET,
        "blob",
        "route",
        "unknown whether the account's public address is in 20.150.0.0/16",
    ),
    ("a service endpoint's routes come before a table's", &[SERVICE], SUBNET, "blob", "route", "open"),
    ("outside a network there are no routes", &[], "internet", "blob", "route", "na"),
    // Peerings (4.4).
    ("the same network", &[], SUBNET, "blob", "peering", "na"),
    ("a peered network", &[HUB], SUBNET, "blob", "peering", "open"),
    (
        "this side is not connected",
        &[
            HUB,
            r#"set GetVirtualNetwork ml-vnet /properties/virtualNetworkPeerings/0/properties/peeringState "Disconnected""#,
        ],
        SUBNET,
        "blob",
        "peering",
        "closed disconnected $N/virtualNetworks/ml-vnet/virtualNetworkPeerings/to-hub",
    ),
    (
        "this side lets nothing pass",
        &[
            HUB,
            "set GetVirtualNetwork ml-vnet /properties/virtualNetworkPeerings/0/properties/allowVirtualNetworkAccess false",
        ],
        SUBNET,
        "blob",
        "peering",
        "closed access-off $N/virtualNetworks/ml-vnet/virtualNetworkPeerings/to-hub",
    ),
    (
        "the other side lets nothing pass",
        &[
            HUB,
            "set GetVirtualNetwork hub /properties/virtualNetworkPeerings/0/properties/allowVirtualNetworkAccess false",
        ],
        SUBNET,
        "blob",
        "peering",
        "closed access-off $H/virtualNetworks/hub/virtualNetworkPeerings/to-ml",
    ),
    (
        "the other side has no peering",
        &[HUB, "set GetVirtualNetwork hub /properties/virtualNetworkPeerings []"],
        SUBNET,
        "blob",
        "peering",
        "closed disconnected $N/virtualNetworks/ml-vnet/virtualNetworkPeerings/to-hub",
    ),
    (
        "the other side refused",
        &[HUB, "refuse GetVirtualNetwork hub"],
        SUBNET,
        "blob",
        "peering",
        "unknown Microsoft.Network/virtualNetworks/read",
    ),
    (
        "the name leads to a network that is not peered",
        &[HUB, "set GetVirtualNetwork ml-vnet /properties/virtualNetworkPeerings []"],
        SUBNET,
        "blob",
        "peering",
        "closed missing $N/virtualNetworks/ml-vnet",
    ),
    (
        "that is not the routes' fault",
        &[HUB, "set GetVirtualNetwork ml-vnet /properties/virtualNetworkPeerings []"],
        SUBNET,
        "blob",
        "route",
        "open",
    ),
    (
        "nor the groups'",
        &[HUB, "set GetVirtualNetwork ml-vnet /properties/virtualNetworkPeerings []"],
        SUBNET,
        "blob",
        "nsg",
        "open",
    ),
    (
        "an appliance in the hub may lead to another spoke",
        &[HUB, r#"set GetPrivateEndpoint blob-pe /properties/subnet/id "$H/virtualNetworks/spoke/subnets/pe""#],
        SUBNET,
        "blob",
        "peering",
        "unknown whether the appliance at 10.10.1.4 leads to spoke",
    ),
    (
        "without one it does not",
        &[
            HUB,
            r#"set GetPrivateEndpoint blob-pe /properties/subnet/id "$H/virtualNetworks/spoke/subnets/pe""#,
            "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable null",
        ],
        SUBNET,
        "blob",
        "peering",
        "closed missing $N/virtualNetworks/ml-vnet",
    ),
    ("a service endpoint needs no peering", &[SERVICE], SUBNET, "blob", "peering", "na"),
    // Service endpoints (3.1).
    ("healthy", &[SERVICE], SUBNET, "blob", "service-endpoint", "open"),
    (
        "the firewall names the subnet, which has no endpoint",
        &[SERVICE, "set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints []"],
        SUBNET,
        "blob",
        "service-endpoint",
        "closed missing $N/virtualNetworks/ml-vnet/subnets/compute",
    ),
    (
        "other regions",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints/0/locations ["eastus","westus"]"#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "closed other-region $N/virtualNetworks/ml-vnet/subnets/compute",
    ),
    (
        "all regions",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints [{"service":"Microsoft.Storage.Global","locations":["*"]}]"#,
            r#"set GetAccount frauddata /location "eastus""#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "open",
    ),
    (
        "regions spelled with blanks",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints/0/locations ["West Europe"]"#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "open",
    ),
    (
        "regions not told, account elsewhere",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints [{"service":"Microsoft.Storage"}]"#,
            r#"set GetAccount frauddata /location "northeurope""#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "unknown locations",
    ),
    (
        "not ready",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpoints/0/provisioningState "Failed""#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "closed bad-state $N/virtualNetworks/ml-vnet/subnets/compute",
    ),
    (
        "a policy that lists the resource group",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpointPolicies [{"id":"$N/serviceEndpointPolicies/only-ours"}]"#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "open",
    ),
    (
        "a policy that lists another account",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpointPolicies [{"id":"$N/serviceEndpointPolicies/only-ours"}]"#,
            r#"set GetServiceEndpointPolicy only-ours /properties/serviceEndpointPolicyDefinitions/0/properties/serviceResources ["$M/Microsoft.Storage/storageAccounts/other","/services/Azure"]"#,
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "closed policy $N/serviceEndpointPolicies/only-ours",
    ),
    (
        "a policy refused",
        &[
            SERVICE,
            r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/serviceEndpointPolicies [{"id":"$N/serviceEndpointPolicies/only-ours"}]"#,
            "refuse GetServiceEndpointPolicy only-ours",
        ],
        SUBNET,
        "blob",
        "service-endpoint",
        "unknown Microsoft.Network/serviceEndpointPolicies/read",
    ),
    ("a private endpoint is taken instead", &[], SUBNET, "blob", "service-endpoint", "na"),
    (
        "the network refused",
        &["refuse GetVirtualNetwork ml-vnet"],
        SUBNET,
        "blob",
        "service-endpoint",
        "unknown Microsoft.Network/virtualNetworks/read",
    ),
    // Managed networks (5.2).
    ("healthy", &[], CLUSTER, "blob", "managed-network", "open"),
    ("healthy", &[], CLUSTER, "blob", "private-endpoint", "open"),
    ("an online endpoint too", &[], ENDPOINT, "blob", "managed-network", "open"),
    ("no rule for the other part", &[], CLUSTER, "dfs", "managed-network", "closed no-outbound-rule $W"),
    ("that is not the private endpoint's fault", &[], CLUSTER, "dfs", "private-endpoint", "na"),
    (
        "the rule is inactive",
        &[r#"set GetWorkspace ws /properties/managedNetwork/outboundRules/fraud-data/status "Inactive""#],
        CLUSTER,
        "blob",
        "managed-network",
        "closed rule-inactive $W/outboundRules/fraud-data",
    ),
    (
        "a rule by name",
        &[
            r#"set GetWorkspace ws /properties/managedNetwork/outboundRules {"by-name":{"type":"FQDN","status":"Active","destination":"*.blob.core.windows.net"}}"#,
        ],
        CLUSTER,
        "blob",
        "managed-network",
        "closed fqdn-rule $W/outboundRules/by-name",
    ),
    (
        "a rule by service tag",
        &[
            r#"set GetWorkspace ws /properties/managedNetwork/outboundRules {"tag":{"type":"ServiceTag","status":"Active","destination":{"serviceTag":"Storage.westeurope","protocol":"TCP","portRanges":"443"}}}"#,
        ],
        CLUSTER,
        "blob",
        "managed-network",
        "unknown a private endpoint to the account",
    ),
    (
        "not set up",
        &[r#"set GetWorkspace ws /properties/managedNetwork/status/status "Inactive""#],
        CLUSTER,
        "blob",
        "managed-network",
        "closed not-provisioned $W",
    ),
    (
        "rules refused",
        &["set GetWorkspace ws /properties/managedNetwork/outboundRules null"],
        CLUSTER,
        "blob",
        "managed-network",
        "unknown Microsoft.MachineLearningServices/workspaces/outboundRules/read",
    ),
    (
        "the workspace refused",
        &["refuse GetWorkspace ws"],
        CLUSTER,
        "blob",
        "managed-network",
        "unknown Microsoft.MachineLearningServices/workspaces/read",
    ),
    (
        "its connection waits",
        &[
            r#"set ListPrivateEndpointConnections frauddata /value/2/properties/privateLinkServiceConnectionState/status "Pending""#,
        ],
        CLUSTER,
        "blob",
        "private-endpoint",
        "closed pending $A/privateEndpointConnections/frauddata.3",
    ),
    (
        "told by its subscription where no name tells",
        &[
            r#"set ListPrivateEndpointConnections frauddata /value/2 {"id":"$A/privateEndpointConnections/c3","name":"c3","properties":{"privateEndpoint":{"id":"$X/privateEndpoints/e7"},"privateLinkServiceConnectionState":{"status":"Rejected"}}}"#,
        ],
        CLUSTER,
        "blob",
        "private-endpoint",
        "closed rejected $A/privateEndpointConnections/c3",
    ),
    (
        "an active rule whose endpoint the account does not know",
        &["set ListPrivateEndpointConnections frauddata /value/2 {}"],
        CLUSTER,
        "blob",
        "private-endpoint",
        "closed missing $A",
    ),
    (
        "an inactive one",
        &[
            "set ListPrivateEndpointConnections frauddata /value/2 {}",
            r#"set GetWorkspace ws /properties/managedNetwork/outboundRules/fraud-data/status "Inactive""#,
        ],
        CLUSTER,
        "blob",
        "private-endpoint",
        "na",
    ),
    (
        "everything may leave",
        &[
            r#"set GetWorkspace ws /properties/managedNetwork {"isolationMode":"AllowInternetOutbound","status":{"status":"Active"},"outboundRules":{}}"#,
        ],
        CLUSTER,
        "blob",
        "managed-network",
        "open",
    ),
    (
        "no managed network",
        &[r#"set GetWorkspace ws /properties/managedNetwork {"isolationMode":"Disabled"}"#],
        CLUSTER,
        "blob",
        "managed-network",
        "na",
    ),
    ("in the user's subnet", &[], CI, "blob", "managed-network", "na"),
    (
        "a deployment kept from public addresses",
        &[
            "set GetWorkspace ws /properties/managedNetwork null",
            r#"set ListDeployments fraud /value/0/properties/egressPublicNetworkAccess "Disabled""#,
        ],
        ENDPOINT,
        "blob",
        "managed-network",
        "closed no-outbound-rule $W/onlineEndpoints/fraud/deployments/blue",
    ),
    (
        "one that is not",
        &["set GetWorkspace ws /properties/managedNetwork null"],
        ENDPOINT,
        "blob",
        "managed-network",
        "na",
    ),
    (
        "deployments refused",
        &["set GetWorkspace ws /properties/managedNetwork null", "refuse ListDeployments fraud"],
        ENDPOINT,
        "blob",
        "managed-network",
        "unknown Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read",
    ),
    ("the managed network resolves names itself", &[], CLUSTER, "blob", "dns", "na"),
];

fn put(body: &mut Value, pointer: &str, value: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(list) if last == "-" => list.push(value),
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        Value::Object(map) => drop(map.insert(last.to_owned(), value)),
        _ => panic!("nothing to set at {pointer}"),
    }
}

/// A row's edits may be broken over lines: what does not begin with a verb belongs to the line before.
fn joined(edits: &[&str]) -> Vec<String> {
    let flat = |edit: &&str| {
        if edit.trim_start().starts_with("set ") && edit.matches("\nset ").count() == 0 {
            edit.replace('\n', " ")
        } else {
            (*edit).to_owned()
        }
    };
    edits.iter().map(flat).collect()
}

fn world(edits: &[&str]) -> World {
    let edits = joined(edits);
    World::new(&edits.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_change_has_its_verdict() {
    let mut wrong = Vec::new();
    for (name, edits, origin, sub, gate, expected) in ROWS {
        let (judgement, missing) = world(edits).judge(origin, sub, gate);
        let said = said(&judgement, &missing);
        let fits = match expected.strip_prefix("unknown ") {
            Some(part) => judgement.verdict == Verdict::Unknown && said.contains(part),
            None => said == long(expected),
        };
        if !fits {
            wrong.push(format!("{gate}: {name}: expected {expected}, got {said}: {}", judgement.summary));
        }
        let fixed =
            judgement.fixes.iter().all(|fix| fix.commands.iter().all(|command| command.text.starts_with("az ")));
        assert!(
            judgement.verdict != Verdict::Closed
                || (!judgement.fixes.is_empty() && fixed && judgement.effect.is_some()),
            "{gate}: {name}: no fix"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Less knowledge makes a verdict unknown or leaves it as it is: one fact refused, or never asked, in every row's world, for every gate.
#[test]
fn a_fact_taken_away_never_turns_a_verdict_over() {
    let mut wrong = Vec::new();
    let mut worlds: Vec<_> = ROWS.iter().map(|(_, edits, origin, sub, ..)| (edits, *origin, *sub)).collect();
    worlds.sort_unstable();
    worlds.dedup();
    for (edits, origin, sub) in worlds {
        let whole = world(edits);
        let before = whole.judge_all(origin, sub);
        for at in 0..whole.facts.len() {
            let mut less = World { facts: whole.facts.clone() };
            (less.facts[at].status, less.facts[at].body) = (FactStatus::Denied, None);
            let refused = less.judge_all(origin, sub);
            let gone = less.facts.remove(at);
            let never = less.judge_all(origin, sub);
            for (how, after) in [("refused", refused), ("never asked", never)] {
                for ((gate, before), after) in GATES.iter().zip(&before).zip(after) {
                    if after.verdict != before.verdict && after.verdict != Verdict::Unknown {
                        wrong.push(format!(
                            "{edits:?}: {gate} was {:?} {}, is {:?} {} with {} {} {how}",
                            before.verdict, before.reason, after.verdict, after.reason, gone.call, gone.params["id"]
                        ));
                    }
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

#[test]
fn the_way_is_the_one_that_is_meant() {
    let public = |edits: &[&str], origin: &str| world(edits).way(origin, "blob");
    for (name, edits, origin, sub, arrival, label) in [
        (
            "a private endpoint in the network",
            &[][..],
            VM,
            "blob",
            Arrival::PrivateEndpoint,
            "private endpoint blob-pe",
        ),
        ("one for each part", &[], VM, "dfs", Arrival::PrivateEndpoint, "private endpoint dfs-pe"),
        ("one in a peered network", &[HUB], SUBNET, "blob", Arrival::PrivateEndpoint, "private endpoint blob-pe"),
        ("a service endpoint", &[SERVICE], SUBNET, "blob", Arrival::ServiceEndpoint, "service endpoint of compute"),
        (
            "both: the name leads to the private endpoint",
            &[
                SERVICE,
                r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$N/privateEndpoints/blob-pe"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#,
                r#"set ListAddressRecords privatelink.blob.core.windows.net /value [{"name":"frauddata","properties":{"aRecords":[{"ipv4Address":"10.20.2.5"}]}}]"#,
            ],
            SUBNET,
            "blob",
            Arrival::PrivateEndpoint,
            "private endpoint blob-pe",
        ),
        (
            "both: the name does not",
            &[
                SERVICE,
                r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$N/privateEndpoints/blob-pe"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#,
            ],
            SUBNET,
            "blob",
            Arrival::ServiceEndpoint,
            "service endpoint of compute",
        ),
        ("a NAT gateway", &[PUBLIC], SUBNET, "blob", Arrival::Public, "20.31.5.9"),
        ("an address", &[], "ip:203.0.113.7", "blob", Arrival::Public, "203.0.113.7"),
        ("the internet", &[], "internet", "blob", Arrival::Public, "a public address that is not known"),
        ("the workspace", &[], "$W", "blob", Arrival::AzureService, "ws, as a service of Azure"),
        (
            "a managed network",
            &[],
            CLUSTER,
            "blob",
            Arrival::PrivateEndpoint,
            "private endpoint of ws's managed network",
        ),
        (
            "one that lets everything out",
            &[
                r#"set GetWorkspace ws /properties/managedNetwork {"isolationMode":"AllowInternetOutbound","outboundRules":{}}"#,
            ],
            CLUSTER,
            "blob",
            Arrival::Public,
            "a public address that is not known",
        ),
        (
            "an endpoint elsewhere, public access on",
            &[
                PUBLIC,
                r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$X/privateEndpoints/far"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#,
            ],
            SUBNET,
            "blob",
            Arrival::Public,
            "20.31.5.9",
        ),
    ] {
        let way = world(edits).way(origin, sub).yes().unwrap_or_else(|| panic!("{name}: no way"));
        assert_eq!((way.arrival, way.label.as_str()), (arrival, label), "{name}");
    }
    let nat = public(&[PUBLIC], SUBNET).yes().unwrap();
    assert_eq!((nat.source_ip, nat.region.as_deref()), (Known::Yes("20.31.5.9".parse().unwrap()), Some("westeurope")));
    let managed = public(&[], CLUSTER).yes().unwrap();
    assert_eq!(managed.connection, Some(long("$A/privateEndpointConnections/frauddata.3")));
    let behind = public(&[PUBLIC, r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#], SUBNET).yes().unwrap();
    assert!(matches!(behind.source_ip, Known::Unknown(_)));
}

/// A private endpoint that nobody may read: in a subscription of no network in reach it does not matter; in a near one it leaves the way open.
#[test]
fn endpoints_that_cannot_be_read_are_neither_there_nor_absent() {
    let far = |id: &str| {
        format!(
            r#"set ListPrivateEndpointConnections frauddata /value [{{"name":"x","properties":{{"privateEndpoint":{{"id":"{id}"}},"privateLinkServiceConnectionState":{{"status":"Approved"}}}}}}]"#
        )
    };
    for (id, known) in
        [("$X/privateEndpoints/far", true), ("$H/privateEndpoints/near", false), ("$N/privateEndpoints/near", false)]
    {
        let way = world(&[PUBLIC, &far(id)]).way(SUBNET, "blob");
        assert_eq!(matches!(way, Known::Yes(_)), known, "{id}");
    }
}

#[test]
fn playbooks_see_place_and_way() {
    let world = world(&[]);
    let facts = Facts::new(world.facts);
    let reading = Reading::new(&facts);
    let request =
        |origin: &str, resource: &str| Request { origin: long(origin), resource: long(resource), ..Request::default() };
    let endpoint = |sub: &str| json!({"label": format!("private endpoint {sub}-pe"), "id": long(&format!("$N/privateEndpoints/{sub}-pe")), "kind": "private-endpoint"});
    let vm = json!({"label": "vm", "id": long(VM), "kind": "virtual-machine"});
    for (origin, resource, expected) in [
        (VM, "https://FraudData.dfs.core.windows.net/raw/x", json!({"place": vm, "way": endpoint("dfs")})),
        (VM, "$A/blobServices/default/containers/raw", json!({"place": vm, "way": endpoint("blob")})),
        (VM, "https://other.blob.core.windows.net/x", json!({"place": vm})),
        ("unknown", "https://frauddata.blob.core.windows.net/x", json!({})),
    ] {
        assert_eq!(view(&request(origin, resource), &reading), expected, "{origin} {resource}");
    }
}
