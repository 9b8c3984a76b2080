//! `gatewalk eval KIND`: one JSON case a line in, one JSON answer a line out, in the same order, streamed.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde_json::{Value, json};

use super::args::EvalKind;
use super::{Failure, folder};
use crate::aws::{authz, reach};
use crate::azure::{self, storage};

/// How many lines one worker takes at once.
const CHUNK: usize = 128;

/// Writes the answer to a line, or the error; false for an error.
type Answering<'j> = Box<dyn FnMut(&str, &mut Vec<u8>) -> bool + 'j>;

/// The command: exit code 4 when a line could not be judged.
pub fn eval(kind: EvalKind, facts: Option<&Path>, jobs: usize) -> Result<u8, Failure> {
    match (kind, facts) {
        (EvalKind::AwsAuthz, None) => stream(jobs, || {
            let mut documents = authz::Documents::default();
            Box::new(move |line, out| aws_authz(&mut documents, line, out))
        }),
        (EvalKind::AwsAuthz, Some(_)) => {
            Err(Failure::usage("cases of aws-authz hold all they need", "leave --facts out"))
        }
        (EvalKind::AzureAuthz, None) => stream(jobs, || {
            let mut memory = azure::authz::Memory::default();
            Box::new(move |line, out| azure_authz(&mut memory, line, out))
        }),
        (EvalKind::AzureStorage, None) => {
            stream(jobs, || Box::new(|line, out| answered(line, storage::answer(line), out)))
        }
        (EvalKind::AzureAuthz | EvalKind::AzureStorage, Some(_)) => {
            Err(Failure::usage("cases hold all they need", "leave --facts out"))
        }
        (EvalKind::AwsNetwork, None) => Err(Failure::usage(
            "cases of aws-network need the networks they are about",
            "add --facts with a snapshot, or a folder of describe-… answers",
        )),
        (EvalKind::AwsNetwork, Some(path)) => {
            let facts = folder::open(path)?;
            let world = reach::World::new(&facts);
            stream(jobs, || Box::new(|line, out| aws_network(&world, line, out)))
        }
    }
}

fn stream<'j>(jobs: usize, worker: impl Fn() -> Answering<'j> + Sync) -> Result<u8, Failure> {
    let input = BufReader::with_capacity(1 << 18, io::stdin().lock());
    let out = BufWriter::with_capacity(1 << 16, io::stdout());
    let done = if jobs == 1 { alone(input, out, worker()) } else { together(jobs, input, out, &worker) };
    match done {
        Ok(all_judged) => Ok(if all_judged { 0 } else { 4 }),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::usage(format!("cases and answers cannot be streamed: {error}"), "")),
    }
}

/// One case after another. Answers leave at once where no further case waits.
fn alone(mut input: impl BufRead + Waits, mut out: impl Write, mut judge: Answering<'_>) -> io::Result<bool> {
    let (mut line, mut answers, mut all_judged) = (Vec::new(), Vec::new(), true);
    while input.read_until(b'\n', &mut line)? > 0 {
        all_judged &= one(&line, &mut answers, &mut judge);
        out.write_all(&answers)?;
        if !input.waits() {
            out.flush()?;
        }
        line.clear();
        answers.clear();
    }
    out.flush()?;
    Ok(all_judged)
}

/// The answer to a line, with the line's end; nothing for an empty line.
fn one(line: &[u8], answers: &mut Vec<u8>, judge: &mut Answering<'_>) -> bool {
    let line = line.trim_ascii();
    if line.is_empty() {
        return true;
    }
    let judged = match std::str::from_utf8(line) {
        Ok(line) => judge(line, answers),
        Err(error) => refuse(&Value::Null, &format!("the line is no UTF-8: {error}"), answers),
    };
    answers.push(b'\n');
    judged
}

/// Chunks of lines go to the workers in turn, and their answers come back in turn.
fn together<'j>(
    jobs: usize,
    mut input: impl BufRead + Waits,
    mut out: impl Write + Send,
    worker: &(impl Fn() -> Answering<'j> + Sync),
) -> io::Result<bool> {
    thread::scope(|scope| {
        let (mut to, mut from): (Vec<SyncSender<Vec<u8>>>, Vec<Receiver<(Vec<u8>, bool)>>) = (Vec::new(), Vec::new());
        for _ in 0..jobs {
            let (send_lines, lines) = sync_channel::<Vec<u8>>(2);
            let (send_answers, answers) = sync_channel(2);
            scope.spawn(move || {
                let mut judge = worker();
                for chunk in lines {
                    let (mut answers, mut all_judged) = (Vec::new(), true);
                    for line in chunk.split_inclusive(|byte| *byte == b'\n') {
                        all_judged &= one(line, &mut answers, &mut judge);
                    }
                    if send_answers.send((answers, all_judged)).is_err() {
                        break;
                    }
                }
            });
            to.push(send_lines);
            from.push(answers);
        }
        let writer = scope.spawn(move || {
            let mut all_judged = true;
            // The first worker that has nothing more is the end: chunks go round in turn.
            for answers in from.iter().cycle() {
                let Ok((answers, judged)) = answers.recv() else { break };
                all_judged &= judged;
                out.write_all(&answers)?;
                out.flush()?;
            }
            Ok(all_judged)
        });
        for worker in to.iter().cycle() {
            let mut chunk = Vec::new();
            for _ in 0..CHUNK {
                if input.read_until(b'\n', &mut chunk)? == 0 || !input.waits() {
                    break;
                }
            }
            if chunk.is_empty() || worker.send(chunk).is_err() {
                break;
            }
        }
        drop(to);
        writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer stopped")))
    })
}

/// Whether more input has arrived already.
trait Waits {
    fn waits(&self) -> bool;
}

impl<R: io::Read> Waits for BufReader<R> {
    fn waits(&self) -> bool {
        !self.buffer().is_empty()
    }
}

fn write(answer: &impl serde::Serialize, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, answer);
}

fn refuse(id: &Value, error: &str, out: &mut Vec<u8>) -> bool {
    write(&json!({"id": id, "error": error}), out);
    false
}

/// The id of a line that is no case, where it has one.
fn id(line: &str) -> Value {
    serde_json::from_str::<Value>(line).ok().and_then(|case| case.get("id").cloned()).unwrap_or_default()
}

fn aws_authz(documents: &mut authz::Documents, line: &str, out: &mut Vec<u8>) -> bool {
    let case: authz::Case<'_> = match serde_json::from_str(line) {
        Ok(case) => case,
        Err(error) => return refuse(&id(line), &error.to_string(), out),
    };
    answered(line, authz::answer(&case, documents), out)
}

fn azure_authz(memory: &mut azure::authz::Memory, line: &str, out: &mut Vec<u8>) -> bool {
    match serde_json::from_str::<azure::authz::Case<'_>>(line) {
        Ok(case) => answered(line, azure::authz::answer(&case, memory), out),
        Err(error) => refuse(&id(line), &error.to_string(), out),
    }
}

/// An answer, or why there is none.
fn answered(line: &str, answer: Result<impl serde::Serialize, String>, out: &mut Vec<u8>) -> bool {
    match answer {
        Ok(answer) => {
            write(&answer, out);
            true
        }
        Err(error) => refuse(&id(line), &error, out),
    }
}

fn aws_network(world: &reach::World<'_>, line: &str, out: &mut Vec<u8>) -> bool {
    let answer = serde_json::from_str(line)
        .map_err(|error| error.to_string())
        .and_then(|case: reach::Case| reach::answer(world, &case));
    answered(line, answer, out)
}
