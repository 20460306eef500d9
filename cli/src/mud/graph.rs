//! `hexad mud graph`: who may talk to whom, as a drawing for Graphviz or a browser.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use clap::{Args, ValueEnum};
use hexad_mud::Mud;
use hexad_mud::acl::Forwarding;
use hexad_mud::flow::{Direction, Flow, Ports, Transport};

use super::File;
use crate::failure::Failure;
use crate::output::Output;
use crate::report::{Made, Report, printable};

#[derive(Args, Debug)]
pub struct Graph {
    #[command(flatten)]
    file: File,
    /// The format of the drawing
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// The language of Graphviz
    #[default]
    Dot,
    /// A picture for browsers
    Svg,
}

pub fn run(arguments: &Graph) -> Result<Report, Failure> {
    let mud = arguments.file.read()?.mud;
    let drawing = Drawing::of(&mud);
    let text = match arguments.format {
        Format::Dot => drawing.dot(),
        Format::Svg => drawing.svg(),
    };
    let mut report = Report::new("mud-graph");
    report.heading(format_args!("{} peers", drawing.peers.len()));
    report.json("peers", drawing.peers.keys().cloned().collect::<Vec<_>>());
    report.make(Made {
        bytes: text.into_bytes(),
        destination: arguments.output.output.clone(),
        is_text: true,
        is_secret: false,
    });
    Ok(report)
}

/// What is drawn.
struct Drawing {
    device: String,
    /// For every peer, what the device begins to talk, and what the peer does.
    peers: BTreeMap<String, [BTreeSet<String>; 2]>,
}

impl Drawing {
    fn of(mud: &Mud) -> Self {
        let contents = mud.contents();
        let device = contents.systeminfo.as_deref().unwrap_or_else(|| mud.url().as_str());
        let mut peers = BTreeMap::<String, [BTreeSet<String>; 2]>::new();
        for flow in mud.flows().filter(|flow| flow.action == Forwarding::Accept) {
            let names: Vec<_> = flow.peers.iter().map(ToString::to_string).collect();
            let name = if names.is_empty() { "anyone".to_owned() } else { names.join(" and ") };
            let [device, peer] = peers.entry(shown(&name)).or_default();
            let (begins, talk) = talk(&flow);
            match begins {
                Direction::FromDevice => device.insert(talk),
                Direction::ToDevice => peer.insert(talk),
            };
        }
        Self { device: shown(device), peers }
    }

    fn dot(&self) -> String {
        let mut text = String::from("digraph mud {\n  rankdir=LR;\n  node [shape=box];\n");
        let mut line = |line: std::fmt::Arguments<'_>| text += &format!("  {line}\n");
        line(format_args!("device [label={}, style=bold];", quoted(&self.device)));
        for (index, (peer, [device, peers])) in self.peers.iter().enumerate() {
            line(format_args!("peer{index} [label={}];", quoted(peer)));
            for (arrow, talks) in [
                (format!("device -> peer{index}"), device),
                (format!("peer{index} -> device"), peers),
            ] {
                if !talks.is_empty() {
                    let talks: Vec<_> = talks.iter().map(String::as_str).collect();
                    line(format_args!("{arrow} [label={}];", quoted(&talks.join(", "))));
                }
            }
        }
        text + "}\n"
    }

    /// The device to the left, its peers to the right, an arrow from whoever begins.
    fn svg(&self) -> String {
        const ROW: usize = 64;
        let height = self.peers.len().max(1).saturating_mul(ROW).saturating_add(20);
        let middle = height / 2;
        let mut text = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {height}" font-family="sans-serif" font-size="13">
<title>{title}</title>
<defs><marker id="arrow" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>
<rect width="1000" height="{height}" fill="#fff"/>
"##,
            title = escaped(&self.device),
        );
        boxed(&mut text, 10, middle, 230, &self.device);
        for (index, (peer, [device, peers])) in self.peers.iter().enumerate() {
            let y = index.saturating_mul(ROW).saturating_add(ROW / 2).saturating_add(10);
            boxed(&mut text, 680, y, 310, peer);
            let arrows = [(device, "240", middle, "680", y), (peers, "680", y, "240", middle)];
            for (row, (talks, x1, y1, x2, y2)) in arrows.into_iter().enumerate() {
                if talks.is_empty() {
                    continue;
                }
                let offset = if row == 0 { 0 } else { 8 };
                let (y1, y2) = (y1.saturating_add(offset), y2.saturating_add(offset));
                let talks: Vec<_> = talks.iter().map(String::as_str).collect();
                let talks = escaped(&shown(&talks.join(", ")));
                let at = y.saturating_sub(6).saturating_add(offset.saturating_mul(3));
                // Writing into a String can't fail.
                let _ = write!(
                    text,
                    r##"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#555" marker-end="url(#arrow)"/>
<text x="670" y="{at}" text-anchor="end" stroke="#fff" stroke-width="4" paint-order="stroke">{talks}</text>
"##
                );
            }
        }
        text + "</svg>\n"
    }
}

/// Who begins, and what they talk. The side of the port that is named is the one that is asked.
fn talk(flow: &Flow<'_>) -> (Direction, String) {
    let answer = match flow.direction {
        Direction::FromDevice => Direction::ToDevice,
        Direction::ToDevice => Direction::FromDevice,
    };
    let asked = |name: &str, source: Ports, destination: Ports| match (source, destination) {
        (Ports::Any, Ports::Any) => (flow.direction, name.to_owned()),
        (port, Ports::Any) => (answer, format!("{name} {port}")),
        (_, port) => (flow.direction, format!("{name} {port}")),
    };
    let (begins, talk) = match flow.transport {
        Transport::Tcp { source, destination, initiated } => {
            let (begins, talk) = asked("TCP", source, destination);
            (initiated.unwrap_or(begins), talk)
        }
        Transport::Udp { source, destination } => asked("UDP", source, destination),
        other => (flow.direction, other.to_string()),
    };
    (begins, talk)
}

fn boxed(text: &mut String, x: usize, y: usize, width: usize, label: &str) {
    let (top, middle) = (y.saturating_sub(16), x.saturating_add(width / 2));
    let (base, label) = (y.saturating_add(5), escaped(label));
    // Writing into a String can't fail.
    let _ = write!(
        text,
        r##"<rect x="{x}" y="{top}" width="{width}" height="32" rx="4" fill="#eef" stroke="#335"/>
<text x="{middle}" y="{base}" text-anchor="middle">{label}</text>
"##
    );
}

/// Text from a file as it is shown: without control characters, and no longer than it is read.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let text = printable(text);
    match text.char_indices().nth(MOST) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// A string of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text in XML.
fn escaped(text: &(impl Display + ?Sized)) -> String {
    let text = text.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}
