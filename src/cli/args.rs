//! The words of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Finds out why this identity, from this place, cannot reach this data.
///
/// Without a command the start screen opens.
#[derive(Debug, Parser)]
#[command(name = "gatewalk", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 open · 1 broken · 2 usage · 3 unknown · 4 invalid playbook, snapshot or scenario · 5 the cloud could not be asked"
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk the gates between an identity and its data, live or from a snapshot
    Diagnose(Box<Diagnose>),
    /// Read an error message, a CloudTrail event or an HTTP answer, and walk what it refused
    Why(Box<Why>),
    /// Compare two snapshots: what differs on the path, and which answers differ under it
    Compare {
        /// The one before.
        #[arg(value_name = "BEFORE.json")]
        before: PathBuf,
        /// The one after.
        #[arg(value_name = "AFTER.json")]
        after: PathBuf,
        /// How to show it
        #[arg(long, value_enum, default_value = "text")]
        format: CompareFormat,
    },
    /// Learn to find the broken edge: walk broken worlds, offline
    Train(Train),
    /// Judge cases given as JSON, one a line, and answer them one a line
    Eval {
        /// What the cases are of.
        kind: EvalKind,
        /// What was described: a snapshot, or a folder of describe-… answers
        #[arg(long, value_name = "PATH")]
        facts: Option<PathBuf>,
        /// How many cases to judge at once
        #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
        jobs: u16,
    },
    /// Work with files of recorded answers
    Snapshot {
        /// What to do with them.
        #[command(subcommand)]
        command: SnapshotCommand,
    },
    /// List, show, check and start playbooks
    Playbook {
        /// What to do with them.
        #[command(subcommand)]
        command: PlaybookCommand,
    },
    /// Print the documented causes of a refusal in AWS, and which gate tells each (Markdown)
    Causes,
    /// Say what gatewalk finds on this machine: credentials, folders, terminal
    Doctor,
    /// Print completions for a shell
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `gatewalk diagnose`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  gatewalk diagnose s3://ml-data/train.csv --as arn:aws:iam::123456789012:role/training --from subnet-0abc\n  gatewalk diagnose --example broken-endpoint\n  gatewalk diagnose --snapshot saved.json --format markdown"
)]
pub struct Diagnose {
    /// What cannot be reached: s3://BUCKET/KEY, or an ARN
    #[arg(required_unless_present_any = ["snapshot", "example"])]
    pub resource: Option<String>,
    /// Who asks: an ARN, or `anonymous` [default: the caller]
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub principal: Option<String>,
    /// What is done: the provider's own name of the action, or read, list, write, delete [default: read]
    #[arg(long = "do", value_name = "ACTION")]
    pub action: Option<String>,
    /// Where the request comes from: internet, ip:ADDRESS, eni-…, i-…, subnet-…, sagemaker:training-job/NAME, sagemaker:notebook/NAME
    #[arg(long = "from", value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// The playbook to walk: an id or a file [default: chosen by resource and action]
    #[arg(long, value_name = "ID|FILE")]
    pub playbook: Option<String>,
    /// An input of the playbook; context:KEY=VALUE states a condition key
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    pub inputs: Vec<(String, String)>,
    /// Judge recorded answers instead of asking the cloud
    #[arg(long, value_name = "FILE", conflicts_with = "example")]
    pub snapshot: Option<PathBuf>,
    /// Walk an embedded example; no credentials needed
    #[arg(long, value_name = "NAME")]
    pub example: Option<String>,
    /// Keep the answers in a file, to be walked again with --snapshot
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How to show the answer [default: tui in a terminal, else text]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Touch the data itself: resolve its name, connect, and read one byte of it (or the bucket's head), as the caller
    #[arg(long, conflicts_with_all = ["snapshot", "example"])]
    pub probe: bool,
    /// The profile that may read the organization's policies
    #[arg(long, value_name = "NAME")]
    pub org_profile: Option<String>,
    /// How many seconds one call may take, its repetitions included; the others go on
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    /// Say on standard error how many calls were made, how deep, and how long it took
    #[arg(long)]
    pub timings: bool,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// `gatewalk why`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  gatewalk why 'An error occurred (AccessDenied) when calling the GetObject operation: …'\n  aws s3 cp s3://ml-data/train.csv . 2>&1 | gatewalk why\n  gatewalk why --no-query --format json < event.json"
)]
pub struct Why {
    /// The text; `-` or nothing: standard input
    #[arg(value_name = "TEXT|-")]
    pub text: Vec<String>,
    /// Only read the text; ask nobody
    #[arg(long)]
    pub no_query: bool,
    /// The resource, where the text does not name it
    #[arg(long, value_name = "RESOURCE")]
    pub resource: Option<String>,
    /// Who asks, where the text does not say
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub principal: Option<String>,
    /// What is done, where the text does not say
    #[arg(long = "do", value_name = "ACTION")]
    pub action: Option<String>,
    /// Where the request came from; error texts never say
    #[arg(long = "from", value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// An input of the playbook; context:KEY=VALUE states a condition key
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    pub inputs: Vec<(String, String)>,
    /// Judge recorded answers instead of asking the cloud
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Keep the answers, and what was reported, in a file
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How to show the answer [default: tui in a terminal, else text]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Touch the data itself: resolve its name, connect, and read one byte of it (or the bucket's head), as the caller
    #[arg(long, conflicts_with_all = ["snapshot", "no_query"])]
    pub probe: bool,
    /// The profile that may read the organization's policies
    #[arg(long, value_name = "NAME")]
    pub org_profile: Option<String>,
    /// How many seconds one call may take, its repetitions included
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
}

/// `gatewalk train`.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  gatewalk train                      what is due\n  gatewalk train aws/half-a-door --mode interview\n  gatewalk train list --layer network\n  gatewalk train show aws/half-a-door > sheet.md\n  gatewalk train aws/half-a-door --script moves.yaml"
)]
pub struct Train {
    /// A level: its id or a file [default: what is due next]
    pub scenario: Option<String>,
    /// How much the session helps
    #[arg(long, value_enum, default_value_t = TrainMode::Practice)]
    pub mode: TrainMode,
    /// Another variant of the level: other names and numbers, the same diagnosis
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Play the moves of a file (YAML or JSON) and print the result as JSON
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// One question a line instead of screens, as without a terminal
    #[arg(long)]
    pub plain: bool,
    /// Write the debrief as Markdown
    #[arg(long, value_name = "FILE")]
    pub debrief: Option<PathBuf>,
    /// Do not remember the result
    #[arg(long)]
    pub no_record: bool,
    /// What else.
    #[command(subcommand)]
    pub command: Option<TrainCommand>,
}

