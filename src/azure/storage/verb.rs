//! What an action does, in the words that signatures and public access are given for (REST reference of Blob Storage, "Create a
//! service SAS" and "Create an account SAS").

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Content, properties or metadata are read.
    Read,
    /// Names are listed.
    List,
    /// Content is appended.
    Add,
    /// Content, properties or metadata are written.
    Write,
    /// Something is deleted.
    Delete,
    /// Something is moved.
    Move,
    /// Tags are read or written.
    Tags,
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The service of an account: its list of containers.
    Service,
    /// A container, or the names in it.
    Container,
    /// A blob.
    Object,
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// What is done.
    pub verb: Verb,
    /// What it is done to.
    pub target: Target,
}

impl Deed {
    /// Whether it takes away or replaces what is there.
    #[must_use]
    pub fn changes(self) -> bool {
        matches!(self.verb, Verb::Add | Verb::Write | Verb::Delete | Verb::Move)
    }
}

const CONTAINERS: &str = "microsoft.storage/storageaccounts/blobservices/containers/";

/// What an action does: Azure's own name with its sub-operation, or one of `read`, `list`, `write`, `delete`. Nothing for an action
/// that is no request for blobs.
#[must_use]
pub fn deed(action: &str, sub_operation: Option<&str>) -> Option<Deed> {
    let action = action.to_ascii_lowercase();
    let lists = sub_operation.is_some_and(|name| name.eq_ignore_ascii_case("Blob.List"));
    let (verb, target) = match action.strip_prefix(CONTAINERS).unwrap_or(&action) {
        "list" => (Verb::List, Target::Container),
        "blobs/read" if lists => (Verb::List, Target::Container),
        "read" if action.len() > CONTAINERS.len() => (Verb::List, Target::Service),
        "write" if action.len() > CONTAINERS.len() => (Verb::Write, Target::Container),
        "delete" if action.len() > CONTAINERS.len() => (Verb::Delete, Target::Container),
        "read" | "blobs/read" => (Verb::Read, Target::Object),
        "write" | "blobs/write" => (Verb::Write, Target::Object),
        "blobs/add/action" => (Verb::Add, Target::Object),
        "delete" | "blobs/delete" | "blobs/deleteblobversion/action" | "blobs/permanentdelete/action" => {
            (Verb::Delete, Target::Object)
        }
        "blobs/move/action" => (Verb::Move, Target::Object),
        "blobs/tags/read" | "blobs/tags/write" => (Verb::Tags, Target::Object),
        _ => return None,
    };
    Some(Deed { verb, target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_apart() {
        let blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
        let containers = "Microsoft.Storage/storageAccounts/blobServices/containers";
        for (action, sub_operation, wanted) in [
            (format!("{blobs}/read"), None, Some((Verb::Read, Target::Object))),
            (format!("{blobs}/read"), Some("Blob.List"), Some((Verb::List, Target::Container))),
            (format!("{blobs}/READ"), Some("Blob.Read.WithTagConditions"), Some((Verb::Read, Target::Object))),
            (format!("{blobs}/write"), None, Some((Verb::Write, Target::Object))),
            (format!("{blobs}/add/action"), None, Some((Verb::Add, Target::Object))),
            (format!("{blobs}/delete"), None, Some((Verb::Delete, Target::Object))),
            (format!("{containers}/read"), None, Some((Verb::List, Target::Service))),
            (format!("{containers}/write"), None, Some((Verb::Write, Target::Container))),
            (format!("{containers}/delete"), None, Some((Verb::Delete, Target::Container))),
            ("read".into(), None, Some((Verb::Read, Target::Object))),
            ("list".into(), None, Some((Verb::List, Target::Container))),
            ("Microsoft.KeyVault/vaults/read".into(), None, None),
        ] {
            let found = deed(&action, sub_operation).map(|deed| (deed.verb, deed.target));
            assert_eq!(found, wanted, "{action} {sub_operation:?}");
        }
    }
}
