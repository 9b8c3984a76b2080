//! Roles, conditions and access control lists weighed against each other: a role that grants is enough, and lists are asked only when none does ("Access
//! control model in Azure Data Lake Storage", how permissions are evaluated). One table for three gates, so that a fault
//! is laid at one door, and that a fact less makes it unknown, never something else.

use super::case::Case;
use super::lists::Lists;
use super::rights::Rights;
use crate::facts::Tri;
use crate::model::Verdict;

/// Everything the three gates say is said from this.
pub(super) struct Standing<'c> {
    pub rights: Rights<'c>,
    pub lists: Lists<'c>,
    pub verdicts: Verdicts,
}

/// The verdicts of the three gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub role: Verdict,
    pub condition: Verdict,
    pub lists: Verdict,
}

/// What the lists come to, for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    NotUsed,
    Unknown,
    Grant,
    Refuse { named: Tri },
}

impl<'c> Standing<'c> {
    pub fn of(case: &Case<'c>) -> Standing<'c> {
        let rights = Rights::of(case);
        let (role, whole) = (rights.role(), rights.whole());
        let lists = match whole {
            Tri::True => Lists::NotUsed(
                "A role allows it: access control lists are not asked, and cannot restrict what a role allows.",
            ),
            _ => Lists::of(case),
        };
        let outcome = match &lists {
            Lists::NotUsed(_) => Outcome::NotUsed,
            Lists::Unknown(_) => Outcome::Unknown,
            Lists::Grant => Outcome::Grant,
            Lists::Refuse(refusal) => Outcome::Refuse { named: refusal.named },
        };
        Standing { verdicts: weigh(role, whole, outcome), rights, lists }
    }
}

/// `role`: some assignment gives the action, conditions aside; `whole`: with its condition.
pub(super) fn weigh(role: Tri, whole: Tri, lists: Outcome) -> Verdicts {
    use Verdict::{Closed, NotApplicable, Open, Unknown};
    let say = |role, condition, lists| Verdicts { role, condition, lists };
    let by_condition = if whole == Tri::False { Closed } else { Unknown };
    match (role, whole, lists) {
        (_, Tri::True, _) => say(Open, Open, NotApplicable),
        (Tri::True, _, Outcome::Grant) => say(Open, NotApplicable, Open),
        (Tri::True, _, Outcome::Unknown) => say(Open, Unknown, Unknown),
        (Tri::True, _, Outcome::NotUsed | Outcome::Refuse { .. }) => say(Open, by_condition, NotApplicable),
        (_, _, Outcome::Grant) => say(NotApplicable, NotApplicable, Open),
        (Tri::False, _, Outcome::NotUsed | Outcome::Refuse { named: Tri::False }) => {
            say(Closed, NotApplicable, NotApplicable)
        }
        // Access by list is meant: the missing role is no fault.
        (Tri::False, _, Outcome::Refuse { named: Tri::True }) => say(NotApplicable, NotApplicable, Closed),
        (Tri::False, _, Outcome::Unknown | Outcome::Refuse { .. }) => say(Unknown, NotApplicable, Unknown),
        (Tri::Unknown, _, Outcome::NotUsed | Outcome::Refuse { named: Tri::False }) => {
            say(Unknown, Unknown, NotApplicable)
        }
        (Tri::Unknown, _, Outcome::Unknown | Outcome::Refuse { .. }) => say(Unknown, Unknown, Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIS: [Tri; 3] = [Tri::True, Tri::False, Tri::Unknown];

    fn less(tri: Tri) -> Vec<Tri> {
        if tri == Tri::Unknown { vec![tri] } else { vec![tri, Tri::Unknown] }
    }

    fn outcomes() -> Vec<Outcome> {
        let refusals = TRIS.map(|named| Outcome::Refuse { named });
        [Outcome::NotUsed, Outcome::Unknown, Outcome::Grant].into_iter().chain(refusals).collect()
    }

    fn lesser(outcome: Outcome) -> Vec<Outcome> {
        match outcome {
            Outcome::Refuse { named } => {
                less(named).into_iter().map(|named| Outcome::Refuse { named }).chain([Outcome::Unknown]).collect()
            }
            other => vec![other, Outcome::Unknown],
        }
    }

    /// For every state of knowledge and every one that knows less.
    #[test]
    fn to_know_less_never_turns_a_verdict_round() {
        for role in TRIS {
            // Who has no role has none with a true condition either.
            for whole in TRIS.into_iter().filter(|whole| *whole <= role) {
                for lists in outcomes() {
                    let known = weigh(role, whole, lists);
                    for (role, whole) in
                        less(role).into_iter().flat_map(|role| less(whole).into_iter().map(move |whole| (role, whole)))
                    {
                        if whole > role {
                            continue;
                        }
                        for lists in lesser(lists) {
                            let fewer = weigh(role, whole, lists);
                            for (before, after) in [
                                (known.role, fewer.role),
                                (known.condition, fewer.condition),
                                (known.lists, fewer.lists),
                            ] {
                                let turned = matches!(
                                    (before, after),
                                    (Verdict::Open, Verdict::Closed)
                                        | (Verdict::Closed, Verdict::Open | Verdict::NotApplicable)
                                );
                                assert!(!turned, "{known:?} became {fewer:?}");
                            }
                        }
                    }
                }
            }
        }
    }

    /// What is open must be so by something that allows it, and at most one gate is blamed.
    #[test]
    fn one_door_is_blamed_and_nothing_opens_by_itself() {
        for (role, whole, lists) in TRIS.iter().flat_map(|role| {
            TRIS.iter().flat_map(move |whole| outcomes().into_iter().map(move |lists| (*role, *whole, lists)))
        }) {
            if whole > role {
                continue;
            }
            let verdicts = weigh(role, whole, lists);
            let all = [verdicts.role, verdicts.condition, verdicts.lists];
            let closed = all.iter().filter(|verdict| **verdict == Verdict::Closed).count();
            assert!(closed <= 1, "{verdicts:?}");
            let passes = !all.iter().any(|verdict| matches!(verdict, Verdict::Closed | Verdict::Unknown));
            assert_eq!(
                passes,
                whole == Tri::True || lists == Outcome::Grant,
                "{role:?} {whole:?} {lists:?} {verdicts:?}"
            );
            let refused = whole == Tri::False && role != Tri::Unknown;
            // Whether access by list is meant matters only where no role comes near.
            let certain = match lists {
                Outcome::NotUsed => true,
                Outcome::Refuse { named } => role == Tri::True || named != Tri::Unknown,
                Outcome::Unknown | Outcome::Grant => false,
            };
            assert_eq!(closed == 1, refused && certain, "{role:?} {whole:?} {lists:?} {verdicts:?}");
        }
    }
}
