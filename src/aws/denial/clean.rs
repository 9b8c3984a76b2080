//! Takes off what terminals and transports put around a text.

use std::borrow::Cow;

/// Lines this long and all of one length were broken by a terminal, not by a writer.
const WRAPPED: usize = 60;

/// One line of plain words: no colours, no frames, no line breaks, no escapes of JSON or XML.
pub fn clean(text: &str) -> String {
    let text = without_colours(text);
    let joined = rejoined(&text).unwrap_or_else(|| text.lines().map(unframed).collect::<Vec<_>>().join(" "));
    let plain = unescaped(&joined);
    let mut out = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The line that a terminal broke at its width, inside words; `None` when a writer broke it. A space at a line's end is often lost.
fn rejoined(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let (last, full) = lines.split_last()?;
    let length = |line: &&str| line.chars().count();
    let width = full.iter().map(length).max().filter(|width| *width >= WRAPPED)?;
    if full.iter().any(|line| length(line) + 1 < width) || full.iter().any(|line| line.starts_with('│')) {
        return None;
    }
    let mut joined = String::with_capacity(text.len());
    for line in full {
        joined.push_str(line);
        if length(line) < width {
            joined.push(' ');
        }
    }
    joined.push_str(last);
    Some(joined)
}

/// Drops escape sequences that set colours and the like.
fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        if rest.next() == Some('[') {
            for c in rest.by_ref() {
                if ('@'..='~').contains(&c) {
                    break;
                }
            }
        }
    }
    Cow::Owned(out)
}

/// Without the bars that Terraform and others draw at both ends of a line.
fn unframed(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '│' | '╷' | '╵' | '┃' | '╭' | '╰' | '─' | '|'))
}

/// Without the backslashes of quoted JSON and the entities of XML.
fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    if out.contains('\\') {
        // Twice quoted texts have three backslashes before a quote.
        for (escaped, plain) in [
            ("\\\\\\\"", "\""),
            ("\\\"", "\""),
            ("\\'", "'"),
            ("\\n", " "),
            ("\\t", " "),
            ("\\u0026", "&"),
            ("\\/", "/"),
        ] {
            out = out.replace(escaped, plain);
        }
    }
    if out.contains('&') {
        for (entity, plain) in
            [("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        {
            out = out.replace(entity, plain);
        }
    }
    out
}
