//! Servers that play a cloud, and the program that asks them. moto is set up by the tests themselves in a virtual environment under `target/`.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const MOTO: &str = "moto[server]==5.2.1";

/// A running server.
pub struct Cloud {
    server: Child,
    port: u16,
    home: PathBuf,
}

/// A world that was built in it.
pub struct World {
    pub answer: Value,
}

impl Cloud {
    pub fn start() -> Self {
        let (server, port, home) = serve(&python(), "aws");
        let cloud = Cloud { server, port, home };
        let profile = format!(
            "[profile org]\nregion = us-east-1\nendpoint_url = {}\naws_access_key_id = testing\naws_secret_access_key = testing\n",
            cloud.endpoint()
        );
        std::fs::write(cloud.home.join("config"), profile).unwrap();
        cloud
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Builds a world with these faults.
    pub fn world(&self, faults: &[&str]) -> World {
        let answer = self.post("/harness/world", &json!({ "faults": faults }));
        assert!(answer.get("error").is_none(), "the world cannot be built: {answer}");
        World { answer }
    }

    /// Denials, latency, throttling; and forgets the log.
    pub fn set(&self, how: Value) {
        self.post("/harness/set", &how);
    }

    /// Every call since the last `set`.
    pub fn log(&self) -> Vec<String> {
        serde_json::from_value(self.post("/harness/log", &json!({}))).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        post(self.port, path, body)
    }

    /// The program with a world's keys, or with none.
    pub fn gatewalk(&self, world: Option<&World>) -> Command {
        let mut command = gatewalk(&self.home);
        command.env("AWS_ENDPOINT_URL", self.endpoint()).env("AWS_REGION", "us-east-1");
        command.env("AWS_CONFIG_FILE", self.home.join("config"));
        let keys = world.map(|world| world.answer["keys"].as_object().unwrap().clone()).unwrap_or_default();
        for (name, value) in keys {
            command.env(name.to_uppercase(), value.as_str().unwrap());
        }
        command
    }

    /// Asks one of the world's questions as JSON.
    pub fn ask(&self, world: &World, question: &str, more: &[&str]) -> Answer {
        let mut command = self.gatewalk(Some(world));
        command.args(world.words(question)).args(["--org-profile", "org", "--format", "json"]).args(more);
        Answer::of(command.output().unwrap())
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl World {
    pub fn words(&self, question: &str) -> Vec<String> {
        serde_json::from_value(self.answer["questions"][question].clone()).unwrap()
    }

    pub fn questions(&self) -> Vec<String> {
        self.answer["questions"].as_object().unwrap().keys().cloned().collect()
    }

    pub fn id(&self, name: &str) -> &str {
        self.answer["ids"][name].as_str().unwrap()
    }
}

/// What the program answered.
pub struct Answer {
    pub code: i32,
    pub json: Value,
    pub errors: String,
}

impl Answer {
    pub fn of(output: Output) -> Self {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Answer { code: output.status.code().unwrap(), json, errors }
    }

    pub fn verdict(&self) -> &str {
        self.json["verdict"].as_str().unwrap_or(&self.errors)
    }

    /// Gate, effect and blame of every closed gate, each once.
    pub fn closed(&self) -> Vec<Value> {
        let mut closed: Vec<Value> = Vec::new();
        for gate in self.json["gates"].as_array().into_iter().flatten().filter(|gate| gate["status"] == "closed") {
            assert!(!gate["fixes"].as_array().unwrap().is_empty(), "no fix for {gate}");
            let cause = json!({"gate": gate["gate"], "effect": gate["effect"], "blame": gate["blame"]});
            if !closed.contains(&cause) {
                closed.push(cause);
            }
        }
        closed
    }

    pub fn gate(&self, name: &str) -> &Value {
        let gates = self.json["gates"].as_array().unwrap_or_else(|| panic!("no gates: {}", self.errors));
        gates.iter().find(|gate| gate["gate"] == name).unwrap_or_else(|| panic!("no gate {name}"))
    }
}

/// Starts `tests/support/CLOUD/server.py` on a free port and waits until it listens.
pub fn serve(python: &Path, cloud: &str) -> (Child, u16, PathBuf) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let home = target().join(format!("tmp/{cloud}-{port}"));
    std::fs::create_dir_all(&home).unwrap();
    let log = std::fs::File::create(home.join("server.log")).unwrap();
    let server = Command::new(python)
        .arg(root().join(format!("tests/support/{cloud}/server.py")))
        .arg(port.to_string())
        .env_remove("AWS_PROFILE")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "the server does not start; see {}/server.log",
            home.display()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    (server, port, home)
}

/// Asks a server for JSON.
pub fn post(port: u16, path: &str, body: &Value) -> Value {
    let body = body.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(stream, "POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The program with a clean environment: no profile of whoever runs the tests gets in.
pub fn gatewalk(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatewalk"));
    let kept: HashMap<_, _> =
        std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "LLVM_PROFILE_FILE").collect();
    command.env_clear().envs(kept);
    command
        .env("HOME", home)
        .env("GATEWALK_CONFIG_DIR", home.join("gatewalk"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("no-credentials"))
        .env("AWS_CONFIG_FILE", home.join("no-config"))
        .current_dir(home);
    command
}

/// A folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = target().join("tmp").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn target() -> PathBuf {
    // target/tmp is where cargo lets tests write.
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_path_buf()
}

/// A Python with moto in it: a virtual environment made once, by whichever test comes first.
fn python() -> PathBuf {
    let venv = target().join("moto-5.2.1");
    let python = venv.join("bin/python");
    let done = venv.join("ready");
    let lock = target().join("moto-5.2.1.lock");
    let began = Instant::now();
    while !done.exists() {
        if std::fs::create_dir(&lock).is_ok() {
            let made = make(&venv, &python);
            let _ = std::fs::remove_dir(&lock);
            made.unwrap_or_else(|why| {
                panic!("the tests need Python 3.10 or newer with venv, and pip's access to {MOTO}: {why}")
            });
            std::fs::write(&done, "").unwrap();
        }
        assert!(
            began.elapsed() < Duration::from_mins(10),
            "another run holds {}; remove it if there is none",
            lock.display()
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    python
}

fn make(venv: &Path, python: &Path) -> Result<(), String> {
    let run = |command: &mut Command| {
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", MOTO, "boto3"]))
}
