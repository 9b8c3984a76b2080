//! Moves from a file, for machines: a list in YAML or JSON.
//!
//! ```yaml
//! - {at: 0, make: {move: hypothesis, layer: network, expect: closed}}
//! - {at: 20, make: {move: probe, name: endpoints}}
//! - {at: 95, make: {move: verdict, edges: ["network: way -> bucket"], causes: [endpoint], fixes: [allow-bucket]}}
//! ```

use serde::Deserialize;

use super::bank::Checked;
use super::moves::Move;
use crate::playbook::PlaybookError;

/// A move with its time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// Seconds since the start; left out: the same as before.
    #[serde(default)]
    pub at: u64,
    /// The move.
    pub make: Move,
}

/// Reads a script. Entries are moves with a time (`make`), or moves alone.
pub fn parse(name: &str, text: &str) -> Checked<Vec<Timed>> {
    let wrong = |error: serde_saphyr::Error| PlaybookError::yaml(name, text, &error);
    if text.contains("make:") || text.contains("\"make\"") {
        return serde_saphyr::from_str(text).map_err(wrong);
    }
    let moves: Vec<Move> = serde_saphyr::from_str(text).map_err(wrong)?;
    Ok(moves.into_iter().map(|make| Timed { at: 0, make }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_both_languages_are_read() {
        let bare = r#"[{"move": "probe", "name": "role"}, {"move": "hint"}]"#;
        let timed = "- {at: 5, make: {move: probe, name: role}}\n- {at: 9, make: {move: hint, confirm: true}}\n";
        assert_eq!(parse("x", bare).unwrap()[1], Timed { at: 0, make: Move::Hint { confirm: false } });
        assert_eq!(parse("x", timed).unwrap()[1], Timed { at: 9, make: Move::Hint { confirm: true } });
        for (wrong, says) in [
            ("- {move: fly}", "fly"),
            ("- {move: probe, nmae: x}", "nmae"),
            ("- {at: 1, make: {move: hint, confrim: true}}", "confrim"),
        ] {
            let error = parse("moves.yaml", wrong).unwrap_err();
            assert!(error.message.contains(says) && error.line == 1, "{wrong}: {}", error.message);
        }
    }
}
