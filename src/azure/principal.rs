//! Who asks: the words of `--as` looked up, and what is known of the groups.

use serde_json::Value;

use super::id;
use super::items::{get, items, text};
use crate::facts::{Fact, FactStatus, Known, Tri, Why};
use crate::model::ANONYMOUS;
use crate::provider::Ask;

/// An Entra principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Its object id; empty for `anonymous`.
    pub oid: String,
    /// What a person would call it: a display name, a UPN, `identity of compute ci-1`; else the object id.
    pub label: String,
    /// `User`, `ServicePrincipal`, `Group`; `None` when not known.
    pub kind: Option<String>,
}

impl Who {
    /// True for a request that nobody signed.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.oid.is_empty()
    }
}

/// What has a managed identity: resource type, the call that shows it, what a person calls it.
const BEARERS: &[(&str, &str, &str)] = &[
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "identity:GetUserAssigned", "managed identity"),
    ("Microsoft.Compute/virtualMachines", "compute:GetVirtualMachine", "identity of virtual machine"),
    ("Microsoft.MachineLearningServices/workspaces/computes", "ml:GetCompute", "identity of compute"),
    ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "ml:GetOnlineEndpoint", "identity of endpoint"),
    ("Microsoft.MachineLearningServices/workspaces", "ml:GetWorkspace", "identity of workspace"),
];

/// The principal of a step's request: an object id, a UPN, an ARM id of a managed identity or of a resource that has one.
/// Absent: the cloud knows no such principal, or the resource has no identity.
pub fn who(ask: &Ask<'_>) -> Known<Who> {
    let words = ask.principal();
    match words {
        ANONYMOUS => Known::Yes(Who { oid: String::new(), label: "anybody".into(), kind: None }),
        "" => ask.reading.answer("entra:GetToken", &[]).and_then(|claims| match text(claims, "oid") {
            Some(oid) => Known::Yes(labelled(ask, oid)),
            None => Known::Unknown(Why::not_readable("who asks")),
        }),
        _ if id::is_guid(words) => Known::Yes(labelled(ask, words)),
        _ if id::is_arm(words) => resource(ask, words),
        _ => user(ask, words),
    }
}

/// A user's name: what the directory says, else the caller's own token.
fn user(ask: &Ask<'_>, upn: &str) -> Known<Who> {
    let of = |oid: &str| Who { oid: oid.to_owned(), label: upn.to_owned(), kind: Some("User".into()) };
    let is_own = |claims: &Value| {
        ["upn", "unique_name", "preferred_username"].iter().any(|claim| super::items::is(claims, claim, upn))
    };
    let own =
        body(ask, "entra:GetToken", |_| true).filter(|claims| is_own(claims)).and_then(|claims| text(claims, "oid"));
    match get(ask.reading, "graph:GetUser", upn) {
        Known::Yes(user) => text(user, "id")
            .map_or_else(|| Known::Unknown(Why::not_readable("the user's object id")), |oid| Known::Yes(of(oid))),
        Known::Absent => Known::Absent,
        Known::Unknown(why) => match own {
            Some(oid) => {
                let _ = ask.reading.answer("entra:GetToken", &[]);
                Known::Yes(of(oid))
            }
            None => Known::Unknown(why),
        },
    }
}

/// The identity of an Azure resource: its system-assigned one, else the first of its user-assigned ones, which is the default of an
/// Azure ML compute ("Set up authentication between Azure Machine Learning and other services").
fn resource(ask: &Ask<'_>, words: &str) -> Known<Who> {
    let kind_of = |bearer: &str| {
        let last = bearer.rsplit('/').next().unwrap_or_default();
        id::up_to(words, last).filter(|part| id::is(part, bearer))
    };
    let Some((part, call, called)) =
        BEARERS.iter().find_map(|(kind, call, called)| Some((kind_of(kind)?, *call, *called)))
    else {
        return Known::Unknown(Why::not_readable(format!("which identity {words} has")));
    };
    let label = format!("{called} {}", id::name(part));
    let as_who = |oid: &str| Who { oid: oid.to_owned(), label: label.clone(), kind: Some("ServicePrincipal".into()) };
    get(ask.reading, call, part).and_then(|body| {
        if call == "identity:GetUserAssigned" {
            return text(body, "principalId").map_or(Known::Absent, |oid| Known::Yes(as_who(oid)));
        }
        let Some(identity) = body.get("identity").filter(|identity| !identity.is_null()) else { return Known::Absent };
        if let Some(oid) = text(identity, "principalId") {
            return Known::Yes(as_who(oid));
        }
        let assigned = identity.get("userAssignedIdentities").and_then(Value::as_object);
        let Some((own_id, own)) = assigned.and_then(|all| all.iter().next()) else { return Known::Absent };
        match text(own, "principalId") {
            Some(oid) => Known::Yes(as_who(oid)),
            None => get(ask.reading, "identity:GetUserAssigned", own_id)
                .and_then(|body| text(body, "principalId").map_or(Known::Absent, |oid| Known::Yes(as_who(oid)))),
        }
    })
}

