//! `software-meta-entry`: descriptive attributes of the software (RFC 9393, section 2.8).

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::Error;
use crate::labels;
use crate::map::{self, Codec, Extensions};
use crate::tag::TagId;

/// `software-meta-entry`: every member is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SoftwareMeta<'b> {
    /// `activation-status`: such as Trial or Licensed.
    pub activation_status: Option<&'b str>,
    /// `channel-type`: such as Volume, Retail or OEM.
    pub channel_type: Option<&'b str>,
    /// `colloquial-version`: an informal version; to be compared for equality only.
    pub colloquial_version: Option<&'b str>,
    /// `description`: may have several paragraphs.
    pub description: Option<&'b str>,
    /// `edition`: a functional variation.
    pub edition: Option<&'b str>,
    /// `entitlement-data-required`: whether a proof of entitlement is needed.
    pub entitlement_data_required: Option<bool>,
    /// `entitlement-key`: points to an entitlement; not a secret.
    pub entitlement_key: Option<&'b str>,
    /// `generator`: name or tag-id of what created the tag.
    pub generator: Option<TagId<'b>>,
    /// `persistent-id`: shared by a set of related software components.
    pub persistent_id: Option<&'b str>,
    /// `product`: a name shared by components with tags of their own.
    pub product: Option<&'b str>,
    /// `product-family`
    pub product_family: Option<&'b str>,
    /// `revision`: an informal release such as SP1 or RC1.
    pub revision: Option<&'b str>,
    /// `summary`: one sentence for a user interface.
    pub summary: Option<&'b str>,
    /// `unspsc-code`: eight digits.
    pub unspsc_code: Option<&'b str>,
    /// `unspsc-version`
    pub unspsc_version: Option<&'b str>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

const KNOWN: &[i64] = &[
    labels::LANG,
    labels::ACTIVATION_STATUS,
    labels::CHANNEL_TYPE,
    labels::COLLOQUIAL_VERSION,
    labels::DESCRIPTION,
    labels::EDITION,
    labels::ENTITLEMENT_DATA_REQUIRED,
    labels::ENTITLEMENT_KEY,
    labels::GENERATOR,
    labels::PERSISTENT_ID,
    labels::PRODUCT,
    labels::PRODUCT_FAMILY,
    labels::REVISION,
    labels::SUMMARY,
    labels::UNSPSC_CODE,
    labels::UNSPSC_VERSION,
];

impl<'b> Codec<'b> for SoftwareMeta<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let mut meta = Self::default();
        meta.extensions = map::read(cursor, KNOWN, |label, cursor| {
            let text = match label {
                labels::ENTITLEMENT_DATA_REQUIRED => {
                    meta.entitlement_data_required = Some(cursor.boolean()?);
                    return Ok(());
                }
                labels::GENERATOR => {
                    meta.generator = Some(TagId::read(cursor)?);
                    return Ok(());
                }
                labels::LANG => &mut meta.lang,
                labels::ACTIVATION_STATUS => &mut meta.activation_status,
                labels::CHANNEL_TYPE => &mut meta.channel_type,
                labels::COLLOQUIAL_VERSION => &mut meta.colloquial_version,
                labels::DESCRIPTION => &mut meta.description,
                labels::EDITION => &mut meta.edition,
                labels::ENTITLEMENT_KEY => &mut meta.entitlement_key,
                labels::PERSISTENT_ID => &mut meta.persistent_id,
                labels::PRODUCT => &mut meta.product,
                labels::PRODUCT_FAMILY => &mut meta.product_family,
                labels::REVISION => &mut meta.revision,
                labels::SUMMARY => &mut meta.summary,
                labels::UNSPSC_CODE => &mut meta.unspsc_code,
                _ => &mut meta.unspsc_version,
            };
            *text = Some(cursor.text()?);
            Ok(())
        })?;
        Ok(meta)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            members.text(labels::ACTIVATION_STATUS, self.activation_status)?;
            members.text(labels::CHANNEL_TYPE, self.channel_type)?;
            members.text(labels::COLLOQUIAL_VERSION, self.colloquial_version)?;
            members.text(labels::DESCRIPTION, self.description)?;
            members.text(labels::EDITION, self.edition)?;
            let required = self.entitlement_data_required;
            members.boolean(labels::ENTITLEMENT_DATA_REQUIRED, required)?;
            members.text(labels::ENTITLEMENT_KEY, self.entitlement_key)?;
            if let Some(generator) = self.generator {
                members.put(labels::GENERATOR, |encoder| generator.write(encoder))?;
            }
            members.text(labels::PERSISTENT_ID, self.persistent_id)?;
            members.text(labels::PRODUCT, self.product)?;
            members.text(labels::PRODUCT_FAMILY, self.product_family)?;
            members.text(labels::REVISION, self.revision)?;
            members.text(labels::SUMMARY, self.summary)?;
            members.text(labels::UNSPSC_CODE, self.unspsc_code)?;
            members.text(labels::UNSPSC_VERSION, self.unspsc_version)
        })
    }
}
