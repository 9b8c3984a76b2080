//! Knowing, knowing of absence, and not knowing.

use super::FactStatus;

/// What a typed view of the facts returns. Gates handle all three, so that a refused read becomes
/// `unknown` by construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// It is there.
    Yes(T),
    /// The cloud said that there is none.
    Absent,
    /// It could not be read.
    Unknown(Why),
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The call that would tell, e.g. `iam:GetRole`; empty when no call would.
    pub call: String,
    /// What happened to it.
    pub not: WhyNot,
    /// A sentence fragment for people: "the answer of iam:GetRole was refused".
    pub text: String,
}

/// What happened to the call that would tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// It has been asked and has not answered yet.
    Pending,
    /// Nobody asked (the playbook has no such query, or its parameters could not be found out).
    NotAsked,
    /// It ended without a body, thus.
    Ended(FactStatus),
    /// No read call tells it.
    NotReadable,
}

impl Why {
    /// Something that no read call tells: a fact to be stated by the user (`-i context:KEY=VALUE`) or an owner.
    pub fn not_readable(text: impl Into<String>) -> Self {
        Why { call: String::new(), not: WhyNot::NotReadable, text: text.into() }
    }
}

impl<T> Known<T> {
    /// Applies `f` to what is there.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Known::Yes(value) => Known::Yes(f(value)),
            Known::Absent => Known::Absent,
            Known::Unknown(why) => Known::Unknown(why),
        }
    }

    /// Goes on with what is there.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Known::Yes(value) => f(value),
            Known::Absent => Known::Absent,
            Known::Unknown(why) => Known::Unknown(why),
        }
    }

    /// What is there, if anything; absence and ignorance alike give `None`. For labels, never for verdicts.
    pub fn yes(self) -> Option<T> {
        match self {
            Known::Yes(value) => Some(value),
            _ => None,
        }
    }

    /// Borrows.
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Known::Yes(value) => Known::Yes(value),
            Known::Absent => Known::Absent,
            Known::Unknown(why) => Known::Unknown(why.clone()),
        }
    }
}

/// Three-valued truth (Kleene's logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tri {
    /// It holds not.
    False,
    /// Cannot be told.
    Unknown,
    /// It holds.
    True,
}

impl Tri {
    /// Both: the lesser of the two.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        self.min(other)
    }

    /// Either: the greater of the two.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        self.max(other)
    }
}

impl std::ops::Not for Tri {
    type Output = Tri;

    fn not(self) -> Tri {
        match self {
            Tri::False => Tri::True,
            Tri::Unknown => Tri::Unknown,
            Tri::True => Tri::False,
        }
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Tri {
        if value { Tri::True } else { Tri::False }
    }
}
