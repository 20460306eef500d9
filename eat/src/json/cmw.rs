//! Conceptual message wrappers in JSON (draft-ietf-rats-msg-wrap, 3).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::{ErrorKind as Cose, Label};
use nojson::JsonValueKind;

use super::read::{Output, Value, base64url, elements, members, parse, plain, text};
use crate::MAX_SUBMODULE_DEPTH;
use crate::cmw::{Cmw, ContentType};
use crate::error::{Error, ErrorKind};

/// Reads one wrapper in JSON that is all of `text`; the CBOR of the same, for [`Cmw::parse`], by whose
/// rules it was validated. Offsets of errors are those in `text`.
///
/// ```
/// use hexad_eat::{cmw::Cmw, json};
///
/// let cbor = json::read_cmw(r#"{"a": ["application/eat-ucs+cbor", "oA", 4]}"#)?;
/// let Cmw::Collection(collection) = Cmw::parse(&cbor)? else { panic!("it is a collection") };
/// assert_eq!(json::write_cmw(&collection.get("a").unwrap())?, r#"["application/eat-ucs+cbor","oA",4]"#);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
///
/// # Errors
/// `Json`; `Cose` as [`Cmw::parse`], with `InvalidValue` for what is not base64url.
pub fn read_cmw(text: &str) -> Result<Vec<u8>, Error> {
    let json = parse(text)?;
    let mut output = Output::default();
    value(json.value(), &mut output)?;
    Cmw::parse(&output.cbor).map_err(|error| output.in_text(error))?;
    Ok(output.cbor)
}

fn value(wrapped: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    if wrapped.kind() != JsonValueKind::Object {
        return record(wrapped, output);
    }
    let members = members(wrapped)?;
    output.put(wrapped.position(), |encoder| encoder.map(members.len()).map(drop))?;
    members.into_iter().try_for_each(|member| {
        output.put(member.at, |encoder| encoder.text(&member.name).map(drop))?;
        match &*member.name {
            "__cmwc_t" => plain(member.value, output),
            _ => value(member.value, output),
        }
    })
}

fn record(wrapped: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    let elements = elements(wrapped)?;
    output.put(wrapped.position(), |encoder| encoder.array(elements.len()).map(drop))?;
    for (index, element) in elements.into_iter().enumerate() {
        if index != 1 {
            plain(element, output)?;
            continue;
        }
        let wrong = Error::new(ErrorKind::Cose(Cose::InvalidValue), element.position());
        let message = base64url(&text(element)?).ok_or(wrong)?;
        output.put(element.position(), |encoder| encoder.bytes(&message).map(drop))?;
    }
    Ok(())
}

/// Writes a wrapper in JSON.
///
/// # Errors
/// `Cose` with `Unsupported` for what JSON has no form for: tags, content formats, labels that are
/// numbers; with `TooDeep` for collections nested deeper than they are read.
pub fn write_cmw(cmw: &Cmw<'_>) -> Result<String, Error> {
    let mut json = String::new();
    write(cmw, 0, &mut json)?;
    Ok(json)
}

fn write(cmw: &Cmw<'_>, depth: usize, json: &mut String) -> Result<(), Error> {
    let unsupported = Error::new(ErrorKind::Cose(Cose::Unsupported), 0);
    let quoted = |text: &str| nojson::Json(text).to_string();
    match cmw {
        Cmw::Record { content_type: ContentType::Media(name), value, indicator } => {
            let value = Base64UrlUnpadded::encode_string(value);
            json.push_str(&alloc::format!("[{},\"{value}\"", quoted(name)));
            if let Some(bits) = indicator {
                json.push_str(&alloc::format!(",{bits}"));
            }
            json.push(']');
            Ok(())
        }
        Cmw::Collection(_) if depth >= MAX_SUBMODULE_DEPTH => {
            Err(Error::new(ErrorKind::Cose(Cose::TooDeep), 0))
        }
        Cmw::Collection(collection) => {
            let mut separator = '{';
            if let Some(text) = collection.collection_type() {
                json.push_str(&alloc::format!("{{\"__cmwc_t\":{}", quoted(text)));
                separator = ',';
            }
            for (label, inner) in collection.iter() {
                let Label::Text(label) = label else { return Err(unsupported) };
                json.push(separator);
                json.push_str(&quoted(label));
                json.push(':');
                write(&inner, depth.saturating_add(1), json)?;
                separator = ',';
            }
            json.push('}');
            Ok(())
        }
        Cmw::Record { .. } | Cmw::Tagged { .. } => Err(unsupported),
    }
}
