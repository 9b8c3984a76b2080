//! What the user may mean by a few letters: the matcher of the editor helix.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The positions of the texts that fit, the best first; all of them, as they are, when nothing was typed.
pub fn ranked<'t>(typed: &str, texts: impl IntoIterator<Item = &'t str>) -> Vec<usize> {
    let pattern = Pattern::parse(typed.trim(), CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut found: Vec<(u32, usize)> = texts
        .into_iter()
        .enumerate()
        .filter_map(|(at, text)| Some((pattern.score(Utf32Str::new(text, &mut letters), &mut matcher)?, at)))
        .collect();
    found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    found.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first_and_nothing_typed_keeps_all() {
        let texts = ["aws/assume-role", "aws/s3-object", "azure/blob"];
        assert_eq!(ranked("", texts), [0, 1, 2]);
        assert_eq!(ranked("s3o", texts), [1]);
        assert_eq!(ranked("blob", texts), [2]);
        assert!(ranked("zzz", texts).is_empty());
    }
}
