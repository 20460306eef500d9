//! The messages of the examples, opened with their keys.

use hexad_cose_core::{
    Algorithm, Countersigned, CryptoError, Encrypt, Encrypt0, Error as CoseError, ErrorKind,
    Expect, Headers, KdfInfo, Key, Label, Mac, Mac0, PartyInfo, PublicKey, Recipient, RecipientKey,
    Recipients, Secret, Sign, Sign1,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};
use serde_json::Value;

use super::key::{cose_key, text};
use crate::vectors;

/// Why an example was not opened.
pub enum Failure {
    /// The file is not laid out as an example.
    Malformed(String),
    /// An algorithm that the backend does not offer.
    NotOffered(String),
    /// The message was refused.
    Refused(CoseError),
    /// The message was accepted, but it is not what the example says.
    Wrong(String),
}

impl From<CoseError> for Failure {
    fn from(error: CoseError) -> Self {
        if error.kind() == ErrorKind::Unsupported {
            Self::NotOffered(format!("not offered: {error}"))
        } else {
            Self::Refused(error)
        }
    }
}

impl From<String> for Failure {
    fn from(what: String) -> Self {
        Self::Malformed(what)
    }
}

impl From<&str> for Failure {
    fn from(what: &str) -> Self {
        Self::Malformed(what.into())
    }
}

/// What all parts of an example share.
struct Example<'v> {
    /// The member of `input` that describes the message.
    described: &'v Value,
    encoded: Vec<u8>,
    external: Vec<u8>,
    payload: Vec<u8>,
    /// The text labels that the example says are critical.
    understood: Vec<Label<'v>>,
    unprotected_algorithm: bool,
}

impl Example<'_> {
    fn expect(&self) -> Expect<'_> {
        let expect = Expect::any(Algorithm::ALL)
            .recipients(Algorithm::ALL)
            .external_aad(&self.external)
            .understands(&self.understood);
        if self.unprotected_algorithm { expect.unprotected_algorithm() } else { expect }
    }

    fn same_payload(&self, payload: &[u8]) -> Result<(), Failure> {
        if payload == self.payload {
            Ok(())
        } else {
            Err(Failure::Wrong("another payload than the example's".into()))
        }
    }

    /// What stands under `member` for each of `count` signers or recipients.
    fn described_each(&self, member: &str, count: usize) -> Result<&[Value], Failure> {
        let described = self.described.get(member).and_then(Value::as_array);
        let described = described.ok_or_else(|| format!("no `{member}`"))?;
        if described.len() == count {
            Ok(described)
        } else {
            Err(Failure::Wrong(format!("{count} {member} in the message")))
        }
    }
}

/// Opens the message of an example: every signature, every recipient, every countersignature.
pub fn open(example: &Value) -> Result<(), Failure> {
    let input = example.get("input").ok_or("no `input`")?;
    let kinds = ["sign0", "sign", "mac0", "mac", "encrypted", "enveloped"];
    let (kind, described) = kinds
        .iter()
        .find_map(|kind| Some((*kind, input.get(kind)?)))
        .ok_or("`input` holds no message")?;
    let encoded = text(example, "/output/cbor").and_then(vectors::hex);
    let encoded = encoded.ok_or("`output.cbor` is not hexadecimal")?;
    let external = text(described, "/external").or_else(|| text(described, "/signers/0/external"));
    let external = external.map_or(Some(Vec::new()), vectors::hex);
    let payload = match text(input, "/plaintext") {
        Some(plaintext) => Some(plaintext.as_bytes().to_vec()),
        None => text(input, "/plaintext_hex").and_then(vectors::hex),
    };
    let critical = described.pointer("/protected/crit").and_then(Value::as_array);
    let example = Example {
        described,
        encoded,
        external: external.ok_or("`external` is not hexadecimal")?,
        payload: payload.ok_or("`input` has no plaintext")?,
        understood: critical
            .map(|labels| labels.iter().filter_map(Value::as_str).map(Label::Text).collect())
            .unwrap_or_default(),
        unprotected_algorithm: described.pointer("/unprotected/alg").is_some(),
    };
    match kind {
        "sign0" => sign1(&example),
        "sign" => sign(&example),
        "mac0" => mac0(&example),
        "mac" => mac(&example),
        "encrypted" => encrypt0(&example),
        _ => encrypt(&example),
    }
}

fn sign1(example: &Example<'_>) -> Result<(), Failure> {
    let message = Sign1::parse(&example.encoded)?;
    let key = cose_key(example.described.get("key").ok_or("no key")?)?;
    let check = message.check(&Key::parse(&key)?, example.expect(), &mut RustCrypto)?;
    example.same_payload(check.run(&mut RustCrypto)?.payload())?;
    countersigned(example.described, message.headers(), &message)
}

