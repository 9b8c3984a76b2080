//! The session as a conversation, one question a line: for every terminal, for a pipe, and for people who listen to their screen. Nothing is drawn, nothing
//! moves, no colour says anything; every question names the answers it takes.

mod paper;
mod told;
mod verdict;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use self::paper::Paper;
use super::super::Failure;
use crate::model::{Layer, Verdict};
use crate::train::moves::Seen;
use crate::train::outline::outline;
use crate::train::scenario::EdgeChoice;
use crate::train::schema::Goal;
use crate::train::session::Stage;
use crate::train::{Debrief, Event, Expect, Mode, Move, Scenario, Session};

/// Plays to the end; nothing when the trainee left before the verdict.
pub fn play(scenario: Arc<Scenario>, mode: Mode) -> Result<Option<Debrief>, Failure> {
    let (session, opening) = Session::new(scenario, mode);
    let mut talk = Talk { session, began: Instant::now(), paper: Paper::new() };
    match talk.run(opening) {
        Ok(()) => {}
        // A reader that has gone away ends the session, as the end of the input does.
        Err(error) if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => {}
        Err(error) => return Err(Failure::output(&error)),
    }
    if talk.session.debrief().is_none() {
        let _ = writeln!(io::stdout(), "\nYou left before the verdict. Nothing is recorded.");
    }
    Ok(talk.session.debrief().cloned())
}

struct Talk {
    session: Session,
    began: Instant,
    paper: Paper,
}

/// What was typed at the main question.
enum Choice {
    Probe(String),
    Left,
    Again,
}

impl Talk {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn run(&mut self, opening: Vec<Event>) -> io::Result<()> {
        self.ticket()?;
        self.paper.say("\nType ? at any question for help.")?;
        self.show(opening)?;
        while self.session.debrief().is_none() {
            match self.choose()? {
                Choice::Probe(name) => {
                    let events = self.make(Move::Probe { name });
                    self.show(events)?;
                }
                Choice::Left => return Ok(()),
                Choice::Again => {}
            }
        }
        self.after()
    }

    fn make(&mut self, what: Move) -> Vec<Event> {
        let now = self.now();
        self.session.apply(now, what)
    }

    fn ticket(&mut self) -> io::Result<()> {
        let scenario = self.session.scenario();
        let (level, request) = (&scenario.level, &scenario.broken.request);
        let seed = scenario.seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        let layers: Vec<&str> = Layer::ALL.iter().map(|layer| layer.as_str()).collect();
        let text = format!(
            "{} ({})\n{} level, {} mode{seed}.\n\nThe ticket:\n{}\n\nThe question for the walk:\nwho: {}\ndoes: {}\nto: {}\nfrom: {}\n\nThe layers, in order: {}.",
            level.title,
            level.id,
            level.difficulty.as_str(),
            self.session.mode().as_str(),
            level.brief,
            request.principal,
            request.action,
            request.resource,
            request.origin,
            layers.join(", ")
        );
        self.paper.say(&text)
    }

    fn show(&mut self, events: Vec<Event>) -> io::Result<()> {
        for event in events {
            match event {
                Event::Said { text } => {
                    let who = if self.session.mode() == Mode::Interview { "Interviewer" } else { "Tutor" };
                    self.paper.say(&format!("\n{who}: {text}"))?;
                }
                Event::Noted { .. } | Event::Explained => {}
                Event::Answered { probe, facts, feedback, layer, by_tutor, .. } => {
                    let hypothesis = self.session.taken().last().and_then(|step| step.hypothesis.clone());
                    self.paper.say(&format!("\n{probe} ({layer}):"))?;
                    self.answers(&probe, &facts)?;
                    if let Some(feedback) = feedback {
                        let told = feedback.sentences(hypothesis.as_ref()).join("\n");
                        let told = if by_tutor { told.replace("You expected", "I expected") } else { told };
                        self.paper.say(&format!("\n{told}"))?;
                    }
                }
                Event::Hinted { tier, cost, text } => {
                    self.paper.say(&format!("\nHint {tier} of 3 (minus {cost} points): {text}"))?;
                }
                Event::Confirm { .. } => {}
                Event::Refused { why, .. } => self.paper.say(&format!("\nNot done: {why}"))?,
                Event::Debriefed { debrief } => {
                    self.paper.say(&told::score(&debrief))?;
                    self.paper.pause()?;
                    self.paper.say(&told::truth(&debrief))?;
                }
            }
        }
        Ok(())
    }

