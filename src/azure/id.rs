//! ARM resource ids and scopes: `/subscriptions/…/resourceGroups/…/providers/NAMESPACE/TYPE/NAME/TYPE/NAME`.
//!
//! Ids are compared without regard to case (Azure Resource Manager, "Resource naming": ids are case-insensitive), segment by segment.

/// True when two ids name the same thing.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    trimmed(left).eq_ignore_ascii_case(trimmed(right))
}

/// True when `target` is `scope` or lies below it. The root scope `/` holds everything. A management group is no prefix of the
/// subscriptions in it: whether it is above a target only ARM can tell.
#[must_use]
pub fn within(target: &str, scope: &str) -> bool {
    let (target, scope) = (trimmed(target), trimmed(scope));
    scope.is_empty()
        || (target.len() >= scope.len()
            && target.is_char_boundary(scope.len())
            && target[..scope.len()].eq_ignore_ascii_case(scope)
            && matches!(target.as_bytes().get(scope.len()), None | Some(b'/')))
}

/// What stands after the segment of this name: `ml-rg` after `resourceGroups`.
#[must_use]
pub fn after<'i>(id: &'i str, segment: &str) -> Option<&'i str> {
    let mut parts = trimmed(id).split('/');
    parts.find(|part| part.eq_ignore_ascii_case(segment))?;
    parts.next().filter(|part| !part.is_empty())
}

/// The subscription's id (a GUID in Azure).
#[must_use]
pub fn subscription(id: &str) -> Option<&str> {
    after(id, "subscriptions")
}

/// The scope of its subscription: `/subscriptions/GUID`.
#[must_use]
pub fn subscription_scope(id: &str) -> Option<&str> {
    up_to(id, "subscriptions")
}

/// The name of its resource group.
#[must_use]
pub fn group(id: &str) -> Option<&str> {
    after(id, "resourceGroups")
}

/// The last segment.
#[must_use]
pub fn name(id: &str) -> &str {
    trimmed(id).rsplit('/').next().unwrap_or_default()
}

/// The id cut off behind the name that follows this segment: a subnet's id up to `virtualNetworks` is its network's.
#[must_use]
pub fn up_to<'i>(id: &'i str, segment: &str) -> Option<&'i str> {
    let name = after(id, segment)?;
    let end = name.as_ptr() as usize - id.as_ptr() as usize + name.len();
    Some(&id[..end])
}

/// The resource type, e.g. `Microsoft.Network/virtualNetworks/subnets`; of the last provider where there are several.
#[must_use]
pub fn kind(id: &str) -> Option<String> {
    let lower = trimmed(id).to_ascii_lowercase();
    let at = lower.rfind("/providers/")? + "/providers/".len();
    let mut parts = trimmed(id)[at..].split('/');
    let mut kind = parts.next().filter(|part| !part.is_empty())?.to_owned();
    while let (Some(of), Some(_)) = (parts.next(), parts.next()) {
        kind.push('/');
        kind.push_str(of);
    }
    Some(kind)
}

/// True when the id is of this resource type.
#[must_use]
pub fn is(id: &str, wanted: &str) -> bool {
    kind(id).is_some_and(|kind| kind.eq_ignore_ascii_case(wanted))
}

/// True for an ARM id or scope: it begins with `/subscriptions/` or `/providers/`, and no segment is empty.
#[must_use]
pub fn is_arm(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let known = lower.starts_with("/subscriptions/") || lower.starts_with("/providers/");
    known && trimmed(text)[1..].split('/').all(|part| !part.is_empty())
}

/// True for a GUID, with or without dashes.
#[must_use]
pub fn is_guid(text: &str) -> bool {
    let digits = text.chars().filter(|c| *c != '-');
    digits.clone().all(|c| c.is_ascii_hexdigit())
        && digits.count() == 32
        && (!text.contains('-') || text.split('-').map(str::len).eq([8, 4, 4, 4, 12]))
}

fn trimmed(id: &str) -> &str {
    id.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBNET: &str =
        "/subscriptions/s/resourceGroups/Rg/providers/Microsoft.Network/virtualNetworks/v/subnets/compute";

    #[test]
    fn ids_come_apart() {
        assert_eq!(subscription(SUBNET), Some("s"));
        assert_eq!(group(SUBNET), Some("Rg"));
        assert_eq!(name(SUBNET), "compute");
        assert_eq!(kind(SUBNET).as_deref(), Some("Microsoft.Network/virtualNetworks/subnets"));
        assert_eq!(up_to(SUBNET, "virtualnetworks"), Some(&SUBNET[..SUBNET.len() - "/subnets/compute".len()]));
        assert_eq!(kind("/subscriptions/s"), None);
        assert!(is(SUBNET, "microsoft.network/virtualNetworks/Subnets"));
    }

    #[test]
    fn scopes_hold_what_is_below_them_by_whole_segments() {
        for (target, scope, inside) in [
            (SUBNET, "/subscriptions/S", true),
            (SUBNET, "/", true),
            (SUBNET, "/subscriptions/s/resourceGroups/rg/", true),
            (SUBNET, "/subscriptions/s/resourceGroups/r", false),
            (SUBNET, SUBNET, true),
            ("/subscriptions/s", SUBNET, false),
            (SUBNET, "/providers/Microsoft.Management/managementGroups/corp", false),
        ] {
            assert_eq!(within(target, scope), inside, "{target} in {scope}");
        }
    }

    #[test]
    fn guids_and_ids_are_told_from_other_words() {
        for (text, guid, arm) in [
            ("00000000-0000-0000-0000-0000000000b1", true, false),
            ("000000000000000000000000000000b1", true, false),
            ("00000000-0000-0000-0000-0000000000", false, false),
            ("ds@contoso.com", false, false),
            ("/subscriptions/s", false, true),
            ("/subscriptions//x", false, false),
            ("/providers/Microsoft.Management/managementGroups/corp", false, true),
            ("é", false, false),
        ] {
            assert_eq!((is_guid(text), is_arm(text)), (guid, arm), "{text}");
        }
    }
}
