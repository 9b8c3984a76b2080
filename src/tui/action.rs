//! Every action: its name in the settings, its keys, its words in footer and help, and where it applies. Footer, help and palette are made from this
//! table, so nothing can be done that is not told.

/// Where the focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The start screen's list.
    Start,
    /// The form of a request.
    Form,
    /// A prompt for a file.
    Prompt,
    /// The list of actions or entries with its filter, over a screen.
    Finder,
    /// The path and its verdict.
    Verdict,
    /// The walk, question by question.
    Steps,
    /// The documents behind a gate.
    Evidence,
    /// The search line of a document.
    Search,
    /// Every call.
    Facts,
    /// Two diagnoses side by side.
    Compare,
    /// The list of levels.
    Levels,
    /// A session: its reads, and what was said.
    Session,
    /// A question to be answered in words.
    Words,
    /// The form of a verdict.
    Judge,
    /// After the verdict.
    Debrief,
    /// The model path, step by step.
    Replay,
}

impl Place {
    /// Whether letters are text here.
    pub fn takes_text(self) -> bool {
        matches!(self, Place::Form | Place::Prompt | Place::Finder | Place::Search | Place::Words)
    }
}

/// Something the user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
    NextView,
    PreviousView,
    NextField,
    PreviousField,
    NextMark,
    PreviousMark,
    Copy,
    CopyVerdict,
    CopyName,
    CopyCommand,
    AskForIt,
    Pause,
    Step,
    Skip,
    Retry,
    Cancel,
    Again,
    Find,
    Palette,
    Help,
    Export,
    Save,
    Compare,
    Back,
    Down,
    Up,
    Left,
    Right,
    PageDown,
    PageUp,
    First,
    Last,
    Identity,
    Network,
    Storage,
    NextDocument,
    PreviousDocument,
    FoldAll,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    NextMode,
    Difficulty,
    DueOnly,
    Variant,
    ExpectOpen,
    ExpectClosed,
    Hint,
    Ticket,
    Judge,
    Choose,
    ReadOn,
    ReadBack,
    Explain,
    Replay,
    NextLevel,
    Mouse,
    Suspend,
    Quit,
    ForceQuit,
}

/// One line of the table.
#[derive(Debug)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Its name in the settings.
    pub name: &'static str,
    /// Its keys, by the names of `keys`.
    pub keys: &'static [&'static str],
    /// In the footer: one or two words; empty: in the help only.
    pub short: &'static str,
    /// In the help.
    pub help: &'static str,
    /// Where it applies.
    pub places: &'static [Place],
}

const fn entry(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    short: &'static str,
    help: &'static str,
    places: &'static [Place],
) -> Entry {
    Entry { action, name, keys, short, help, places }
}

use Place::{
    Compare, Debrief, Evidence, Facts, Finder, Form, Judge, Levels, Prompt, Replay, Search, Session, Start, Steps,
    Verdict, Words,
};

const WALK: &[Place] = &[Verdict, Steps, Evidence, Facts];
const VIEWS: &[Place] = &[Verdict, Steps, Evidence, Facts, Session, Debrief];
const LAYERS: &[Place] = &[Verdict, Steps, Levels, Session];
const LISTS: &[Place] =
    &[Start, Verdict, Steps, Evidence, Facts, Compare, Finder, Levels, Session, Judge, Debrief, Replay];
const CALM: &[Place] = &[Start, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Judge, Debrief, Replay];
const HELPED: &[Place] =
    &[Start, Form, Prompt, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Words, Judge, Debrief, Replay];
const TEXTS: &[Place] = &[Form, Prompt, Finder, Search, Words];
const ALL: &[Place] = &[
    Start, Form, Prompt, Finder, Verdict, Steps, Evidence, Search, Facts, Compare, Levels, Session, Words, Judge,
    Debrief, Replay,
];

