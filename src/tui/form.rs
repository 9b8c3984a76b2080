//! The form of a request: what was typed, what it means, what could be meant.

use std::collections::BTreeMap;

use tui_input::Input;

use super::fuzzy::ranked;
use super::{Field, HostError, LiveRequest, StartRequest, Suggestion, World};
use crate::secret::scrubbed;
use crate::visible::visible;

/// How many suggestions are offered.
const OFFERED: usize = 8;

impl Field {
    /// What is asked.
    pub fn label(self) -> &'static str {
        match self {
            Field::Resource => "Resource",
            Field::Principal => "As",
            Field::Action => "Do",
            Field::Origin => "From",
            Field::Playbook => "Playbook",
            Field::Inputs => "Inputs",
        }
    }

    /// An example.
    pub fn hint(self) -> &'static str {
        match self {
            Field::Resource => "s3://BUCKET/KEY, an ARN, a blob's URL; or paste an error message",
            Field::Principal => "an ARN, an object id, anonymous; empty: you",
            Field::Action => "read, list, write, delete, or the provider's own name; empty: read",
            Field::Origin => "subnet-…, i-…, sagemaker:training-job/NAME, internet; empty: found out",
            Field::Playbook => "empty: chosen by resource and action",
            Field::Inputs => "NAME=VALUE …; none are needed as a rule",
        }
    }
}

/// The form.
#[derive(Debug, Default)]
pub struct Form {
    /// What was typed, in the order of [`Field::ALL`].
    pub inputs: [Input; Field::ALL.len()],
    /// Position of the focus.
    pub focus: usize,
    /// The suggestion that is selected.
    pub chosen: Option<usize>,
    /// What was found of the words: nothing was typed yet, or the answer is under way.
    pub checked: Option<Result<String, HostError>>,
    /// Counts the states of the form, so that late answers are told from current ones.
    pub version: u64,
    /// The error text that the form was filled from.
    pub error: Option<String>,
}

impl Form {
    /// The field in focus.
    pub fn field(&self) -> Field {
        Field::ALL.get(self.focus).copied().unwrap_or(Field::Resource)
    }

    /// What was typed into a field.
    pub fn value(&self, field: Field) -> Option<String> {
        let at = Field::ALL.iter().position(|known| *known == field)?;
        let text = self.inputs[at].value().trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Sets a field. Signatures of addresses are not shown and not kept: that there is one is all that is judged.
    pub fn set(&mut self, field: Field, value: &str) {
        if let Some(at) = Field::ALL.iter().position(|known| *known == field) {
            self.inputs[at] = Input::new(scrubbed(&visible(value)));
        }
    }

    /// Fills the form.
    pub fn fill(&mut self, request: &LiveRequest) {
        self.set(Field::Resource, &request.resource);
        self.set(Field::Principal, request.principal.as_deref().unwrap_or_default());
        self.set(Field::Action, request.action.as_deref().unwrap_or_default());
        self.set(Field::Origin, request.origin.as_deref().unwrap_or_default());
        self.set(Field::Playbook, request.playbook.as_deref().unwrap_or_default());
        let pairs: Vec<String> = request.inputs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.set(Field::Inputs, &pairs.join(" "));
        self.error.clone_from(&request.error);
    }

    /// The request; `None` while there is no resource.
    pub fn request(&self) -> Option<LiveRequest> {
        let pairs = self.value(Field::Inputs).unwrap_or_default();
        let pair = |text: &str| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (text.to_owned(), String::new()),
        };
        Some(LiveRequest {
            resource: scrubbed(&self.value(Field::Resource)?),
            principal: self.value(Field::Principal),
            action: self.value(Field::Action),
            origin: self.value(Field::Origin),
            playbook: self.value(Field::Playbook),
            inputs: pairs.split_whitespace().map(pair).collect::<BTreeMap<_, _>>(),
            error: self.error.clone(),
        })
    }

    /// What can be walked.
    pub fn start(&self) -> Option<StartRequest> {
        self.request().map(StartRequest::Live)
    }

    /// What the field in focus may take, the likeliest first.
    pub fn suggestions(&self, world: &World) -> Vec<Suggestion> {
        let field = self.field();
        let typed = self.value(field).unwrap_or_default();
        let mut known: Vec<Suggestion> = Vec::new();
        for suggestion in world.suggestions.iter().filter(|suggestion| suggestion.field == field) {
            if suggestion.value != typed && !known.iter().any(|other| other.value == suggestion.value) {
                known.push(suggestion.clone());
            }
        }
        if field == Field::Playbook {
            let entry = |playbook: &super::PlaybookEntry| Suggestion {
                field,
                value: playbook.id.clone(),
                about: playbook.title.clone(),
            };
            known.extend(world.playbooks.iter().filter(|playbook| playbook.id != typed).map(entry));
        }
        if field == Field::Inputs {
            known.extend(self.inputs_of(world));
            // Pairs that are there stay; a suggestion adds one.
            return known;
        }
        let mut order = ranked(&typed, known.iter().map(|suggestion| suggestion.value.as_str()));
        // A word that cannot be used: all that could are offered.
        if order.is_empty() && field != Field::Resource && matches!(self.checked, Some(Err(_))) {
            order = (0..known.len()).collect();
        }
        order.into_iter().take(OFFERED).map(|at| known[at].clone()).collect()
    }

    fn inputs_of(&self, world: &World) -> Vec<Suggestion> {
        let id = self.value(Field::Playbook).or_else(|| self.walks().map(str::to_owned));
        let Some(playbook) = world.playbooks.iter().find(|playbook| Some(&playbook.id) == id.as_ref()) else {
            return Vec::new();
        };
        let typed = self.value(Field::Inputs).unwrap_or_default();
        let new = |input: &&super::InputEntry| {
            !typed.split_whitespace().any(|pair| pair.starts_with(&format!("{}=", input.name)))
        };
        let entry = |input: &super::InputEntry| Suggestion {
            field: Field::Inputs,
            value: format!("{}={}", input.name, input.example.as_deref().unwrap_or_default()),
            about: format!(
                "{}{}",
                input.prompt,
                if input.required && matches!(self.checked, Some(Err(_))) { " (needed)" } else { "" }
            ),
        };
        playbook.inputs.iter().filter(new).map(entry).collect()
    }

    /// The playbook that the last check chose.
    fn walks(&self) -> Option<&str> {
        let Some(Ok(said)) = &self.checked else { return None };
        said.split_whitespace().find(|word| word.contains('/')).map(|word| word.trim_matches([':', ',', '.']))
    }

    /// Takes the selected suggestion.
    pub fn take(&mut self, suggestion: &Suggestion) {
        let value = match (suggestion.field, self.value(Field::Inputs)) {
            (Field::Inputs, Some(pairs)) => format!("{pairs} {}", suggestion.value),
            _ => suggestion.value.clone(),
        };
        self.set(suggestion.field, &value);
        self.chosen = None;
    }

    /// The next or previous field.
    pub fn turn(&mut self, forward: bool) {
        let count = Field::ALL.len();
        self.focus = (self.focus + if forward { 1 } else { count - 1 }) % count;
        self.chosen = None;
    }
}
