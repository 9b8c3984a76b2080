//! Finding described things in whatever answers hold them.
//!
//! A playbook asks `describe-…` with filters or ids; an imported file often has neither. A thing may therefore
//! stand in any answer of its call, but it is absent only when an answer that would hold it does not.

use serde_json::Value;

use crate::facts::{Fact, FactStatus, Known, Reading, Why};

/// One `describe-…` call that lists things.
#[derive(Debug)]
pub struct Listing {
    /// `ec2:DescribeSubnets`.
    pub call: &'static str,
    /// Where the list stands in the body: keys, outermost first, each a list (`Reservations`, `Instances`).
    pub at: &'static [&'static str],
    /// The key of a thing's id.
    pub id: &'static str,
    /// The parameter that asks by ids.
    pub ids: &'static str,
}

macro_rules! listings {
    ($($name:ident = $call:literal $at:expr, $id:literal, $ids:literal;)*) => {$(
        #[doc = concat!("`", $call, "`.")]
        pub const $name: Listing = Listing { call: $call, at: &$at, id: $id, ids: $ids };
    )*};
}

listings! {
    INTERFACES = "ec2:DescribeNetworkInterfaces" ["NetworkInterfaces"], "NetworkInterfaceId", "NetworkInterfaceIds";
    INSTANCES = "ec2:DescribeInstances" ["Reservations", "Instances"], "InstanceId", "InstanceIds";
    VPCS = "ec2:DescribeVpcs" ["Vpcs"], "VpcId", "VpcIds";
    SUBNETS = "ec2:DescribeSubnets" ["Subnets"], "SubnetId", "SubnetIds";
    ROUTE_TABLES = "ec2:DescribeRouteTables" ["RouteTables"], "RouteTableId", "RouteTableIds";
    GROUPS = "ec2:DescribeSecurityGroups" ["SecurityGroups"], "GroupId", "GroupIds";
    ACLS = "ec2:DescribeNetworkAcls" ["NetworkAcls"], "NetworkAclId", "NetworkAclIds";
    ENDPOINTS = "ec2:DescribeVpcEndpoints" ["VpcEndpoints"], "VpcEndpointId", "VpcEndpointIds";
    PREFIX_LISTS = "ec2:DescribePrefixLists" ["PrefixLists"], "PrefixListId", "PrefixListIds";
    MANAGED_PREFIX_LISTS = "ec2:DescribeManagedPrefixLists" ["PrefixLists"], "PrefixListId", "PrefixListIds";
    NAT_GATEWAYS = "ec2:DescribeNatGateways" ["NatGateways"], "NatGatewayId", "NatGatewayIds";
    INTERNET_GATEWAYS = "ec2:DescribeInternetGateways" ["InternetGateways"], "InternetGatewayId", "InternetGatewayIds";
    PEERINGS = "ec2:DescribeVpcPeeringConnections" ["VpcPeeringConnections"], "VpcPeeringConnectionId", "VpcPeeringConnectionIds";
    TGW_ATTACHMENTS = "ec2:DescribeTransitGatewayVpcAttachments" ["TransitGatewayVpcAttachments"], "TransitGatewayAttachmentId", "TransitGatewayAttachmentIds";
    DHCP_OPTIONS = "ec2:DescribeDhcpOptions" ["DhcpOptions"], "DhcpOptionsId", "DhcpOptionsIds";
}

/// What was found, and whether that is all there is.
#[derive(Debug)]
pub struct Found<'a> {
    /// The things, each once.
    pub items: Vec<&'a Value>,
    /// Why there may be more; `None` when an answer covers the whole question.
    pub incomplete: Option<Why>,
}

impl<'a> Found<'a> {
    /// The first one. Absent only when nothing can be missing.
    pub fn first(self) -> Known<&'a Value> {
        match (self.items.first(), self.incomplete) {
            (Some(item), _) => Known::Yes(item),
            (None, None) => Known::Absent,
            (None, Some(why)) => Known::Unknown(why),
        }
    }

    /// All of them; unknown when there may be more.
    pub fn all(self) -> Known<Vec<&'a Value>> {
        match self.incomplete {
            None => Known::Yes(self.items),
            Some(why) => Known::Unknown(why),
        }
    }
}

impl Listing {
    /// The thing with this id.
    pub fn by_id<'a>(&self, reading: &Reading<'a>, id: &str) -> Known<&'a Value> {
        self.search(reading, &[(self.ids, id)], |item| text(item, self.id) == Some(id)).first()
    }

    /// The things that `wanted` accepts. `scope` says which filters (`("vpc-id", "vpc-1")`) an answer may have
    /// been narrowed by and still hold all of them; ids count under the parameter's name.
    pub fn search<'a>(
        &self,
        reading: &Reading<'a>,
        scope: &[(&str, &str)],
        wanted: impl Fn(&Value) -> bool,
    ) -> Found<'a> {
        let mut items: Vec<&'a Value> = Vec::new();
        let holds = |fact: &Fact| fact.body.as_ref().is_some_and(|body| self.of(body).iter().any(|item| wanted(item)));
        for (_, fact) in reading.facts().of_call(self.call).filter(|(_, fact)| holds(fact)) {
            // Read again through the reader, so that the answer counts as evidence.
            if let Known::Yes(body) = reading.find(self.call, |other| std::ptr::eq(other, fact)) {
                for item in self.of(body).into_iter().filter(|item| wanted(item)) {
                    if !items.iter().any(|known| text(known, self.id) == text(item, self.id)) {
                        items.push(item);
                    }
                }
            }
        }
        let by_one_id = matches!(scope, [(name, _)] if *name == self.ids);
        if by_one_id && !items.is_empty() {
            return Found { items, incomplete: None };
        }
        let covering = |fact: &Fact| covers(fact, self.ids, scope);
        let answered = |fact: &Fact| covering(fact) && matches!(fact.status, FactStatus::Ok | FactStatus::NotFound);
        let complete = reading.facts().of_call(self.call).any(|(_, fact)| answered(fact));
        // An answered one first: a refused look elsewhere does not matter then.
        let look = if complete { reading.find(self.call, answered) } else { reading.find(self.call, covering) };
        let incomplete = match look {
            Known::Yes(_) | Known::Absent => None,
            Known::Unknown(why) => Some(why),
        };
        Found { items, incomplete }
    }

    fn of<'a>(&self, body: &'a Value) -> Vec<&'a Value> {
        let mut level = vec![body];
        for key in self.at {
            level = level.into_iter().flat_map(|value| list(value, key)).collect();
        }
        level
    }
}

/// True when the call of this fact was narrowed by nothing outside `scope`.
fn covers(fact: &Fact, ids: &str, scope: &[(&str, &str)]) -> bool {
    let in_scope = |name: &str, values: &Value| {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        scope.iter().any(|(scoped, wanted)| *scoped == name && values.iter().any(|value| value == wanted))
    };
    fact.params.iter().all(|(name, value)| match name.as_str() {
        "MaxResults" | "DryRun" | "MaxItems" => true,
        "Filters" | "Filter" => value.as_array().into_iter().flatten().all(|filter| {
            in_scope(text(filter, "Name").unwrap_or_default(), filter.get("Values").unwrap_or(&Value::Null))
        }),
        name if name == ids => value.as_array().is_some_and(Vec::is_empty) || in_scope(name, value),
        _ => false,
    })
}

/// The text under `key`.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The things in the list under `key`; none when there is no such list.
pub fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().collect()
}

/// The texts in the list under `key`.
pub fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// True when `key` holds true.
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}
