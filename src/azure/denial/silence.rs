//! No answer at all: then no role and no rule of the account has spoken, for those answer with 403.

use super::note;
use crate::model::{Denial, Layer};

/// What a missing answer means.
pub const NO_ANSWER: &str = "No answer came, so no role and no rule of the account refused it: look at names, routes, security groups and \
    private endpoints (one whose connection is not approved lets nothing through).";
const NO_NAME: &str =
    "The name could not be resolved: look at private DNS zones, their records and their links, and at the resolver.";

/// How resolvers say that there is no address, in lower case.
const NAMES: &[&str] = &[
    "name or service not known",
    "nodename nor servname provided",
    "temporary failure in name resolution",
    "no address associated with hostname",
    "getaddrinfo",
    "enotfound",
    "eai_again",
    "could not resolve host",
    "couldn't resolve host",
    "failed to resolve",
    "nameresolutionerror",
    "failed to lookup address",
    "dns error",
    "no such host",
    "unknownhostexception",
    "the remote name could not be resolved",
    "server can't find",
    "nxdomain",
];

/// How connections say that nobody answers, in lower case.
const SILENCE: &[&str] = &[
    "timed out",
    "connecttimeout",
    "connection timeout",
    "connect timeout",
    "i/o timeout",
    "handshake timeout",
    "etimedout",
    "context deadline exceeded",
    "did not properly respond after a period of time",
    "connection refused",
    "econnrefused",
    "connection reset",
    "econnreset",
    "no route to host",
    "ehostunreach",
    "network is unreachable",
    "enetunreach",
    "connection aborted",
    "failed to establish a new connection",
    "timeoutexpired",
];

/// Tells the network layer where no answer came; the gate only where the name was not found.
pub fn read(lower: &str, denial: &mut Denial) {
    let any = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    if any(NAMES) {
        denial.reported.gate = Some("dns".into());
        denial.reported.layer = Some(Layer::Network);
        note(denial, NO_NAME);
    } else if any(SILENCE) {
        denial.reported.layer = Some(Layer::Network);
        note(denial, NO_ANSWER);
    } else if lower.contains("accessible from outside of the designated private link") {
        denial.reported.layer = Some(Layer::Network);
        note(denial, "The workspace takes private endpoints only, and it came another way.");
    }
}
