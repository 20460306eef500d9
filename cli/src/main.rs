//! The `hexad` command: exit 0 for done and accepted, 1 for an input that is refused, 2 for wrong
//! usage. Each group of commands is a module; a command is a function from its arguments to a report.

mod appraise;
mod arguments;
mod cbor;
mod cose;
mod coswid;
mod demo;
mod eat;
mod failure;
mod input;
mod key;
mod keys;
mod mud;
mod output;
mod report;
mod suit;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::report::Report;

/// Firmware trust from author to network: CBOR, COSE, SUIT, EAT, CoSWID and MUD
#[derive(Parser, Debug)]
#[command(name = "hexad", version, arg_required_else_help = true)]
#[command(after_help = "Binary inputs are read raw or in hexadecimal; `-` is standard input.
Exit: 0 done and accepted, 1 the input is refused, 2 wrong usage or an unreadable file.

Example:
  hexad key generate -o author.cbor
  hexad key convert author.cbor --public --format pem -o author.pem
  hexad cose sign app.bin --key author.cbor -o app.cose
  hexad cose verify app.cose --key author.pem -o app.bin")]
struct Cli {
    /// Print one JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// The whole story on this machine: author, device, verifier, network, and eight attacks
    Demo(demo::Arguments),
    #[command(flatten)]
    Command(Command),
}

/// The style of the word before a failure.
const ERROR: Style = AnsiColor::Red.on_default().bold();

#[derive(Subcommand, Debug)]
enum Command {
    /// Keys: make, look at and convert them (COSE_Key, PEM, JWK)
    #[command(subcommand, after_help = "Example:\n  hexad key generate -o author.cbor")]
    Key(key::Command),
    /// CBOR (RFC 8949): diagnostic notation and checks
    #[command(subcommand, after_help = "Example:\n  hexad cbor diag message.cbor")]
    Cbor(cbor::Command),
    /// COSE (RFC 9052): signed, authenticated and encrypted messages
    #[command(
        subcommand,
        after_help = "Example:\n  hexad cose verify message.cose --key author.pem"
    )]
    Cose(cose::Command),
    /// SUIT (draft-ietf-suit-manifest-37): update envelopes and manifests
    #[command(
        subcommand,
        after_help = "Example:\n  hexad suit verify update.suit --key author.pem"
    )]
    Suit(suit::Command),
    /// CoSWID (RFC 9393): what software is
    #[command(subcommand, after_help = "Example:\n  hexad coswid inspect app.coswid")]
    Coswid(coswid::Command),
    /// MUD (RFC 8520): what a device may talk to
    #[command(subcommand, after_help = "Example:\n  hexad mud inspect lamp.json")]
    Mud(mud::Command),
    /// EAT (RFC 9711): what a device attests
    #[command(subcommand, after_help = "Example:\n  hexad eat inspect evidence.eat")]
    Eat(eat::Command),
    /// Hold a device's evidence against the releases of its software
    #[command(
        after_help = "The newest of the manifests is the one that the device should run. Exit 0 only if the device may be
allowed what that release needs; a result for any other device is written all the same.

Example:
  hexad appraise --evidence evidence.eat --evidence-key device.pem --nonce 0011…ff \\
    --manifest update.suit --author-key author.pem --result-key verifier.cbor -o result.ear"
    )]
    Appraise(Box<appraise::Appraise>),
}

impl Command {
    fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Key(command) => command.run(),
            Self::Cbor(command) => command.run(),
            Self::Cose(command) => command.run(),
            Self::Suit(command) => command.run(),
            Self::Coswid(command) => command.run(),
            Self::Mud(command) => command.run(),
            Self::Eat(command) => command.run(),
            Self::Appraise(arguments) => appraise::appraise(arguments),
        }
    }
}

/// What was typed. `cargo demo -- --json` hands the `--` over with what follows it.
fn arguments(typed: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = typed.collect();
    if matches!(arguments.as_slice(), [_, demo, dashes, ..] if demo == "demo" && dashes == "--") {
        arguments.remove(2);
    }
    arguments
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(arguments(env::args_os()));
    let command = match &cli.task {
        Task::Demo(arguments) => return arguments.run(cli.json),
        Task::Command(command) => command,
    };
    let refused = match command.run() {
        Ok(mut report) => {
            let refusal = report.take_refusal();
            output::deliver(report, cli.json).err().or(refusal)
        }
        Err(failure) => {
            let object = format!("{}\n", failure.to_json());
            let printed = if cli.json { output::print(&object) } else { Ok(()) };
            Some(printed.err().unwrap_or(failure))
        }
    };
    match refused {
        None => ExitCode::SUCCESS,
        Some(failure) => {
            anstream::eprintln!("{ERROR}error:{ERROR:#} {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    /// The tree of arguments is consistent: no name or letter stands for two things.
    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }

    /// Every command shows an example in its help.
    #[test]
    fn every_help_has_an_example() {
        let mut commands = vec![super::Cli::command()];
        while let Some(command) = commands.pop() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
