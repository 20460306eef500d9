//! Media types of tokens, and their CoAP content formats (RFC 9782, 6).

/// What a message says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/eat+cwt`, 263: a CWT.
    EatCwt,
    /// `application/eat+jwt`, 264: a JWT.
    EatJwt,
    /// `application/eat-bun+cbor`, 265: a detached EAT bundle in CBOR.
    EatBunCbor,
    /// `application/eat-bun+json`, 266: a detached EAT bundle in JSON.
    EatBunJson,
    /// `application/eat-ucs+cbor`, 267: an unprotected claims-set in CBOR.
    EatUcsCbor,
    /// `application/eat-ucs+json`, 268: an unprotected claims-set in JSON.
    EatUcsJson,
}

impl MediaType {
    const ALL: [Self; 6] = [
        Self::EatCwt,
        Self::EatJwt,
        Self::EatBunCbor,
        Self::EatBunJson,
        Self::EatUcsCbor,
        Self::EatUcsJson,
    ];

    /// The name, without a parameter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EatCwt => "application/eat+cwt",
            Self::EatJwt => "application/eat+jwt",
            Self::EatBunCbor => "application/eat-bun+cbor",
            Self::EatBunJson => "application/eat-bun+json",
            Self::EatUcsCbor => "application/eat-ucs+cbor",
            Self::EatUcsJson => "application/eat-ucs+json",
        }
    }

    /// The CoAP content format of the type without a parameter.
    #[must_use]
    pub const fn content_format(self) -> u16 {
        match self {
            Self::EatCwt => 263,
            Self::EatJwt => 264,
            Self::EatBunCbor => 265,
            Self::EatBunJson => 266,
            Self::EatUcsCbor => 267,
            Self::EatUcsJson => 268,
        }
    }

    /// The type with this CoAP content format.
    #[must_use]
    pub fn from_content_format(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.content_format() == number)
    }

    /// The type that a content type names, without regard to case, and its `eat_profile` parameter
    /// (RFC 9782, 3), if it has one. `None` for other types, other parameters, and a parameter that
    /// stands twice.
    ///
    /// ```
    /// use hexad_eat::MediaType;
    ///
    /// let text = r#"application/eat+cwt; eat_profile="tag:psacertified.org,2023:psa#tfm""#;
    /// let expected = (MediaType::EatCwt, Some("tag:psacertified.org,2023:psa#tfm"));
    /// assert_eq!(MediaType::parse(text), Some(expected));
    /// assert_eq!(MediaType::parse("application/cbor"), None);
    /// ```
    #[must_use]
    pub fn parse(content_type: &str) -> Option<(Self, Option<&str>)> {
        let (name, parameters) = match content_type.split_once(';') {
            Some((name, parameters)) => (name, Some(parameters)),
            None => (content_type, None),
        };
        let name = name.trim();
        let known = Self::ALL.into_iter().find(|each| each.name().eq_ignore_ascii_case(name))?;
        let Some(parameter) = parameters else {
            return Some((known, None));
        };
        let (name, value) = parameter.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("eat_profile") {
            return None;
        }
        // A URI has to be quoted, an OID need not (RFC 9110, 5.6.6).
        let value = value.trim();
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None => value,
        };
        let plain = !value.is_empty() && !value.contains(['"', '\\', ';']);
        plain.then_some((known, Some(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9782, 6: the registered numbers; and the parameter in every form that a sender may choose.
    #[test]
    fn registered() {
        for (number, each) in (263..).zip(MediaType::ALL) {
            assert_eq!(each.content_format(), number);
            assert_eq!(MediaType::from_content_format(number), Some(each));
            assert_eq!(MediaType::parse(each.name()), Some((each, None)));
        }
        assert_eq!(MediaType::from_content_format(262), None);
        let oid = MediaType::parse("Application/EAT+JWT;Eat_Profile=2.999.1.2.3");
        assert_eq!(oid, Some((MediaType::EatJwt, Some("2.999.1.2.3"))));
        for wrong in [
            "application/eat+cwt;",
            "application/eat+cwt; charset=utf-8",
            "application/eat+cwt; eat_profile=",
            "application/eat+cwt; eat_profile=\"a",
            "application/eat+cwt; eat_profile=a; eat_profile=b",
        ] {
            assert_eq!(MediaType::parse(wrong), None, "{wrong}");
        }
    }
}
