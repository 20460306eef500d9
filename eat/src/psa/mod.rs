//! The token of Arm's Platform Security Architecture: RFC 9783, and its two forerunners, which TF-M made
//! (the profiles `http://arm.com/psa/2.0.0` and `PSA_IOT_PROFILE_1`).

mod component;
mod read;
mod write;

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::cwt::Others;
use hexad_cose_core::{Algorithm, Headers};

pub use component::SoftwareComponent;

use crate::entity::Ueid;
use crate::error::{Error, ErrorKind};
use crate::list::List;
use crate::message::Nonce;
use crate::profile::Profile;

/// Which generation of the token: they differ in labels and in some rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revision {
    /// RFC 9783, `tag:psacertified.org,2023:psa#tfm`.
    #[default]
    Rfc9783,
    /// `http://arm.com/psa/2.0.0`, of the draft before it.
    V2,
    /// `PSA_IOT_PROFILE_1`, with labels for private use. It need not name itself.
    Iot1,
}

impl Revision {
    /// The value of its profile claim.
    #[must_use]
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Rfc9783 => "tag:psacertified.org,2023:psa#tfm",
            Self::V2 => "http://arm.com/psa/2.0.0",
            Self::Iot1 => "PSA_IOT_PROFILE_1",
        }
    }
}

/// The labels of one generation.
#[derive(Clone, Copy)]
struct Labels {
    nonce: i64,
    instance_id: i64,
    profile: i64,
    boot_seed: i64,
    client_id: i64,
    security_lifecycle: i64,
    implementation_id: i64,
    certification_reference: i64,
    software_components: i64,
    /// Of [`Revision::Iot1`]: that there are no measurements.
    no_measurements: Option<i64>,
    verification_service_indicator: i64,
}

const RFC9783: Labels = Labels {
    nonce: 10,
    instance_id: 256,
    profile: 265,
    boot_seed: 268,
    client_id: 2394,
    security_lifecycle: 2395,
    implementation_id: 2396,
    certification_reference: 2398,
    software_components: 2399,
    no_measurements: None,
    verification_service_indicator: 2400,
};

const V2: Labels = Labels { boot_seed: 2397, ..RFC9783 };

const IOT1: Labels = Labels {
    profile: -75000,
    client_id: -75001,
    security_lifecycle: -75002,
    implementation_id: -75003,
    boot_seed: -75004,
    certification_reference: -75005,
    software_components: -75006,
    no_measurements: Some(-75007),
    nonce: -75008,
    instance_id: -75009,
    verification_service_indicator: -75010,
};

impl Revision {
    const fn labels(self) -> Labels {
        match self {
            Self::Rfc9783 => RFC9783,
            Self::V2 => V2,
            Self::Iot1 => IOT1,
        }
    }
}

/// `psa-security-lifecycle`: the state that the upper byte tells (RFC 9783, 4.3.1). The lower byte is the
/// implementation's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecurityLifecycle(u16);

/// The states of [`SecurityLifecycle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LifecycleState {
    /// 0x00
    Unknown,
    /// 0x10
    AssemblyAndTest,
    /// 0x20
    RotProvisioning,
    /// 0x30: the only one that can be attested for, together with the next.
    Secured,
    /// 0x40: debugging outside of the root of trust.
    NonRotDebug,
    /// 0x50
    RecoverableRotDebug,
    /// 0x60
    Decommissioned,
}

impl SecurityLifecycle {
    /// A value.
    ///
    /// # Errors
    /// `Claim` when its upper byte is none of the states.
    pub const fn new(value: u16) -> Result<Self, Error> {
        match value >> 8 {
            0x00 | 0x10 | 0x20 | 0x30 | 0x40 | 0x50 | 0x60 => Ok(Self(value)),
            _ => Err(Error::new(ErrorKind::Claim(RFC9783.security_lifecycle), 0)),
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }

    /// The state.
    #[must_use]
    pub const fn state(self) -> LifecycleState {
        match self.0 >> 8 {
            0x10 => LifecycleState::AssemblyAndTest,
            0x20 => LifecycleState::RotProvisioning,
            0x30 => LifecycleState::Secured,
            0x40 => LifecycleState::NonRotDebug,
            0x50 => LifecycleState::RecoverableRotDebug,
            0x60 => LifecycleState::Decommissioned,
            _ => LifecycleState::Unknown,
        }
    }
}

/// The claims of a PSA token: parsed from their encoding as a view, or filled in to be written.
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_eat::psa::{Claims, LifecycleState, SecurityLifecycle, SoftwareComponent};
/// use hexad_eat::{Nonce, Ueid};
///
/// let mut instance = [7; 33];
/// instance[0] = 1;
/// let components = [SoftwareComponent::new(&[3; 32], &[4; 32])];
/// let claims = Claims {
///     software_components: (&components).into(),
///     ..Claims::new(
///         Nonce::new(&[1; 32])?,
///         Ueid::create(&instance)?,
///         &[2; 32],
///         -1,
///         SecurityLifecycle::new(0x3000)?,
///     )
/// };
/// let mut buffer = [0; 256];
/// let mut encoder = Encoder::new(&mut buffer);
/// claims.encode(&mut encoder)?;
/// let read = Claims::parse(encoder.as_bytes())?;
/// assert_eq!(read, claims);
/// assert_eq!(read.security_lifecycle.state(), LifecycleState::Secured);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claims<'b> {
    /// Which generation the token is of.
    pub revision: Revision,
    /// The one nonce, of 32, 48 or 64 bytes.
    pub nonce: Nonce<'b>,
    /// `psa-instance-id`: 33 bytes, of which the first is 1.
    pub instance_id: Ueid<'b>,
    /// `psa-implementation-id`: which immutable root of trust, 32 bytes.
    pub implementation_id: &'b [u8; 32],
    /// `psa-client-id`: who asked for the token. Positive in the secure world, negative outside.
    pub client_id: i32,
    /// `psa-security-lifecycle`
    pub security_lifecycle: SecurityLifecycle,
    /// `psa-boot-seed`: 8 to 32 bytes; of [`Revision::Iot1`] 32, and mandatory.
    pub boot_seed: Option<&'b [u8]>,
    /// `psa-certification-reference`: 13 digits, a hyphen and 5 digits; before RFC 9783 also the former alone.
    pub certification_reference: Option<&'b str>,
    /// `psa-software-components`: what was measured. None only in [`Revision::Iot1`].
    pub software_components: List<'b, SoftwareComponent<'b>>,
    /// `psa-verification-service-indicator`
    pub verification_service_indicator: Option<&'b str>,
    /// All other claims.
    pub others: Others<'b>,
}

