//! The access control lists on the way to an item ("Access control lists in Azure Data Lake Storage", common scenarios).

use serde_json::Value;

use super::case::Case;
use crate::azure::acl::{AccessList, EXECUTE, READ, WRITE};
use crate::azure::id;
use crate::azure::items::{flag, get};
use crate::azure::principal::is_member;
use crate::azure::rbac::Plane;
use crate::facts::{Fact, Known, Tri, Why};

/// What the lists on the way come to.
pub(super) enum Lists<'c> {
    /// They have no part in it; why, as a sentence.
    NotUsed(&'static str),
    /// What decides was not read.
    Unknown(Why),
    /// They allow it.
    Grant,
    /// One of them does not.
    Refuse(Box<Refusal<'c>>),
}

/// The list that does not allow it.
pub(super) struct Refusal<'c> {
    /// The path of its item; empty for the root.
    pub path: String,
    pub body: &'c Value,
    pub list: AccessList,
    /// What it would have to give.
    pub want: u8,
    /// It is a folder to be passed, not what the request is for.
    pub on_the_way: bool,
    /// Whether some list on the way names the principal, or a group of it.
    pub named: Tri,
}

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Read,
    List,
    Write,
    /// Of an entry of its folder.
    Remove,
}

fn operation(case: &Case<'_>) -> Option<Operation> {
    let action = case.ask.action;
    let starts = action.get(..BLOBS.len()).is_some_and(|start| start.eq_ignore_ascii_case(BLOBS));
    let rest = action.get(BLOBS.len()..).filter(|_| starts && case.plane == Plane::Data)?.to_ascii_lowercase();
    match rest.as_str() {
        "read" if case.lists() || case.ask.text("blob").is_none() => Some(Operation::List),
        "read" => Some(Operation::Read),
        "write" | "add/action" => Some(Operation::Write),
        "delete" | "move/action" => Some(Operation::Remove),
        _ => None,
    }
}

/// The lists that were not read are asked for thus.
pub(super) const MISSING: &str = "the access control lists (--probe)";

impl<'c> Lists<'c> {
    /// What the lists on the way come to, where the account has them and they can allow the action.
    pub fn of(case: &Case<'c>) -> Lists<'c> {
        let Some(operation) = operation(case) else {
            return Lists::NotUsed("Access control lists do not allow this operation, only roles do.");
        };
        let account = case.ask.text("account").or_else(|| id::up_to(case.scope, "storageAccounts"));
        let Some(account) = account else { return Lists::Unknown(Why::not_readable("the storage account")) };
        match get(case.ask.reading, "storage:GetAccount", account) {
            Known::Yes(body) if flag(body, "isHnsEnabled") == Some(true) => Walk { case, account }.walk(operation),
            Known::Yes(_) => {
                Lists::NotUsed("The account has no hierarchical namespace, and with it no access control lists.")
            }
            Known::Absent => Lists::Unknown(Why::not_readable("there is no such storage account")),
            Known::Unknown(why) => Lists::Unknown(why),
        }
    }
}

struct Walk<'w, 'c> {
    case: &'w Case<'c>,
    account: &'c str,
}

/// One item that the request meets, and what its list must give.
struct Need {
    path: String,
    want: u8,
    on_the_way: bool,
}

impl<'c> Walk<'_, 'c> {
    fn walk(&self, operation: Operation) -> Lists<'c> {
        let path = self.case.ask.text("blob").unwrap_or_default().trim_matches('/');
        let mut needs = parents(path);
        let item = |want| Need { path: path.to_owned(), want, on_the_way: false };
        match operation {
            Operation::Read => needs.push(item(READ)),
            Operation::List => needs.push(item(READ | EXECUTE)),
            Operation::Write => match self.list(path) {
                Known::Yes(_) => needs.push(item(WRITE)),
                // What is not there is created in its folder.
                Known::Absent => in_folder(&mut needs),
                Known::Unknown(why) => return Lists::Unknown(why),
            },
            Operation::Remove => in_folder(&mut needs),
        }
        self.weigh(&needs, operation == Operation::Remove, path)
    }

    /// Every list on the way is read before anything is said: whether access by list is meant shows in any of them.
    fn weigh(&self, needs: &[Need], removes: bool, path: &str) -> Lists<'c> {
        let oid = self.case.who.oid.as_str();
        let member = |group: &str| is_member(self.case.ask, &self.case.who, group);
        let (mut whole, mut named, mut first) = (Tri::True, Tri::False, None);
        for need in needs {
            let (body, list) = match self.list(&need.path) {
                Known::Yes(read) => read,
                Known::Absent => return Lists::Unknown(Why::not_readable(format!("there is no `{}`", need.path))),
                Known::Unknown(why) => return Lists::Unknown(why),
            };
            let mut gives = list.gives(oid, &member, need.want);
            if removes && !need.on_the_way && list.is_sticky() && !list.is_owner(oid) {
                gives = gives.and(match self.list(path) {
                    Known::Yes((_, item)) => item.is_owner(oid).into(),
                    _ => Tri::Unknown,
                });
            }
            named = named.or(list.names(oid, &member));
            whole = whole.and(gives);
            if gives == Tri::False && first.is_none() {
                first = Some((need, body, list));
            }
        }
        match (whole, first) {
            (Tri::True, _) => Lists::Grant,
            (Tri::False, Some((need, body, list))) => {
                let (path, want, on_the_way) = (need.path.clone(), need.want, need.on_the_way);
                Lists::Refuse(Box::new(Refusal { path, body, list, want, on_the_way, named }))
            }
            _ => Lists::Unknown(Why {
                call: "graph:GetMemberObjects".into(),
                not: crate::facts::WhyNot::NotAsked,
                text: "which groups the identity is in decides it".into(),
            }),
        }
    }

    fn list(&self, path: &str) -> Known<(&'c Value, AccessList)> {
        let text =
            |fact: &Fact, name: &str| fact.params.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let container =
            self.case.ask.text("container").or_else(|| id::after(self.case.scope, "containers")).unwrap_or_default();
        let is_it = |fact: &Fact| {
            id::name(&text(fact, "account")).eq_ignore_ascii_case(id::name(self.account))
                && text(fact, "filesystem") == container
                && text(fact, "path").trim_matches('/') == path
        };
        self.case.ask.reading.find("probe:GetAccessControl", is_it).and_then(|body| match AccessList::of(body) {
            Some(list) => Known::Yes((body, list)),
            None => Known::Unknown(Why::not_readable(format!("what the access control list of `{path}` says"))),
        })
    }
}

/// The folders to be passed, the root first.
fn parents(path: &str) -> Vec<Need> {
    if path.is_empty() {
        return Vec::new();
    }
    let ends = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at));
    ends.map(|end| Need { path: path[..end].to_owned(), want: EXECUTE, on_the_way: true }).collect()
}

/// Entries are made and removed by those who may write to their folder.
fn in_folder(needs: &mut [Need]) {
    if let Some(folder) = needs.last_mut() {
        folder.want = WRITE | EXECUTE;
        folder.on_the_way = false;
    }
}