fn sign(example: &Example<'_>) -> Result<(), Failure> {
    let message = Sign::parse(&example.encoded)?;
    let described = example.described_each("signers", message.signatures().count())?;
    for (signature, described) in message.signatures().zip(described) {
        let key = cose_key(described.get("key").ok_or("no key")?)?;
        let key = Key::parse(&key)?;
        let check = message.check(&signature, &key, example.expect(), &mut RustCrypto)?;
        example.same_payload(check.run(&mut RustCrypto)?.payload())?;
        countersigned(described, signature.headers(), &signature)?;
    }
    if !example.understood.is_empty() {
        // What is critical is refused by whoever does not understand it (RFC 9052, 3.1).
        let signature = message.signatures().next().ok_or("no signature")?;
        let key = cose_key(described.first().and_then(|one| one.get("key")).ok_or("no key")?)?;
        let expect = Expect::any(Algorithm::ALL);
        let check = message.check(&signature, &Key::parse(&key)?, expect, &mut RustCrypto);
        if check.map(|_| ()).map_err(CoseError::kind) != Err(ErrorKind::CriticalParameter) {
            return Err(Failure::Wrong("accepted without understanding what is critical".into()));
        }
    }
    countersigned(example.described, message.headers(), &message)
}

fn mac0(example: &Example<'_>) -> Result<(), Failure> {
    let message = Mac0::parse(&example.encoded)?;
    let key = cose_key(example.described.pointer("/recipients/0/key").ok_or("no key")?)?;
    let secret = Key::parse(&key)?.secret()?;
    let verified = message.verify(&secret, example.expect(), &mut RustCrypto)?;
    example.same_payload(verified.payload())?;
    countersigned(example.described, message.headers(), &message)
}

fn mac(example: &Example<'_>) -> Result<(), Failure> {
    let message = Mac::parse(&example.encoded)?;
    let above = message.headers().algorithm();
    each_recipient(example, message.recipients(), above, |secret| {
        let verified = message.verify(secret, example.expect(), &mut RustCrypto)?;
        example.same_payload(verified.payload())
    })?;
    countersigned(example.described, message.headers(), &message)
}

fn encrypt0(example: &Example<'_>) -> Result<(), Failure> {
    let message = Encrypt0::parse(&example.encoded)?;
    let key = cose_key(example.described.pointer("/recipients/0/key").ok_or("no key")?)?;
    let secret = Key::parse(&key)?.secret()?;
    let base_iv = base_iv(example, message.headers())?;
    let secret = base_iv.as_deref().map_or(secret, |base_iv| secret.with_base_iv(base_iv));
    let mut buffer = vec![0; example.encoded.len()];
    let plaintext = message.decrypt(&secret, example.expect(), &mut buffer, &mut RustCrypto)?;
    example.same_payload(&plaintext)?;

    // In place, it is the same.
    let mut bytes = example.encoded.clone();
    let plaintext =
        Encrypt0::decrypt_in_place(&mut bytes, &secret, example.expect(), &mut RustCrypto)?;
    example.same_payload(&plaintext)?;
    countersigned(example.described, message.headers(), &message)
}

fn encrypt(example: &Example<'_>) -> Result<(), Failure> {
    let message = Encrypt::parse(&example.encoded)?;
    let above = message.headers().algorithm();
    let base_iv = base_iv(example, message.headers())?;
    each_recipient(example, message.recipients(), above, |secret| {
        let secret = base_iv.as_deref().map_or(*secret, |base_iv| secret.with_base_iv(base_iv));
        let mut buffer = vec![0; example.encoded.len()];
        let plaintext = message.decrypt(&secret, example.expect(), &mut buffer, &mut RustCrypto)?;
        example.same_payload(&plaintext)
    })?;
    countersigned(example.described, message.headers(), &message)
}

/// The base of partial IVs, of an example that gives the whole IV beside the partial one.
fn base_iv(example: &Example<'_>, headers: &Headers<'_>) -> Result<Option<Vec<u8>>, Failure> {
    let (Some(whole), Some(partial)) =
        (text(example.described, "/unsent/IV_hex"), headers.partial_iv())
    else {
        return Ok(None);
    };
    let mut base = vectors::hex(whole).ok_or("`IV_hex` is not hexadecimal")?;
    for (byte, partial) in base.iter_mut().rev().zip(partial.iter().rev()) {
        *byte ^= partial;
    }
    Ok(Some(base))
}

