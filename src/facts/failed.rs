//! A call that gave no answer.

use super::FactStatus;
use crate::secret::scrubbed;

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// How it ended.
    pub status: FactStatus,
    /// The provider's code, or our own for what no provider said.
    pub code: String,
    /// The provider's message, secrets removed.
    pub message: String,
}

impl Failed {
    /// Ended thus, in the provider's words.
    pub fn ended(status: FactStatus, code: impl Into<String>, message: &str) -> Self {
        Failed { status, code: code.into(), message: scrubbed(message) }
    }

    /// Something went wrong that is no answer.
    pub fn error(code: impl Into<String>, message: &str) -> Self {
        Failed::ended(FactStatus::Error, code, message)
    }

    /// No answer came in time.
    #[must_use]
    pub fn timeout() -> Self {
        Failed::error("Timeout", "no answer came in time")
    }

    /// A call that is no read call; never made.
    #[must_use]
    pub fn not_in_the_table(call: &str) -> Self {
        Failed::error("NotARead", &format!("{call} is no read call of this tool"))
    }

    /// An answer that cannot be read.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        Failed::error("Unreadable", why)
    }
}
