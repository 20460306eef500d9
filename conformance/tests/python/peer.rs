//! The Python process at the other end, one for all tests.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use hexad_conformance::vectors;
use hexad_vectors::Missing;
use serde_json::{Value, json};

use crate::cases::Library;

/// The process, asked one thing at a time.
pub struct Peer(Mutex<Pipes>);

struct Pipes {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it.
    pub fn start() -> Result<Self, Missing> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = root.join("target/python/bin/python");
        let missing = |why: String| Missing::new("python", why);
        if !python.is_file() {
            return Err(missing("no virtual environment (cargo xtask setup makes it)".into()));
        }
        let mut child = Command::new(python)
            .arg(root.join("conformance/python/peer.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| missing(error.to_string()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) = pipes.ok_or_else(|| missing("no pipes".into()))?;
        let peer = Self(Mutex::new(Pipes { child, requests, answers: BufReader::new(answers) }));
        // A Python without the libraries dies of it here.
        let question = json!({"do": "algorithms", "library": "cwt"});
        peer.ask(&question).map_err(|why| missing(format!("the peer does not start: {why}")))?;
        Ok(peer)
    }

    /// Asks; the member of the answer that is wanted, or why the library refused.
    fn ask(&self, request: &Value) -> Result<Value, String> {
        let mut pipes = self.0.lock().map_err(|_| "another test broke the peer".to_owned())?;
        let failed = |error: std::io::Error| format!("the peer: {error}");
        writeln!(pipes.requests, "{request}").map_err(failed)?;
        let mut line = String::new();
        pipes.answers.read_line(&mut line).map_err(failed)?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| format!("the peer answers {line:?} ({error})"))?;
        match answer.get("ok") {
            Some(Value::Bool(true)) => Ok(answer),
            _ => Err(answer.get("why").and_then(Value::as_str).unwrap_or("no reason").to_owned()),
        }
    }

    /// As [`ask`](Self::ask), for an answer in bytes.
    pub fn bytes(&self, request: &Value, member: &str) -> Result<Vec<u8>, String> {
        let answer = self.ask(request)?;
        let text = answer.get(member).and_then(Value::as_str).and_then(vectors::hex);
        text.ok_or_else(|| format!("the peer's answer has no {member}: {answer}"))
    }

    /// The numbers of all algorithms that a library names.
    pub fn algorithms(&self, library: Library) -> Result<Vec<i64>, String> {
        let answer = self.ask(&json!({"do": "algorithms", "library": library.name()}))?;
        let numbers = answer.get("algorithms").and_then(Value::as_array);
        Ok(numbers.into_iter().flatten().filter_map(Value::as_i64).collect())
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        // It ends by itself when its input does; should it hang, nobody waits for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
