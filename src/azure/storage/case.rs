//! `gatewalk eval azure-storage`: one case a line, as the contract's section 6 has it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::origin::{Address, Caller, Origin, Region};
use super::ruling::{Outcome, Site, Subnets, evaluate};

/// The answer to a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The case's own.
    pub id: Value,
    /// Whether the request is let in.
    pub result: Outcome,
    /// The gate that stops it, or that could not be judged.
    pub gate: Option<&'static str>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a case")]
struct Case {
    #[serde(default)]
    id: Value,
    account: Value,
    #[serde(default)]
    perimeter: Value,
    #[serde(default)]
    private_endpoint_connections: Value,
    #[serde(default)]
    subnets: Value,
    origin: Given,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an origin")]
struct Given {
    kind: String,
    subnet_id: Option<String>,
    ip: Option<String>,
    region: Option<String>,
    connection_id: Option<String>,
    resource_id: Option<String>,
    tenant_id: Option<String>,
    sub_resource: Option<String>,
}

/// The answer to one line; the error says what of it cannot be judged.
pub fn answer(line: &str) -> Result<Answer, String> {
    let case: Case = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if !case.account.is_object() {
        return Err("`account` is no storage account".to_owned());
    }
    // ARM also repeats the connections in the account itself.
    let own = case.account.get("properties").and_then(|properties| properties.get("privateEndpointConnections"));
    let connections = match list(&case.private_endpoint_connections, "private_endpoint_connections")? {
        None => own.and_then(Value::as_array).map(Vec::as_slice),
        given => given,
    };
    let site = Site {
        account: &case.account,
        perimeter: list(&case.perimeter, "perimeter")?.unwrap_or_default(),
        connections,
        subnets: Subnets::Described(list(&case.subnets, "subnets")?.unwrap_or_default()),
    };
    let ruling = evaluate(&site, &case.origin.read()?);
    Ok(Answer { id: case.id, result: ruling.outcome, gate: ruling.gate })
}

/// A list, bare or as ARM answers it; nothing for null.
fn list<'v>(value: &'v Value, name: &str) -> Result<Option<&'v [Value]>, String> {
    let items = value.get("value").unwrap_or(value);
    match items {
        Value::Null => Ok(None),
        Value::Array(items) => Ok(Some(items)),
        _ => Err(format!("`{name}` is no list")),
    }
}

impl Given {
    fn read(&self) -> Result<Origin<'_>, String> {
        let caller = || Caller { resource: said(self.resource_id.as_deref()), tenant: said(self.tenant_id.as_deref()) };
        match self.kind.as_str() {
            "private-endpoint" => Ok(Origin::PrivateEndpoint {
                connection: said(self.connection_id.as_deref()),
                sub_resource: said(self.sub_resource.as_deref()).unwrap_or("blob"),
            }),
            "subnet" => {
                let address = self.address()?;
                Ok(Origin::Subnet {
                    id: said(self.subnet_id.as_deref()),
                    seen: address.ip.is_some().then_some(address),
                })
            }
            "public-ip" => Ok(Origin::Public {
                seen: self.address()?,
                subscription: caller().resource.and_then(super::super::id::subscription),
            }),
            "trusted-service" => Ok(Origin::TrustedService(caller())),
            "resource-instance" => Ok(Origin::ResourceInstance(caller())),
            other => Err(format!(
                "`{other}` is no kind of origin: `subnet`, `public-ip`, `private-endpoint`, `trusted-service` or `resource-instance`"
            )),
        }
    }

    fn address(&self) -> Result<Address, String> {
        let ip = match said(self.ip.as_deref()) {
            Some(text) => Some(text.parse::<IpAddr>().map_err(|_| format!("`{text}` is no IP address"))?),
            None => None,
        };
        Ok(Address { ip, region: said(self.region.as_deref()).map_or(Region::Outside, Region::azure) })
    }
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
