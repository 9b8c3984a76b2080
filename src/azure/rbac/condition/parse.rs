//! Words → parts of a condition. `AND` binds closer than `OR`; a mix of them without parentheses is ambiguous to the portal, which
//! refuses it, and goes by that order here ("Grouping and precedence").

use super::lex::{Word, words};
use super::operator::{Comparison, Literal, Operator, Reach, Side, quantifier};
use super::{Attribute, Node, Source};

/// How deep parentheses may be nested: Azure takes conditions of 8 KB at most, nobody writes that many.
const DEEPEST: usize = 100;

/// What of a condition cannot be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which character, counted from one.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    pub(super) fn new(text: &str, byte: usize, what: impl Into<String>) -> Fault {
        let before = text.get(..byte).unwrap_or(text);
        Fault { at: before.chars().count() + 1, what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "character {}: {}", self.at, self.what)
    }
}

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { text, words: words(text)?, at: 0, depth: 0 };
    let root = parser.or()?;
    match parser.peek() {
        None => Ok(root),
        Some(_) => Err(parser.fault("`AND`, `OR` or the end is expected")),
    }
}

struct Parser<'t> {
    text: &'t str,
    words: Vec<(usize, Word<'t>)>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&Word<'t>> {
        self.words.get(self.at).map(|(_, word)| word)
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        let byte = self.words.get(self.at).map_or(self.text.len(), |(at, _)| *at);
        Fault::new(self.text, byte, what)
    }

    fn take(&mut self, wanted: &Word<'_>) -> bool {
        let taken = self.peek() == Some(wanted);
        self.at += usize::from(taken);
        taken
    }

    fn need(&mut self, wanted: &Word<'_>, called: &str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(format!("{called} is expected"))) }
    }

    fn or(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.and()?];
        while self.take(&Word::Or) {
            parts.push(self.and()?);
        }
        Ok(if parts.len() > 1 { Node::Or(parts) } else { parts.remove(0) })
    }

    fn and(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.unary()?];
        while self.take(&Word::And) {
            parts.push(self.unary()?);
        }
        Ok(if parts.len() > 1 { Node::And(parts) } else { parts.remove(0) })
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        let mut negated = false;
        while self.take(&Word::Not) {
            negated = !negated;
        }
        let node = if self.take(&Word::Open) {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(self.fault("parentheses are nested too deep"));
            }
            let inside = self.or()?;
            self.need(&Word::Close, "`)`")?;
            self.depth -= 1;
            inside
        } else {
            self.predicate()?
        };
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    fn predicate(&mut self) -> Result<Node, Fault> {
        if let Some(Word::Plain(word)) = self.peek() {
            let function = word.to_ascii_lowercase();
            match function.as_str() {
                "actionmatches" => return self.patterns().map(Node::Action),
                "suboperationmatches" => return self.patterns().map(Node::SubOperation),
                "exists" => {
                    self.at += 1;
                    return self.attribute().map(Node::Exists);
                }
                _ => {}
            }
        }
        let left = self.side()?;
        let (quantifier, operator) = self.operator()?;
        let right = self.side()?;
        Ok(Node::Compare(Box::new(Comparison::new(left, operator, quantifier, right))))
    }

    fn patterns(&mut self) -> Result<Vec<Box<str>>, Fault> {
        self.at += 1;
        if self.peek() != Some(&Word::OpenSet) {
            return Err(self.fault("`{` is expected"));
        }
        let from = self.fault("a text in quotes is expected");
        let text = |literal| match literal {
            Literal::Text(text) => Ok(text),
            _ => Err(from.clone()),
        };
        self.set()?.into_iter().map(text).collect()
    }

    fn attribute(&mut self) -> Result<Attribute, Fault> {
        let Some(Word::Source(name)) = self.peek() else { return Err(self.fault("an attribute is expected")) };
        let Some(source) = Source::named(name) else {
            return Err(self.fault(format!("`@{name}` is none of @Resource, @Request, @Principal, @Environment")));
        };
        self.at += 1;
        match self.peek() {
            Some(Word::Bracket(name)) if !name.is_empty() => {
                let name = (*name).into();
                self.at += 1;
                Ok(Attribute { source, name })
            }
            _ => Err(self.fault("`[` and the name of an attribute are expected")),
        }
    }

    fn side(&mut self) -> Result<Side, Fault> {
        match self.peek() {
            Some(Word::Source(_)) => self.attribute().map(Side::Attribute),
            Some(Word::OpenSet) => self.set().map(Side::Values),
            _ => self.literal().map(|literal| Side::Values(vec![literal])),
        }
    }

    fn set(&mut self) -> Result<Vec<Literal>, Fault> {
        self.need(&Word::OpenSet, "`{`")?;
        let mut values = vec![self.literal()?];
        while self.take(&Word::Comma) {
            values.push(self.literal()?);
        }
        self.need(&Word::CloseSet, "`}`")?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, Fault> {
        let literal = match self.peek() {
            Some(Word::Text(text)) => Some(Literal::Text(text.as_ref().into())),
            Some(Word::Plain(word)) => plain(word),
            _ => None,
        };
        let literal = literal.ok_or_else(|| self.fault("an attribute or a value is expected"))?;
        self.at += 1;
        Ok(literal)
    }

    fn operator(&mut self) -> Result<(Option<(Reach, Reach)>, Operator), Fault> {
        let Some(Word::Plain(word)) = self.peek() else { return Err(self.fault("an operator is expected")) };
        let Some(reach) = quantifier(word) else {
            let operator = Operator::named(word).ok_or_else(|| self.fault(format!("`{word}` is no operator")))?;
            self.at += 1;
            return Ok((None, operator));
        };
        self.at += 1;
        self.need(&Word::Colon, "`:`")?;
        match self.peek() {
            Some(Word::Plain(word)) if Operator::named(word).is_some() => {
                let operator = Operator::named(word);
                self.at += 1;
                operator.map(|operator| (Some(reach), operator)).ok_or_else(|| self.fault("an operator is expected"))
            }
            _ => Err(self.fault("an operator is expected")),
        }
    }
}

/// A value without quotes: a truth, a GUID (which may consist of digits only), a whole number.
fn plain(word: &str) -> Option<Literal> {
    match word {
        _ if word.eq_ignore_ascii_case("true") => Some(Literal::Bool(true)),
        _ if word.eq_ignore_ascii_case("false") => Some(Literal::Bool(false)),
        _ if crate::azure::id::is_guid(word) => Some(Literal::Text(word.into())),
        _ => word.parse().ok().map(Literal::Number),
    }
}
