//! Methods, operations and commands, and the actions they stand for (Blob Storage REST reference, "Permissions for calling data
//! operations"; Azure RBAC, "Permissions for Storage").

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";
const CONTAINERS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/";
const SERVICE: &str = "Microsoft.Storage/storageAccounts/blobServices/";

/// What is said of a listing.
pub const LISTING: &str =
    "Listing is the action blobs/read with the sub-operation Blob.List: a condition may allow one and not the other.";

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Reads a blob or its properties.
    Read,
    /// Lists blobs.
    List,
    /// Writes a blob.
    Write,
    /// Deletes a blob.
    Delete,
    /// Renames or moves.
    Move,
    /// Reads tags.
    ReadTags,
    /// Writes tags.
    WriteTags,
    /// Finds blobs by tags.
    FindTags,
    /// Reads a container, or lists containers.
    ReadContainer,
    /// Makes or changes a container.
    WriteContainer,
    /// Deletes a container.
    DeleteContainer,
    /// Asks for a user delegation key.
    DelegationKey,
}

impl Does {
    /// The action's name.
    pub fn action(self) -> String {
        let (stem, verb) = match self {
            Does::Read | Does::List => (BLOBS, "read"),
            Does::Write => (BLOBS, "write"),
            Does::Delete => (BLOBS, "delete"),
            Does::Move => (BLOBS, "move/action"),
            Does::ReadTags => (BLOBS, "tags/read"),
            Does::WriteTags => (BLOBS, "tags/write"),
            Does::FindTags => (BLOBS, "filter/action"),
            Does::ReadContainer => (CONTAINERS, "read"),
            Does::WriteContainer => (CONTAINERS, "write"),
            Does::DeleteContainer => (CONTAINERS, "delete"),
            Does::DelegationKey => (SERVICE, "generateUserDelegationKey/action"),
        };
        format!("{stem}{verb}")
    }
}

/// HTTP's methods.
pub const METHODS: &[&str] = &["HEAD", "GET", "PUT", "PATCH", "POST", "DELETE"];

/// Operations as storage logs name them (Storage analytics, "Logged operations"), in lower case.
#[rustfmt::skip]
const LOGGED: &[(Does, &[&str])] = &[
    (Does::Read, &["getblob", "getblobproperties", "getblobmetadata", "readfile", "getpathstatus", "getpathaccesscontrol", "getfileproperties",
        "getfilesystemfile", "getblocklist", "getpageregions", "queryblobcontents", "checkpathaccess", "getpathproperties"]),
    (Does::List, &["listblobs", "listfilesystemdir", "listfilesystemfile", "listpath", "listpaths", "bloblist"]),
    (Does::Write, &["putblob", "putblock", "putblocklist", "putpage", "appendblock", "appendfile", "flushfile", "createpathfile", "createpathdir",
        "createfilesystemfile", "createfilesystemdir", "setblobmetadata", "setblobproperties", "copyblob", "setblobtier", "snapshotblob",
        "undeleteblob", "putblobfromurl", "putblockfromurl"]),
    (Does::Delete, &["deleteblob", "deletepathfile", "deletepathdir", "deletefilesystemfile", "deletefilesystemdir", "deletefile", "deletedirectory"]),
    (Does::Move, &["renamepathfile", "renamepathdir", "renamefile", "renamedirectory"]),
    (Does::ReadTags, &["getblobtags"]),
    (Does::WriteTags, &["setblobtags"]),
    (Does::FindTags, &["findblobsbytags", "filterblobs"]),
    (Does::ReadContainer, &["getcontainerproperties", "getcontainermetadata", "getcontaineracl", "listcontainers", "getfilesystemproperties", "listfilesystems"]),
    (Does::WriteContainer, &["createcontainer", "setcontainermetadata", "createfilesystem", "setfilesystemproperties"]),
    (Does::DeleteContainer, &["deletecontainer", "deletefilesystem"]),
    (Does::DelegationKey, &["getuserdelegationkey"]),
];

/// What a logged operation does.
pub fn logged(name: &str) -> Option<Does> {
    let lower = name.to_ascii_lowercase();
    LOGGED.iter().find(|(_, names)| names.contains(&lower.as_str())).map(|(does, _)| *does)
}

/// What a request to `path` (container and blob) does, by method and query.
pub fn requested(method: &str, path: &str, query: &str) -> Option<Does> {
    let query = query.to_ascii_lowercase();
    let has = |field: &str| query.split('&').any(|part| part == field);
    let blob = path.trim_matches('/').contains('/') && !has("restype=container") && !has("resource=filesystem");
    let reads = method == "GET" || method == "HEAD";
    match method {
        "POST" if has("comp=userdelegationkey") => Some(Does::DelegationKey),
        _ if has("comp=blobs") => Some(Does::FindTags),
        _ if has("comp=tags") => Some(if reads { Does::ReadTags } else { Does::WriteTags }),
        _ if query.contains("action=setaccesscontrol") => None,
        "GET" if has("comp=list") && !path.trim_matches('/').is_empty() => Some(Does::List),
        "GET" if has("resource=filesystem") || query.contains("recursive=") => Some(Does::List),
        "GET" | "HEAD" if blob => Some(Does::Read),
        "GET" | "HEAD" => Some(Does::ReadContainer),
        "PUT" | "PATCH" if blob => Some(Does::Write),
        "PUT" => Some(Does::WriteContainer),
        "DELETE" if blob => Some(Does::Delete),
        "DELETE" => Some(Does::DeleteContainer),
        _ => None,
    }
}

/// Calls of client libraries and verbs of `az storage`, as they stand in stack traces and command lines.
#[rustfmt::skip]
const CALLED: &[(&str, Does)] = &[
    ("az storage blob list", Does::List),
    ("az storage fs file list", Does::List),
    ("az storage fs directory list", Does::List),
    ("az storage blob upload", Does::Write),
    ("az storage fs file upload", Does::Write),
    ("az storage blob copy", Does::Write),
    ("az storage blob delete", Does::Delete),
    ("az storage fs file delete", Does::Delete),
    ("az storage blob download", Does::Read),
    ("az storage blob show", Does::Read),
    ("az storage blob exists", Does::Read),
    ("az storage fs file download", Does::Read),
    ("az storage fs file show", Does::Read),
    ("az storage container list", Does::ReadContainer),
    ("az storage container show", Does::ReadContainer),
    ("az storage container create", Does::WriteContainer),
    ("download_blob", Does::Read),
    ("get_blob_properties", Does::Read),
    ("list_blobs", Does::List),
    ("walk_blobs", Does::List),
    ("upload_blob", Does::Write),
    ("delete_blob", Does::Delete),
];

/// The call or command that a text names, and what it does.
pub fn called(text: &str) -> Option<(&'static str, Does)> {
    CALLED.iter().find(|(name, _)| text.contains(name)).copied()
}