/// An object id with what is known of it. Nothing is noted as missing: a label decides nothing.
fn labelled(ask: &Ask<'_>, oid: &str) -> Who {
    let object = body(ask, "graph:GetDirectoryObject", |fact| asked(fact, "id", oid));
    let claims = body(ask, "entra:GetToken", |_| true).filter(|claims| super::items::is(claims, "oid", oid));
    let named = |value: &Value, names: &[&str]| names.iter().find_map(|name| text(value, name)).map(str::to_owned);
    let label = object
        .and_then(|object| named(object, &["displayName", "userPrincipalName"]))
        .or_else(|| claims.and_then(|claims| named(claims, &["upn", "unique_name", "app_displayname"])));
    let kind = object.and_then(|object| object.get("@odata.type")?.as_str()).and_then(kind_of).or_else(|| {
        let app = claims.and_then(|claims| text(claims, "idtyp"))?;
        Some(if app.eq_ignore_ascii_case("app") { "ServicePrincipal" } else { "User" })
    });
    Who { oid: oid.to_owned(), label: label.unwrap_or_else(|| oid.to_owned()), kind: kind.map(str::to_owned) }
}

fn kind_of(odata: &str) -> Option<&'static str> {
    match odata.rsplit('.').next()? {
        "user" => Some("User"),
        "servicePrincipal" => Some("ServicePrincipal"),
        "group" => Some("Group"),
        _ => None,
    }
}

fn asked(fact: &Fact, name: &str, value: &str) -> bool {
    fact.params.get(name).and_then(Value::as_str).is_some_and(|asked| id::same(asked, value))
}

fn body<'a>(ask: &Ask<'a>, call: &str, wanted: impl Fn(&Fact) -> bool) -> Option<&'a Value> {
    let mut facts = ask.reading.facts().of_call(call).map(|(_, fact)| fact);
    facts.find(|fact| fact.status == FactStatus::Ok && wanted(fact)).and_then(|fact| fact.body.as_ref())
}

/// True when a list of assignments was asked for those that apply to this principal.
#[must_use]
pub fn is_assigned_to(fact: &Fact, oid: &str) -> bool {
    let filter = fact.params.get("filter").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    !oid.is_empty() && filter.contains(&format!("assignedto('{}')", oid.to_ascii_lowercase()))
}

/// True when a list was asked for all that is at and above the scope.
#[must_use]
pub fn is_at_scope(fact: &Fact) -> bool {
    let filter = fact.params.get("filter").and_then(Value::as_str).unwrap_or_default();
    filter.trim().eq_ignore_ascii_case("atScope()")
}

/// Whether the principal is, directly or through other groups, in the group with this object id.
///
/// ARM tells it as well as the directory does: `assignedTo` lists what applies through groups, and what `atScope` lists at the same
/// scope beside it does not apply ("List Azure role assignments using the REST API").
pub fn is_member(ask: &Ask<'_>, who: &Who, group: &str) -> Tri {
    if who.is_anonymous() || group.is_empty() {
        return Tri::False;
    }
    if who.oid.eq_ignore_ascii_case(group) {
        return Tri::True;
    }
    let reading = ask.reading;
    let is_group = |value: &Value| value.as_str().is_some_and(|oid| oid.eq_ignore_ascii_case(group));
    let by_arm = by_assignments(ask, who, group);
    if by_arm == Tri::True {
        return Tri::True;
    }
    let claims = body(ask, "entra:GetToken", |_| true).filter(|claims| super::items::is(claims, "oid", &who.oid));
    if claims.is_some_and(|claims| super::items::list(claims, "groups").iter().any(is_group)) {
        let _ = reading.answer("entra:GetToken", &[]);
        return Tri::True;
    }
    if by_arm == Tri::False && body(ask, "graph:GetMemberObjects", |fact| asked(fact, "id", &who.oid)).is_none() {
        return Tri::False;
    }
    match get(reading, "graph:GetMemberObjects", &who.oid) {
        Known::Yes(groups) => items(groups).iter().any(is_group).into(),
        Known::Absent | Known::Unknown(_) => Tri::Unknown,
    }
}

