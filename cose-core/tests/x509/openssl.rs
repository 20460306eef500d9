//! On certificates that OpenSSL issues, each verdict held against its own.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use hexad_cose_core::PublicKey;
use hexad_cose_core::x509::x509_cert::der::oid::ObjectIdentifier;
use hexad_cose_core::x509::{Certificate, ErrorKind, KeyUsages, Place, Validation};

use super::{Outcome, path};

pub type Tested = Result<(), Box<dyn Error>>;
pub type Test = fn(&Folder) -> Tested;

const CODE_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3");
const DAY: i64 = 86_400;

/// What makes a key on P-256, and one of RSA.
const EC: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "-newkey rsa:2048";

/// Extensions of authorities and of signers.
const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
const SIGNER: &str = "keyUsage=critical,digitalSignature\n";

/// A folder of its own, which is removed again.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Result<Self, Box<dyn Error>> {
        let path = env::temp_dir().join(format!("hexad-x509-{}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn openssl(&self, arguments: &str) -> Result<(), Box<dyn Error>> {
        let output = Command::new("openssl")
            .current_dir(&self.0)
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }

    /// A certificate for a new key, in `NAME.pem` and `NAME.der`, whose subject is what precedes a `-` in
    /// the name; issued by `issuer`, or by itself.
    fn issue(&self, name: &str, issuer: &str, extensions: &str) -> Result<Issued, Box<dyn Error>> {
        self.issue_with(EC, name, issuer, extensions, 99)
    }

    /// The same with another kind of key, or for another number of days.
    fn issue_with(
        &self,
        key: &str,
        name: &str,
        issuer: &str,
        extensions: &str,
        days: u16,
    ) -> Result<Issued, Box<dyn Error>> {
        let subject = name.split('-').next().unwrap_or(name);
        fs::write(self.0.join("extensions"), extensions)?;
        self.openssl(&format!(
            "req {key} -nodes -keyout {name}.key \
             -out {name}.csr -subj /CN={subject}"
        ))?;
        let signed_by = if issuer == name {
            format!("-key {name}.key")
        } else {
            format!("-CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial")
        };
        self.openssl(&format!(
            "x509 -req -in {name}.csr {signed_by} -days {days} -extfile extensions -out {name}.pem"
        ))?;
        self.openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"))?;
        Ok(Issued { name: name.to_owned(), der: fs::read(self.0.join(format!("{name}.der")))? })
    }

    /// Whether OpenSSL finds a path. What it is told beyond certificates stands in `options`.
    fn accepts(
        &self,
        leaf: &Issued,
        bag: &[&Issued],
        anchors: &[&Issued],
        options: &str,
    ) -> Result<bool, Box<dyn Error>> {
        let mut arguments = format!("verify {options}");
        for (option, file, all) in
            [("untrusted", "bag.pem", bag), ("CAfile", "anchors.pem", anchors)]
        {
            let mut joined = Vec::new();
            for issued in all {
                joined.extend(fs::read(self.0.join(format!("{}.pem", issued.name)))?);
            }
            fs::write(self.0.join(file), joined)?;
            if !all.is_empty() {
                arguments = format!("{arguments} -{option} {file}");
            }
        }
        Ok(self.openssl(&format!("{arguments} -no-CApath {}.pem", leaf.name)).is_ok())
    }

    /// Our outcome, which OpenSSL's verdict must bear out.
    fn both(
        &self,
        leaf: &Issued,
        bag: &[&Issued],
        anchors: &[&Issued],
    ) -> Result<Outcome, Box<dyn Error>> {
        let ours = path(Validation::at(now()?), &leaf.der, bag, anchors);
        let theirs = self.accepts(leaf, bag, anchors, "-x509_strict")?
            || self.accepts(leaf, bag, anchors, "")?;
        assert_eq!(ours.is_ok(), theirs, "{}: {ours:?}", leaf.name);
        Ok(ours)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub struct Issued {
    name: String,
    der: Vec<u8>,
}

impl AsRef<[u8]> for &Issued {
    fn as_ref(&self) -> &[u8] {
        &self.der
    }
}

/// A minute from now, so that what was issued just now is valid.
fn now() -> Result<i64, Box<dyn Error>> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())? + 60)
}

