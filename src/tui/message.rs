//! What can happen, and what is asked to be done about it.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use super::action::Action;
use super::drill::Part;
use super::walk::View;
use super::{HostError, Levels, LiveRequest, StartRequest};
use crate::engine::Event;
use crate::facts::Call;
use crate::train::{Debrief, Scenario};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// Text pasted at once.
    Paste(String),
    /// The terminal has another size, or was given back.
    Resize,
    /// A second of a walk has passed.
    Tick,
    /// The walk tells something: its number, and what.
    Engine(u64, Box<Event>),
    /// The walk has ended, or could not begin.
    Ended(u64, Result<(), HostError>),
    /// What was found of the form's words, in the state with this number.
    Checked(u64, Result<String, HostError>),
    /// The levels were found.
    Levels(Box<Levels>),
    /// A level is ready, or cannot be played: the number of its walk, and what came of it.
    Level(u64, Result<Arc<Scenario>, HostError>),
    /// What came of copying.
    Copied(String),
    /// The session shall end.
    Quit,
}

/// Something to be done outside.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Walk this; stepwise or not.
    Walk(StartRequest, bool),
    /// Ask this call again; all other answers stay.
    Retry(Call),
    /// Give the walk up.
    Cancel,
    /// Make no further call.
    Pause,
    /// Make all calls.
    GoOn,
    /// Make one call.
    Step,
    /// Skip one call.
    Skip,
    /// Read a pasted text as an error message.
    Read(String),
    /// Find out whether the form's words can be walked.
    Check(u64, LiveRequest),
    /// Hand text to the clipboard: what it is, and the text.
    Copy(&'static str, String),
    /// Hand the verdict to the clipboard, as Markdown.
    CopyVerdict,
    /// Write the report.
    Export,
    /// Write the snapshot.
    Save,
    /// Compare with this snapshot.
    Compare(PathBuf),
    /// Find the levels.
    Levels,
    /// Keep the result of a session.
    Trained(Box<Debrief>),
    /// Write a debrief.
    WriteDebrief(Box<Debrief>),
    /// Note the finished walk among those of late.
    Remember,
    /// Listen to the mouse, or do not.
    Mouse(bool),
    /// Back to the shell for a moment.
    Suspend,
    /// End the session.
    Quit,
}

/// What a click on a part of the screen does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// An action.
    Do(Action),
    /// Selects a gate; once more: opens it.
    Gate(usize),
    /// Selects the way between two stations.
    Way(String, String),
    /// Selects the most telling gate about a station.
    Station(String),
    /// Shows a view.
    View(View),
    /// Goes to a line of the document; once more: folds it.
    Line(usize),
    /// Selects a call; once more: opens it.
    Call(usize),
    /// Takes an offer of the start screen.
    Offer(usize),
    /// Goes to a field of the form.
    Field(usize),
    /// Takes a suggestion of the form.
    Suggestion(usize),
    /// Selects a level; once more: plays it.
    Level(usize),
    /// Selects a read; once more: makes it.
    Read(usize),
    /// Goes to a part of the verdict's form.
    Part(Part),
    /// Selects an entry of that part; once more: chooses it.
    Choice(usize),
    /// Runs an entry of the finder.
    Entry(usize),
}
