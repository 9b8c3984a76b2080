//! Facts that no read call gives: what the cloud said when it refused (`why`), and what became of the request itself (`--probe`). They stand in the
//! snapshot beside the others, so that a replay weighs them again.

use serde_json::{Map, json};

use crate::facts::{Fact, FactStatus, Facts};
use crate::model::{
    Confidence, Decisive, Denial, Diagnosis, Effect, GateReport, Judgement, Layer, ORIGIN_UNKNOWN, Request, Verdict,
};
use crate::provider::{Gate, Provider};

/// The call name under which a refusal stands among the facts.
pub const REPORTED: &str = "reported:Denial";
/// What the names of probes begin with.
const PROBED: &str = "probe:";

/// True for facts that are evidence rather than answers of read calls.
#[must_use]
pub fn is_evidence(fact: &Fact) -> bool {
    fact.call == REPORTED || fact.call.starts_with(PROBED)
}

/// True when the request itself was made, as the caller and from where the question is about, and was let in: `probe` is what was
/// asked of the data plane.
fn let_in(provider: &dyn Provider, facts: &Facts, request: &Request, action: &str) -> bool {
    let as_asked = provider.is_caller(&request.principal, facts)
        && matches!(request.origin.as_str(), ORIGIN_UNKNOWN | "here")
        && action == request.action;
    let shown = |fact: &Fact| fact.call.strip_prefix(PROBED).is_some_and(|probe| provider.shows(probe, action));
    as_asked && facts.all().iter().any(|fact| fact.status == FactStatus::Ok && shown(fact))
}

/// A refusal as a fact.
#[must_use]
pub fn reported(denial: &Denial) -> Fact {
    Fact {
        id: String::new(),
        call: REPORTED.into(),
        params: Map::new(),
        status: FactStatus::Ok,
        at: String::new(),
        took_ms: 0,
        body: Some(json!({
            "gate": denial.reported.gate, "effect": denial.reported.effect, "policy": denial.reported.policy,
            "layer": denial.reported.layer,
            "action": denial.action.as_ref().or(denial.implied_action.as_ref()),
        })),
        error: None,
    }
}

/// What a refused request reports, as a fact. The refusal of a further read (a list of access rights) is none of the request's.
#[must_use]
pub fn reported_by(provider: &dyn Provider, observed: &[Fact]) -> Option<Fact> {
    let requests =
        observed.iter().filter(|fact| fact.call.starts_with(PROBED) && fact.call != "probe:GetAccessControl");
    let error = requests.filter(|fact| fact.status == FactStatus::Denied).find_map(|fact| fact.error.as_ref())?;
    // A refusal may say more than its code: it is read as a pasted error would be.
    let denials = provider.denials(&format!("{}: {}", error.code, error.message));
    denials.first().filter(|denial| denial.reported.gate.is_some()).map(reported)
}

/// What the cloud blamed.
#[derive(Debug, Clone, Copy)]
struct Blamed<'f> {
    gate: &'f str,
    effect: Option<Effect>,
    policy: Option<&'f str>,
    action: Option<&'f str>,
    fact: &'f Fact,
}

fn blamed(facts: &Facts) -> Option<Blamed<'_>> {
    let (_, fact) = facts.of_call(REPORTED).next()?;
    let text = |key: &str| fact.body.as_ref()?.get(key)?.as_str();
    let effect = match text("effect") {
        Some("explicit-deny") => Some(Effect::ExplicitDeny),
        Some("no-allow") => Some(Effect::NoAllow),
        _ => None,
    };
    Some(Blamed { gate: text("gate")?, effect, policy: text("policy"), action: text("action"), fact })
}

/// Weighs what was reported against what was judged. What could not be read is closed on the cloud's own word; what was read
/// stands, with a remark where the two differ. Gives the id of the fact that was weighed.
pub fn weigh<'f>(
    provider: &dyn Provider,
    judgement: &mut Judgement,
    gate: &Gate,
    action: &str,
    request: &Request,
    facts: &'f Facts,
) -> Option<&'f str> {
    if judgement.verdict == Verdict::Unknown && let_in(provider, facts, request, action) {
        *judgement = Judgement::open("The request itself was let in just now, so this gate is open.");
        judgement.confidence = Confidence::Observed;
    }
    let blamed = blamed(facts)?;
    if blamed.gate != gate.name || !blamed.action.unwrap_or(&request.action).eq_ignore_ascii_case(action) {
        return None;
    }
    match (judgement.verdict, blamed.effect) {
        // A gate that is taken to be unused because nothing can be read of it is used after all, if the cloud says so.
        (Verdict::NotApplicable, Some(effect)) if !judgement.missing.is_empty() => {
            close(judgement, gate, blamed, effect);
        }
        (Verdict::Unknown, Some(effect)) => close(judgement, gate, blamed, effect),
        (Verdict::Unknown, None) => {
            judgement.notes.push("The cloud's own message points here, without saying what it is.".into());
        }
        (Verdict::Closed, _) => judgement.notes.push("The cloud's own message says the same.".into()),
        (Verdict::Open, _) => judgement.notes.push(DIFFERS.into()),
        (Verdict::NotApplicable, _) => {}
    }
    Some(&blamed.fact.id)
}