/// RFC 9360, 2: a bag is in no order; and what is of no use in it does no harm.
pub fn any_order(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let upper = folder.issue("upper", "root", AUTHORITY)?;
    let lower = folder.issue("lower", "upper", AUTHORITY)?;
    let leaf = folder.issue("leaf", "lower", SIGNER)?;
    for bag in [[&upper, &lower, &leaf], [&lower, &leaf, &upper], [&leaf, &upper, &lower]] {
        assert_eq!(folder.both(&leaf, &bag, &[&root])?, Ok(2));
    }
    let outcome = folder.both(&leaf, &[&lower], &[&root])?;
    assert_eq!(outcome, Err((ErrorKind::NoAnchor, Place::Bag(0))));
    let outcome = folder.both(&leaf, &[&upper], &[&root])?;
    assert_eq!(outcome, Err((ErrorKind::NoAnchor, Place::EndEntity)));
    // A root in the bag is no anchor.
    assert!(folder.both(&leaf, &[&upper, &lower, &root], &[])?.is_err());
    Ok(())
}

pub fn impostor(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let other = folder.issue("root-2", "root-2", AUTHORITY)?;
    let leaf = folder.issue("leaf", "root", SIGNER)?;
    let outcome = folder.both(&leaf, &[], &[&other])?;
    assert_eq!(outcome, Err((ErrorKind::Signature, Place::EndEntity)));
    assert_eq!(folder.both(&leaf, &[], &[&other, &root])?, Ok(0));
    Ok(())
}

/// RFC 5280, 6.1.3 (a) (2), and of the anchor as well.
pub fn time(folder: &Folder) -> Tested {
    let root = folder.issue_with(EC, "root", "root", AUTHORITY, 9)?;
    let middle = folder.issue_with(EC, "middle", "root", AUTHORITY, 3)?;
    let leaf = folder.issue_with(EC, "leaf", "middle", SIGNER, 1)?;
    let long = folder.issue_with(EC, "long", "middle", SIGNER, 99)?;
    let start = now()?;
    for (certificate, days, expected) in [
        (&leaf, 0, Ok(1)),
        (&leaf, 2, Err((ErrorKind::Expired, Place::EndEntity))),
        (&leaf, -1, Err((ErrorKind::NotYetValid, Place::EndEntity))),
        (&long, 2, Ok(1)),
        (&long, 4, Err((ErrorKind::Expired, Place::Bag(0)))),
    ] {
        let time = start + days * DAY;
        let found = path(Validation::at(time), &certificate.der, &[&middle], &[&root]);
        assert_eq!(found, expected, "after {days} days");
        let theirs =
            folder.accepts(certificate, &[&middle], &[&root], &format!("-attime {time}"))?;
        assert_eq!(theirs, expected.is_ok(), "after {days} days");
    }
    let direct = folder.issue_with(EC, "direct", "root", SIGNER, 99)?;
    let none: &[&Issued] = &[];
    let found = path(Validation::at(start + 10 * DAY), &direct.der, none, &[&root]);
    assert_eq!(found, Err((ErrorKind::Expired, Place::Anchor(0))));
    Ok(())
}

/// RFC 5280, 6.1.4 (k) and (n).
pub fn authorities(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    for (name, extensions, kind) in [
        ("none", "keyUsage=keyCertSign\n", ErrorKind::BasicConstraints),
        ("not", "basicConstraints=critical,CA:FALSE\n", ErrorKind::BasicConstraints),
        ("usage", "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature\n", ErrorKind::KeyUsage),
    ] {
        let middle = folder.issue(name, "root", extensions)?;
        let leaf = folder.issue(&format!("leaf-{name}"), name, SIGNER)?;
        let outcome = folder.both(&leaf, &[&middle], &[&root])?;
        assert_eq!(outcome, Err((kind, Place::Bag(0))), "{name}");
    }
    Ok(())
}

/// RFC 5280, 4.2.1.9: how many authorities may be between this one and the end entity.
pub fn path_length(folder: &Folder) -> Tested {
    let limited = "basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=keyCertSign\n";
    let root = folder.issue("root", "root", limited)?;
    let one = folder.issue("one", "root", AUTHORITY)?;
    let two = folder.issue("two", "one", AUTHORITY)?;
    let leaf = folder.issue("leaf", "one", SIGNER)?;
    assert_eq!(folder.both(&leaf, &[&one], &[&root])?, Ok(1));
    let leaf = folder.issue("leaf-2", "two", SIGNER)?;
    let outcome = folder.both(&leaf, &[&one, &two], &[&root])?;
    assert_eq!(outcome, Err((ErrorKind::BasicConstraints, Place::Anchor(0))));
    Ok(())
}

