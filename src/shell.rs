//! Words as a shell takes them, for commands that people paste.

/// A word, in single quotes where a shell would read anything else into it (POSIX, Shell Command Language, 2.2.2).
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_one_word_again() {
        for (word, written) in [
            ("plain-word_1.2/3:4=5,6@7+8", "plain-word_1.2/3:4=5,6@7+8"),
            ("", "''"),
            ("two words", "'two words'"),
            ("$(id); `id` | *", "'$(id); `id` | *'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(word), written);
        }
    }
}