/// Opens the message by every recipient's key.
fn each_recipient(
    example: &Example<'_>,
    recipients: Recipients<'_>,
    above: Option<Algorithm>,
    open: impl Fn(&Secret<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let described = example.described_each("recipients", recipients.clone().count())?;
    // A message whose algorithm is no number is refused before any key is looked for.
    let above = match above {
        Some(above) if Algorithm::ALL.contains(&above) => above,
        _ => return open(&Secret::new(&[], Algorithm::HMAC_256)),
    };
    for (recipient, described) in recipients.zip(described) {
        let key = recipient_key(example, &recipient, described, above)?;
        open(&key.secret())?;
        countersigned(described, recipient.headers(), &recipient)?;
    }
    Ok(())
}

/// What a recipient's algorithm gives for the layer above, by the keys in its description.
fn recipient_key(
    example: &Example<'_>,
    recipient: &Recipient<'_>,
    described: &Value,
    above: Algorithm,
) -> Result<hexad_cose_core::ContentKey, Failure> {
    let unsent = |name: &str| -> Result<Option<Vec<u8>>, Failure> {
        if let Some(text) = text(described, &format!("/unsent/{name}")) {
            return Ok(Some(text.as_bytes().to_vec()));
        }
        match text(described, &format!("/unsent/{name}_hex")) {
            Some(hex) => Ok(Some(vectors::hex(hex).ok_or("not hexadecimal")?)),
            None => Ok(None),
        }
    };
    let (party_u, party_v) = (unsent("apu_id")?, unsent("apv_id")?);
    let (public, private) = (unsent("pub_other")?, unsent("priv_other")?);
    let party = |identity| PartyInfo { identity, ..PartyInfo::default() };
    let info = KdfInfo {
        party_u: party(party_u.as_deref()),
        party_v: party(party_v.as_deref()),
        supp_pub_other: public.as_deref(),
        supp_priv_info: private.as_deref(),
    };
    let sender = described.get("sender_key").map(cose_key).transpose()?;
    let sender: Option<PublicKey<'_>> =
        sender.as_deref().map(Key::parse).transpose()?.and_then(|key| key.public());
    let mut expect = example.expect().kdf_info(&info);
    if let Some(sender) = &sender {
        expect = expect.sender(sender);
    }

    if let Some(nested) = described.pointer("/recipients/0") {
        let inner = recipient.recipients().next().ok_or("no nested recipient")?;
        let own = recipient.headers().algorithm().ok_or("a recipient without algorithm")?;
        let kek = recipient_key(example, &inner, nested, own)?;
        return Ok(recipient.unwrap(above, &kek.secret(), &expect, &mut RustCrypto)?);
    }
    let key = cose_key(described.get("key").ok_or("no key")?)?;
    let key = Key::parse(&key)?;
    let agreement;
    let key = if key.symmetric().is_some() {
        RecipientKey::Shared(key.secret()?)
    } else {
        agreement = AgreementKey::from_cose(&key).map_err(|error: CryptoError| error.at(0))?;
        RecipientKey::Private(&agreement)
    };
    Ok(recipient.content_key(above, &key, &expect, &mut RustCrypto)?)
}

/// Checks every countersignature on `message` that its description names.
fn countersigned<'b>(
    described: &Value,
    headers: &Headers<'b>,
    message: &impl Countersigned<'b>,
) -> Result<(), Failure> {
    let signers = |name: &str| {
        let signers = described.get(name).and_then(|all| all.get("signers"));
        signers.and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let full = signers("countersign");
    let mut countersignatures = headers.countersignatures()?;
    for signer in &full {
        let countersignature = countersignatures.next();
        let countersignature = countersignature
            .ok_or_else(|| Failure::Wrong("a countersignature is missing".into()))?;
        let key = cose_key(signer.get("key").ok_or("no key")?)?;
        let (key, expect) = (Key::parse(&key)?, Expect::any(Algorithm::ALL));
        countersignature.check(message, &key, expect, &mut RustCrypto)?.run(&mut RustCrypto)?;
    }
    let abbreviated = signers("countersign0");
    let mut countersignatures = headers.countersignatures0()?;
    for signer in &abbreviated {
        let countersignature = countersignatures.next();
        let countersignature = countersignature
            .ok_or_else(|| Failure::Wrong("a countersignature is missing".into()))?;
        let algorithm = text(signer, "/unsent/alg").ok_or("no `alg`")?;
        let algorithm = Algorithm::ALL.iter().find(|known| known.name() == Some(algorithm));
        let expect = Expect::alg(*algorithm.ok_or("an unknown `alg`")?);
        let key = cose_key(signer.get("key").ok_or("no key")?)?;
        let key = Key::parse(&key)?;
        countersignature.check(message, &key, expect, &mut RustCrypto)?.run(&mut RustCrypto)?;
    }
    Ok(())
}
