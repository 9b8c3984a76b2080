//! `gatewalk doctor`: what gatewalk finds on this machine.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use super::diagnose::shelf;
use super::live::BUILT_FOR;
use super::{Failure, print};
use crate::{cloud, config, tui};

/// The credentials that live calls would use, as far as the environment tells. Never a secret.
pub fn identity() -> Option<String> {
    match (aws_identity(), azure_identity()) {
        (Some(aws), Some(azure)) => Some(format!("{aws} (AWS); {azure} (Azure)")),
        (aws, azure) => aws.or(azure),
    }
}

/// The environment's sign-in to Azure, else what `az login` or `azd auth login` left behind.
fn azure_identity() -> Option<String> {
    #[cfg(feature = "azure")]
    if let Some(kind) = crate::azure::collect::configured(&crate::azure::collect::Variables::of_process()) {
        return Some(format!("{} of the environment", kind.as_str()));
    }
    let home = etcetera::home_dir().ok()?;
    let az = env::var_os("AZURE_CONFIG_DIR").map_or_else(|| home.join(".azure"), Into::into);
    let azd = env::var_os("AZD_CONFIG_DIR").map_or_else(|| home.join(".azd"), Into::into);
    let tools = [("az login", az.join("azureProfile.json")), ("azd auth login", azd.join("auth.json"))];
    tools.into_iter().find(|(_, file)| file.exists()).map(|(tool, file)| format!("{tool} ({})", file.display()))
}

fn aws_identity() -> Option<String> {
    if let Ok(profile) = env::var("AWS_PROFILE") {
        return Some(format!("profile {profile}"));
    }
    if env::var_os("AWS_ACCESS_KEY_ID").is_some() {
        return Some("AWS_ACCESS_KEY_ID of the environment".into());
    }
    for name in
        ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    {
        if env::var_os(name).is_some() {
            return Some(format!("{name} of the environment"));
        }
    }
    let home = etcetera::home_dir().ok()?;
    let file = env::var_os("AWS_SHARED_CREDENTIALS_FILE").map_or_else(|| home.join(".aws/credentials"), Into::into);
    file.exists().then(|| format!("profile default of {}", file.display()))
}

/// An address without the user and password that may stand in it.
fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, address)) => format!("…@{address}"),
        None => url.to_owned(),
    }
}

/// The command.
pub fn doctor() -> Result<u8, Failure> {
    let mut out = String::new();
    let mut say = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<14}{value}");
    };
    say("version", env!("CARGO_PKG_VERSION").into());
    say("credentials", identity().unwrap_or_else(|| "none found; snapshots and examples work without".into()));
    let region = env::var("AWS_REGION").or_else(|_| env::var("AWS_DEFAULT_REGION"));
    say("region", region.unwrap_or_else(|_| "not in the environment; the profile's is used".into()));
    #[cfg(feature = "azure")]
    {
        use crate::azure::collect::{National, Variables};
        let national = National::of(&Variables::of_process());
        say("azure", format!("{}, signed in by {}", national.name, national.authority));
    }
    for endpoint in ["AWS_ENDPOINT_URL", "GATEWALK_AZURE_ENDPOINT"] {
        if let Ok(url) = env::var(endpoint) {
            say("endpoint", format!("{} ({endpoint})", without_user(&url)));
        }
    }
    let live =
        if BUILT_FOR.is_empty() { "no, built without".to_owned() } else { format!("yes: {}", BUILT_FOR.join(", ")) };
    say("live calls", live);
    for dir in config::playbook_dirs() {
        let there = if dir.is_dir() { "" } else { " (not there)" };
        say("own playbooks", format!("{}{there}", dir.display()));
    }
    let playbooks = shelf().files().iter().filter(|file| !file.is_fragment()).count();
    say("playbooks", playbooks.to_string());
    for provider in cloud::ALL {
        say(
            "cloud",
            format!("{}: {} gates, {} read calls", provider.id(), provider.gates().len(), provider.calls().len()),
        );
    }
    let terminal = if io::stdout().is_terminal() { "yes" } else { "no" };
    say("terminal", format!("{terminal}, TERM={}", env::var("TERM").unwrap_or_default()));
    let glyphs = if tui::needs_ascii() { "ASCII" } else { "Unicode" };
    say("glyphs", format!("{glyphs}, by locale and TERM; --ascii and `ascii:` in the settings say otherwise"));
    say("clipboard", tui::clipboard_route().into());
    if let Some(file) = config::settings_file() {
        let state = match (file.exists(), super::start::settings()) {
            (false, _) => " (not there; the defaults are used)".to_owned(),
            (true, Ok(settings)) => {
                format!(" (theme {:?}, {} keys of your own)", settings.theme, settings.keys.len()).to_lowercase()
            }
            (true, Err(failure)) => {
                format!(" (cannot be used: {})", failure.sentence.lines().next().unwrap_or_default())
            }
        };
        say("settings", format!("{}{state}", file.display()));
    }
    if let Some(dir) = config::state_dir() {
        say("state", dir.display().to_string());
    }
    say("log", "none is written".into());
    say("colours", if env::var_os("NO_COLOR").is_some() { "off (NO_COLOR)".into() } else { "on".into() });
    print(&out)
}
