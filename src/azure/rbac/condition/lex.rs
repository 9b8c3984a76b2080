//! The words of a condition.

use super::parse::Fault;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'t> {
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    Colon,
    And,
    Or,
    Not,
    /// `'…'`, without its quotes.
    Text(std::borrow::Cow<'t, str>),
    /// `@Source`.
    Source(&'t str),
    /// `[…]`, without its brackets.
    Bracket(&'t str),
    /// A keyword, an operator, a number, a GUID.
    Plain(&'t str),
}

/// The words with the place of each, in bytes.
pub(super) fn words(text: &str) -> Result<Vec<(usize, Word<'_>)>, Fault> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (word, length) = word(text, at, first)?;
        words.push((at, word));
        at += length;
    }
    Ok(words)
}

fn word(text: &str, at: usize, first: char) -> Result<(Word<'_>, usize), Fault> {
    let rest = &text[at..];
    let simple = match first {
        '(' => Some(Word::Open),
        ')' => Some(Word::Close),
        '{' => Some(Word::OpenSet),
        '}' => Some(Word::CloseSet),
        ',' => Some(Word::Comma),
        ':' => Some(Word::Colon),
        '!' => Some(Word::Not),
        _ => None,
    };
    if let Some(word) = simple {
        return Ok((word, 1));
    }
    match first {
        '&' if rest.starts_with("&&") => Ok((Word::And, 2)),
        '|' if rest.starts_with("||") => Ok((Word::Or, 2)),
        '\'' => quoted(text, at),
        '[' => {
            let end = rest.find(']').ok_or_else(|| Fault::new(text, at, "this bracket is not closed"))?;
            Ok((Word::Bracket(rest[1..end].trim()), end + 1))
        }
        '@' => {
            let length = plain(&rest[1..]);
            Ok((Word::Source(&rest[1..=length]), length + 1))
        }
        _ => match plain(rest) {
            0 => Err(Fault::new(text, at, format!("`{first}` has no meaning here"))),
            length => Ok((keyword(&rest[..length]), length)),
        },
    }
}

fn plain(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len())
}

fn keyword(word: &str) -> Word<'_> {
    match word {
        _ if word.eq_ignore_ascii_case("and") => Word::And,
        _ if word.eq_ignore_ascii_case("or") => Word::Or,
        _ if word.eq_ignore_ascii_case("not") => Word::Not,
        _ => Word::Plain(word),
    }
}

/// A quote inside a text is written twice. Backslashes stay: they mean something to `Like` only.
fn quoted(text: &str, at: usize) -> Result<(Word<'_>, usize), Fault> {
    let inside = &text[at + 1..];
    let (mut end, mut doubled) = (0, false);
    loop {
        let quote = inside[end..].find('\'').ok_or_else(|| Fault::new(text, at, "this quote is not closed"))?;
        end += quote;
        if !inside[end + 1..].starts_with('\'') {
            break;
        }
        doubled = true;
        end += 2;
    }
    let content = &inside[..end];
    let content = if doubled { content.replace("''", "'").into() } else { content.into() };
    Ok((Word::Text(content), end + 2))
}
