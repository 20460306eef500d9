//! What holds of every MUD file, and of everything that is none.

use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_cose_core::{Curve, HashAlgorithm};
use hexad_mud::Mud;
use hexad_mud::acl::{
    Ace, Acl, AclType, Ethernet, Forwarding, Icmp, Ip, L3, L4, Logging, Matches, MudMatches,
    Operator, PortMatch, Tcp, Udp, Unknown,
};
use hexad_mud::builder::{Builder, Service};
use hexad_mud::extension::{
    DtlsVersion, LocalType, Sbom, SbomRetrieval, TlsProfile, TlsVersion, Transparency,
    VulnRetrieval,
};
use hexad_mud::file::{Contents, Reader};
use hexad_mud::flow::{Direction, IpVersion, Peer, Prefix};
use hexad_mud::signature::{Policy, SignedData, sign};
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use hexad_rustcrypto::{RustCrypto, SigningKey};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    // Quotes, backslashes, control characters and what is not ASCII are all there.
    prop_oneof![any::<String>(), "[ -~\\x00-\\x1f\"\\\\é\u{1f600}]{0,20}"]
}

fn host() -> impl Strategy<Value = String> {
    "[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?){0,3}\\.[a-z]{2,6}"
}

fn uri() -> impl Strategy<Value = String> {
    prop_oneof![
        host().prop_map(|host| format!("https://{host}/x%20y?z#f")),
        "urn:ietf:params:mud:[a-z]{1,10}",
    ]
}

fn url() -> impl Strategy<Value = MudUrl> {
    (host(), of(1_u16..), "[a-zA-Z0-9/._~-]{0,20}").prop_map(|(host, port, path)| {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        MudUrl::new(&format!("https://{host}{port}/{path}")).unwrap()
    })
}

fn time() -> impl Strategy<Value = DateAndTime> {
    (-62_167_219_200_i64..253_402_300_800).prop_map(|time| DateAndTime::from_unix(time).unwrap())
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::ToDevice), Just(Direction::FromDevice)]
}

fn ports() -> impl Strategy<Value = PortMatch> {
    prop_oneof![
        (any::<u16>(), any::<u16>())
            .prop_map(|(a, b)| PortMatch::Range { lower: a.min(b), upper: a.max(b) }),
        (0_usize..4, any::<u16>())
            .prop_map(|(index, port)| PortMatch::Operator(Operator::ALL[index], port)),
    ]
}

fn prefix(version: IpVersion) -> BoxedStrategy<Prefix> {
    match version {
        IpVersion::V4 => (any::<[u8; 4]>(), 0_u8..=32)
            .prop_map(|(address, length)| Prefix::new(address.into(), length).unwrap())
            .boxed(),
        IpVersion::V6 => (any::<[u8; 16]>(), 0_u8..=128)
            .prop_map(|(address, length)| Prefix::new(address.into(), length).unwrap())
            .boxed(),
    }
}

fn l4() -> impl Strategy<Value = L4> {
    prop_oneof![
        (of(direction()), of(ports()), of(ports())).prop_map(
            |(direction_initiated, source_port, destination_port)| L4::Tcp(Tcp {
                direction_initiated,
                source_port,
                destination_port
            })
        ),
        (of(ports()), of(ports())).prop_map(|(source_port, destination_port)| L4::Udp(Udp {
            source_port,
            destination_port
        })),
        (any::<Option<u8>>(), any::<Option<u8>>())
            .prop_map(|(kind, code)| L4::Icmp(Icmp { kind, code })),
    ]
}

fn ip(direction: Direction, version: IpVersion) -> impl Strategy<Value = Ip> {
    (of(host()), of(prefix(version)), of(prefix(version))).prop_map(
        move |(name, source_network, destination_network)| {
            let (src_dnsname, dst_dnsname) = match direction {
                Direction::ToDevice => (name, None),
                Direction::FromDevice => (None, name),
            };
            Ip { src_dnsname, dst_dnsname, protocol: None, source_network, destination_network }
        },
    )
}

