//! `gatewalk eval KIND`: one JSON case a line in, one JSON answer a line out, in the same order, streamed.

use std::io::{self, BufRead, BufWriter, Write};

use serde_json::{Value, json};

use super::Failure;
use super::args::EvalKind;
use crate::aws::authz;

/// The command: exit code 4 when a line could not be judged.
pub fn eval(kind: EvalKind) -> Result<u8, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut code = 0;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            Failure::invalid(format!("the cases cannot be read: {error}"), "cases are JSON, one a line, in UTF-8")
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match kind {
            EvalKind::AwsAuthz => aws_authz(&line),
        };
        let answer = answer.unwrap_or_else(|error| {
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

fn aws_authz(line: &str) -> Result<Value, Value> {
    let id =
        || serde_json::from_str::<Value>(line).ok().and_then(|case| case.get("id").cloned()).unwrap_or(Value::Null);
    let case: authz::Case =
        serde_json::from_str(line).map_err(|error| json!({"id": id(), "error": error.to_string()}))?;
    authz::answer(&case).map_err(|error| json!({"id": case.id, "error": error}))
}