    /// Answers to what was asked; what was asked along is named, and can be read again.
    fn answers(&mut self, probe: &str, facts: &[Seen]) -> io::Result<()> {
        let (own, along): (Vec<&Seen>, Vec<&Seen>) = facts.iter().partition(|seen| seen.probe == probe);
        self.facts(&own)?;
        let names: BTreeSet<&str> = along.iter().map(|seen| seen.probe.as_str()).collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.into_iter().collect();
            self.paper.say(&format!("Asked along, at no cost: {}. Type s to read them.", names.join(", ")))?;
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[&Seen]) -> io::Result<()> {
        let mut lines = Vec::new();
        for seen in facts {
            lines.push(format!("$ {}", seen.command));
            match &seen.body {
                Some(body) => lines.extend(outline(body).into_iter().map(|line| format!("  {line}"))),
                None => lines.push(format!("  {}", ended(seen.status))),
            }
        }
        self.paper.page(lines)
    }

    /// The main question.
    fn choose(&mut self) -> io::Result<Choice> {
        if self.session.stage() == Stage::Why {
            let text = self.paper.ask("\nYour reason (or enter to pass it over):")?;
            let events = self.make(Move::Why { text });
            self.show(events)?;
            return Ok(Choice::Again);
        }
        let view = self.session.view(0);
        let left = view.budget.total.saturating_sub(view.budget.spent);
        let beyond = if left == 0 && !view.budget.binding { " You may go on; it costs points." } else { "" };
        let status = format!("Probe points: {left} of {} left.{beyond}{}", view.budget.total, self.clock());
        self.paper.say(&format!("\n{status}"))?;
        let typed = self.paper.ask("Where to look? 1 identity, 2 network, 3 storage, v verdict, h hint, ? help:")?;
        match typed.as_str() {
            "1" | "2" | "3" => {
                let layer = match typed.as_str() {
                    "1" => Layer::Identity,
                    "2" => Layer::Network,
                    _ => Layer::Storage,
                };
                self.hypothesis(layer)
            }
            "identity" => self.hypothesis(Layer::Identity),
            "network" => self.hypothesis(Layer::Network),
            "storage" => self.hypothesis(Layer::Storage),
            other => self.command(other),
        }
    }

    fn clock(&self) -> String {
        let Some(clock) = self.session.view(self.now()).clock else { return String::new() };
        match clock.limit_ms.saturating_sub(clock.used_ms).div_ceil(60_000) {
            0 => " The time is up: give your verdict.".into(),
            1 => " 1 minute is left.".into(),
            minutes => format!(" {minutes} minutes are left."),
        }
    }

    fn command(&mut self, typed: &str) -> io::Result<Choice> {
        match typed {
            "q" | "quit" => {
                if self.paper.ask("Leave without a verdict? y or n:")?.eq_ignore_ascii_case("y") {
                    return Ok(Choice::Left);
                }
            }
            "h" | "hint" => self.hint()?,
            "v" | "verdict" => self.verdict()?,
            "t" | "ticket" => self.ticket()?,
            "m" | "more" => self.paper.more()?,
            "s" | "seen" => self.seen()?,
            "p" | "path" => self.path()?,
            "" => {}
            "?" | "help" => self.paper.say(HELP)?,
            _ => self.paper.say("That is none of the answers. Type 1, 2 or 3 for a layer, or ? for all of them.")?,
        }
        Ok(Choice::Again)
    }