fn mud_matches() -> impl Strategy<Value = MudMatches> {
    (of(host()), any::<bool>(), of(uri()), any::<bool>(), of(uri()), any::<bool>()).prop_map(
        |(manufacturer, same_manufacturer, model, local_networks, controller, my_controller)| {
            MudMatches {
                manufacturer,
                same_manufacturer,
                model,
                local_networks,
                controller,
                my_controller,
            }
        },
    )
}

fn ethernet() -> impl Strategy<Value = Ethernet> {
    (any::<[Option<[u8; 6]>; 4]>(), any::<Option<u16>>()).prop_map(|(addresses, ethertype)| {
        let [destination, destination_mask, source, source_mask] = addresses;
        Ethernet {
            destination_mac_address: destination,
            destination_mac_address_mask: destination_mask,
            source_mac_address: source,
            source_mac_address_mask: source_mask,
            ethertype,
        }
    })
}

fn matches(direction: Direction, version: IpVersion) -> impl Strategy<Value = Matches> {
    let l3 = ip(direction, version).prop_map(move |ip| L3::new(version, ip));
    let unknown = vec(unknown(), 0..2);
    (mud_matches(), of(ethernet()), of(l3), of(l4()), unknown).prop_map(
        |(mud, eth, l3, l4, mut unknown)| {
            unknown.dedup_by(|one, other| one.name == other.name);
            Matches { mud, eth, l3, l4, unknown, ..Matches::default() }
        },
    )
}

fn unknown() -> impl Strategy<Value = Unknown> {
    ("example-[a-z]{1,5}:[a-z]{1,5}", "[0-9]|null|\"[a-z]*\"|\\[1, *2\\]|\\{ \"a\" : true \\}")
        .prop_map(|(name, json)| Unknown { name, json })
}

fn aces(direction: Direction, version: IpVersion) -> impl Strategy<Value = Vec<Ace>> {
    let body = (matches(direction, version), 0_usize..3, 0_u8..3);
    btree_map("[ -~é]{1,64}", body, 0..4).prop_map(|aces| {
        let aces = aces.into_iter().map(|(name, (matches, forwarding, logging))| Ace {
            name,
            matches,
            forwarding: Forwarding::ALL[forwarding],
            logging: [None, Some(Logging::Syslog), Some(Logging::None)][usize::from(logging)],
        });
        aces.collect()
    })
}

fn acl(name: &'static str, direction: Direction, version: IpVersion) -> impl Strategy<Value = Acl> {
    let kind = match version {
        IpVersion::V4 => AclType::MixedEthIpv4,
        IpVersion::V6 => AclType::MixedEthIpv6,
    };
    let kind = prop_oneof![Just(kind), Just(AclType::MixedEthIpv4Ipv6)];
    (kind, aces(direction, version)).prop_map(move |(kind, aces)| Acl {
        name: name.to_owned(),
        kind: Some(kind),
        aces,
    })
}

fn profile() -> impl Strategy<Value = TlsProfile> {
    let numbers =
        || btree_set(any::<u16>(), 0..4).prop_map(|numbers| numbers.into_iter().collect());
    let texts = || btree_set(text(), 0..3).prop_map(|texts| texts.into_iter().collect());
    let version = 0_usize..3;
    (numbers(), numbers(), texts(), texts(), version, any::<u8>()).prop_map(
        |(cipher_suite, supported_group, application_protocol, authorities, version, mode)| {
            TlsProfile {
                name: "profile".to_owned(),
                supported_tls_version: TlsVersion::ALL.into_iter().take(version).collect(),
                supported_dtls_version: DtlsVersion::ALL.into_iter().skip(version).collect(),
                cipher_suite,
                supported_group,
                application_protocol,
                certificate_authorities: authorities,
                psk_key_exchange_mode: vec![mode],
                accept_list_ta_cert: vec!["MAA=".to_owned()],
                ..TlsProfile::default()
            }
        },
    )
}

