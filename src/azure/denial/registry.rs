//! Images that a container registry would not give (Azure Container Registry, "Troubleshoot registry login" and "Troubleshoot network issues
//! with registry"; Azure Machine Learning, "Troubleshoot online endpoints deployment": image pulls).

use super::code::Meaning;
use super::{apply, says};
use crate::model::{Denial, Layer};

const PULL: &str = "Microsoft.ContainerRegistry/registries/pull/read";

/// Part of the text in lower case, what it says; the surer first.
#[rustfmt::skip]
const TEXTS: &[(&str, Meaning)] = &[
    ("is not allowed access", says(None, None, Some(Layer::Storage), "The registry's own network rules refused the address it came from.")),
    ("authentication required", says(None, None, Some(Layer::Identity), NO_PULL)),
    ("failed to fetch anonymous token", says(None, None, Some(Layer::Identity), NO_PULL)),
    ("401 unauthorized", says(None, None, Some(Layer::Identity), NO_PULL)),
    ("acrpull", says(None, None, Some(Layer::Identity), NO_PULL)),
    ("access to the resource is denied", says(None, None, Some(Layer::Identity), NO_PULL)),
    ("pull access denied", says(None, None, Some(Layer::Identity), NO_PULL)),
];

const NO_PULL: &str = "The registry did not accept who pulled: the identity needs AcrPull on the registry (a control action), or the registry's \
    admin user was expected and is off.";

/// Tells what a registry said; nothing where none is spoken of.
pub fn read(lower: &str, denial: &mut Denial) {
    let spoken_of = lower.contains(".azurecr.io") || lower.contains("acrpull");
    let Some((_, meaning)) = TEXTS.iter().find(|(words, _)| spoken_of && lower.contains(words)) else { return };
    apply(denial, meaning);
    if denial.action.is_none() && !lower.contains("push") {
        denial.implied_action = Some(PULL.to_owned());
    }
}
