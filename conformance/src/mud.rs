//! MUD files of real devices: each is read, or refused for a reason that is stated here.
//!
//! A file passes when it comes out as `EXPECTED` says: strictly read, leniently read (with how many
//! findings), or refused at a node. What a lenient reader takes has to be a file that a strict one
//! takes once it is written anew. Of a file that is not in the table, only that is asked.

use std::path::Path;

use hexad_mud::file::Reader;
use hexad_mud::{ErrorKind, Mud};

use crate::{Case, Error, vectors};

/// How a file is expected to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// A strict reader takes it, and finds so many flows in it.
    Valid(usize),
    /// A strict reader refuses it for the first of so many findings; a lenient one finds so many flows.
    Lenient { findings: usize, flows: usize },
    /// A lenient reader refuses it as well, for this and at this node.
    Refused(ErrorKind, &'static str),
}
use Expected::{Lenient, Refused, Valid};

/// The published files, and why they come out so.
///
/// Those made from the traffic of devices (`*Mud.json`) call the container of the lists `access-lists`
/// and the type of Ethernet lists `ethernet-acl-type`, as drafts of RFC 8519 did; write ethertypes as
/// hexadecimal text, where RFC 7951 has a number; match Ethernet in lists of type `ipv4-acl-type`; some
/// write IPv6 addresses where a prefix has to stand, or an `operator` beside a range of ports. All of
/// that has but one meaning.
const EXPECTED: [(&str, Expected); 17] = [
    ("L2540DW", Valid(12)),
    ("NetatmoCameraMud", Lenient { findings: 6, flows: 48 }),
    ("SmartThingsMud", Lenient { findings: 3, flows: 14 }),
    // An IPv4 address as the IPv6 destination: nobody can tell what is meant.
    (
        "augustdoorbellcamMud",
        Refused(
            ErrorKind::InvalidValue,
            "/ietf-access-control-list:access-lists/acl/2/aces/ace/2/matches/ipv6/\
             destination-ipv6-network",
        ),
    ),
    ("belkincameraMud", Lenient { findings: 4, flows: 43 }),
    ("canaryCameraMud", Lenient { findings: 6, flows: 27 }),
    ("dropcamMud", Lenient { findings: 6, flows: 19 }),
    ("hpprinterMud", Lenient { findings: 10, flows: 42 }),
    ("lifxbulbMud", Lenient { findings: 7, flows: 18 }),
    ("osmud-ieft-draft", Valid(2)),
    // The model of an early draft: other containers, other names, ports within the IP header.
    (
        "osmud-lightbulb2000",
        Refused(ErrorKind::OutdatedName, "/ietf-access-control-list:access-lists/acl/0/acl-type"),
    ),
    ("pixstarphotoframeMud", Lenient { findings: 8, flows: 17 }),
    ("samsungsmartcamMud", Lenient { findings: 12, flows: 39 }),
    ("tplinkplugMud", Lenient { findings: 6, flows: 32 }),
    ("wemomotionMud", Lenient { findings: 6, flows: 31 }),
    ("withingsbabymonitorMud", Lenient { findings: 3, flows: 19 }),
    ("withingssleepsensorMud", Lenient { findings: 5, flows: 11 }),
];

/// Runs the suite on a file, or on every `*.json` under a folder.
///
/// # Errors
/// When a file can't be read.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let case = |file: &std::path::PathBuf| {
        let bytes = std::fs::read(file).map_err(|error| Error::Io(file.clone(), error))?;
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        Ok(Case::new(vectors::case_name(path, file), check(stem, &bytes)))
    };
    vectors::files(path, "json")?.iter().map(case).collect()
}

fn check(stem: &str, bytes: &[u8]) -> Result<(), String> {
    let outcome = outcome(bytes)?;
    let expected = EXPECTED.iter().find(|(name, _)| *name == stem).map(|(_, expected)| *expected);
    match (expected, &outcome) {
        (Some(Refused(kind, pointer)), Err(error)) => {
            if (error.kind(), error.pointer()) == (kind, pointer) {
                Ok(())
            } else {
                Err(format!("refused for another reason: {error}"))
            }
        }
        (Some(expected), Ok(seen)) if expected == *seen => Ok(()),
        (Some(expected), outcome) => Err(format!("expected {expected:?}, came out {outcome:?}")),
        // Nobody said how it should come out; a refusal states its byte, its node and its reason.
        (None, _) => Ok(()),
    }
}

/// How the file comes out, if the readers agree with one another.
fn outcome(bytes: &[u8]) -> Result<Result<Expected, hexad_mud::Error>, String> {
    let strict = Mud::parse(bytes);
    let lenient = match Reader::new().lenient().read(bytes) {
        Ok(reading) => reading,
        Err(_) if strict.is_ok() => return Err("refused only by the lenient reader".to_owned()),
        Err(error) => return Ok(Err(error)),
    };
    let json = lenient.mud.to_json();
    match Mud::parse(json.as_bytes()) {
        Ok(again) if again == lenient.mud => {}
        Ok(_) => return Err("written anew it says something else".to_owned()),
        Err(error) => return Err(format!("written anew it is refused: {error}")),
    }
    let flows = lenient.mud.flows().count();
    match strict {
        Ok(mud) if mud == lenient.mud => Ok(Ok(Valid(flows))),
        Ok(_) => Err("the readers take it for two things".to_owned()),
        Err(error) if lenient.findings.first() == Some(&error) => {
            Ok(Ok(Lenient { findings: lenient.findings.len(), flows }))
        }
        Err(error) => Err(format!("the strict reader's reason is no finding: {error}")),
    }
}