fn transparency() -> impl Strategy<Value = Transparency> {
    let sboms = btree_map(text(), of(url()), 0..3).prop_map(|sboms| {
        let sbom = |(version_info, url): (String, Option<MudUrl>)| Sbom {
            version_info,
            sbom_url: url.map(|url| url.to_string()),
        };
        SbomRetrieval::Cloud(sboms.into_iter().map(sbom).collect())
    });
    let sbom = prop_oneof![
        sboms,
        (0_usize..4).prop_map(|index| SbomRetrieval::LocalWellKnown(LocalType::ALL[index])),
        Just(SbomRetrieval::Contact("tel:1".to_owned())),
    ];
    let urls = btree_set(uri(), 0..3);
    let vuln = prop_oneof![
        urls.prop_map(|urls| VulnRetrieval::Cloud(urls.into_iter().collect())),
        Just(VulnRetrieval::Contact("mailto:a@b.example".to_owned())),
    ];
    (of(sbom), of(uri()), of(vuln)).prop_map(|(sbom, sbom_archive_list, vuln)| Transparency {
        sbom,
        sbom_archive_list,
        vuln,
    })
}

fn contents() -> impl Strategy<Value = Contents> {
    let texts = vec(of(text()), 5);
    let acls = (
        acl("to4", Direction::ToDevice, IpVersion::V4),
        acl("to6", Direction::ToDevice, IpVersion::V6),
        acl("from", Direction::FromDevice, IpVersion::V4),
    );
    let head = (url(), time(), of(uri()), of(1_u8..=168), any::<bool>(), of(uri()));
    let known = (of(transparency()), of(any::<bool>()), of(profile()));
    (head, texts, vec("[a-z]{1,40}", 0..3), acls, of(unknown()), of(unknown()), known).prop_map(
        |(head, mut texts, mut extensions, acls, unknown, top_level, known)| {
            let (url, time, mud_signature, cache_validity, is_supported, documentation) = head;
            extensions.sort();
            extensions.dedup();
            let mut contents = Contents::new(url, time);
            contents.mud_signature = mud_signature;
            contents.cache_validity = cache_validity;
            contents.is_supported = is_supported;
            contents.documentation = documentation;
            contents.systeminfo = texts.pop().flatten();
            contents.mfg_name = texts.pop().flatten();
            contents.model_name = texts.pop().flatten();
            contents.firmware_rev = texts.pop().flatten();
            contents.software_rev = texts.pop().flatten();
            contents.extensions = extensions;
            contents.to_device_policy = vec!["to4".to_owned(), "to6".to_owned()];
            contents.from_device_policy = vec!["from".to_owned()];
            contents.acls = vec![acls.0, acls.1, acls.2];
            contents.transparency = known.0;
            contents.is_tls_dtls_profile_supported = known.1;
            if let Some(ace) = contents.acls[0].aces.first_mut() {
                ace.matches.client_profiles = known.2.map(|profile| vec![profile]);
            }
            contents.unknown = unknown.into_iter().collect();
            contents.unknown_top_level = top_level.into_iter().collect();
            contents
        },
    )
}

fn service() -> impl Strategy<Value = Service> {
    prop_oneof![
        Just(Service::Any),
        (any::<u16>(), direction()).prop_map(|(port, initiated)| Service::Tcp { port, initiated }),
        (any::<u16>(), direction()).prop_map(|(port, initiated)| Service::Udp { port, initiated }),
    ]
}

const NOW: i64 = 1_800_000_000;

fn key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

/// The signature of `file`.
fn signature() -> Vec<u8> {
    let key = key();
    let template = Template {
        common_name: "signer",
        key: key.public(),
        serial_number: &[1],
        not_before: NOW,
        not_after: NOW,
        authority: false,
    };
    let der = template.issue(Issuer::Itself, &key, &mut RustCrypto).unwrap();
    sign(b"file", &[Certificate::parse(&der).unwrap()], NOW, &key, &mut RustCrypto).unwrap()
}

