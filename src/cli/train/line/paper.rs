//! A terminal used like paper: lines go down, questions wait for one line. Nothing is drawn over, so it reads the same in a pipe and aloud.

use std::io::{self, BufRead, IsTerminal, Write};

use unicode_width::UnicodeWidthStr;

use crate::visible::visible;

/// Where nobody says how wide and how high the paper is.
const WIDTH: usize = 80;
const HEIGHT: usize = 36;
/// Longer lines are hard to read.
const WIDEST: usize = 100;
/// Lines of a page that are left for what stands around an answer.
const AROUND: usize = 6;

/// The paper.
pub struct Paper {
    input: io::StdinLock<'static>,
    /// What of an answer was not shown yet.
    rest: Vec<String>,
}

impl Paper {
    /// The standard input and output.
    pub fn new() -> Self {
        Paper { input: io::stdin().lock(), rest: Vec::new() }
    }

    /// Writes paragraphs.
    pub fn say(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for row in rows(text, width()) {
            writeln!(out, "{row}")?;
        }
        Ok(())
    }

    /// Asks, and gives the line that was typed. The end of the input is an error.
    pub fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut out = io::stdout().lock();
        write!(out, "{} ", rows(question, width().saturating_sub(4)).join("\n"))?;
        out.flush()?;
        drop(out);
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            writeln!(io::stdout())?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim().to_owned())
    }

    /// Waits until what was said is read; a file or a program that answers does not need it.
    pub fn pause(&mut self) -> io::Result<()> {
        if io::stdin().is_terminal() {
            self.ask("\nenter to go on:")?;
        }
        Ok(())
    }

    /// Writes as many lines as fit, and keeps the rest.
    pub fn page(&mut self, lines: Vec<String>) -> io::Result<()> {
        let mut rows: Vec<String> = lines.iter().flat_map(|line| rows(line, width())).collect();
        self.rest = rows.split_off(rows.len().min(height()));
        let mut out = io::stdout().lock();
        for row in rows {
            writeln!(out, "{row}")?;
        }
        match self.rest.len() {
            0 => Ok(()),
            1 => writeln!(out, "There is 1 more line. Type m to read it."),
            more => writeln!(out, "There are {more} more lines. Type m to go on reading."),
        }
    }

    /// The next page.
    pub fn more(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.rest) {
            rest if rest.is_empty() => self.say("There is nothing more to read."),
            rest => self.page(rest),
        }
    }
}

fn size() -> Option<(usize, usize)> {
    let (columns, lines) = crossterm::terminal::size().ok().filter(|_| io::stdout().is_terminal())?;
    Some((usize::from(columns), usize::from(lines))).filter(|(columns, lines)| *columns > 0 && *lines > 0)
}

fn width() -> usize {
    size().map_or(WIDTH, |(columns, _)| columns).clamp(40, WIDEST)
}

fn height() -> usize {
    size().map_or(HEIGHT, |(_, lines)| lines).saturating_sub(AROUND).max(10)
}

/// Lines broken between words. Items and answers go on below their text, sentences at the margin.
fn rows(text: &str, width: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrapped(&visible(line), width)).collect()
}

fn wrapped(line: &str, width: usize) -> Vec<String> {
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let first = line.trim_start().split(' ').next().unwrap_or_default();
    // A command is copied: the terminal breaks it, and no break gets into it.
    if first == "$" {
        return vec![line.to_owned()];
    }
    let is_item = first.strip_suffix('.').is_some_and(|number| number.parse::<u32>().is_ok());
    let below = match (is_item, indent.is_empty()) {
        (true, _) => format!("{indent}{}", " ".repeat(first.width() + 1)),
        (false, true) => String::new(),
        (false, false) => format!("{indent}  "),
    };
    let (mut rows, mut row, mut empty) = (Vec::new(), indent, true);
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if !empty && row.width() + 1 + word.width() > width {
            rows.push(std::mem::replace(&mut row, below.clone()));
            empty = true;
        }
        if !empty {
            row.push(' ');
        }
        row.push_str(word);
        empty = false;
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_items_hang() {
        for (line, broken) in [
            ("one two three four", vec!["one two", "three four"]),
            ("10. one two three", vec!["10. one two", "    three"]),
            ("  Key: one two three", vec!["  Key: one", "    two", "    three"]),
            ("$ aws one two", vec!["$ aws one two"]),
            ("averyveryverylongword next", vec!["averyveryverylongword", "next"]),
            ("", vec![""]),
        ] {
            assert_eq!(wrapped(line, 11), broken, "{line}");
        }
        assert_eq!(rows("a\u{1b}[31m b\nc", 11).len(), 2);
        assert!(!rows("a\u{1b}[31m b", 11).join("").contains('\u{1b}'));
    }
}
