//! A provider's document as lines that fold: its JSON, with the policies unpacked that it carries as text, the decisive parts marked.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::visible::one_line;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How deep it is indented.
    pub depth: usize,
    /// What it says.
    pub text: String,
    /// The line after the last one that folds away with this one; none for lines that open nothing.
    pub end: Option<usize>,
    /// Whether it belongs to a decisive part.
    pub decisive: bool,
}

/// A document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// All lines, unfolded.
    pub rows: Vec<Row>,
    /// The first lines of the decisive parts.
    pub marks: Vec<usize>,
}

impl Document {
    /// The lines of a body. `decisive` are texts of parts, as JSON; `named` is what to mark where none of them is found.
    pub fn of(body: &Value, decisive: &[&str], named: Option<&str>) -> Self {
        let parts: Vec<Value> = decisive.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        let mut document = Document::default();
        document.value(body, "", "", 0, &parts);
        if document.marks.is_empty() {
            let wanted: Vec<String> = match named {
                // Parts that are not JSON are rules in words; what they name stands in the document all the same.
                Some(named) => vec![format!("\"{named}\"")],
                None => Vec::new(),
            };
            for at in 0..document.rows.len() {
                if wanted.iter().any(|wanted| document.rows[at].text.contains(wanted.as_str())) {
                    document.rows[at].decisive = true;
                    document.marks.push(at);
                }
            }
        }
        document
    }

    fn push(&mut self, depth: usize, text: String) -> usize {
        self.rows.push(Row { depth, text: one_line(&text), end: None, decisive: false });
        self.rows.len() - 1
    }

    fn value(&mut self, value: &Value, key: &str, comma: &str, depth: usize, parts: &[Value]) {
        let start = self.rows.len();
        match value {
            Value::Object(map) if !map.is_empty() => {
                let at = self.push(depth, format!("{key}{{"));
                let last = map.len() - 1;
                for (index, (name, inner)) in map.iter().enumerate() {
                    let comma = if index == last { "" } else { "," };
                    self.value(inner, &format!("{}: ", Value::from(name.as_str())), comma, depth + 1, parts);
                }
                self.push(depth, format!("}}{comma}"));
                self.rows[at].end = Some(self.rows.len());
            }
            Value::Array(items) if !items.is_empty() => {
                let at = self.push(depth, format!("{key}["));
                let last = items.len() - 1;
                for (index, inner) in items.iter().enumerate() {
                    self.value(inner, "", if index == last { "" } else { "," }, depth + 1, parts);
                }
                self.push(depth, format!("]{comma}"));
                self.rows[at].end = Some(self.rows.len());
            }
            Value::String(text) => match unpacked(text) {
                Some(inner) => {
                    let at = self.push(depth, format!("{key}(a text that holds)"));
                    self.value(&inner, "", comma, depth + 1, parts);
                    self.rows[at].end = Some(self.rows.len());
                }
                None => _ = self.push(depth, format!("{key}{value}{comma}")),
            },
            other => _ = self.push(depth, format!("{key}{other}{comma}")),
        }
        if parts.contains(value) {
            self.marks.push(start);
            for row in &mut self.rows[start..] {
                row.decisive = true;
            }
            self.marks.sort_unstable();
        }
    }

    /// The folds to begin with: everything that is deep and does not lead to a decisive part.
    pub fn folds(&self) -> BTreeSet<usize> {
        const DEEP: usize = 3;
        let folds = |(at, row): (usize, &Row)| {
            let end = row.end?;
            let leads = self.marks.iter().any(|mark| (at..end).contains(mark));
            (!leads && !row.decisive && (row.depth >= DEEP || (!self.marks.is_empty() && row.depth >= 1))).then_some(at)
        };
        self.rows.iter().enumerate().filter_map(folds).collect()
    }

    /// The lines that show with these folds.
    pub fn shown(&self, folds: &BTreeSet<usize>) -> Vec<usize> {
        let mut shown = Vec::new();
        let mut at = 0;
        while at < self.rows.len() {
            shown.push(at);
            at = match self.rows[at].end {
                Some(end) if folds.contains(&at) => end,
                _ => at + 1,
            };
        }
        shown
    }

    /// The lines that hold a word, in any case.
    pub fn matches(&self, word: &str) -> Vec<usize> {
        let word = word.to_lowercase();
        if word.is_empty() {
            return Vec::new();
        }
        let holds = |(at, row): (usize, &Row)| row.text.to_lowercase().contains(&word).then_some(at);
        self.rows.iter().enumerate().filter_map(holds).collect()
    }

    /// Unfolds whatever hides this line.
    pub fn reveal(&self, line: usize, folds: &mut BTreeSet<usize>) {
        folds
            .retain(|at| !self.rows.get(*at).and_then(|row| row.end).is_some_and(|end| (*at + 1..end).contains(&line)));
    }
}

/// A policy that is carried as text: JSON, or JSON with percent signs as IAM gives it.
fn unpacked(text: &str) -> Option<Value> {
    let inner =
        |text: &str| serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array());
    match text.as_bytes().first()? {
        b'{' | b'[' => inner(text),
        b'%' => inner(&percent_decoded(text)?),
        _ => None,
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample() -> Document {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket"}, {"Effect": "Deny", "Action": "s3:GetObject"}
        ]});
        let body = json!({"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PolicyDocument": policy.to_string(), "Tags": [{"Key": "a"}]}]});
        Document::of(&body, &["{\"Action\": \"s3:GetObject\", \"Effect\": \"Deny\"}"], Some("vpce-1"))
    }

    #[test]
    fn the_decisive_statement_is_found_inside_a_policy_that_is_a_text() {
        let document = sample();
        let marked: Vec<&str> = document.rows.iter().filter(|row| row.decisive).map(|row| row.text.as_str()).collect();
        assert_eq!(marked, ["{", "\"Effect\": \"Deny\",", "\"Action\": \"s3:GetObject\"", "}"]);
        assert_eq!(document.marks.len(), 1);
    }

    #[test]
    fn what_does_not_lead_to_it_is_folded_and_can_be_revealed() {
        let document = sample();
        let mut folds = document.folds();
        let text = |folds: &BTreeSet<usize>| -> String {
            document.shown(folds).into_iter().map(|at| document.rows[at].text.clone() + "\n").collect()
        };
        assert!(text(&folds).contains("s3:GetObject") && !text(&folds).contains("s3:ListBucket"));
        let [line] = document.matches("listbucket")[..] else { panic!("it is there once") };
        document.reveal(line, &mut folds);
        assert!(text(&folds).contains("s3:ListBucket") && !text(&folds).contains("\"Key\""));
        assert_eq!(document.shown(&BTreeSet::new()).len(), document.rows.len());
    }

    #[test]
    fn without_a_decisive_part_what_is_blamed_is_marked() {
        let document = Document::of(&json!({"Id": "rtb-1", "Other": {"Id": "rtb-2"}}), &["rule 100"], Some("rtb-2"));
        assert_eq!(document.rows[document.marks[0]].text, "\"Id\": \"rtb-2\"");
        assert_eq!(Document::of(&json!("%7B%22a%22%3A1%7D"), &[], None).rows[2].text, "\"a\": 1");
        assert!(Document::of(&json!({"a": "x\u{1b}[2J"}), &[], None).rows[1].text.contains("\\u"));
    }
}