proptest! {
    /// Whatever can be written reads back as the same, and is written as the same again.
    #[test]
    fn files_read_back_equal(contents in contents()) {
        let mud = Mud::new(&contents).unwrap();
        prop_assert_eq!(mud.contents(), &contents);
        let json = mud.to_json();
        let again = Mud::parse(json.as_bytes()).unwrap();
        prop_assert_eq!(&again, &mud);
        prop_assert_eq!(again.to_json(), json);
        let aces: usize = contents.acls.iter().map(|acl| acl.aces.len()).sum();
        prop_assert_eq!(mud.flows().count(), aces);
    }

    /// No beginning of a file is one.
    #[test]
    fn truncated_files_are_refused(contents in contents(), at in any::<prop::sample::Index>()) {
        let json = Mud::new(&contents).unwrap().to_json();
        let json = json.trim_end().as_bytes();
        let length = at.index(json.len());
        prop_assert!(Mud::parse(&json[..length]).is_err());
    }

    /// What the builder allows are flows in both directions, with the peer and the port that were asked
    /// for.
    #[test]
    fn the_builder_allows_what_it_was_told(
        url in url(), time in time(), hosts in vec((host(), service()), 1..4)
    ) {
        let mut builder = Builder::new(Contents::new(url, time));
        for (host, service) in &hosts {
            builder = builder.allow(Peer::DnsName(host), *service);
        }
        let mud = builder.build().unwrap();
        prop_assert_eq!(mud.flows().count(), 4 * hosts.len());
        for flow in mud.flows() {
            let Some(Peer::DnsName(name)) = flow.peers.first() else { panic!("{flow:?}") };
            prop_assert!(hosts.iter().any(|(host, _)| host == name));
        }
    }

    /// No input makes the readers panic; what a lenient one takes is a file that a strict one takes.
    #[test]
    fn no_file_panics(contents in contents(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut json = Mud::new(&contents).unwrap().to_json().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        if let Ok(reading) = Reader::new().lenient().read(&json) {
            prop_assert_eq!(&Mud::new(reading.mud.contents()).unwrap(), &reading.mud);
        }
    }

    /// No bytes make a parser panic.
    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Mud::parse(&bytes);
        let _ = SignedData::parse(&bytes);
        let _ = Certificate::parse(&bytes);
    }

    /// Whatever is changed in a signature, nothing panics, and it is by the named key or refused.
    #[test]
    fn no_signature_panics(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut p7s = signature();
        for (at, byte) in changes {
            let at = at.index(p7s.len());
            p7s[at] = byte;
        }
        if cut {
            p7s.truncate(end.index(p7s.len()));
        }
        let key = key();
        let thumbprint = key.public().thumbprint(HashAlgorithm::Sha256, &mut RustCrypto);
        let thumbprint = thumbprint.unwrap();
        let policy = Policy::at(NOW).thumbprint(HashAlgorithm::Sha256, thumbprint.as_bytes());
        if let Ok(signed) = SignedData::parse(&p7s) {
            if let Ok(authentic) = signed.verify(b"file", &policy, &mut RustCrypto) {
                let signer = Certificate::parse(authentic.signer()).unwrap();
                prop_assert_eq!(signer.key(), Some(key.public()));
            }
            prop_assert!(signed.verify(b"another file", &policy, &mut RustCrypto).is_err());
        }
    }

    /// A time that is written reads back as the same second.
    #[test]
    fn times_read_back_equal(seconds in -62_167_219_200_i64..253_402_300_800) {
        let time = DateAndTime::from_unix(seconds).unwrap();
        prop_assert_eq!(DateAndTime::new(time.as_str()).unwrap().unix_seconds(), seconds);
    }
}
