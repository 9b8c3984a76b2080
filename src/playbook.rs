//! Playbooks: what to ask, what to judge, what to say, as YAML.

pub mod schema;
