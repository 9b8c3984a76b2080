//! Texts in cells: cut, padded and broken by the width they have on screen, not by their length.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::visible::one_line;

/// How many cells a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning that fits.
fn fits(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// The beginning of a name up to its last joint, where that is not far from its end: so a name is broken where it is read in parts.
fn at_a_joint(part: &str) -> &str {
    let joint = part.rfind(['/', ':', ',', '=', '&', '?', '_']).map_or(0, |at| at + 1);
    if joint * 2 > part.len() { &part[..joint] } else { part }
}

/// Cuts the end off what is too long, and says so.
pub fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    if room < 3 { fits(text, room).to_owned() } else { format!("{}..", fits(text, room - 2)) }
}

/// Cuts the middle out of a name that is too long: its end tells it apart.
pub fn cut_middle(name: &str, room: usize) -> String {
    if name.width() <= room {
        return name.to_owned();
    }
    if room < 6 {
        return fits(name, room).to_owned();
    }
    let keep = room - 2;
    let head = fits(name, keep / 2);
    let mut tail = name;
    while tail.width() > keep - head.width() {
        let mut chars = tail.chars();
        chars.next();
        tail = chars.as_str();
    }
    format!("{head}..{tail}")
}

/// Exactly so many cells: cut or filled up.
pub fn padded(text: &str, room: usize) -> String {
    let text = cut(text, room);
    let fill = room.saturating_sub(text.width());
    text + &" ".repeat(fill)
}

/// Breaks a text at words; a word that is too long is broken where the room ends. There is always at least one line.
pub fn wrapped(text: &str, room: usize) -> Vec<String> {
    let room = room.max(4);
    let mut lines = vec![String::new()];
    for word in one_line(text).split(' ') {
        let mut rest = word;
        loop {
            let used = lines.last().map_or(0, |line| line.width());
            let gap = usize::from(used > 0);
            if used + gap + rest.width() <= room {
                if let Some(line) = lines.last_mut() {
                    line.push_str(if gap > 0 { " " } else { "" });
                    line.push_str(rest);
                }
                break;
            }
            // A name of more than a line begins where the line has room for a good part of it.
            if used > 0 && (rest.width() <= room || room.saturating_sub(used) < room / 3) {
                lines.push(String::new());
                continue;
            }
            let part = at_a_joint(fits(rest, room.saturating_sub(used + gap)));
            if part.is_empty() {
                lines.push(String::new());
                continue;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(if gap > 0 { " " } else { "" });
                line.push_str(part);
            }
            rest = &rest[part.len()..];
            lines.push(String::new());
        }
    }
    lines
}

/// At most so many lines; the last one says that there is more.
pub fn shortened(mut lines: Vec<String>, most: usize, room: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = format!("{}..", fits(last, room.saturating_sub(2)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_its_room() {
        let texts = [
            "",
            "a",
            "a bucket",
            "arn:aws:s3:::a-very-long-bucket-name-without-any-space/and/a/key",
            "日本語のバケット名 テスト",
        ];
        for text in texts {
            for room in 0..40 {
                assert!(width(&cut(text, room)) <= room && width(&cut_middle(text, room)) <= room, "{text} {room}");
                assert!(width(&padded(text, room)) <= room);
                let lines = wrapped(text, room);
                assert!(lines.iter().all(|line| width(line) <= room.max(4)), "{lines:?}");
                let joined: String = lines.concat();
                assert_eq!(joined.replace(' ', ""), text.replace(' ', ""), "nothing is lost");
            }
        }
        assert_eq!(cut_middle("5b8c8d6e-082a-472b-9015-e31ee11d1b36", 12), "5b8c8..d1b36");
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(shortened(wrapped("one two three four", 4), 2, 4), ["one", "tw.."]);
    }
}
