//! The session as a conversation, one question a line: for every terminal, for a pipe, and for people who listen to their screen. Nothing is drawn, nothing
//! moves, no colour says anything; every question names the answers it takes.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use super::super::Failure;
use crate::model::Layer;
use crate::train::moves::Seen;
use crate::train::outline::outline;
use crate::train::session::Stage;
use crate::train::{Debrief, Event, Expect, Mode, Move, Scenario, Session};

/// Lines of an answer that are shown at once.
const PAGE: usize = 30;

/// Plays to the end; nothing when the trainee left before the verdict.
pub fn play(scenario: Arc<Scenario>, mode: Mode) -> Result<Option<Debrief>, Failure> {
    let (session, opening) = Session::new(scenario, mode);
    let mut talk = Talk { session, began: Instant::now(), input: io::stdin().lock(), rest: Vec::new() };
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
    input: io::StdinLock<'static>,
    rest: Vec<String>,
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

    fn say(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for line in text.split('\n') {
            for row in wrapped(&crate::visible::visible(line)) {
                writeln!(out, "{row}")?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut out = io::stdout().lock();
        write!(out, "{question} ")?;
        out.flush()?;
        drop(out);
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            writeln!(io::stdout())?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim().to_owned())
    }

    fn run(&mut self, opening: Vec<Event>) -> io::Result<()> {
        self.ticket()?;
        self.say("\nType ? at any question for help.")?;
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
        let layers: Vec<&str> = Layer::ALL.iter().map(|layer| layer.as_str()).collect();
        let text = format!(
            "{}\n{} level, {} mode.\n\nThe ticket:\n{}\n\nThe question for the walk:\nwho: {}\ndoes: {}\nto: {}\nfrom: {}\n\nThe layers, in order: {}.",
            level.title,
            level.difficulty.as_str(),
            self.session.mode().as_str(),
            level.brief,
            request.principal,
            request.action,
            request.resource,
            request.origin,
            layers.join(", ")
        );
        self.say(&text)
    }

    fn show(&mut self, events: Vec<Event>) -> io::Result<()> {
        for event in events {
            match event {
                Event::Said { text } => {
                    let who = if self.session.mode() == Mode::Interview { "Interviewer" } else { "Tutor" };
                    self.say(&format!("\n{who}: {text}"))?;
                }
                Event::Noted { .. } | Event::Explained => {}
                Event::Answered { probe, facts, feedback, layer, .. } => {
                    let hypothesis = self.session.view(0).taken.last().and_then(|step| step.hypothesis.clone());
                    let brought = facts.len();
                    self.say(&format!("\n{probe} ({layer}): {brought} new {}.", plural(brought, "answer", "answers")))?;
                    self.facts(&facts)?;
                    if let Some(feedback) = feedback {
                        self.say(&format!("\n{}", feedback.sentences(hypothesis.as_ref()).join("\n")))?;
                    }
                }
                Event::Hinted { tier, cost, text } => {
                    self.say(&format!("\nHint {tier} of 3 (minus {cost} points): {text}"))?;
                }
                Event::Confirm { .. } => {}
                Event::Refused { why, .. } => self.say(&format!("\nNot done: {why}"))?,
                Event::Debriefed { debrief } => self.debriefed(&debrief)?,
            }
        }
        Ok(())
    }

    /// Answers, the one asked for last; long ones by pages.
    fn facts(&mut self, facts: &[Seen]) -> io::Result<()> {
        let mut lines = Vec::new();
        for seen in facts {
            lines.push(format!("$ {}", seen.command));
            match &seen.body {
                Some(body) => lines.extend(outline(body).into_iter().map(|line| format!("  {line}"))),
                None => lines.push(format!("  {}", ended(seen.status))),
            }
        }
        self.page(lines)
    }

    fn page(&mut self, mut lines: Vec<String>) -> io::Result<()> {
        self.rest = lines.split_off(lines.len().min(PAGE));
        self.say(&lines.join("\n"))?;
        if !self.rest.is_empty() {
            self.say(&format!("There are {} more lines. Type m to go on reading.", self.rest.len()))?;
        }
        Ok(())
    }

    /// The main question.
    fn choose(&mut self) -> io::Result<Choice> {
        if self.session.stage() == Stage::Why {
            let text = self.ask("\nYour reason (or enter to pass it over):")?;
            let events = self.make(Move::Why { text });
            self.show(events)?;
            return Ok(Choice::Again);
        }
        let view = self.session.view(0);
        let status = format!(
            "Probe points: {} of {} left.{}",
            view.budget.total.saturating_sub(view.budget.spent),
            view.budget.total,
            self.clock()
        );
        self.say(&format!("\n{status}"))?;
        let typed = self.ask("Where do you look? 1 identity, 2 network, 3 storage; v verdict, h hint, ? more:")?;
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
        let view = self.session.view(self.now());
        let Some(clock) = view.clock else { return String::new() };
        let left = clock.limit_ms.saturating_sub(clock.used_ms) / 60_000;
        match clock.used_ms >= clock.limit_ms {
            true => " The time is up: give your verdict.".into(),
            false => format!(
                " {} {} left.",
                left + 1,
                plural(usize::try_from(left + 1).unwrap_or(2), "minute is", "minutes are")
            ),
        }
    }

    fn command(&mut self, typed: &str) -> io::Result<Choice> {
        match typed {
            "q" | "quit" => {
                if self.ask("Leave without a verdict? y or n:")?.eq_ignore_ascii_case("y") {
                    return Ok(Choice::Left);
                }
            }
            "h" | "hint" => self.hint()?,
            "v" | "verdict" => self.verdict()?,
            "t" | "ticket" => self.ticket()?,
            "m" | "more" => {
                let rest = std::mem::take(&mut self.rest);
                match rest.is_empty() {
                    true => self.say("There is nothing more to read.")?,
                    false => self.page(rest)?,
                }
            }
            "s" | "seen" => self.seen()?,
            "p" | "path" => self.path()?,
            "" => {}
            "?" | "help" => self.say(HELP)?,
            _ => self.say("That is none of the answers. Type 1, 2 or 3 for a layer, or ? for all of them.")?,
        }
        Ok(Choice::Again)
    }

    fn hypothesis(&mut self, layer: Layer) -> io::Result<Choice> {
        let typed = self.ask(&format!(
            "What do you expect in the {layer} layer? 1 nothing that stops it, 2 what stops it, enter to skip (costs points), b back:"
        ))?;
        let expect = match typed.as_str() {
            "1" => Some(Expect::Open),
            "2" => Some(Expect::Closed),
            "b" => return Ok(Choice::Again),
            "" => None,
            _ => {
                self.say("That is none of the answers.")?;
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
                (probe.name.clone(), format!("{}, {}{cost}. {}", probe.name, probe.call, probe.why))
            })
            .collect();
        if offered.is_empty() {
            self.say(&format!("Everything that the {layer} layer has to tell was read."))?;
            return Ok(None);
        }
        let text: Vec<String> =
            offered.iter().enumerate().map(|(at, (_, text))| format!("{}. {text}", at + 1)).collect();
        self.say(&text.join("\n"))?;
        loop {
            let typed = self.ask(&format!("Which one do you read? 1 to {}, or b back:", offered.len()))?;
            if typed == "b" || typed.is_empty() {
                return Ok(None);
            }
            let named = offered.iter().find(|(name, _)| *name == typed).map(|(name, _)| name);
            let numbered =
                || typed.parse::<usize>().ok().and_then(|at| offered.get(at.checked_sub(1)?)).map(|(name, _)| name);
            if let Some(name) = named.or_else(numbered) {
                return Ok(Some(name.clone()));
            }
            self.say("That is none of the answers.")?;
        }
    }

    fn hint(&mut self) -> io::Result<()> {
        let events = self.make(Move::Hint { confirm: false });
        if let [Event::Confirm { cost }] = events[..] {
            let typed = self.ask(&format!("The last hint tells the cause and costs {cost} points. y or n:"))?;
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
            return self.say("Nothing was read yet.");
        }
        self.say(&text.join("\n"))?;
        let typed = self.ask("Which one again? A number, or enter for none:")?;
        match typed.parse::<usize>().ok().and_then(|at| seen.get(at.checked_sub(1)?)) {
            Some(one) => self.facts(std::slice::from_ref(one)),
            None => Ok(()),
        }
    }

    fn path(&mut self) -> io::Result<()> {
        let Some(path) = self.session.view(0).path else {
            return self.say("There is no path in an interview until the verdict is given.");
        };
        let label = |id: &str| path.nodes.iter().find(|node| node.id == id).map_or("", |node| node.label.as_str());
        let line = |edge: &crate::model::Edge| {
            let state = match edge.status {
                crate::model::Status::Open => "ruled out",
                _ => "not ruled out",
            };
            format!("{}: {} to {}: {state}", edge.layer, label(&edge.from), label(&edge.to))
        };
        let text: Vec<String> = path.edges.iter().map(line).collect();
        self.say(&text.join("\n"))
    }

    fn verdict(&mut self) -> io::Result<()> {
        let view = self.session.view(0);
        let count = view.answers;
        let edges: Vec<(String, String)> = view
            .edges
            .iter()
            .map(|edge| {
                (
                    edge.id.clone(),
                    format!(
                        "{}: {} to {}. {}",
                        edge.layer,
                        edge.from,
                        edge.to,
                        edge.questions.first().cloned().unwrap_or_default()
                    ),
                )
            })
            .collect();
        let owned = |choices: &[(&str, &str)]| {
            choices.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect::<Vec<_>>()
        };
        let (causes, fixes) = (owned(&view.causes), owned(&view.fixes));
        if count > 1 {
            self.say(&format!("\n{count} things are broken. Name several numbers with commas between them."))?;
        }
        let Some(edges) = self.several("Where is the broken edge?", &edges)? else { return Ok(()) };
        let Some(causes) = self.several("What is the cause?", &causes)? else { return Ok(()) };
        let Some(fixes) = self.several("What is the smallest change that repairs it?", &fixes)? else { return Ok(()) };
        let note = self.ask("A note of your own (or enter for none):")?;
        let events = self.make(Move::Verdict { edges, causes, fixes, note });
        self.show(events)
    }

    /// One or more of a list; nothing to go back.
    fn several(&mut self, question: &str, choices: &[(String, String)]) -> io::Result<Option<Vec<String>>> {
        let text: Vec<String> =
            choices.iter().enumerate().map(|(at, (_, text))| format!("{}. {text}", at + 1)).collect();
        self.say(&format!("\n{question}\n{}", text.join("\n")))?;
        loop {
            let typed = self.ask(&format!("1 to {}, or b back to the probes:", choices.len()))?;
            if typed == "b" {
                return Ok(None);
            }
            let numbers: Option<Vec<String>> = typed
                .split([',', ' '])
                .filter(|part| !part.is_empty())
                .map(|part| Some(choices.get(part.parse::<usize>().ok()?.checked_sub(1)?)?.0.clone()))
                .collect();
            match numbers {
                Some(numbers) if !numbers.is_empty() => return Ok(Some(numbers)),
                _ => self.say("That is none of the answers.")?,
            }
        }
    }

    fn debriefed(&mut self, debrief: &Debrief) -> io::Result<()> {
        let mut out = vec![format!("\nScore: {} of 100.", debrief.score.total)];
        for row in &debrief.score.rows {
            let of = if row.of == 0 { String::new() } else { format!(" of {}", row.of) };
            out.push(format!("{}: {}{of}. {}.", row.about, row.points, row.why));
        }
        out.push("\nWhat was broken:".into());
        out.extend(debrief.broken.iter().cloned());
        for culprit in &debrief.culprits {
            out.push(format!("{}, {}: {}", culprit.edge, culprit.code, culprit.summary));
            for decisive in &culprit.decisive {
                out.push(format!("The deciding part, {} {}:", decisive.document, decisive.statement));
                let text = decisive.text.as_deref().unwrap_or_default();
                let lines = serde_json::from_str(text)
                    .map_or_else(|_| text.lines().map(str::to_owned).collect(), |json| outline(&json));
                out.extend(lines.into_iter().map(|line| format!("  {line}")));
            }
        }
        for (title, items) in [("cause", &debrief.causes), ("fix", &debrief.fixes)] {
            out.extend(items.iter().filter(|item| item.right).map(|item| format!("The right {title}: {}", item.text)));
            let wrong = items.iter().filter(|item| item.chosen && !item.right);
            out.extend(wrong.map(|item| format!("You chose: {} {}", item.text, item.why)));
        }
        for harmless in &debrief.harmless {
            out.push(format!("Harmless: {harmless}"));
        }
        self.say(&out.join("\n"))
    }

    /// The explanation, then the rest of the debrief.
    fn after(&mut self) -> io::Result<()> {
        let text = self.ask("Your explanation (or enter for none):")?;
        if !text.is_empty() {
            let events = self.make(Move::Explain { text });
            self.show(events)?;
        }
        let Some(debrief) = self.session.debrief().cloned() else { return Ok(()) };
        self.say("\nThe model answer, in ninety seconds:")?;
        for (name, text) in debrief.told() {
            self.say(&format!("{name}: {text}"))?;
        }
        let mut out = vec![String::new(), debrief.parting()];
        let told = debrief.discriminating();
        out.push(match told.is_empty() {
            true => "None of your probes told causes apart.".into(),
            false => format!("Probes of yours that told causes apart: {}.", told.join(", ")),
        });
        out.push(format!("\nTo remember: {}", debrief.lesson));
        out.push(format!("What would have prevented it: {}", debrief.prevention));
        out.extend(debrief.hints.iter().enumerate().map(|(at, hint)| format!("Hint {}: {hint}", at + 1)));
        out.extend(debrief.links.iter().map(|link| format!("Read: {link}")));
        self.say(&out.join("\n"))?;
        loop {
            match self.ask("\nr replay the model path, w write the debrief to a file, enter to end:")?.as_str() {
                "r" => self.replay(&debrief)?,
                "w" => self.write()?,
                "" | "q" => return Ok(()),
                _ => self.say("Type r, w or enter.")?,
            }
        }
    }

    fn replay(&mut self, debrief: &Debrief) -> io::Result<()> {
        for (at, step) in debrief.model.iter().enumerate() {
            let hypothesis = crate::train::Hypothesis { layer: step.layer, expect: step.expect, why: None };
            let told = step
                .feedback
                .sentences(Some(&hypothesis))
                .join("\n")
                .replace("You expected", "Expected")
                .replace("you knew", "was known");
            self.say(&format!(
                "\nStep {} of {}: {} ({}). {}\n{told}",
                at + 1,
                debrief.model.len(),
                step.probe,
                step.layer,
                step.why
            ))?;
            if at + 1 < debrief.model.len() && self.ask("enter for the next step, b to stop:")? == "b" {
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
            Ok(()) => self.say(&format!("It is in {name}.")),
            Err(error) => self.say(&format!("{name} cannot be written: {error}")),
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

fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

fn ended(status: &str) -> &'static str {
    match status {
        "denied" => "the answer was refused: your own rights do not reach that far",
        "not-found" => "there is no such thing",
        _ => "it gave no answer",
    }
}

/// Lines of at most a hundred characters, broken between words, with the indent of their first.
fn wrapped(line: &str) -> Vec<String> {
    const WIDTH: usize = 100;
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let mut rows = Vec::new();
    let mut row = indent.clone();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if row.len() > indent.len() && row.chars().count() + word.chars().count() > WIDTH {
            rows.push(std::mem::replace(&mut row, format!("{indent}  ")));
        }
        if !row.trim().is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    rows.push(row);
    rows
}
