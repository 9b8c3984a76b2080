//! Azure role-based access control: what roles, assignments, deny assignments and conditions come to. Pure: no facts, no calls.
//!
//! | file | what is in it |
//! |---|---|
//! | `action` | patterns of actions |
//! | `role` | role definitions: permissions, planes |
//! | `assignment` | role assignments and deny assignments, in ARM's and in `az`'s shape; scopes |
//! | `condition` | conditions (ABAC): parsed once, judged three-valued |
//! | `builtin` | the table of built-in roles |
//! | `ruling` | what one assignment comes to for one question |
//! | `text` | texts borrowed where they can be |

pub mod action;
pub mod assignment;
pub mod builtin;
pub mod condition;
pub mod role;
pub mod ruling;
mod text;

pub use assignment::{DenyAssignment, RoleAssignment};
pub use condition::{Attributes, Condition, Found, Source, Truth};
pub use role::{Permission, Plane, RoleDefinition};
pub use ruling::{Conditions, Question, Ruling, SubOperations};
pub use text::Text;