const DIFFERS: &str = "The cloud reported that this gate refused the request; what was read now lets it pass. A change may still be on its \
    way or have come since, or the request carried another session, other condition keys or came another way.";

fn close(judgement: &mut Judgement, gate: &Gate, blamed: Blamed<'_>, effect: Effect) {
    let (reason, how) = match effect {
        Effect::ExplicitDeny => ("explicit-deny", "refused the request with an explicit deny"),
        _ => (gate.lacking(), "does not allow the request"),
    };
    let which = blamed.policy.map(|policy| format!(" ({policy})")).unwrap_or_default();
    let mut closed = Judgement::closed(
        effect,
        reason,
        blamed.policy.unwrap_or(blamed.gate),
        format!("The cloud itself reported that the {}{which} {how}; its text could not be read here.", blamed.gate),
    );
    closed.confidence = Confidence::Reported;
    closed.notes.append(&mut judgement.notes);
    closed.decisive = blamed
        .policy
        .map(|policy| Decisive { document: policy.to_owned(), statement: "as reported".into(), text: None })
        .into_iter()
        .collect();
    *judgement = closed;
}

/// Reported beside computed, in sentences; `None` when nothing was reported.
#[must_use]
pub fn compared(diagnosis: &Diagnosis, facts: &Facts) -> Option<(String, String)> {
    let (_, fact) = facts.of_call(REPORTED).next()?;
    let Some(blamed) = blamed(facts) else {
        let layer = fact.body.as_ref().and_then(|body| serde_json::from_value(body.get("layer")?.clone()).ok());
        return Some(match layer {
            Some(layer) => by_layer(diagnosis, layer),
            None => ("a refusal, without a reason".into(), computed(diagnosis)),
        });
    };
    let effect = blamed.effect.map(|effect| format!(", {}", effect.as_str())).unwrap_or_default();
    let policy = blamed.policy.map(|policy| format!(", {policy}")).unwrap_or_default();
    let said = format!("{}{effect}{policy}", blamed.gate);
    let of_gate: Vec<&GateReport> = diagnosis.gates.iter().filter(|gate| gate.gate == blamed.gate).collect();
    let any = |wanted: Verdict| of_gate.iter().any(|gate| gate.status == wanted);
    let agreement = if any(Verdict::Closed) {
        "agrees".to_owned()
    } else if of_gate.iter().all(|gate| gate.status == Verdict::NotApplicable) {
        format!("differs: this walk does not use the gate {}", blamed.gate)
    } else if any(Verdict::Unknown) {
        "cannot be compared: the gate could not be judged".to_owned()
    } else {
        format!("differs: {DIFFERS}")
    };
    Some((said, format!("{}; {agreement}", computed(diagnosis))))
}

/// The cloud told no more than the layer.
fn by_layer(diagnosis: &Diagnosis, layer: Layer) -> (String, String) {
    let any = |wanted: Verdict| diagnosis.gates.iter().any(|gate| gate.layer == layer && gate.status == wanted);
    let agreement = match (any(Verdict::Closed), any(Verdict::Unknown)) {
        (true, _) => "agrees".to_owned(),
        (false, true) => "cannot be compared: a gate of that layer could not be judged".to_owned(),
        (false, false) => format!("differs: {DIFFERS}"),
    };
    (format!("something in the layer {layer}, without saying what"), format!("{}; {agreement}", computed(diagnosis)))
}

fn computed(diagnosis: &Diagnosis) -> String {
    let closed: Vec<&str> = diagnosis.closed().map(|gate| gate.code.as_str()).collect();
    if closed.is_empty() { "no gate was found closed".into() } else { closed.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FactError;

    fn refused(call: &str, code: &str, message: &str) -> Fact {
        let error = Some(FactError { code: code.into(), message: message.into() });
        let status = FactStatus::Denied;
        let (id, at) = (String::new(), String::new());
        Fact { id, call: call.into(), params: Map::new(), status, at, took_ms: 0, body: None, error }
    }

    #[test]
    fn only_the_request_itself_reports() {
        let aws = crate::cloud::by_id("aws").unwrap();
        let message = "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: s3:GetObject on \
            resource: \"arn:aws:s3:::b/k\" with an explicit deny in a service control policy";
        let reported = reported_by(aws, &[refused("probe:GetObject", "AccessDenied", message)]).unwrap();
        assert_eq!(reported.body.unwrap()["gate"], "scp");
        assert!(reported_by(aws, &[refused("s3:GetBucketPolicy", "AccessDenied", message)]).is_none(), "no probe");
        // Reading the lists takes rights that the request does not need.
        let azure = crate::cloud::by_id("azure").unwrap();
        let lists = refused("probe:GetAccessControl", "AuthorizationFailed", "The client does not have authorization");
        assert!(reported_by(azure, std::slice::from_ref(&lists)).is_none());
        let head = Fact { call: "probe:HeadBlob".into(), ..lists };
        assert_eq!(reported_by(azure, &[head]).unwrap().body.unwrap()["gate"], "role-assignment");
    }
}
