//! Patterns with `*` (any text, also none) and `?` (exactly one character), as IAM policies write them.

/// A prepared pattern. Matching never takes more than (pattern × text) steps, whatever the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Any,
    One,
}

impl Pattern {
    /// Prepares `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut pattern = Pattern { parts: Vec::new() };
        let mut rest = text;
        while let Some(at) = rest.find(['*', '?']) {
            pattern.push_literal(&rest[..at]);
            if rest.as_bytes()[at] == b'*' {
                pattern.push_any();
            } else {
                pattern.push_one();
            }
            rest = &rest[at + 1..];
        }
        pattern.push_literal(rest);
        pattern
    }

    /// A pattern that fits this text only, wildcards in it being ordinary characters.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let mut pattern = Pattern { parts: Vec::new() };
        pattern.push_literal(text);
        pattern
    }

    /// Adds text in which wildcards are ordinary characters.
    pub fn push_literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Text(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else {
            self.parts.push(Part::Text(text.into()));
        }
    }

    /// Adds a `*`.
    pub fn push_any(&mut self) {
        if self.parts.last() != Some(&Part::Any) {
            self.parts.push(Part::Any);
        }
    }

    /// Adds a `?`.
    pub fn push_one(&mut self) {
        self.parts.push(Part::One);
    }

    /// True when there is no wildcard in it.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// True when it fits every text.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.parts == [Part::Any]
    }

    /// Its text, when there is no wildcard in it.
    #[must_use]
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match &self.parts[..] {
            [] => Some("".into()),
            [Part::Text(text)] => Some(text.as_str().into()),
            _ => None,
        }
    }

    /// The patterns between the first `limit - 1` of the separators, which wildcards do not stand for.
    #[must_use]
    pub fn split(&self, separator: char, limit: usize) -> Vec<Pattern> {
        let mut pieces = vec![Pattern { parts: Vec::new() }];
        for part in &self.parts {
            let Part::Text(text) = part else {
                if let Some(last) = pieces.last_mut() {
                    last.parts.push(part.clone());
                }
                continue;
            };
            for (at, piece) in text.splitn(limit - pieces.len() + 1, separator).enumerate() {
                if at > 0 {
                    pieces.push(Pattern { parts: Vec::new() });
                }
                if let Some(last) = pieces.last_mut() {
                    last.push_literal(piece);
                }
            }
        }
        pieces
    }

    /// True when the whole `text` fits, case counting.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        match &self.parts[..] {
            [] => text.is_empty(),
            [Part::Text(only)] => only == text,
            [Part::Any] => true,
            [Part::Text(start), Part::Any] => text.starts_with(start.as_str()),
            _ => self.walk(text),
        }
    }

    /// Greedy matching that only ever goes back to the last `*`.
    fn walk(&self, text: &str) -> bool {
        let (mut part, mut rest) = (0, text);
        let mut back: Option<(usize, &str)> = None;
        loop {
            let step = match self.parts.get(part) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Part::Any) => {
                    back = Some((part + 1, rest));
                    Some(rest)
                }
                Some(Part::One) => rest.chars().next().map(|c| &rest[c.len_utf8()..]),
                Some(Part::Text(literal)) => rest.strip_prefix(literal.as_str()),
            };
            if let Some(after) = step {
                (part, rest) = (part + 1, after);
                continue;
            }
            let Some((after_any, from)) = back else { return false };
            let Some(from) = self.retry(after_any, from) else { return false };
            back = Some((after_any, from));
            (part, rest) = (after_any, from);
        }
    }

    /// The next place after `from` where the parts behind a `*` may begin.
    fn retry<'t>(&self, after_any: usize, from: &'t str) -> Option<&'t str> {
        let rest = &from[from.chars().next()?.len_utf8()..];
        match self.parts.get(after_any) {
            Some(Part::Text(literal)) => {
                memchr::memmem::find(rest.as_bytes(), literal.as_bytes()).map(|at| &rest[at..])
            }
            _ => Some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*", "a", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbbcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("*é?", "xéy", true),
            ("s3:Get*", "s3:GetObject", true),
            ("arn:aws:s3:::b/*/x?z", "arn:aws:s3:::b/p/q/xyz", true),
            ("*a*b*", "xxbxxaxx", false),
            ("**b", "ab", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} on {text}");
        }
        assert!(Pattern::literal("a*").fits("a*") && !Pattern::literal("a*").fits("ab"));
    }

    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => slow(&pattern[1..], text) || (!text.is_empty() && slow(pattern, &text[1..])),
            (Some('?'), Some(_)) => slow(&pattern[1..], &text[1..]),
            (Some(a), Some(b)) => a == b && slow(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?é]{0,7}", text in "[abé]{0,9}") {
            let (p, t): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(Pattern::new(&pattern).fits(&text), slow(&p, &t));
        }
    }
}
