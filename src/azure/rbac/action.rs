//! Patterns of actions.

/// True when the pattern fits the whole action. `*` stands for any text, `/` included; there may be several; case does not count (Azure
/// RBAC, "Understand Azure role definitions", on `Actions` and wildcards). A `?` is an ordinary character, other than in
/// [`crate::pattern`]. Nothing is prepared: role definitions hold thousands of patterns, each is tried once.
#[must_use]
pub fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut at, mut from) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while from < action.len() {
        match (pattern.get(at), &mut back) {
            (Some(b'*'), _) => {
                at += 1;
                back = Some((at, from));
            }
            (Some(byte), _) if byte.eq_ignore_ascii_case(&action[from]) => {
                at += 1;
                from += 1;
            }
            // Back to the last `*`, which then takes one character more.
            (_, Some((after_star, taken))) => {
                *taken += 1;
                (at, from) = (*after_star, *taken);
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_fit_whole_actions() {
        for (pattern, action, fit) in [
            ("*", "Microsoft.Storage/storageAccounts/read", true),
            ("*/read", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", true),
            ("*/read", "Microsoft.Storage/storageAccounts/write", false),
            ("microsoft.storage/STORAGEACCOUNTS/*", "Microsoft.Storage/storageAccounts/listKeys/action", true),
            ("Microsoft.Storage/*/containers/*/read", "Microsoft.Storage/a/containers/blobs/read", true),
            ("Microsoft.Storage/*/containers/*/read", "Microsoft.Storage/a/containers/read", false),
            ("Microsoft.Storage/storageAccounts/rea?", "Microsoft.Storage/storageAccounts/read", false),
            ("Microsoft.Storage", "Microsoft.Storage/storageAccounts", false),
            ("", "", true),
            ("", "a", false),
            ("a**", "a", true),
        ] {
            assert_eq!(fits(pattern, action), fit, "{pattern} on {action}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_prepared_patterns(pattern in "[abA*é]{0,7}", action in "[abé]{0,9}") {
            let lower = crate::pattern::Pattern::new(&pattern.to_ascii_lowercase());
            prop_assert_eq!(fits(&pattern, &action), lower.fits(&action));
        }
    }
}
