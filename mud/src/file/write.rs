//! Writes a MUD file, in the order of the example in RFC 8520, 9.

use alloc::string::String;

use super::Contents;
use crate::acl::write_acls;
use crate::extension::write_transparency;
use crate::json::Writer;

/// The whole file.
pub(super) fn write(contents: &Contents) -> String {
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("ietf-mud:mud").object(|writer| write_mud(writer, contents));
        if !contents.acls.is_empty() {
            write_acls(writer.name("ietf-access-control-list:acls"), &contents.acls);
        }
        for unknown in &contents.unknown_top_level {
            writer.name(&unknown.name).raw(&unknown.json);
        }
    });
    writer.finish()
}

fn write_mud(writer: &mut Writer, contents: &Contents) {
    let text = |writer: &mut Writer, name: &str, text: &Option<String>| {
        if let Some(text) = text {
            writer.name(name).string(text);
        }
    };
    writer.name("mud-version").number(1_u8);
    writer.name("mud-url").string(contents.mud_url.as_str());
    writer.name("last-update").string(contents.last_update.as_str());
    text(writer, "mud-signature", &contents.mud_signature);
    if let Some(hours) = contents.cache_validity {
        writer.name("cache-validity").number(hours);
    }
    writer.name("is-supported").raw(if contents.is_supported { "true" } else { "false" });
    text(writer, "systeminfo", &contents.systeminfo);
    text(writer, "mfg-name", &contents.mfg_name);
    text(writer, "model-name", &contents.model_name);
    text(writer, "firmware-rev", &contents.firmware_rev);
    text(writer, "software-rev", &contents.software_rev);
    text(writer, "documentation", &contents.documentation);
    if !contents.extensions.is_empty() {
        writer.name("extensions").array(|writer| {
            for name in &contents.extensions {
                writer.string(name);
            }
        });
    }
    for (name, acls) in [
        ("from-device-policy", &contents.from_device_policy),
        ("to-device-policy", &contents.to_device_policy),
    ] {
        if !acls.is_empty() {
            write_policy(writer.name(name), acls);
        }
    }
    if let Some(transparency) = &contents.transparency {
        write_transparency(writer.name("ietf-mud-transparency:transparency"), transparency);
    }
    if let Some(supported) = contents.is_tls_dtls_profile_supported {
        let name = "ietf-mud-tls:is-tls-dtls-profile-supported";
        writer.name(name).raw(if supported { "true" } else { "false" });
    }
    for unknown in &contents.unknown {
        writer.name(&unknown.name).raw(&unknown.json);
    }
}

fn write_policy(writer: &mut Writer, acls: &[String]) {
    writer.object(|writer| {
        writer.name("access-lists").object(|writer| {
            writer.name("access-list").array(|writer| {
                for name in acls {
                    writer.object(|writer| writer.name("name").string(name));
                }
            });
        });
    });
}
