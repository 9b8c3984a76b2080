//! Policies compiled once: cases repeat them.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::super::policy::Document;
use super::case::{Level, Named, Policies};

/// How much text of policies is kept compiled, in bytes: more than that, and all are forgotten.
const MOST_TEXT: usize = 8 << 20;

/// How many texts are remembered as having come once.
const SLOTS: u64 = 1 << 14;

/// Compiled policies by their text.
#[derive(Debug, Default)]
pub struct Documents {
    known: HashMap<Box<str>, Arc<Document>, foldhash::fast::RandomState>,
    text: usize,
    /// Hashes of texts that came lately.
    seen: Vec<u64>,
}

/// All policies of a case, compiled.
#[derive(Debug)]
pub(super) struct Compiled<'c> {
    pub identity: Vec<Policy<'c>>,
    pub session: Option<Policy<'c>>,
    pub boundary: Option<Policy<'c>>,
    pub resource: Option<Policy<'c>>,
    pub scp: Vec<(&'c str, Vec<Policy<'c>>)>,
    pub rcp: Vec<(&'c str, Vec<Policy<'c>>)>,
    pub endpoint: Option<Policy<'c>>,
}

/// A policy under the name that the case gives it.
#[derive(Debug)]
pub(super) struct Policy<'c> {
    pub name: &'c str,
    pub document: Arc<Document>,
}

impl Documents {
    /// Compiles what is not known yet; the error says which policy is none.
    pub(super) fn compile<'c>(&mut self, policies: &'c Policies<'c>) -> Result<Compiled<'c>, String> {
        let mut one = |of: &'c Option<Named<'c>>| of.as_ref().map(|named| self.policy(named)).transpose();
        let (session, boundary) = (one(&policies.session)?, one(&policies.boundary)?);
        let (resource, endpoint) = (one(&policies.resource)?, one(&policies.endpoint)?);
        Ok(Compiled {
            identity: policies.identity.iter().map(|named| self.policy(named)).collect::<Result<_, _>>()?,
            session,
            boundary,
            resource,
            scp: self.levels(&policies.scp)?,
            rcp: self.levels(&policies.rcp)?,
            endpoint,
        })
    }

    fn levels<'c>(&mut self, levels: &'c [Level<'c>]) -> Result<Vec<(&'c str, Vec<Policy<'c>>)>, String> {
        let level = |level: &'c Level<'c>| {
            let policies = level.policies.iter().map(|named| self.policy(named)).collect::<Result<_, String>>()?;
            Ok((level.target.as_ref(), policies))
        };
        levels.iter().map(level).collect()
    }

    /// Only what comes again is worth keeping. A slot taken by another text since is forgotten, which costs one compilation.
    fn seen_before(&mut self, text: &str) -> bool {
        let hash = self.known.hasher().hash_one(text);
        let slot = usize::try_from(hash % SLOTS).unwrap_or(0);
        if self.seen.is_empty() {
            self.seen = vec![0; usize::try_from(SLOTS).unwrap_or(1)];
        }
        std::mem::replace(&mut self.seen[slot], hash) == hash
    }

    fn policy<'c>(&mut self, named: &'c Named<'c>) -> Result<Policy<'c>, String> {
        Ok(Policy { name: named.name.as_ref(), document: self.document(&named.name, named.document)? })
    }

    fn document(&mut self, name: &str, source: &RawValue) -> Result<Arc<Document>, String> {
        if let Some(known) = self.known.get(source.get()) {
            return Ok(Arc::clone(known));
        }
        let document = Arc::new(Document::parse(name, source.get()).map_err(|error| error.to_string())?);
        if self.seen_before(source.get()) {
            self.text += source.get().len();
            if self.text > MOST_TEXT {
                self.known.clear();
                self.text = source.get().len();
            }
            self.known.insert(source.get().into(), Arc::clone(&document));
        }
        Ok(document)
    }
}
