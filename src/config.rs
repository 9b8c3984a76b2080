//! Where gatewalk keeps things of the user's, and what he says of its looks and keys.
//!
//! | file | what is in it |
//! |---|---|
//! | `settings` | `config.yaml`: theme, colours, keys, mouse |
//! | `recent` | the diagnoses of late |

mod recent;
mod settings;

use std::path::PathBuf;

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

pub use recent::{Recent, forget_older, recents, remember};
pub use settings::{COLOURS, Colours, Settings, Theme, load, parse};

fn strategy() -> Option<impl AppStrategy> {
    let names =
        AppStrategyArgs { top_level_domain: "dev".into(), author: "gatewalk".into(), app_name: "gatewalk".into() };
    choose_app_strategy(names).ok()
}

/// The folder of the user's configuration; `GATEWALK_CONFIG_DIR` names another one.
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os("GATEWALK_CONFIG_DIR") {
        return Some(PathBuf::from(dir));
    }
    strategy().map(|strategy| strategy.config_dir())
}

/// The file of the user's settings; it need not exist.
#[must_use]
pub fn settings_file() -> Option<PathBuf> {
    config_dir().map(|dir| dir.join("config.yaml"))
}

/// The folder of what gatewalk itself keeps between runs; `GATEWALK_STATE_DIR` names another one.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os("GATEWALK_STATE_DIR") {
        return Some(PathBuf::from(dir));
    }
    let strategy = strategy()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}

/// Where the user's own playbooks lie.
#[must_use]
pub fn playbook_dirs() -> Vec<PathBuf> {
    config_dir().map(|dir| dir.join("playbooks")).into_iter().collect()
}

/// Where the user's own levels to train with lie.
#[must_use]
pub fn level_dirs() -> Vec<PathBuf> {
    config_dir().map(|dir| dir.join("worlds")).into_iter().collect()
}
