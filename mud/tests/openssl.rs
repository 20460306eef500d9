//! Signatures and certificates against another implementation: the `openssl` command. Where it is not
//! installed the tests are reported as ignored; with `HEXAD_REQUIRE=openssl` that is a failure.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hexad_cose_core::x509::x509_cert::der::Encode;
use hexad_cose_core::x509::{Certificate, ErrorKind, Issuer, Place, Template};
use hexad_cose_core::{Curve, HashAlgorithm};
use hexad_mud::signature::{Policy, SignatureErrorKind, SignedData, sign};
use hexad_mud::url::{self, InvalidUrl, MudUrl, certificate};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_vectors::{Missing, trial};
use libtest_mimic::Arguments;

type Outcome = Result<(), Box<dyn Error>>;
type Test = fn(&Path) -> Outcome;

/// 2026-01-01 and 2036-01-01, between which the certificates here are valid.
const NOT_BEFORE: i64 = 1_767_225_600;
const NOT_AFTER: i64 = 2_082_758_400;
const NOW: i64 = 1_800_000_000;

const FILE: &[u8] = b"{ \"a MUD file\": \"is but bytes here\" }\r\n";

fn main() {
    let tests: [(&'static str, Test); 8] = [
        ("openssl_verifies_what_is_signed_here", openssl_verifies),
        ("openssl_refuses_a_changed_file", openssl_refuses),
        ("what_openssl_signs_verifies_here", openssl_signs),
        ("what_openssl_signs_by_rsa_verifies_here", openssl_signs_by_rsa),
        ("what_openssl_signs_without_attributes_verifies_here", openssl_signs_plainly),
        ("an_intermediate_of_openssl_leads_to_its_anchor", openssl_chain),
        ("what_openssl_embeds_is_refused", openssl_embeds),
        ("a_device_certificate_of_openssl_names_url_and_signer", openssl_names),
    ];
    let version = Command::new("openssl").arg("version").output();
    let openssl = version.map(drop).map_err(|error| Missing::new("openssl", error));
    let trials = tests.map(|(name, test)| {
        trial(name, openssl.clone(), move |()| {
            Folder::new(name).map_err(Into::into).and_then(|folder| test(&folder.0))
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

/// A folder of its own, which is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> std::io::Result<Self> {
        let path = env::temp_dir().join(format!("hexad-mud-{}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs openssl in `folder`, and gives what it wrote.
fn openssl(folder: &Path, arguments: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

/// A signer and its authority, with their certificates in DER.
struct MadeHere {
    key: SigningKey,
    signer: Vec<u8>,
    authority: Vec<u8>,
}

fn made_here(curve: Curve) -> Result<MadeHere, Box<dyn Error>> {
    let length = curve.coordinate_len();
    let (mut authority_d, mut signer_d) = (vec![0; length], vec![0; length]);
    for (index, (authority, signer)) in authority_d.iter_mut().zip(&mut signer_d).enumerate() {
        // Any private keys below the order of the curve do.
        *authority = u8::from(index > 1) * 0x11;
        *signer = u8::from(index > 1) * 0x22;
    }
    let authority_key = SigningKey::from_bytes(curve, &authority_d)?;
    let key = SigningKey::from_bytes(curve, &signer_d)?;
    let template = Template {
        common_name: "MUD authority",
        key: authority_key.public(),
        serial_number: &[0x80, 1],
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
        authority: true,
    };
    let authority = template.issue(Issuer::Itself, &authority_key, &mut RustCrypto)?;
    let parsed = Certificate::parse(&authority)?;
    let template = Template {
        common_name: "MUD signer é",
        key: key.public(),
        serial_number: &[2],
        authority: false,
        ..template
    };
    let issuer = Issuer::Certificate(&parsed);
    let signer = template.issue(issuer, &authority_key, &mut RustCrypto)?;
    Ok(MadeHere { key, signer, authority })
}

/// Writes a file with its signature and the authority's certificate, all made here.
fn write_signed(folder: &Path, curve: Curve) -> Outcome {
    let MadeHere { key, signer, authority } = made_here(curve)?;
    let p7s = sign(FILE, &[Certificate::parse(&signer)?], NOW, &key, &mut RustCrypto)?;
    fs::write(folder.join("file"), FILE)?;
    fs::write(folder.join("file.p7s"), p7s)?;
    fs::write(folder.join("authority.der"), authority)?;
    openssl(folder, "x509 -inform DER -in authority.der -out authority.pem")?;
    Ok(())
}

const VERIFY: &str = "cms -verify -inform DER -in file.p7s -content file -binary \
                      -CAfile authority.pem -purpose any -attime 1800000000";

/// RFC 8520, 13.2 names this very command; openssl also checks the chain made here, with -x509_strict.
fn openssl_verifies(folder: &Path) -> Outcome {
    // Ed25519 in CMS is beyond the openssl of today's distributions.
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        write_signed(folder, curve)?;
        let content = openssl(folder, &format!("{VERIFY} -x509_strict"))?;
        assert_eq!(content, FILE, "{curve:?}");
    }
    Ok(())
}

/// The test above is no proof if openssl accepts anything.
fn openssl_refuses(folder: &Path) -> Outcome {
    write_signed(folder, Curve::P256)?;
    fs::write(folder.join("file"), b"another file")?;
    let error = openssl(folder, VERIFY).expect_err("openssl accepts a changed file");
    assert!(error.to_string().contains("verification failure"), "{error}");
    Ok(())
}

/// A self-signed certificate that openssl makes, for `digitalSignature`.
fn made_by_openssl(folder: &Path, curve: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    openssl(
        folder,
        &format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes -keyout key.pem -out signer.pem -days 3650 -subj /CN=signer \
             -addext keyUsage=critical,digitalSignature"
        ),
    )?;
    openssl(folder, "x509 -in signer.pem -outform DER -out signer.der")?;
    fs::write(folder.join("file"), FILE)?;
    Ok(fs::read(folder.join("signer.der"))?)
}

/// Now, as openssl counts the days from it.
fn now() -> Result<i64, Box<dyn Error>> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())? + 60)
}

/// RFC 8520, 13.1: the command with which it signs, for each curve; and changed content is refused.
fn openssl_signs(folder: &Path) -> Outcome {
    for curve in ["P-256", "P-384", "P-521"] {
        let signer = made_by_openssl(folder, curve)?;
        // Of the larger curves, the hash is that of the curve only when it is asked for.
        let hash = match curve {
            "P-384" => "-md sha384",
            "P-521" => "-md sha512",
            _ => "",
        };
        for extra in ["", "-keyid"] {
            let sign = "cms -sign -signer signer.pem -inkey key.pem -in file -binary -outform DER";
            let p7s = openssl(folder, &format!("{sign} {hash} {extra}"))?;
            let signer = Certificate::parse(&signer)?;
            let signed = SignedData::parse(&p7s)?;
            let anchors = [signer];
            let policy = Policy::at(now()?).anchors(&anchors);
            let authentic = signed.verify(FILE, &policy, &mut RustCrypto)?;
            assert_eq!(*authentic.get(), FILE);

            let key = anchors[0].key().ok_or("no key")?;
            let thumbprint = key.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto)?;
            let policy =
                Policy::at(now()?).thumbprint(HashAlgorithm::Sha256, thumbprint.as_bytes());
            signed.verify(FILE, &policy, &mut RustCrypto)?;

            let error = signed.verify(b"other", &policy, &mut RustCrypto).unwrap_err();
            assert_eq!(error.kind(), SignatureErrorKind::MessageDigest);
        }
    }
    Ok(())
}

/// RFC 5754, 3.2: the identifier of an RSA signature does not say the hash; the digest's does.
fn openssl_signs_by_rsa(folder: &Path) -> Outcome {
    openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out signer.pem -days 3650 \
         -subj /CN=signer -addext keyUsage=critical,digitalSignature",
    )?;
    let signer = openssl(folder, "x509 -in signer.pem -outform DER")?;
    fs::write(folder.join("file"), FILE)?;
    for hash in ["sha256", "sha384", "sha512"] {
        let sign = "cms -sign -signer signer.pem -inkey key.pem -in file -binary -outform DER";
        let p7s = openssl(folder, &format!("{sign} -md {hash}"))?;
        let anchors = [Certificate::parse(&signer)?];
        let policy = Policy::at(now()?).anchors(&anchors);
        let signed = SignedData::parse(&p7s)?;
        signed.verify(FILE, &policy, &mut RustCrypto)?;
        let error = signed.verify(b"other", &policy, &mut RustCrypto).unwrap_err();
        assert_eq!(error.kind(), SignatureErrorKind::MessageDigest);
    }
    Ok(())
}

/// RFC 5652, 5.4: without signed attributes the content itself is signed.
fn openssl_signs_plainly(folder: &Path) -> Outcome {
    let signer = made_by_openssl(folder, "P-256")?;
    let sign = "cms -sign -signer signer.pem -inkey key.pem -in file -binary -outform DER -noattr";
    let p7s = openssl(folder, sign)?;
    let anchors = [Certificate::parse(&signer)?];
    let policy = Policy::at(now()?).anchors(&anchors);
    let signed = SignedData::parse(&p7s)?;
    signed.verify(FILE, &policy, &mut RustCrypto)?;
    let error = signed.verify(b"other", &policy, &mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), SignatureErrorKind::Signature);
    Ok(())
}

/// RFC 5280, 6: root, intermediate and signer, of which the file carries the last two.
fn openssl_chain(folder: &Path) -> Outcome {
    let extensions = "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
                      [leaf]\nkeyUsage=critical,digitalSignature\n";
    fs::write(folder.join("extensions"), extensions)?;
    fs::write(folder.join("file"), FILE)?;
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        folder,
        &format!("req -x509 {new} -keyout root.key -out root.pem -days 99 -subj /CN=root"),
    )?;
    for (name, issuer, section) in [("middle", "root", "ca"), ("signer", "middle", "leaf")] {
        openssl(folder, &format!("req {new} -keyout {name}.key -out {name}.csr -subj /CN={name}"))?;
        openssl(
            folder,
            &format!(
                "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial \
                 -days 99 -extfile extensions -extensions {section} -out {name}.pem"
            ),
        )?;
    }
    let sign = "cms -sign -signer signer.pem -inkey signer.key -in file -binary -outform DER";
    let root = openssl(folder, "x509 -in root.pem -outform DER")?;
    let anchors = [Certificate::parse(&root)?];
    let policy = Policy::at(now()?).anchors(&anchors);

    let p7s = openssl(folder, &format!("{sign} -certfile middle.pem"))?;
    SignedData::parse(&p7s)?.verify(FILE, &policy, &mut RustCrypto)?;

    let p7s = openssl(folder, sign)?;
    let error = SignedData::parse(&p7s)?.verify(FILE, &policy, &mut RustCrypto).unwrap_err();
    let expected = SignatureErrorKind::Certificate(Place::EndEntity, ErrorKind::NoAnchor);
    assert_eq!(error.kind(), expected);
    Ok(())
}

