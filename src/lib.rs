//! gatewalk finds out why this identity, from this place, cannot reach this data.
//!
//! # The way through the house
//!
//! ```text
//!  words of the user                     cloud (live) · snapshot file
//!    RESOURCE --as --do --from                  │ read calls
//!         │                                     ▼
//!      cli ──► playbook ──► engine ── plan ──► Source ──► facts ──► gates (pure) ──► path (petgraph)
//!                             │                                                        │
//!                             └── events (one stream) ──────────► diagnosis ◄──────────┘
//!                                          │                         │
//!                                         tui                      report
//! ```
//!
//! Facts are the only thing that crosses from the cloud into judgement, and judging a gate is a pure
//! function of facts and request: a live run and a replayed snapshot take the same road.
//!
//! # Rooms, from the ground up (a room imports only from rooms above it in this list)
//!
//! | room | what is in it |
//! |---|---|
//! | [`model`] | the words: request, layer, verdict, judgement, fix, diagnosis. No I/O, no provider |
//! | [`pattern`] | texts with `*` and `?` in them |
//! | [`visible`] | control characters shown, not obeyed |
//! | [`shell`] | words as a shell takes them |
//! | [`secret`] | keys, tokens and signatures left out of texts |
//! | [`pasted`] | error texts as people paste them: wraps, frames, escapes taken off |
//! | [`facts`] | one answer of one read call; the store, `Known<T>`, the snapshot file, the `Source` trait |
//! | [`provider`] | what a cloud must offer: its gates, its read calls, its names |
//! | [`aws`] | all that is AWS: `policy/`, `network/`, `gates/`, `collect/` |
//! | [`azure`] | all that is Azure, in the same shape: `rbac/`, `network/`, `storage/`, `gates/`, `collect/` |
//! | [`cloud`] | the registry of clouds: one line each |
//! | [`playbook`] | the YAML schema, loading, lint, CEL, the embedded playbooks |
//! | [`path`] | the petgraph graph: nodes, edges, the first broken edge |
//! | [`engine`] | runs a playbook: the query plan, the event stream, judging |
//! | [`train`] | levels to train with: worlds as data, sessions, scores, progress, redaction |
//! | [`report`] | one file per output format |
//! | [`config`] | paths, theme, glyphs' choice |
//! | [`tui`] | the terminal: app, message, action, effect, screens, widgets |
//! | [`cli`] | one file per subcommand |

pub mod aws;
pub mod azure;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod engine;
pub mod facts;
pub mod model;
pub mod pasted;
pub mod path;
pub mod pattern;
pub mod playbook;
pub mod provider;
pub mod report;
pub mod secret;
pub mod shell;
pub mod train;
pub mod tui;
pub mod visible;
