//! Access control lists of a hierarchical namespace ("Access control lists in Azure Data Lake Storage", on the access check).

use serde_json::Value;

use super::items::text;
use crate::facts::Tri;

/// Read.
pub const READ: u8 = 4;
/// Write.
pub const WRITE: u8 = 2;
/// Execute: to pass a folder.
pub const EXECUTE: u8 = 1;

/// The list of one folder or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessList {
    owner: String,
    group: String,
    entries: Vec<Entry>,
    sticky: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Group,
    Mask,
    Other,
}

/// `user:OID:r-x`; an entry without an id is the owner's, the owning group's, the mask's or everybody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    id: String,
    gives: u8,
}

impl AccessList {
    /// The list of an item as `getAccessControl` answers it: `owner`, `group`, `permissions`, `acl`. Nothing where it is none.
    #[must_use]
    pub fn of(body: &Value) -> Option<AccessList> {
        let permissions = text(body, "permissions").unwrap_or_default();
        let group = text(body, "group").unwrap_or_default().to_owned();
        let entries = match text(body, "acl") {
            Some(list) => {
                list.split(',').filter(|entry| !entry.starts_with("default:")).map(entry).collect::<Option<_>>()?
            }
            None => short(permissions)?,
        };
        let owner = text(body, "owner").unwrap_or_default().to_owned();
        Some(AccessList {
            owner,
            group,
            entries,
            sticky: permissions.as_bytes().get(8).is_some_and(|last| b"tT".contains(last)),
        })
    }

    /// Whether it gives all of `want` to the principal. The mask does not limit the owner, and limits everybody else, other than in POSIX; a
    /// member of groups whose entries do not give it falls to what everybody gets.
    pub fn gives(&self, oid: &str, member: &dyn Fn(&str) -> Tri, want: u8) -> Tri {
        let all = |gives: u8| gives & want == want;
        let of = |kind: Kind| self.entries.iter().filter(move |entry| entry.kind == kind);
        let mask = of(Kind::Mask).next().map_or(READ | WRITE | EXECUTE, |entry| entry.gives);
        if self.is_owner(oid) {
            return of(Kind::User).any(|entry| entry.id.is_empty() && all(entry.gives)).into();
        }
        if let Some(named) = of(Kind::User).find(|entry| !entry.id.is_empty() && entry.id.eq_ignore_ascii_case(oid)) {
            return all(named.gives & mask).into();
        }
        let groups = of(Kind::Group).filter(|entry| all(entry.gives & mask));
        let group = |entry: &Entry| if entry.id.is_empty() { self.group.clone() } else { entry.id.clone() };
        let by_group = groups.map(group).filter(|group| !group.is_empty()).map(|group| member(&group));
        let by_group = by_group.fold(Tri::False, Tri::or);
        by_group.or(of(Kind::Other).any(|entry| all(entry.gives & mask)).into())
    }

    /// Whether it names the principal, or a group of it: access by list is meant. The owning group is there by itself and tells nothing.
    pub fn names(&self, oid: &str, member: &dyn Fn(&str) -> Tri) -> Tri {
        let named = |entry: &&Entry| matches!(entry.kind, Kind::User | Kind::Group) && !entry.id.is_empty();
        let own = self.entries.iter().filter(named).map(|entry| match entry.kind {
            Kind::User => Tri::from(entry.id.eq_ignore_ascii_case(oid)),
            _ => member(&entry.id),
        });
        own.fold(Tri::from(self.is_owner(oid)), Tri::or)
    }

    /// True when the principal owns the item.
    #[must_use]
    pub fn is_owner(&self, oid: &str) -> bool {
        !oid.is_empty() && self.owner.eq_ignore_ascii_case(oid)
    }

    /// True when only owners may delete or rename what is in the folder.
    #[must_use]
    pub fn is_sticky(&self) -> bool {
        self.sticky
    }

    /// The list with one more right for the principal, as `az storage fs access set --acl` takes it.
    #[must_use]
    pub fn with(&self, oid: &str, want: u8) -> String {
        let mut entries: Vec<(String, String, u8)> = Vec::new();
        let mut found = false;
        for entry in &self.entries {
            let own = entry.kind == Kind::User && entry.id.eq_ignore_ascii_case(oid);
            found |= own;
            let gives = match entry.kind {
                Kind::Mask => entry.gives | want,
                _ if own => entry.gives | want,
                _ => entry.gives,
            };
            let kind = match entry.kind {
                Kind::User => "user",
                Kind::Group => "group",
                Kind::Mask => "mask",
                Kind::Other => "other",
            };
            entries.push((kind.to_owned(), entry.id.clone(), gives));
        }
        if !found {
            entries.insert(0, ("user".to_owned(), oid.to_owned(), want));
        }
        let spelled = |(kind, id, gives): (String, String, u8)| format!("{kind}:{id}:{}", letters(gives));
        entries.into_iter().map(spelled).collect::<Vec<_>>().join(",")
    }
}

