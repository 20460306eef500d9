//! PSA claims into their encoding, and into messages to be signed or authenticated.

use hexad_cose_core::cbor::{Encoder, write_map};
use hexad_cose_core::cwt::Writer;
use hexad_cose_core::{Algorithm, Builder, Draft, Mac0, Sign1, iana, kind};

use super::{Claims, Labels, Revision};
use crate::claims::some_of;
use crate::error::Error;
use crate::list::List;

impl<'b> Claims<'b> {
    /// Writes the claims in deterministic encoding, with the labels of their generation.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`; `Missing` and `Claim`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(encoder.written())?;
        let labels = self.revision.labels();
        write_map(encoder, |members| {
            let mut writer = Writer::new(members, self.others);
            // In the order of the labels, which is not the same in both families.
            if self.revision == Revision::Iot1 {
                writer.text(labels.profile, Some(self.revision.profile()))?;
                self.put_entity(&labels, &mut writer)?;
                writer.bytes(labels.boot_seed, self.boot_seed)?;
                self.put_software(&labels, &mut writer)?;
                self.put_identity(&labels, &mut writer)?;
            } else {
                self.put_identity(&labels, &mut writer)?;
                writer.text(labels.profile, Some(self.revision.profile()))?;
                let early = self.boot_seed.filter(|_| labels.boot_seed < labels.client_id);
                writer.bytes(labels.boot_seed, early)?;
                self.put_entity(&labels, &mut writer)?;
                let late = self.boot_seed.filter(|_| labels.boot_seed > labels.client_id);
                writer.bytes(labels.boot_seed, late)?;
                self.put_software(&labels, &mut writer)?;
            }
            writer
                .text(labels.verification_service_indicator, self.verification_service_indicator)?;
            Ok(writer.finish()?)
        })
    }

    fn put_identity(
        &self,
        labels: &Labels,
        writer: &mut Writer<'_, '_, '_, 'b>,
    ) -> Result<(), Error> {
        writer.bytes(labels.nonce, Some(self.nonce.as_bytes()))?;
        Ok(writer.bytes(labels.instance_id, Some(self.instance_id.as_bytes()))?)
    }

    fn put_entity(
        &self,
        labels: &Labels,
        writer: &mut Writer<'_, '_, '_, 'b>,
    ) -> Result<(), Error> {
        writer.integer(labels.client_id, Some(self.client_id.into()))?;
        writer.unsigned(labels.security_lifecycle, Some(self.security_lifecycle.value().into()))?;
        Ok(writer.bytes(labels.implementation_id, Some(self.implementation_id))?)
    }

    fn put_software(
        &self,
        labels: &Labels,
        writer: &mut Writer<'_, '_, '_, 'b>,
    ) -> Result<(), Error> {
        writer.text(labels.certification_reference, self.certification_reference)?;
        let components = some_of(&self.software_components);
        writer.put(labels.software_components, components, List::encode_array)?;
        match labels.no_measurements {
            Some(label) if components.is_none() => Ok(writer.unsigned(label, Some(1))?),
            _ => Ok(()),
        }
    }

    /// Writes the claims into `buffer` as the payload of a tagged `COSE_Sign1`, to be signed there with
    /// `algorithm`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn to_be_signed<'w>(
        &self,
        algorithm: Algorithm,
        buffer: &'w mut [u8],
    ) -> Result<Draft<'w, kind::Sign1>, Error> {
        let message: Builder<'w, kind::Sign1> = Sign1::builder(algorithm);
        let message = message.within_tag(iana::tag::CWT);
        message.payload_with(|encoder| self.encode(encoder), buffer)
    }

    /// Writes the claims into `buffer` as the payload of a tagged `COSE_Mac0`, to be authenticated there
    /// with `algorithm`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn to_be_authenticated<'w>(
        &self,
        algorithm: Algorithm,
        buffer: &'w mut [u8],
    ) -> Result<Draft<'w, kind::Mac0>, Error> {
        let message: Builder<'w, kind::Mac0> = Mac0::builder(algorithm);
        let message = message.within_tag(iana::tag::CWT);
        message.payload_with(|encoder| self.encode(encoder), buffer)
    }
}