/// RFC 5280, 6.1.4 (l): a certificate for a new key of the same authority takes no part of the length.
pub fn self_issued(folder: &Folder) -> Tested {
    let limited = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n";
    let root = folder.issue("root", "root", limited)?;
    let renewed = folder.issue("root-2", "root", limited)?;
    let leaf = folder.issue("leaf", "root-2", SIGNER)?;
    assert_eq!(folder.both(&leaf, &[&renewed], &[&root])?, Ok(1));
    Ok(())
}

/// RFC 4055: RSA with PKCS #1 v1.5, whose identifiers have NULL for parameters; also below ECDSA.
pub fn rsa(folder: &Folder) -> Tested {
    let root = folder.issue_with(RSA, "root", "root", AUTHORITY, 99)?;
    let middle = folder.issue("middle", "root", AUTHORITY)?;
    let leaf = folder.issue_with(RSA, "leaf", "middle", SIGNER, 99)?;
    assert_eq!(folder.both(&leaf, &[&middle], &[&root])?, Ok(1));
    let key = Certificate::parse(&leaf.der)?;
    let Some(PublicKey::Rsa { n, e }) = key.key() else { return Err("no RSA key".into()) };
    assert_eq!((n.len(), e), (256, &[1, 0, 1][..]));
    let other = folder.issue_with(RSA, "root-2", "root-2", AUTHORITY, 99)?;
    let outcome = folder.both(&leaf, &[&middle], &[&other])?;
    assert_eq!(outcome, Err((ErrorKind::Signature, Place::Bag(0))));
    Ok(())
}

/// RFC 5280, 4.2.1.3.
pub fn key_usage(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let agreement = folder.issue("agreement", "root", "keyUsage=keyAgreement\n")?;
    let any = folder.issue("any", "root", "basicConstraints=CA:FALSE\n")?;
    let at = Validation::at(now()?);
    let none: &[&Issued] = &[];
    let of = |validation, leaf: &Issued| path(validation, &leaf.der, none, &[&root]);
    let refused = Err((ErrorKind::KeyUsage, Place::EndEntity));
    assert_eq!(of(at, &agreement), refused);
    assert_eq!(of(at.key_usage(KeyUsages::KeyAgreement), &agreement), Ok(0));
    assert_eq!(of(at, &any), Ok(0));
    assert_eq!(of(at.key_usage_present(), &any), refused);
    Ok(())
}

/// RFC 5280, 4.2.1.12.
pub fn purpose(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let usage = |purposes: &str| format!("{SIGNER}extendedKeyUsage={purposes}\n");
    let signing = folder.issue("signing", "root", &usage("critical,codeSigning"))?;
    let server = folder.issue("server", "root", &usage("serverAuth"))?;
    let any = folder.issue("any", "root", &usage("serverAuth,anyExtendedKeyUsage"))?;
    let plain = folder.issue("plain", "root", SIGNER)?;
    let at = Validation::at(now()?);
    let none: &[&Issued] = &[];
    let of = |validation, leaf: &Issued| path(validation, &leaf.der, none, &[&root]);
    let coded = at.purpose(CODE_SIGNING);
    assert_eq!(of(coded, &signing), Ok(0));
    assert_eq!(of(coded, &any), Ok(0));
    assert_eq!(of(coded, &plain), Ok(0));
    let refused = Err((ErrorKind::ExtendedKeyUsage, Place::EndEntity));
    assert_eq!(of(coded, &server), refused);
    // Without a purpose, nobody has looked whether a critical one is met.
    assert_eq!(of(at, &server), Ok(0));
    assert_eq!(of(at, &signing), Err((ErrorKind::CriticalExtension, Place::EndEntity)));
    // An authority for one purpose does not issue for another.
    let middle =
        folder.issue("middle", "root", &format!("{AUTHORITY}extendedKeyUsage=serverAuth"))?;
    let leaf = folder.issue("leaf", "middle", SIGNER)?;
    let outcome = path(coded, &leaf.der, &[&middle], &[&root]);
    assert_eq!(outcome, Err((ErrorKind::ExtendedKeyUsage, Place::Bag(0))));
    Ok(())
}

