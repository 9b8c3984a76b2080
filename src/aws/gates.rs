//! The gate table of AWS: name, layer, meaning, reasons, judge. Documentation and the lint of playbooks come from it.
//!
//! | file | gates |
//! |---|---|
//! | `identity` | credentials, identity-policy, pass-role, permissions-boundary, session-policy, trust-policy |
//! | `organization` | scp, rcp |
//! | `resource` | resource-policy, block-public-access, object-ownership |
//! | `object` | access-point, requester-pays, object |
//! | `key` | key-state, key-policy, grant |
//! | `network` | everything a packet meets, and the endpoint's policy |
//! | `words` | what verdicts are said in |

mod identity;
mod key;
mod network;
mod object;
mod organization;
mod resource;
mod words;

use crate::model::Layer;
use crate::provider::{Gate, Param};

const SERVICE: Param =
    Param { name: "service", about: "the endpoint service the request goes to, e.g. `s3` or `ecr.api`" };
const CONTEXT: Param = Param { name: "context", about: "condition keys of the request, as a map" };
const VIA: Param = Param { name: "via", about: "the service that makes the call on the principal's behalf, e.g. `s3`" };
const KEY: Param = Param { name: "key", about: "the KMS key: ARN, id or alias" };
const PASSED: Param =
    Param { name: "service", about: "the service the role is passed to, e.g. `sagemaker.amazonaws.com`" };

const POINT: Param = Param { name: "access-point", about: "the ARN of the access point that the request goes through" };
const PAYER: Param =
    Param { name: "request-payer", about: "`requester` where the request says that the requester pays, else `none`" };
const SSE: Param = Param { name: "sse", about: "the encryption that an upload asks for, e.g. `SSE-C`" };

const DENY: (&str, &str) = ("explicit-deny", "a statement denies the request");
const NO_ALLOW: (&str, &str) = ("no-allow", "an allow is needed here and no statement gives it");
const UNREAD: (&str, &str) = ("unread", "what decides could not be read");
const KEYS: (&str, &str) = ("condition-keys", "it depends on condition keys that nobody could tell");

const POLICY: &[(&str, &str)] = &[DENY, NO_ALLOW, UNREAD, KEYS];
const POLICY_PARAMS: &[Param] = &[CONTEXT, VIA, SERVICE];

macro_rules! gates {
    ($($layer:ident $name:literal, $judge:path, $about:literal, $reasons:expr, $params:expr;)*) => {
        &[$(Gate { name: $name, layer: Layer::$layer, about: $about, reasons: $reasons, params: $params, judge: $judge },)*]
    };
}