impl<'b> Claims<'b> {
    /// The mandatory claims of RFC 9783, but for the software components.
    #[must_use]
    pub fn new(
        nonce: Nonce<'b>,
        instance_id: Ueid<'b>,
        implementation_id: &'b [u8; 32],
        client_id: i32,
        security_lifecycle: SecurityLifecycle,
    ) -> Self {
        Self {
            revision: Revision::Rfc9783,
            nonce,
            instance_id,
            implementation_id,
            client_id,
            security_lifecycle,
            boot_seed: None,
            certification_reference: None,
            software_components: List::NONE,
            verification_service_indicator: None,
            others: Others::default(),
        }
    }

    /// What reading and writing demand beyond the types.
    fn check(&self, offset: usize) -> Result<(), Error> {
        let labels = self.revision.labels();
        let wrong = |label| Err(Error::new(ErrorKind::Claim(label), offset));
        let missing = |label| Err(Error::new(ErrorKind::Missing(label), offset));
        if !is_hash(self.nonce.as_bytes()) {
            return wrong(labels.nonce);
        }
        let instance = self.instance_id.as_bytes();
        if instance.len() != 33 || instance.first() != Some(&1) {
            return wrong(labels.instance_id);
        }
        if self.revision == Revision::Rfc9783 && self.client_id == 0 {
            return wrong(labels.client_id);
        }
        match (self.revision, self.boot_seed.map(<[u8]>::len)) {
            (Revision::Iot1, None) => return missing(labels.boot_seed),
            (Revision::Iot1, Some(32)) | (_, None) => {}
            (Revision::Rfc9783 | Revision::V2, Some(8..=32)) => {}
            _ => return wrong(labels.boot_seed),
        }
        let alone = self.revision != Revision::Rfc9783;
        if self.certification_reference.is_some_and(|text| !is_reference(text, alone)) {
            return wrong(labels.certification_reference);
        }
        if self.verification_service_indicator.is_some_and(str::is_empty) {
            return wrong(labels.verification_service_indicator);
        }
        if self.software_components.is_empty() && self.revision != Revision::Iot1 {
            return missing(labels.software_components);
        }
        Ok(())
    }
}

/// `psa-hash-type`
const fn is_hash(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 32 | 48 | 64)
}

/// An EAN-13 and a number of five digits behind a hyphen, or the former `alone`.
fn is_reference(text: &str, alone: bool) -> bool {
    let (ean, number) = match text.split_once('-') {
        Some((ean, number)) => (ean, Some(number)),
        None => (text, None),
    };
    let digits =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    digits(ean, 13) && number.map_or(alone, |number| digits(number, 5))
}

/// The profile by which a verifier reads PSA tokens: of the generations and by the algorithms that it
/// accepts.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Key, Verified};
/// use hexad_eat::{Error, Token, psa};
///
/// fn verify<'b>(
///     bytes: &'b [u8],
///     iak: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<psa::Claims<'b>>, Error> {
///     Token::parse(bytes)?.check(iak, &psa::Tokens::RFC9783, crypto)?.run(crypto)
/// }
/// ```
///
/// # Errors
/// `Profile` for another generation; and as [`Claims::parse`].
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// The generations that are accepted.
    pub revisions: &'a [Revision],
    /// The algorithms that are accepted.
    pub algorithms: &'a [Algorithm],
}

impl Tokens<'_> {
    /// The profile TFM (RFC 9783, 5.2): its algorithms, for signatures and for MACs.
    pub const RFC9783: Tokens<'static> =
        Tokens { revisions: &[Revision::Rfc9783], algorithms: &ALGORITHMS };

    /// Every generation, as a receiver of RFC 9783, 4.6, accepts them for as long as devices make them.
    pub const ALL: Tokens<'static> = Tokens {
        revisions: &[Revision::Rfc9783, Revision::V2, Revision::Iot1],
        algorithms: &ALGORITHMS,
    };
}

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::HMAC_256,
    Algorithm::HMAC_384,
    Algorithm::HMAC_512,
];

impl Profile for Tokens<'_> {
    type Content<'b> = Claims<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn read<'b>(&self, _headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
        let claims = Claims::parse_all(payload)?;
        if self.revisions.contains(&claims.revision) {
            Ok(claims)
        } else {
            Err(Error::new(ErrorKind::Profile, payload.offset()))
        }
    }
}

#[cfg(test)]
mod tests;
