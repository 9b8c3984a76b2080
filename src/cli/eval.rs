//! `gatewalk eval KIND`: one JSON case a line in, one JSON answer a line out, in the same order, streamed.

use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::args::EvalKind;
use super::{Failure, folder};
use crate::aws::{authz, reach};

/// The command: exit code 4 when a line could not be judged.
pub fn eval(kind: EvalKind, facts: Option<&Path>, _jobs: usize) -> Result<u8, Failure> {
    match (kind, facts) {
        (EvalKind::AwsAuthz, None) => lines(aws_authz),
        (EvalKind::AwsAuthz, Some(_)) => {
            Err(Failure::usage("cases of aws-authz hold all they need", "leave --facts out"))
        }
        (EvalKind::AwsNetwork, None) => Err(Failure::usage(
            "cases of aws-network need the networks they are about",
            "add --facts with a snapshot, or a folder of describe-… answers",
        )),
        (EvalKind::AwsNetwork, Some(path)) => {
            let facts = folder::open(path)?;
            let world = reach::World::new(&facts);
            lines(|line| aws_network(&world, line))
        }
    }
}

fn lines(judge: impl Fn(&str) -> Result<Value, Value>) -> Result<u8, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut code = 0;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            Failure::invalid(format!("the cases cannot be read: {error}"), "cases are JSON, one a line, in UTF-8")
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = judge(&line).unwrap_or_else(|error| {
            code = 4;
            error
        });
        match writeln!(out, "{answer}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(code),
            Err(error) => return Err(Failure::output(&error)),
            Ok(()) => {}
        }
    }
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(&error)),
        _ => Ok(code),
    }
}

fn case<C: serde::de::DeserializeOwned>(line: &str) -> Result<C, Value> {
    let id =
        || serde_json::from_str::<Value>(line).ok().and_then(|case| case.get("id").cloned()).unwrap_or(Value::Null);
    serde_json::from_str(line).map_err(|error| json!({"id": id(), "error": error.to_string()}))
}

fn aws_authz(line: &str) -> Result<Value, Value> {
    let case: authz::Case = case(line)?;
    authz::answer(&case).map_err(|error| json!({"id": case.id, "error": error}))
}

fn aws_network(world: &reach::World<'_>, line: &str) -> Result<Value, Value> {
    let case: reach::Case = case(line)?;
    reach::answer(world, &case).map_err(|error| json!({"id": case.id, "error": error}))
}