/// `gatewalk train …`.
#[derive(Debug, Subcommand)]
pub enum TrainCommand {
    /// List the levels, and which are due
    List {
        /// Only those of a layer
        #[arg(long, value_enum)]
        layer: Option<TrainLayer>,
        /// Only those of a difficulty
        #[arg(long, value_enum)]
        difficulty: Option<TrainDifficulty>,
        /// Only those that are due
        #[arg(long)]
        due: bool,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Check levels: that they break where they say, and can be told apart
    Check {
        /// Ids or files [default: all].
        files: Vec<String>,
    },
    /// Print a level to start from, made of a saved incident
    New {
        /// The snapshot of the incident.
        broken: PathBuf,
        /// The snapshot after the repair: the faults are the differences
        #[arg(long, value_name = "FILE")]
        healthy: Option<PathBuf>,
        /// The level's id
        #[arg(long, default_value = "my/incident")]
        id: String,
    },
    /// Print all of a level as Markdown, answer and all: the sheet of whoever runs a drill with a group
    Show {
        /// A level: its id or a file.
        scenario: String,
        /// The variant that the group plays
        #[arg(long, value_name = "NUMBER")]
        seed: Option<u64>,
    },
    /// Print the JSON Schema of levels
    Schema,
}

/// How much a session helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TrainMode {
    /// A worked example that fades
    Guided,
    /// Hints on demand, no clock
    Practice,
    /// A clock, a budget of probes, and somebody who asks why
    Interview,
}

/// A layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TrainLayer {
    /// Who may act.
    Identity,
    /// Where traffic may flow.
    Network,
    /// What guards the data.
    Storage,
}

/// How hard a level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TrainDifficulty {
    /// One fault that shows where it is.
    Easy,
    /// One fault behind something that looks right.
    Medium,
    /// Two faults, or one that few people know.
    Hard,
}

/// What cases are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EvalKind {
    /// A request to AWS with all policies that apply.
    AwsAuthz,
    /// A flow of packets in the networks of AWS that --facts describes.
    AwsNetwork,
    /// A request to Azure with all roles, assignments and denies that apply.
    AzureAuthz,
    /// A request to a storage account of Azure, with all that guards its network.
    AzureStorage,
}

/// How to show what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// Plain text.
    Text,
    /// For scripts.
    Json,
}

/// How to show the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The terminal interface.
    Tui,
    /// Plain text.
    Text,
    /// For scripts.
    Json,
    /// For tickets.
    Markdown,
    /// For Graphviz.
    Dot,
}

/// `gatewalk snapshot`.
#[derive(Debug, Subcommand)]
pub enum SnapshotCommand {
    /// Make a snapshot of files that `aws … --output json` printed
    Import {
        /// Files, or folders of them.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The snapshot to write.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Replace everything in a snapshot that is its owner's, and prove that the diagnosis is the same
    Redact {
        /// Snapshots; several get the same names.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The snapshot to write; a folder for several.
        #[arg(short, long)]
        output: PathBuf,
        /// Other names for the same snapshot
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        seed: u64,
    },
}

/// `gatewalk playbook`.
#[derive(Debug, Subcommand)]
pub enum PlaybookCommand {
    /// List all playbooks
    List,
    /// Show what a playbook asks, judges and needs
    Show {
        /// An id or a file.
        id: String,
    },
    /// Check playbooks; says file, line and column of what is wrong
    Check {
        /// Ids or files [default: all].
        files: Vec<String>,
    },
    /// Print the JSON Schema of playbooks
    Schema,
    /// Print a playbook to start from
    New {
        /// Its id, e.g. my/bucket-tags.
        #[arg(default_value = "my/playbook")]
        id: String,
    },
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("an input is written NAME=VALUE".to_owned()),
    }
}