static GATES: &[Gate] = gates! {
    Identity "credentials", identity::credentials, "whose credentials are in use, and whether the identity exists",
        &[("no-such-principal", "IAM knows no such role or user"), ("expired", "the credentials are not accepted"), UNREAD], &[];
    Identity "identity-policy", identity::identity_policy, "the identity's own policies, managed and inline", POLICY, POLICY_PARAMS;
    Identity "pass-role", identity::pass_role, "whether the identity may pass a role to a service",
        &[DENY, NO_ALLOW, ("other-account", "the role belongs to another account"), UNREAD, KEYS], &[PASSED, CONTEXT];
    Identity "permissions-boundary", identity::permissions_boundary, "the most that the identity's policies may give", POLICY, POLICY_PARAMS;
    Identity "session-policy", identity::session_policy, "a policy given along when the session was made", POLICY, POLICY_PARAMS;
    Identity "trust-policy", identity::trust_policy, "who may become the role",
        &[DENY, NO_ALLOW, ("no-such-role", "there is no such role"), UNREAD, KEYS], &[CONTEXT];
    Identity "scp", organization::scp, "service control policies, level by level, of the principal's organization", POLICY, POLICY_PARAMS;
    Network "network-isolation", network::network_isolation, "whether a job's container has a network at all",
        &[("enabled", "the job runs with network isolation"), UNREAD], &[SERVICE];
    Network "endpoint", network::endpoint, "the VPC endpoint or gateway that leads to the service",
        &[("missing", "neither an endpoint nor a gateway leads there"), ("other-region", "the endpoint serves another Region"),
          ("bad-state", "the endpoint is not available"), UNREAD], &[SERVICE];
    Network "dns", network::dns, "whether the service's name leads to the intended way",
        &[("private-dns-off", "the endpoint's private name is off: the name gives public addresses"),
          ("dns-support-off", "names do not resolve in the VPC"), ("dns-hostnames-off", "private names need DNS hostnames in the VPC"),
          UNREAD], &[SERVICE];
    Network "security-group", network::security_group, "what the workload's security groups let out",
        &[("eni-sg-rules-mismatch", "no egress rule matches"), ("sg-has-no-rules", "there are no egress rules at all"), UNREAD], &[SERVICE];
    Network "nacl", network::nacl, "the subnets' network ACLs, both ways",
        &[("subnet-acl-restriction", "a rule refuses, or none allows"), UNREAD], &[SERVICE];
    Network "route", network::route, "where the subnet's route table sends the packets",
        &[("no-route-to-destination", "no route leads the intended way"), ("bad-state-route", "the route's target is gone"),
          ("more-specific-route", "a more specific route takes the packets elsewhere"), UNREAD], &[SERVICE];
    Network "nat-gateway", network::nat_gateway, "the NAT gateway on the way",
        &[("bad-state", "it is not available"), ("private", "it is a private one: it leads to no public address"),
          ("no-route-to-destination", "its own subnet has no way to the internet"), UNREAD], &[SERVICE];
    Network "internet-gateway", network::internet_gateway, "the internet gateway on the way",
        &[("igw-public-ip-association-for-egress", "the sender has no public address"), ("bad-state-attachment", "it is not attached"), UNREAD],
        &[SERVICE];
    Network "transit-gateway", network::transit_gateway, "the transit gateway on the way, its route tables, and the network behind it",
        network::TRANSIT_REASONS, &[SERVICE];
    Network "peering", network::peering, "the peering connection on the way",
        &[("pcx-requires-address-in-vpc-cidr", "peering passes only the peer's own addresses"), UNREAD], &[SERVICE];
    Network "vpc-block-public-access", network::vpc_block_public_access, "the account's guard against traffic over internet gateways",
        &[("vpc-block-public-access-enabled", "it stops what leaves for the internet"), UNREAD], &[SERVICE];
    Network "endpoint-security-group", network::endpoint_security_group, "what the endpoint's security groups let in",
        &[("eni-sg-rules-mismatch", "no ingress rule matches"), ("sg-has-no-rules", "there are no ingress rules at all"), UNREAD], &[SERVICE];
    Network "endpoint-policy", network::endpoint_policy, "the policy of the endpoint on the way", POLICY, POLICY_PARAMS;
    Storage "rcp", organization::rcp, "resource control policies of the resource owner's organization", POLICY, POLICY_PARAMS;
    Storage "resource-policy", resource::resource_policy, "the policy that the resource carries itself",
        &[DENY, NO_ALLOW, ("no-such-bucket", "there is no such bucket"), UNREAD, KEYS], POLICY_PARAMS;
    Storage "block-public-access", resource::block_public_access, "S3's guard against public access",
        &[("restrict-public-buckets", "the bucket's policy is public, and only its own account may use it"),
          ("block-public-acls", "lists that let everybody in are refused"), ("block-public-policy", "policies that let everybody in are refused"),
          UNREAD], &[CONTEXT];
    Storage "access-point", object::access_point, "the access point that the request goes through",
        &[DENY, NO_ALLOW, ("vpc-origin", "it takes requests from one VPC only"), ("no-such-access-point", "there is no such access point"), UNREAD, KEYS],
        &[POINT, CONTEXT, SERVICE];
    Storage "requester-pays", object::requester_pays, "whether the requester has to pay, and says so",
        &[("header-missing", "the request does not say that the requester pays"), UNREAD], &[PAYER];
    Storage "object", object::object, "the object itself, and the encryption of an upload",
        &[("encryption-type-blocked", "the bucket refuses this kind of encryption"), ("no-such-key", "there is no such object: a 403 that is a 404"),
          ("archived", "the object is archived and must be restored first"), UNREAD], &[SSE];
    Storage "object-ownership", resource::object_ownership, "whether objects may belong to another account than the bucket",
        &[("owner-unknown", "objects may belong to whoever wrote them"), UNREAD], &[];
    Storage "key-state", key::key_state, "whether the KMS key is usable",
        &[("disabled", "the key is disabled"), ("pending-deletion", "the key waits for its deletion"),
          ("pending-import", "the key has no material yet"), ("wrong-usage", "the key is not for encryption"), ("unavailable", "the key's store is not available"),
          ("no-such-key", "there is no such key"), UNREAD], &[KEY];
    Storage "key-policy", key::key_policy, "the KMS key's own policy", POLICY, &[KEY, VIA, CONTEXT];
    Storage "grant", key::grant, "grants on the KMS key", &[UNREAD], &[KEY, VIA];
};

/// True for services that resource control policies cover.
#[must_use]
pub fn rcp_covers(service: &str) -> bool {
    organization::covers(service)
}

/// Every gate of AWS.
#[must_use]
pub fn all() -> &'static [Gate] {
    GATES
}
