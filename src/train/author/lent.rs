//! Texts that other levels lend: of those that break at the same step, or name it among their wrong causes. Only what speaks of no name of their own world.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bank::{Bank, parse};
use super::super::redact::names;
use super::super::schema::{Answer, FixChoice, Goal, Level, Written};
use crate::model::Layer;

/// A text, and the level it comes from.
#[derive(Debug, Clone)]
pub struct Lent<T> {
    /// The level.
    pub level: String,
    /// What it lends.
    pub what: T,
}

/// A level, with what it takes to judge whether its texts fit another one.
#[derive(Debug)]
struct Lender {
    level: Level,
    playbook: String,
    /// Words of the names in its world.
    own: BTreeSet<String>,
}

/// Levels of one cloud.
#[derive(Debug, Default)]
pub struct Lenders {
    playbook: String,
    all: Vec<Lender>,
}

impl Lenders {
    /// All levels of a cloud that ask for a way through, as a new one does; those of the same playbook fit best.
    pub fn of(bank: &Bank, cloud: &str, playbook: &str) -> Self {
        let mut worlds: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
        let mut all = Vec::new();
        for file in bank.files().iter().filter(|file| file.id().starts_with(&format!("{cloud}/"))) {
            let Ok(Written::Level(level)) = parse(file) else { continue };
            let Ok(base) = bank.base(file, &level) else { continue };
            let world = worlds.entry(level.base.clone()).or_insert_with(|| (base.playbook.clone(), names(&base)));
            let (playbook, own) = world.clone();
            if level.goal == Goal::Reach {
                all.push(Lender { playbook: level.playbook.clone().unwrap_or(playbook), level: *level, own });
            }
        }
        Lenders { playbook: playbook.to_owned(), all }
    }

    /// How a level that breaks in the same way words its cause.
    pub fn cause(&self, answer: &Answer) -> Option<Lent<String>> {
        let fits =
            |level: &Level| level.answer.iter().any(|own| own.step == answer.step && own.reason == answer.reason);
        let of = |level: &Level| {
            let right = level.causes.iter().filter(|cause| cause.right);
            let mut shown = right.filter(|cause| level.steps_of(cause).contains(&answer.step.as_str()));
            shown.next().map(|cause| cause.text.clone())
        };
        self.first(|level| of(level).filter(|_| fits(level)))
    }

    /// A cause that would show at a step: the one that most levels name.
    pub fn suspicion(&self, step: &str) -> Option<(Lent<String>, usize)> {
        let mut found: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        for Lender { level, own, .. } in &self.all {
            for cause in level.causes.iter().filter(|cause| cause.steps == [step] && speaks_of_nobody(&cause.text, own))
            {
                found.entry(&cause.text).or_insert((&level.id, 0)).1 += 1;
            }
        }
        let all = found.values().map(|(_, count)| count).sum();
        let (text, (level, _)) = found.into_iter().max_by_key(|(text, (_, count))| (!is_personal(text), *count))?;
        Some((Lent { level: level.to_owned(), what: text.to_owned() }, all))
    }

    /// A wrong change, wide or idle: of a level that breaks at one of these steps, else the one that most levels of the same playbook and layers offer.
    pub fn fix(&self, steps: &BTreeSet<&str>, layers: &BTreeSet<Layer>, wide: bool) -> Option<Lent<FixChoice>> {
        let mut found: BTreeMap<&str, ([usize; 3], Lent<FixChoice>)> = BTreeMap::new();
        for Lender { level, playbook, own } in &self.all {
            let near = breaks_at(level, steps);
            let layer = level.tags.iter().all(|tag| layers.contains(tag)) && *playbook == self.playbook;
            let says_nothing = |fix: &FixChoice| [&fix.text, &fix.wrong].iter().all(|text| speaks_of_nobody(text, own));
            let fits = |fix: &&FixChoice| !fix.right && fix.wide == wide && says_nothing(fix);
            for fix in level.fixes.iter().filter(fits).filter(|_| near || layer) {
                let lent = || Lent { level: level.id.clone(), what: fix.clone() };
                let weight = &mut found.entry(&fix.text).or_insert_with(|| ([0; 3], lent())).0;
                weight[0] += usize::from(near);
                weight[1] = usize::from(!is_personal(&fix.text));
                weight[2] += 1;
            }
        }
        found.into_values().max_by_key(|(weight, _)| *weight).map(|(_, lent)| lent)
    }

    /// What would have prevented a break at one of these steps.
    pub fn prevention(&self, steps: &BTreeSet<&str>) -> Option<Lent<String>> {
        self.first(|level| breaks_at(level, steps).then(|| level.prevention.clone()))
    }

    fn first(&self, of: impl Fn(&Level) -> Option<String>) -> Option<Lent<String>> {
        let lent = self.all.iter().filter_map(|Lender { level, own, .. }| {
            let what = of(level).filter(|text| speaks_of_nobody(text, own))?;
            Some(Lent { level: level.id.clone(), what })
        });
        lent.min_by_key(|lent| is_personal(&lent.what))
    }
}

/// Levels with one answer only: what they say is about that one.
fn breaks_at(level: &Level, steps: &BTreeSet<&str>) -> bool {
    matches!(&level.answer[..], [only] if steps.contains(only.step.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn speaks_of_nobody(text: &str, own: &BTreeSet<String>) -> bool {
    words(text).all(|word| !own.contains(&word))
}

/// The person of one ticket is not that of another.
fn is_personal(text: &str) -> bool {
    words(text).any(|word| ["she", "her", "hers", "he", "him", "his"].contains(&word.as_str()))
}