/// RFC 5280, 4.2.
pub fn critical(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let unknown = "1.3.6.1.4.1.32473.1=critical,ASN1:NULL\n";
    let leaf = folder.issue("critical", "root", &format!("{SIGNER}{unknown}"))?;
    let outcome = folder.both(&leaf, &[], &[&root])?;
    assert_eq!(outcome, Err((ErrorKind::CriticalExtension, Place::EndEntity)));
    let known = "subjectAltName=critical,DNS:a.example\n1.3.6.1.4.1.32473.1=ASN1:NULL\n";
    let leaf = folder.issue("known", "root", &format!("{SIGNER}{known}"))?;
    assert_eq!(folder.both(&leaf, &[], &[&root])?, Ok(0));

    // OpenSSL evaluates name constraints, we don't: refused, even where they are not critical.
    let constraints = "nameConstraints=permitted;DNS:example.com\n";
    let middle = folder.issue("middle", "root", &format!("{AUTHORITY}{constraints}"))?;
    let leaf = folder.issue("leaf", "middle", SIGNER)?;
    let outcome = path(Validation::at(now()?), &leaf.der, &[&middle], &[&root]);
    assert_eq!(outcome, Err((ErrorKind::CriticalExtension, Place::Bag(0))));
    Ok(())
}

/// RFC 4158, 2: of several issuers with one name, each is tried.
pub fn dead_ends(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let stray = folder.issue("stray", "stray", AUTHORITY)?;
    let right = folder.issue("middle", "root", AUTHORITY)?;
    let leaf = folder.issue("leaf", "middle", SIGNER)?;
    // The same key under a certificate of another authority, which leads nowhere.
    fs::copy(folder.0.join("middle.csr"), folder.0.join("cross.csr"))?;
    fs::write(folder.0.join("extensions"), AUTHORITY)?;
    folder.openssl(
        "x509 -req -in cross.csr -CA stray.pem -CAkey stray.key -CAcreateserial -days 99 \
         -extfile extensions -out cross.pem",
    )?;
    folder.openssl("x509 -in cross.pem -outform DER -out cross.der")?;
    let cross = Issued { name: "cross".into(), der: fs::read(folder.0.join("cross.der"))? };
    // OpenSSL does not turn back, so it is asked where the first certificate is the right one.
    assert_eq!(folder.both(&leaf, &[&right, &cross], &[&root])?, Ok(1));
    assert_eq!(folder.both(&leaf, &[&cross, &right], &[&stray])?, Ok(1));
    assert!(folder.both(&leaf, &[&cross], &[&root])?.is_err());
    let at = Validation::at(now()?);
    assert_eq!(path(at, &leaf.der, &[&cross, &right], &[&root]), Ok(1));
    assert_eq!(path(at, &leaf.der, &[&right, &cross], &[&stray]), Ok(1));
    Ok(())
}

/// Two authorities that vouch for each other lead nowhere, and the search ends.
pub fn circle(folder: &Folder) -> Tested {
    let root = folder.issue("root", "root", AUTHORITY)?;
    let egg = folder.issue("egg", "egg", AUTHORITY)?;
    let hen = folder.issue("hen", "egg", AUTHORITY)?;
    fs::write(folder.0.join("extensions"), AUTHORITY)?;
    folder.openssl(
        "x509 -req -in egg.csr -CA hen.pem -CAkey hen.key -CAcreateserial -days 99 \
         -extfile extensions -out egg-2.pem",
    )?;
    folder.openssl("x509 -in egg-2.pem -outform DER -out egg-2.der")?;
    let again = Issued { name: "egg-2".into(), der: fs::read(folder.0.join("egg-2.der"))? };
    let leaf = folder.issue("leaf", "hen", SIGNER)?;
    assert!(folder.both(&leaf, &[&hen, &again], &[&root])?.is_err());
    assert_eq!(folder.both(&leaf, &[&hen, &again], &[&egg])?, Ok(1));
    Ok(())
}

/// Whoever trusts a certificate itself needs nobody to vouch for it.
pub fn own_anchor(folder: &Folder) -> Tested {
    let leaf = folder.issue("leaf", "leaf", SIGNER)?;
    let at = Validation::at(now()?);
    let none: &[&Issued] = &[];
    assert_eq!(path(at, &leaf.der, none, &[&leaf]), Ok(0));
    assert!(path(at, &leaf.der, &[&leaf], none).is_err());
    let late = Validation::at(now()? + 200 * DAY);
    let expired = Err((ErrorKind::Expired, Place::EndEntity));
    assert_eq!(path(late, &leaf.der, none, &[&leaf]), expired);
    Ok(())
}