    fn hypothesis(&mut self, layer: Layer) -> io::Result<Choice> {
        let typed = self.paper.ask(&format!(
            "What do you expect in the {layer} layer? 1 nothing that stops it, 2 what stops it, enter to skip (costs points), b back:"
        ))?;
        let expect = match typed.as_str() {
            "1" => Some(Expect::Open),
            "2" => Some(Expect::Closed),
            "b" => return Ok(Choice::Again),
            "" => None,
            _ => {
                self.paper.say("That is none of the answers.")?;
                return self.hypothesis(layer);
            }
        };
        let Some(name) = self.pick(layer)? else { return Ok(Choice::Again) };
        if let Some(expect) = expect {
            let why = self.reason(layer)?;
            let events = self.make(Move::Hypothesis { layer, expect, why });
            self.show(events)?;
        }
        Ok(Choice::Probe(name))
    }

    /// Where the order of the layers is left, practice asks for the reason as well; the interviewer asks himself.
    fn reason(&mut self, layer: Layer) -> io::Result<Option<String>> {
        let seen: BTreeSet<Layer> = self.session.view(0).taken.iter().map(|step| step.layer).collect();
        if self.session.mode() == Mode::Interview || !crate::train::score::jumps(layer, &seen) {
            return Ok(None);
        }
        let text = self
            .paper
            .ask("You leave the order of the layers. Why there first? (a reason keeps the points; enter for none)")?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn pick(&mut self, layer: Layer) -> io::Result<Option<String>> {
        let view = self.session.view(0);
        let offered: Vec<(String, String)> = view
            .probes
            .iter()
            .filter(|probe| probe.layer == layer && view.taken.iter().all(|step| step.probe != probe.name))
            .map(|probe| {
                let cost = if probe.cost > 1 { format!(" (costs {})", probe.cost) } else { String::new() };
                (probe.name.clone(), format!("{}{cost}: {}", probe.name, probe.why))
            })
            .collect();
        if offered.is_empty() {
            self.paper.say(&format!("Everything that the {layer} layer has to tell was read."))?;
            return Ok(None);
        }
        let text: Vec<String> =
            offered.iter().enumerate().map(|(at, (_, text))| format!("{}. {text}", at + 1)).collect();
        self.paper.say(&text.join("\n"))?;
        loop {
            let typed = self.paper.ask(&format!("Which one do you read? 1 to {}, or b back:", offered.len()))?;
            if typed == "b" || typed.is_empty() {
                return Ok(None);
            }
            let named = offered.iter().find(|(name, _)| *name == typed).map(|(name, _)| name);
            let numbered =
                || typed.parse::<usize>().ok().and_then(|at| offered.get(at.checked_sub(1)?)).map(|(name, _)| name);
            if let Some(name) = named.or_else(numbered) {
                return Ok(Some(name.clone()));
            }
            self.paper.say("That is none of the answers.")?;
        }
    }

    fn hint(&mut self) -> io::Result<()> {
        let events = self.make(Move::Hint { confirm: false });
        if let [Event::Confirm { cost }] = events[..] {
            let typed = self.paper.ask(&format!("The last hint tells the cause and costs {cost} points. y or n:"))?;
            if typed.eq_ignore_ascii_case("y") {
                let events = self.make(Move::Hint { confirm: true });
                return self.show(events);
            }
            return Ok(());
        }
        self.show(events)
    }

    fn seen(&mut self) -> io::Result<()> {
        let seen = self.session.view(0).seen.to_vec();
        let text: Vec<String> =
            seen.iter().enumerate().map(|(at, seen)| format!("{}. {}: {}", at + 1, seen.probe, seen.command)).collect();
        if text.is_empty() {
            return self.paper.say("Nothing was read yet.");
        }
        self.paper.say(&text.join("\n"))?;
        let typed = self.paper.ask("Which one again? A number, or enter for none:")?;
        match typed.parse::<usize>().ok().and_then(|at| seen.get(at.checked_sub(1)?)) {
            Some(one) => self.facts(&[one]),
            None => Ok(()),
        }
    }

    /// The edges, and how many of their questions are answered with yes. A closed gate looks like one that nobody has judged.
    fn path(&self) -> io::Result<()> {
        let view = self.session.view(0);
        if view.path.is_none() {
            return self.paper.say("There is no path in an interview until the verdict is given.");
        }
        let (known, goal) = (&self.session.known().diagnosis, self.session.scenario().level.goal);
        let line = |edge: &EdgeChoice| {
            let (mut of, mut yes) = (BTreeSet::new(), BTreeSet::new());
            for gate in known.gates.iter().filter(|gate| edge.questions.contains(&gate.question)) {
                if gate.status != Verdict::NotApplicable {
                    of.insert(&gate.question);
                }
                if gate.status == Verdict::Open {
                    yes.insert(&gate.question);
                }
            }
            let state = match (yes.len(), of.len()) {
                (yes, of) if yes == of => match goal {
                    Goal::Reach => "ruled out".to_owned(),
                    Goal::KeepOut => "lets the request through".to_owned(),
                },
                (yes, of) => format!("{yes} of {of} questions answered with yes"),
            };
            format!("{}: {} to {}: {state}", edge.layer, edge.from, edge.to)
        };
        self.paper.say(&view.edges.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// The explanation, then the rest of the debrief.
    fn after(&mut self) -> io::Result<()> {
        let text = self.paper.ask("Your explanation (or enter for none):")?;
        if !text.is_empty() {
            let events = self.make(Move::Explain { text });
            self.show(events)?;
        }
        let Some(debrief) = self.session.debrief().cloned() else { return Ok(()) };
        for part in [told::model_answer(&debrief), told::ways(&debrief)] {
            self.paper.say(&part)?;
            self.paper.pause()?;
        }
        self.paper.say(&told::lesson(&debrief))?;
        loop {
            let question = "\nr replay the model path, w write the debrief to a file, enter to end:";
            match self.paper.ask(question)?.as_str() {
                "r" => self.replay(&debrief)?,
                "w" => self.write()?,
                "" | "q" => return Ok(()),
                _ => self.paper.say("Type r, w or enter.")?,
            }
        }
    }

    fn replay(&mut self, debrief: &Debrief) -> io::Result<()> {
        let of = debrief.model.len();
        for (at, step) in debrief.model.iter().enumerate() {
            self.paper.say(&told::model_step(at + 1, of, step))?;
            if at + 1 < of && self.paper.ask("enter for the next step, b to stop:")? == "b" {
                break;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(debrief) = self.session.debrief() else { return Ok(()) };
        let text = debrief.markdown();
        let name = format!("debrief-{}.md", debrief.scenario.replace('/', "-"));
        match std::fs::write(&name, text) {
            Ok(()) => self.paper.say(&format!("It is in {name}.")),
            Err(error) => self.paper.say(&format!("{name} cannot be written: {error}")),
        }
    }
}

const HELP: &str = "\
1, 2, 3: look in a layer: you say what you expect, then choose a read.
v: give the verdict: the broken edge, the cause, the fix.
h: the next hint. Hints cost points: 5, 10, 20.
m: more lines of the last answer. s: what was read so far. p: what is ruled out on the path.
t: the ticket again. q: leave.
Points: edge 30, cause 20, fix 15, order of the layers 15, few probes 10, a hypothesis before each 10.";

fn ended(status: &str) -> &'static str {
    match status {
        "denied" => "the answer was refused: your own rights do not reach that far",
        "not-found" => "there is no such thing",
        _ => "it gave no answer",
    }
}
