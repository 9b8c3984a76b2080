//! What a part of a condition may come to.
//!
//! An attribute that does not exist cannot be compared, and a request that lacks what a condition compares fails the access check ("Actions and
//! attributes for Azure role assignment conditions for Azure Blob Storage", Suboperations: operations that cannot carry the attribute
//! "cannot evaluate this condition, and will fail the authorization access check"). So *not comparable* is a value of its own, between false and true:
//! `OR` with something true still is true (the documented `… DateTimeEquals … OR NOT Exists …`), `NOT` of it stays not comparable
//! and so never grants, and a whole condition that comes to it is not true.
//!
//! What could not be read may come to several of them: a truth is the set of what is possible.

use crate::facts::Tri;

/// The set of outcomes that are possible: false, not comparable, true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Truth(u8);

const NO: u8 = 1;
const NOT_COMPARABLE: u8 = 2;
const YES: u8 = 4;

impl Truth {
    /// It holds.
    pub const TRUE: Truth = Truth(YES);
    /// It does not.
    pub const FALSE: Truth = Truth(NO);
    /// It compares what does not exist, or what is of another type.
    pub const NOT_COMPARABLE: Truth = Truth(NOT_COMPARABLE);
    /// True or false, nobody can tell.
    pub const EITHER: Truth = Truth(YES | NO);
    /// It does not hold, or cannot be compared.
    #[cfg(test)]
    pub(super) const NOT_TRUE: Truth = Truth(NO | NOT_COMPARABLE);
    /// Nobody can tell, not even whether it can be compared.
    pub const UNKNOWN: Truth = Truth(YES | NOT_COMPARABLE | NO);

    fn paired(self, other: Truth, pick: fn(u8, u8) -> u8) -> Truth {
        let possible = |set: u8| [NO, NOT_COMPARABLE, YES].into_iter().filter(move |one| set & one != 0);
        Truth(
            possible(self.0)
                .flat_map(|own| possible(other.0).map(move |one| pick(own, one)))
                .fold(0, |set, one| set | one),
        )
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.paired(other, u8::min)
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.paired(other, u8::max)
    }

    /// Whether an assignment with such a condition grants: what is not comparable does not.
    #[must_use]
    pub fn grants(self) -> Tri {
        match self.0 {
            YES => Tri::True,
            set if set & YES == 0 => Tri::False,
            _ => Tri::Unknown,
        }
    }

    /// Whether a deny with such a condition applies: what is not comparable does not tell.
    #[must_use]
    pub fn denies(self) -> Tri {
        match self.0 {
            YES => Tri::True,
            NO => Tri::False,
            _ => Tri::Unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        let moved = |from: u8, to: u8| if self.0 & from != 0 { to } else { 0 };
        Truth(moved(NO, YES) | moved(YES, NO) | moved(NOT_COMPARABLE, NOT_COMPARABLE))
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::TRUE } else { Truth::FALSE }
    }
}
