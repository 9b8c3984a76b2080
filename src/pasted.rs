//! Texts as people paste them: what terminals and transports put around them is taken off, and what stands around a word is told from it.

use std::borrow::Cow;

use serde_json::Value;

/// Lines this long and all of one length were broken by a terminal, not by a writer.
const WRAPPED: usize = 60;

/// The JSON documents of a text, one after another; `None` when it is no JSON, or none to its end.
#[must_use]
pub fn documents(text: &str) -> Option<Vec<Value>> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().ok()
}

/// One line of plain words: no colours, no frames, no line breaks, no escapes of JSON or XML.
#[must_use]
pub fn clean(text: &str) -> String {
    let text = without_colours(text.trim_start_matches('\u{feff}'));
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
    let framed = full.iter().any(|line| line.trim_start().starts_with(['│', '┃', '|']));
    if framed || length(last) > width || full.iter().any(|line| length(line) + 1 < width) {
        return None;
    }
    // One break may be anybody's.
    if full.len() == 1 && begins_anew(last) {
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

/// True for a line that a writer began: with a capital letter, a name and a colon, or a rule.
fn begins_anew(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let named = word.len() > 1 && word.ends_with([':', '>']);
    named
        || line.starts_with(|c: char| c.is_uppercase() || c.is_whitespace())
        || line.starts_with("--")
        || line.starts_with("==")
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
            ("\\r\\n", " "),
            ("\\n", " "),
            ("\\t", " "),
            ("\\u0026", "&"),
            // .NET writes quotes and brackets this way.
            ("\\u0027", "'"),
            ("\\u0022", "\""),
            ("\\u003c", "<"),
            ("\\u003e", ">"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_as_they_were_broken() {
        let address = "GET https://account.blob.core.windows.net/container/folder/file.csv";
        let sentence = "The client 'a' does not have authorization to perform action 'Microsoft.Sto";
        for (text, expected) in [
            (format!("{address}\nRESPONSE 403"), format!("{address} RESPONSE 403")),
            (format!("{address}\n----------\nRESPONSE 403"), format!("{address} ---------- RESPONSE 403")),
            (format!("{address}\nstatus: 403"), format!("{address} status: 403")),
            (format!("{sentence}\nrage/read'"), format!("{sentence}rage/read'")),
            (format!("| {sentence}\n| rage"), format!("{sentence} rage")),
            ("\u{feff}<Error>\r\n<Code>".into(), "<Error> <Code>".into()),
            ("\u{1b}[31mred\u{1b}[0m &#39;x&#39; \\u0027y\\u0027 {\\\"a\\\"}".into(), "red 'x' 'y' {\"a\"}".into()),
        ] {
            assert_eq!(clean(&text), expected);
        }
    }
}
