//! What verdicts are said in: the shapes that all judges share.

use serde_json::Value;

use super::super::id;
use super::super::items::get;
use crate::facts::{Known, Why};
use crate::model::{Command, Fix, Judgement, Risk, Verified};
use crate::provider::Ask;

/// The storage account that a step is about.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Its ARM id.
    pub id: &'a str,
    /// What ARM says of it.
    pub body: &'a Value,
}

impl Account<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        id::name(self.id)
    }
}

/// The step's account (`with: {account}`), or why there is none to judge.
pub fn account<'a>(ask: &Ask<'a>, subject: &str) -> Result<Account<'a>, Box<Judgement>> {
    let Some(id) = ask.text("account") else {
        let summary =
            format!("{subject} cannot be told: no storage account of this name was found among what you may read.");
        return Err(Box::new(Judgement::unknown("unread", summary).missing("Microsoft.Storage/storageAccounts/read")));
    };
    match get(ask.reading, "storage:GetAccount", id) {
        Known::Yes(body) => Ok(Account { id, body }),
        Known::Absent => {
            let summary = format!("{subject} cannot be told: there is no storage account {id}.");
            Err(Box::new(Judgement::unknown("unread", summary)))
        }
        Known::Unknown(why) => Err(Box::new(unread(subject, &why))),
    }
}

/// The sub-resource of the account that the request speaks to: `blob`, `dfs`, ….
pub fn sub_resource<'a>(ask: &Ask<'a>) -> &'a str {
    ask.text("sub-resource").unwrap_or("blob")
}

/// Not decided because something was not read.
pub fn unread(subject: &str, why: &Why) -> Judgement {
    let judgement = Judgement::unknown("unread", format!("{subject} cannot be told: {}.", why.text));
    if why.call.is_empty() { judgement.missing(why.text.clone()) } else { judgement }
}

/// A fix with one command of the Azure CLI.
pub fn fix(title: impl Into<String>, owner: impl Into<String>, risk: Risk, command: impl Into<String>) -> Fix {
    Fix {
        title: title.into(),
        owner: owner.into(),
        risk,
        widens: Vec::new(),
        commands: vec![Command { tool: "az".into(), text: command.into() }],
        verified: Verified::Unverified,
    }
}