/// RFC 8520, 13: the signature is detached.
fn openssl_embeds(folder: &Path) -> Outcome {
    made_by_openssl(folder, "P-256")?;
    let sign =
        "cms -sign -signer signer.pem -inkey key.pem -in file -binary -outform DER -nodetach";
    let error = SignedData::parse(&openssl(folder, sign)?).unwrap_err();
    assert_eq!(error.kind(), SignatureErrorKind::NotDetached);
    Ok(())
}

/// RFC 8520, 11: `id-pe-mud-url` is an `IA5String`, `id-pe-mudsigner` the name of the signer; and only the
/// file that this signer signed is taken then.
fn openssl_names(folder: &Path) -> Outcome {
    let signer = made_by_openssl(folder, "P-256")?;
    let signer = Certificate::parse(&signer)?;
    let subject = signer.fields().subject().to_der()?;
    let device = |names: &[(&str, String)]| -> Result<Vec<u8>, Box<dyn Error>> {
        let names =
            names.iter().map(|(id, value)| format!(" -addext 1.3.6.1.5.5.7.1.{id}={value}"));
        let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout device.key";
        let names: String = names.collect();
        openssl(folder, &format!("{new} -outform DER -days 99 -subj /CN=device{names}"))
    };
    let der = |bytes: &[u8]| {
        let octets: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("DER:{}", octets.join(":"))
    };
    let text = "https://lighting.example.com/lightbulb2000";
    let ia5 = |text: &str| format!("ASN1:IA5STRING:{text}");

    let both = device(&[("25", ia5(text)), ("30", der(&subject))])?;
    let both = Certificate::parse(&both)?;
    let url = MudUrl::new(text)?;
    assert_eq!(certificate::url(&both)?, Some(url.clone()));
    assert_eq!(certificate::mudsigner(&both)?.as_deref(), Some(&subject[..]));
    // What is written here is what openssl wrote.
    let theirs = both.fields().extensions().ok_or("no extensions")?;
    assert!(theirs.contains(&certificate::mud_url_extension(&url)?));
    assert!(theirs.contains(&certificate::mudsigner_extension(&subject)?));

    let neither = device(&[])?;
    let neither = Certificate::parse(&neither)?;
    assert_eq!((certificate::url(&neither)?, certificate::mudsigner(&neither)?), (None, None));

    let wrong = device(&[("25", format!("ASN1:UTF8:{text}")), ("30", "DER:05:00".to_owned())])?;
    let wrong = Certificate::parse(&wrong)?;
    let malformed = url::ErrorKind::Malformed;
    assert_eq!(certificate::url(&wrong).unwrap_err().kind(), malformed);
    assert_eq!(certificate::mudsigner(&wrong).unwrap_err().kind(), malformed);

    let http = device(&[("25", ia5("http://lighting.example.com/lightbulb2000"))])?;
    let error = certificate::url(&Certificate::parse(&http)?).unwrap_err();
    assert_eq!(error.kind(), url::ErrorKind::Url(InvalidUrl::Scheme));

    let sign = "cms -sign -signer signer.pem -inkey key.pem -in file -binary -outform DER";
    let p7s = openssl(folder, sign)?;
    let anchors = [signer.clone()];
    let policy = Policy::at(now()?).anchors(&anchors);
    let signed = SignedData::parse(&p7s)?;
    signed.verify(FILE, &policy.subject(&subject), &mut RustCrypto)?;
    let other = both.fields().subject().to_der()?;
    let error = signed.verify(FILE, &policy.subject(&other), &mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), SignatureErrorKind::WrongSigner);
    Ok(())
}
