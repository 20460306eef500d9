//! How the story is told: step by step as it happens, and as one JSON object at its end.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};

use super::Failed;
use super::interrupt::Interrupt;
use crate::output;

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The story so far.
#[derive(Debug)]
pub struct Story {
    /// Nothing is printed before the end.
    quiet: bool,
    interrupt: Interrupt,
    /// Why what was said last could not be heard.
    unheard: Option<String>,
    steps: Vec<Step>,
    refusals: Vec<Refusal>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    ok: bool,
    took: Duration,
    facts: Map<String, Value>,
}

#[derive(Debug)]
struct Refusal {
    name: &'static str,
    ok: bool,
    why: String,
}

/// What a step has to tell: lines for people, facts for scripts.
#[derive(Debug, Default)]
pub struct Told {
    lines: Vec<String>,
    facts: Map<String, Value>,
}

impl Told {
    /// A line for people.
    pub fn line(&mut self, text: impl Display) {
        self.lines.push(text.to_string());
    }

    /// A fact for scripts.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }
}

impl Story {
    /// A story that is printed as it happens, unless it is for scripts.
    pub const fn new(quiet: bool, interrupt: Interrupt) -> Self {
        Self { quiet, interrupt, unheard: None, steps: Vec::new(), refusals: Vec::new() }
    }

    /// Plays a step, unless the story was interrupted. What it says of itself is told also when it
    /// fails, and so is the reason.
    pub fn step<T, E: Display>(
        &mut self,
        name: &'static str,
        title: &str,
        play: impl FnOnce(&mut Told) -> Result<T, E>,
    ) -> Option<T> {
        self.interrupt.check().ok()?;
        self.say(format_args!("{HEADING}{} {title}{HEADING:#}", self.steps.len() + 1));
        let (mut told, start) = (Told::default(), Instant::now());
        let played = play(&mut told);
        let took = start.elapsed();
        // What fails now fails because of that, or looks as if it did.
        self.interrupt.check().ok()?;
        for line in &told.lines {
            self.say(format_args!("    {line}"));
        }
        if let Err(error) = &played {
            self.say(format_args!("    {BAD}failed:{BAD:#} {error}"));
            told.fact("error", error.to_string());
        }
        self.say(format_args!("    {DIM}{}{DIM:#}", milliseconds(took)));
        self.steps.push(Step { name, ok: played.is_ok(), took, facts: told.facts });
        played.ok()
    }

    /// Plays an attack. It came out as it must if it was refused for the reason that was expected;
    /// `play` says the reason, or why it went otherwise.
    pub fn refusal(&mut self, name: &'static str, play: impl FnOnce() -> Result<String, String>) {
        if self.interrupt.check().is_err() {
            return;
        }
        if self.refusals.is_empty() {
            self.say(format_args!("{HEADING}Attacks{HEADING:#}"));
        }
        let (ok, why) = match play() {
            Ok(why) => (true, why),
            Err(why) => (false, why),
        };
        if self.interrupt.check().is_err() {
            return;
        }
        let (style, word) = if ok { (GOOD, "refused") } else { (BAD, "NOT REFUSED AS IT MUST BE") };
        self.say(format_args!("    {name:<18} {style}{word}{style:#}  {why}"));
        self.refusals.push(Refusal { name, ok, why });
    }

    /// Whether every step and every refusal came out as it must, and all of them were played.
    pub fn is_complete(&self, steps: &[&str], refusals: &[&str]) -> bool {
        let played = self.steps.iter().map(|step| (step.name, step.ok));
        let refused = self.refusals.iter().map(|refusal| (refusal.name, refusal.ok));
        played.eq(steps.iter().map(|name| (*name, true)))
            && refused.eq(refusals.iter().map(|name| (*name, true)))
    }

    /// The end: a table of everything.
    ///
    /// # Errors
    /// `Interrupted`, if it did not come to that; what standard output does not take.
    pub fn conclude(&mut self, complete: bool) -> Result<(), Failed> {
        self.interrupt.check()?;
        let steps = self.steps.iter().map(|step| (step.name, step.ok, milliseconds(step.took)));
        let refusals = self.refusals.iter();
        let refusals = refusals.map(|refusal| (refusal.name, refusal.ok, "refused".to_owned()));
        let rows: Vec<_> = steps.chain(refusals).collect();
        self.say(format_args!("{HEADING}Summary{HEADING:#}"));
        for (name, ok, column) in rows {
            let (style, word) = if ok { (GOOD, "as it must") } else { (BAD, "FAILED    ") };
            self.say(format_args!("    {name:<18} {style}{word}{style:#} {column:>10}"));
        }
        let (style, text) = if complete {
            (GOOD, "The chain holds.")
        } else {
            (BAD, "The story did not come out as it must.")
        };
        self.say(format_args!("{style}{text}{style:#}"));
        self.unheard.take().map_or(Ok(()), |why| Err(why.into()))
    }

    /// The object of `--json`.
    pub fn to_json(&self, complete: bool) -> Value {
        let steps = self.steps.iter().map(|step| {
            let mut object = Map::new();
            object.insert("name".to_owned(), json!(step.name));
            object.insert("ok".to_owned(), json!(step.ok));
            object.insert("ms".to_owned(), json!(step.took.as_secs_f64() * 1000.0));
            object.extend(step.facts.clone());
            Value::Object(object)
        });
        let refusals = self
            .refusals
            .iter()
            .map(|refusal| json!({"name": refusal.name, "ok": refusal.ok, "why": refusal.why}));
        json!({
            "ok": complete,
            "steps": steps.collect::<Vec<_>>(),
            "refusals": refusals.collect::<Vec<_>>(),
        })
    }

    fn say(&mut self, text: std::fmt::Arguments<'_>) {
        if self.quiet {
            return;
        }
        if let Err(failure) = output::print(&format!("{text}\n")) {
            self.quiet = true;
            self.unheard = Some(failure.to_string());
        }
    }
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}
