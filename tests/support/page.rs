//! The commands of docs/training.md that make a level of a saved incident, run as they stand there.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::root;

/// The commands, in order.
pub fn commands() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/training.md")).unwrap();
    let block = page.split("```sh incident\n").nth(1).unwrap().split("```").next().unwrap();
    block.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Runs them in a folder. Those that ask a live cloud are given away, all others are run by `program`; what they print comes back, in order.
pub fn run(home: &Path, program: &dyn Fn() -> Command, live: &mut dyn FnMut(&[&str])) -> Vec<String> {
    let mut printed = Vec::new();
    for command in commands() {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["gatewalk", "diagnose", ..] => live(&words[1..]),
            ["$EDITOR", file] => {
                let (code, _, errors) = finish(program().args(["train", "check", file]).current_dir(home), "");
                assert!(code == 4 && errors.contains("still has to be written"), "{errors}");
                author(&home.join(file));
            }
            // The level is played at a pipe: the first of every choice, and no explanation.
            ["gatewalk", "train", level] => {
                let play = ["train", level, "--no-record"];
                let (code, out, errors) = finish(program().args(play).current_dir(home), "v\n1\n1\n1\n\n\n\n");
                assert!(code == 0 && out.contains("Score:") && out.contains("To remember:"), "{out}{errors}");
                printed.push(out);
            }
            ["gatewalk", ..] => {
                let to = words.iter().position(|word| *word == ">");
                let args = &words[1..to.unwrap_or(words.len())];
                let (code, out, errors) = finish(program().args(args).current_dir(home), "");
                assert_eq!(code, 0, "{command}: {errors}");
                if let Some(to) = to {
                    fs::write(home.join(words[to + 1]), &out).unwrap();
                }
                printed.push(format!("{out}{errors}"));
            }
            _ => panic!("{command}"),
        }
    }
    printed
}

/// What the author writes in the editor: a title, the ticket, and what would have prevented it where no level lends that.
fn author(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let written = |line: &str| match line.split_once(": TODO ") {
        Some(("title", _)) => "title: Since Tuesday".to_owned(),
        Some(("brief", _)) => {
            "brief: It worked until the platform team moved things. Now my job only hangs.".to_owned()
        }
        Some(("prevention", _)) => "prevention: A read as the job itself after every change of the path.".to_owned(),
        _ => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(written).collect();
    fs::write(file, text.join("\n")).unwrap();
}

fn finish(command: &mut Command, input: &str) -> (i32, String, String) {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}