fn by_assignments(ask: &Ask<'_>, who: &Who, group: &str) -> Tri {
    let lists = || {
        ask.reading
            .facts()
            .of_call("authorization:ListRoleAssignments")
            .map(|(_, fact)| fact)
            .filter(|fact| fact.body.is_some())
    };
    let of_group = |fact: &'_ Fact| -> Vec<String> {
        let all = fact.body.as_ref().map(items).unwrap_or_default().iter();
        let own = all.filter(|one| super::items::is(one, "principalId", group));
        own.filter_map(|one| one.get("id")?.as_str().map(str::to_ascii_lowercase)).collect()
    };
    let mut applies = Tri::Unknown;
    for mine in lists().filter(|fact| is_assigned_to(fact, &who.oid)) {
        let own = of_group(mine);
        if !own.is_empty() {
            note(ask, mine);
            return Tri::True;
        }
        let scope = mine.params.get("id").and_then(Value::as_str).unwrap_or_default();
        let all = lists().filter(|fact| is_at_scope(fact) && asked(fact, "id", scope));
        for all in all.filter(|fact| !of_group(fact).is_empty()) {
            note(ask, mine);
            note(ask, all);
            applies = Tri::False;
        }
    }
    applies
}

/// Notes that a fact was used.
fn note(ask: &Ask<'_>, fact: &Fact) {
    let _ = ask.reading.find(&fact.call, |other| std::ptr::eq(other, fact));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::facts::{Facts, Reading};
    use crate::model::Request;

    const OID: &str = "00000000-0000-0000-0000-0000000000b1";
    const GROUP: &str = "00000000-0000-0000-0000-0000000000a1";
    const SCOPE: &str = "/subscriptions/s/resourceGroups/g";

    fn fact(call: &str, params: Value, body: Option<Value>, status: FactStatus) -> Fact {
        let params = params.as_object().unwrap().clone();
        Fact { id: String::new(), call: call.into(), params, status, at: String::new(), took_ms: 0, body, error: None }
    }

    fn ok(call: &str, params: Value, body: Value) -> Fact {
        fact(call, params, Some(body), FactStatus::Ok)
    }

    fn asked<T>(principal: &str, facts: Vec<Fact>, of: impl FnOnce(&Ask<'_>) -> T) -> T {
        let request = Request { principal: principal.into(), ..Request::default() };
        let facts = Facts::new(facts);
        let reading = Reading::new(&facts);
        of(&Ask { request: &request, reading: &reading, with: &BTreeMap::new(), action: "a" })
    }

    #[test]
    fn words_become_principals() {
        let ml = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/ws";
        let vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm1";
        let mi = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi1";
        let own = json!({"identity": {"type": "SystemAssigned", "principalId": OID}});
        let assigned =
            json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {mi: {"principalId": OID}}}});
        let bare = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {mi: {}}}});
        let identity =
            || ok("identity:GetUserAssigned", json!({"id": mi}), json!({"properties": {"principalId": OID}}));
        let shown = |call: &str, id: &str, body: &Value| ok(call, json!({"id": id}), body.clone());
        let (compute, endpoint) = (format!("{ml}/computes/ci-1"), format!("{ml}/onlineEndpoints/fraud"));
        let deployment = format!("{endpoint}/deployments/blue");
        for (words, facts, label) in [
            (OID, vec![], OID),
            (
                OID,
                vec![ok(
                    "graph:GetDirectoryObject",
                    json!({"id": OID}),
                    json!({"displayName": "trainer", "@odata.type": "#microsoft.graph.servicePrincipal"}),
                )],
                "trainer",
            ),
            ("", vec![ok("entra:GetToken", json!({}), json!({"oid": OID, "upn": "ds@contoso.com"}))], "ds@contoso.com"),
            (
                "ds@contoso.com",
                vec![ok("graph:GetUser", json!({"id": "DS@contoso.com"}), json!({"id": OID}))],
                "ds@contoso.com",
            ),
            (
                "ds@contoso.com",
                vec![ok("entra:GetToken", json!({}), json!({"oid": OID, "upn": "DS@contoso.com"}))],
                "ds@contoso.com",
            ),
            (mi, vec![identity()], "managed identity mi1"),
            (vm, vec![shown("compute:GetVirtualMachine", vm, &own)], "identity of virtual machine vm1"),
            (vm, vec![shown("compute:GetVirtualMachine", vm, &assigned)], "identity of virtual machine vm1"),
            (vm, vec![shown("compute:GetVirtualMachine", vm, &bare), identity()], "identity of virtual machine vm1"),
            (&compute, vec![shown("ml:GetCompute", &compute, &own)], "identity of compute ci-1"),
            (&endpoint, vec![shown("ml:GetOnlineEndpoint", &endpoint, &own)], "identity of endpoint fraud"),
            (&deployment, vec![shown("ml:GetOnlineEndpoint", &endpoint, &own)], "identity of endpoint fraud"),
            (ml, vec![shown("ml:GetWorkspace", ml, &own)], "identity of workspace ws"),
        ] {
            let who = asked(words, facts, who).yes().unwrap_or_else(|| panic!("{words}"));
            assert_eq!((who.oid.as_str(), who.label.as_str()), (OID, label), "{words}");
        }
        assert!(asked("anonymous", vec![], who).yes().is_some_and(|who| who.is_anonymous()));
        for (words, facts, absent) in [
            (vm, vec![shown("compute:GetVirtualMachine", vm, &json!({"properties": {}}))], true),
            (vm, vec![], false),
            (vm, vec![shown("compute:GetVirtualMachine", vm, &bare)], false),
            (
                "x@contoso.com",
                vec![fact("graph:GetUser", json!({"id": "x@contoso.com"}), None, FactStatus::NotFound)],
                true,
            ),
            (
                "x@contoso.com",
                vec![ok("entra:GetToken", json!({}), json!({"oid": OID, "upn": "ds@contoso.com"}))],
                false,
            ),
            ("", vec![], false),
            ("/subscriptions/s", vec![], false),
        ] {
            let found = asked(words, facts, who);
            assert_eq!((found == Known::Absent, matches!(found, Known::Unknown(_))), (absent, !absent), "{words}");
        }
    }

    #[test]
    fn groups_are_told_by_arm_and_by_the_directory() {
        let list = |filter: &str, oids: &[(&str, &str)]| {
            let value: Vec<Value> =
                oids.iter().map(|(id, oid)| json!({"id": id, "properties": {"principalId": oid}})).collect();
            ok("authorization:ListRoleAssignments", json!({"id": SCOPE, "filter": filter}), json!({"value": value}))
        };
        let mine = format!("atScope() and assignedTo('{OID}')");
        let graph = |groups: &[&str]| ok("graph:GetMemberObjects", json!({"id": OID}), json!({"value": groups}));
        for (facts, member, why) in [
            (vec![], Tri::Unknown, "nothing is known"),
            (vec![graph(&[GROUP])], Tri::True, "the directory lists it"),
            (vec![graph(&["other"])], Tri::False, "the directory does not"),
            (vec![list(&mine, &[("a", GROUP)])], Tri::True, "an assignment applies through it"),
            (vec![list(&mine, &[("a", "other")])], Tri::Unknown, "no assignment applies through it"),
            (vec![list(&mine, &[]), list("atScope()", &[("a", GROUP)])], Tri::False, "one of the group does not apply"),
            (
                vec![list("assignedTo('other')", &[]), list("atScope()", &[("a", GROUP)])],
                Tri::Unknown,
                "the list of another",
            ),
            (vec![list("atScope()", &[("a", GROUP)])], Tri::Unknown, "only the list of everybody"),
            (
                vec![ok("entra:GetToken", json!({}), json!({"oid": OID, "groups": [GROUP]}))],
                Tri::True,
                "the token lists it",
            ),
            (
                vec![ok("entra:GetToken", json!({}), json!({"oid": OID, "groups": ["other"]}))],
                Tri::Unknown,
                "the token need not list all",
            ),
            (
                vec![ok("entra:GetToken", json!({}), json!({"oid": "other", "groups": [GROUP]}))],
                Tri::Unknown,
                "the token of another",
            ),
        ] {
            let who = Who { oid: OID.into(), label: String::new(), kind: None };
            assert_eq!(asked(OID, facts, |ask| is_member(ask, &who, &GROUP.to_ascii_uppercase())), member, "{why}");
        }
    }
}
