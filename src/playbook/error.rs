//! What is wrong with a playbook: file, line, column, a sentence, the line itself, and what to do (exit code 4).

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// A playbook that cannot be used.
#[derive(Debug, Error, Diagnostic)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PlaybookError {
    /// The file, or the id of an embedded playbook.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// From 1; 0 when the whole file is meant.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
    #[source_code]
    text: NamedSource<String>,
    #[label("here")]
    span: Option<SourceSpan>,
}

impl PlaybookError {
    /// At a line and column of a file (both from 1; 0: nowhere special).
    pub fn at(file: &str, text: &str, line: usize, column: usize, message: impl Into<String>) -> Box<Self> {
        let span = (line > 0).then(|| {
            let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let rest = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
            let skipped: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
            let word = rest[skipped..].chars().take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum();
            SourceSpan::from((start + skipped, word))
        });
        Box::new(PlaybookError {
            file: file.into(),
            line,
            column,
            message: message.into(),
            help: None,
            text: NamedSource::new(file, text.to_owned()).with_language("yaml"),
            span,
        })
    }

    /// Where `needle` first stands in the file after the line that holds `near`.
    pub fn where_is(file: &str, text: &str, near: &str, needle: &str, message: impl Into<String>) -> Box<Self> {
        let needle = needle.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let from = text.find(near).filter(|_| !near.is_empty()).unwrap_or(0);
        let at = text[from..].find(needle).map(|at| from + at).or_else(|| text.find(needle));
        match at {
            Some(at) if !needle.is_empty() => {
                let line = text[..at].matches('\n').count() + 1;
                let column = text[..at].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                PlaybookError::at(file, text, line, column, message)
            }
            _ => PlaybookError::at(file, text, 0, 0, message),
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }
}

impl PlaybookError {
    /// From what the YAML reader says.
    pub fn yaml(file: &str, text: &str, error: &serde_saphyr::Error) -> Box<Self> {
        let (line, column) = error
            .location()
            .map_or((0, 0), |at| (usize::try_from(at.line()).unwrap_or(0), usize::try_from(at.column()).unwrap_or(0)));
        let said = error.without_snippet().to_string();
        let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
        let made = PlaybookError::at(file, text, line, column, message);
        match suggestion(message) {
            Some(help) => made.help(help),
            None => made,
        }
    }
}

/// "unknown field `qeries`, expected one of include, match, …" → "did you mean `queries`?"
fn suggestion(message: &str) -> Option<String> {
    let (wrong, names) = message.split_once(", expected ")?;
    let wrong = wrong.split('`').nth(1)?;
    let names = names.trim_start_matches("one of ");
    closest(wrong, names.split(", ").map(|name| name.trim_matches('`'))).map(|name| format!("did you mean `{name}`?"))
}

/// The name that is most like `wrong`, if any is like it at all.
pub fn closest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