/// `r-x`.
#[must_use]
pub fn letters(gives: u8) -> String {
    [(READ, 'r'), (WRITE, 'w'), (EXECUTE, 'x')]
        .map(|(bit, letter)| if gives & bit == bit { letter } else { '-' })
        .iter()
        .collect()
}

fn entry(text: &str) -> Option<Entry> {
    let mut parts = text.trim().splitn(3, ':');
    let kind = match parts.next()? {
        "user" => Kind::User,
        "group" => Kind::Group,
        "mask" => Kind::Mask,
        "other" => Kind::Other,
        _ => return None,
    };
    Some(Entry { kind, id: parts.next()?.to_owned(), gives: rights(parts.next()?)? })
}

fn rights(text: &str) -> Option<u8> {
    text.chars().try_fold(0, |gives, letter| match letter {
        'r' => Some(gives | READ),
        'w' => Some(gives | WRITE),
        'x' | 't' => Some(gives | EXECUTE),
        '-' | 'T' => Some(gives),
        _ => None,
    })
}

/// The three triples of `rwxr-x---`.
fn short(permissions: &str) -> Option<Vec<Entry>> {
    let triple = |at: usize| permissions.get(at..at + 3).and_then(rights);
    let entry = |kind, at| Some(Entry { kind, id: String::new(), gives: triple(at)? });
    Some(vec![entry(Kind::User, 0)?, entry(Kind::Group, 3)?, entry(Kind::Other, 6)?])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn in_g(group: &str) -> Tri {
        match group {
            "g" => Tri::True,
            "maybe" => Tri::Unknown,
            _ => Tri::False,
        }
    }

    #[test]
    fn the_first_entry_that_fits_decides() {
        for (owner, group, acl, want, gives, why) in [
            (
                "me",
                "x",
                "user::r--,group::---,mask::---,other::---",
                READ,
                Tri::True,
                "the mask does not limit the owner",
            ),
            ("me", "x", "user::---,user:me:rwx,group::rwx,other::rwx", READ, Tri::False, "the owner's entry decides"),
            ("o", "x", "user::rwx,user:ME:r-x,group::---,mask::r-x,other::---", READ | EXECUTE, Tri::True, "named"),
            (
                "o",
                "x",
                "user::rwx,user:me:rwx,group::---,mask::r--,other::rwx",
                WRITE,
                Tri::False,
                "the mask limits a named one",
            ),
            (
                "o",
                "x",
                "user::rwx,user:me:---,group:g:rwx,other::rwx",
                READ,
                Tri::False,
                "a named entry decides before groups",
            ),
            ("o", "x", "user::rwx,group::---,group:g:r--,mask::rwx,other::---", READ, Tri::True, "a named group"),
            ("o", "g", "user::rwx,group::r--,other::---", READ, Tri::True, "the owning group"),
            (
                "o",
                "x",
                "user::rwx,group::---,group:g:-w-,mask::-w-,other::r--",
                READ,
                Tri::False,
                "the mask limits the others too",
            ),
            (
                "o",
                "x",
                "user::rwx,group::---,group:g:-w-,mask::rw-,other::r--",
                READ,
                Tri::True,
                "a group that lacks it falls to the others",
            ),
            ("o", "x", "user::rwx,group::---,group:maybe:r--,other::---", READ, Tri::Unknown, "perhaps in the group"),
            ("o", "x", "user::rwx,group::---,group:maybe:r--,other::r--", READ, Tri::True, "whoever it is"),
            (
                "o",
                "x",
                "user::---,group::---,other::---,default:user:me:rwx,default:other::rwx",
                READ,
                Tri::False,
                "defaults are for new items",
            ),
        ] {
            let body = json!({"owner": owner, "group": group, "permissions": "rwxrwxrwx+", "acl": acl});
            let list = AccessList::of(&body).unwrap();
            assert_eq!(list.gives("me", &in_g, want), gives, "{why}");
        }
    }

    #[test]
    fn lists_come_from_the_triples_too() {
        let list = AccessList::of(&json!({"owner": "o", "group": "g", "permissions": "rwxr-x--t"})).unwrap();
        assert_eq!(list.gives("me", &in_g, READ | EXECUTE), Tri::True);
        assert_eq!(list.gives("me", &in_g, WRITE), Tri::False);
        assert!(list.is_sticky());
        for body in [json!({}), json!({"acl": "nobody:x"}), json!({"permissions": "rwé"}), json!({"acl": "user::rwz"})]
        {
            assert_eq!(AccessList::of(&body), None, "{body}");
        }
    }

    #[test]
    fn a_right_is_added_and_nothing_taken() {
        let body = json!({"owner": "o", "group": "g", "acl": "user::rwx,group::r-x,mask::r--,other::---"});
        let list = AccessList::of(&body).unwrap();
        assert_eq!(list.with("me", READ | EXECUTE), "user:me:r-x,user::rwx,group::r-x,mask::r-x,other::---");
    }
}