/// Every action. The order is that of footer and help: what one needs most comes first.
#[rustfmt::skip]
pub static TABLE: &[Entry] = &[
    entry(Action::Help, "help", &["?", "F1"], "help", "Everything that can be done here; type to filter, Enter runs it", HELPED),
    entry(Action::Open, "open", &["Enter"], "open", "Open what is selected: deeper into the gate, its documents, a folded part; in a form, walk", &[Start, Form, Prompt, Finder, Verdict, Steps, Evidence, Search, Facts, Levels, Session, Words, Judge, Debrief, Replay]),
    entry(Action::ExpectOpen, "expect-open", &["o"], "expect open", "Say what you expect of the next read: nothing that stops the request; 1, 2 or 3 before it name the layer", &[Session]),
    entry(Action::ExpectClosed, "expect-closed", &["x"], "closed", "The same: something that stops the request", &[Session]),
    entry(Action::Choose, "choose", &["Space"], "choose", "Choose what is selected, or take it back; Enter chooses and goes on", &[Judge]),
    entry(Action::ReadOn, "read-on", &["Space"], "read on", "Read on in what was said", &[Session, Debrief, Replay]),
    entry(Action::ReadBack, "read-back", &["b"], "", "Read back in what was said", &[Session, Debrief, Replay]),
    entry(Action::Judge, "verdict-form", &["v"], "verdict", "Give the verdict: the broken edge, the cause, the fix", &[Session]),
    entry(Action::Hint, "hint", &["h"], "hint", "The next hint, for 5, 10 or 20 points; the last one tells the cause", &[Session]),
    entry(Action::Ticket, "ticket", &["t"], "ticket", "Back to the ticket", &[Session]),
    entry(Action::Explain, "explain", &["x"], "explain", "Explain the right answer in your own words: what you explain stays with you", &[Debrief]),
    entry(Action::Replay, "replay", &["r"], "replay", "Walk the model path, step by step", &[Debrief]),
    entry(Action::NextLevel, "next-level", &["n"], "next level", "Play what is due next", &[Debrief]),
    entry(Action::NextMode, "mode", &["Tab"], "mode", "Guided, practice or interview", &[Levels]),
    entry(Action::Variant, "variant", &["v"], "variant", "The level as written, or a variant with other names, numbers and faults", &[Levels]),
    entry(Action::Difficulty, "difficulty", &["f"], "difficulty", "Show only the easy, the medium, the hard ones; then all", &[Levels]),
    entry(Action::DueOnly, "due-only", &["u"], "due", "Show only what is due", &[Levels]),
    entry(Action::Pause, "pause", &["Space"], "pause", "Stop asking, and go on again", WALK),
    entry(Action::Step, "step", &["."], "step", "Ask one query and wait; after the end: walk again, step by step; on the start screen: walk step by step", &[Start, Verdict, Steps, Evidence, Facts]),
    entry(Action::Skip, "skip", &["-"], "skip", "Skip the query that waits", WALK),
    entry(Action::Cancel, "cancel", &["x"], "cancel", "Give up the walk; what is known is judged", WALK),
    entry(Action::NextView, "next-view", &["Tab"], "view", "Next view: verdict, steps, evidence, facts", VIEWS),
    entry(Action::NextField, "next-field", &["Tab"], "field", "Next field", &[Form, Judge, Words]),
    entry(Action::Copy, "copy", &["y"], "copy fix", "Copy what matters here: the fix's command, else the finding; a document's decisive part; a call's command; the debrief as Markdown", &[Verdict, Steps, Evidence, Facts, Compare, Debrief]),
    entry(Action::AskForIt, "ask-for-it", &["a"], "ask owner", "Copy a message to whoever can open this gate, or let you look", WALK),
    entry(Action::NextMark, "next-mark", &["n"], "next", "Next gate that is closed or unknown; in a document: next decisive line or match", WALK),
    entry(Action::PreviousMark, "previous-mark", &["N", "p"], "", "The same, backwards", WALK),
    entry(Action::NextDocument, "next-document", &["]"], "document", "Next document of this gate", &[Evidence]),
    entry(Action::PreviousDocument, "previous-document", &["["], "", "Previous document of this gate", &[Evidence]),
    entry(Action::Find, "find", &["/"], "find", "Find: a playbook, a gate, a call, a word in a document", CALM),
    entry(Action::Palette, "palette", &[":", "Ctrl-p"], "actions", "Every action and every gate by name", CALM),
    entry(Action::Retry, "retry", &["r"], "retry", "Ask this one query again; all other answers stay", WALK),
    entry(Action::Back, "back", &["Esc"], "back", "One step back", ALL),
    entry(Action::Quit, "quit", &["q"], "quit", "Leave; asks only when a walk is under way", CALM),
    entry(Action::CopyVerdict, "copy-verdict", &["Y"], "", "Copy the whole verdict as Markdown, for a ticket", &[Verdict, Steps, Evidence, Facts, Compare]),
    entry(Action::CopyName, "copy-name", &["i"], "", "Copy the ARN or id of what closes the gate, else of the resource", WALK),
    entry(Action::CopyCommand, "copy-command", &["c"], "", "Copy the query as the command a person would type", WALK),
    entry(Action::Export, "export", &["e"], "", "Write the report, or the debrief, as Markdown into this folder", &[Verdict, Steps, Evidence, Facts, Debrief]),
    entry(Action::Save, "save", &["s"], "", "Save all answers as a snapshot into this folder", WALK),
    entry(Action::Compare, "compare", &["d"], "", "Compare with a snapshot: what differs on the path", &[Verdict, Steps, Facts]),
    entry(Action::Again, "again", &["w"], "", "Walk again from the beginning; play the level again", &[Verdict, Steps, Evidence, Facts, Debrief]),
    entry(Action::Down, "down", &["Down", "j", "Ctrl-n"], "", "Next entry, gate, line; in a form: next suggestion", &[Start, Form, Prompt, Finder, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Judge, Debrief, Replay]),
    entry(Action::Up, "up", &["Up", "k"], "", "Previous entry, gate, line, suggestion", &[Start, Form, Prompt, Finder, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Judge, Debrief, Replay]),
    entry(Action::Right, "right", &["Right", "l"], "", "Next edge of the path; in a document: unfold", &[Verdict, Evidence, Judge]),
    entry(Action::Left, "left", &["Left", "h"], "", "Previous edge of the path; in a document: fold", &[Verdict, Evidence, Judge]),
    entry(Action::PageDown, "page-down", &["PageDown", "Ctrl-d"], "", "A page down", LISTS),
    entry(Action::PageUp, "page-up", &["PageUp", "Ctrl-u"], "", "A page up", LISTS),
    entry(Action::First, "first", &["Home", "g"], "", "To the first", &[Start, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Judge, Debrief]),
    entry(Action::Last, "last", &["End", "G"], "", "To the last", &[Start, Verdict, Steps, Evidence, Facts, Compare, Levels, Session, Judge, Debrief]),
    entry(Action::Identity, "identity", &["1"], "", "To the identity layer; in a session: expect something there; in the list of levels: only those", LAYERS),
    entry(Action::Network, "network", &["2"], "", "To the network layer; in a session: expect something there; in the list of levels: only those", LAYERS),
    entry(Action::Storage, "storage", &["3"], "", "To the storage layer; in a session: expect something there; in the list of levels: only those", LAYERS),
    entry(Action::FoldAll, "fold-all", &["z"], "", "Fold everything but what decides, or unfold everything", &[Evidence]),
    entry(Action::PanLeft, "pan-left", &["H", "Shift-Left"], "", "Move the picture of the path", &[Verdict, Judge]),
    entry(Action::PanRight, "pan-right", &["L", "Shift-Right"], "", "Move the picture of the path", &[Verdict, Judge]),
    entry(Action::PanUp, "pan-up", &["K", "Shift-Up"], "", "Move the picture of the path", &[Verdict, Judge]),
    entry(Action::PanDown, "pan-down", &["J", "Shift-Down"], "", "Move the picture of the path", &[Verdict, Judge]),
    entry(Action::PreviousView, "previous-view", &["BackTab"], "", "Previous view", VIEWS),
    entry(Action::PreviousField, "previous-field", &["BackTab"], "", "Previous field", &[Form, Judge, Words]),
    entry(Action::Mouse, "mouse", &["m"], "", "Listen to the mouse or leave it to the terminal: clicks on keys, gates and the path, the wheel", CALM),
    entry(Action::Suspend, "suspend", &["Ctrl-z"], "", "Back to the shell for a moment; `fg` returns", ALL),
    entry(Action::ForceQuit, "force-quit", &["Ctrl-c"], "", "Leave at once, from anywhere", ALL),
];

/// The line of an action.
pub fn of(action: Action) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.action == action)
}

/// The names of all actions, for the settings.
pub fn names() -> Vec<&'static str> {
    TABLE.iter().map(|entry| entry.name).collect()
}

/// What can be done in a place.
pub fn here(place: Place) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.places.contains(&place))
}

/// Text places have a few keys only: they are all worth telling in the footer.
pub fn is_text(place: Place) -> bool {
    TEXTS.contains(&place)
}
