//! MUD files: which are to be fetched, and what becomes of those that were.

use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_mud::Mud;
use hexad_mud::signature::{Policy as SignerPolicy, SignedData};
use hexad_mud::url::MudUrl;

use super::{Controller, Result, Wanted};
use crate::fetch::{FetchError, Retrieved};
use crate::gateway::Gateway;
use crate::record::{CachedFile, Signer};

/// How many seconds after a failure a MUD file is asked for again.
const RETRY: i64 = 3600;

impl<G: Gateway> Controller<G> {
    /// The MUD files that have to be fetched now: those of known devices that are not there, or whose
    /// cache-validity is over (RFC 8520, 3.5).
    ///
    /// # Errors
    /// [`ControllerError::Registry`](super::ControllerError::Registry).
    pub fn wanted(&self, now: i64) -> Result<Vec<Wanted>> {
        let mut wanted = Vec::new();
        for mud in self.registry.devices()?.into_iter().filter_map(|record| record.mud) {
            let key = (mud.url.clone(), mud.signer.clone());
            let cached = self.registry.mud_file(&key.0, &key.1)?;
            let fresh = cached.as_ref().is_some_and(|cached| cached.valid_until > now);
            let later = self.retries.get(&key).is_some_and(|retry| *retry > now);
            if !fresh && !later {
                let etag = cached.and_then(|cached| cached.etag);
                wanted.push(Wanted { url: mud.url, signer: mud.signer, etag });
            }
        }
        wanted.sort();
        wanted.dedup();
        Ok(wanted)
    }

    /// Takes what came of fetching a MUD file. It holds if its signer is the one that the manifest names, or
    /// leads to the anchors for its URL, and it is the file of that very URL. Otherwise what was there holds on,
    /// and the file is asked for again in an hour.
    ///
    /// # Errors
    /// [`ControllerError`](super::ControllerError) of the registry and of enforcing. That the file does not hold is logged.
    pub fn fetched(
        &mut self,
        wanted: &Wanted,
        retrieved: core::result::Result<Retrieved, FetchError>,
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<()> {
        let taken = match retrieved {
            Ok(Retrieved::NotModified) => self.unchanged(wanted, now),
            Ok(Retrieved::Signed { file, signature, etag }) => {
                self.verified(wanted, &file, &signature, now, crypto).map(|mud| {
                    (CachedFile { file, etag, valid_until: valid_until(&mud, now) }, "fetched")
                })
            }
            Err(error) => Err(error.to_string()),
        };
        let key = (wanted.url.clone(), wanted.signer.clone());
        match taken {
            Ok((cached, event)) => {
                self.retries.remove(&key);
                self.registry.put_mud_file(&key.0, &key.1, &cached, now, event)?;
                self.counts.refreshed += 1;
                self.enforce(now).map(drop)
            }
            Err(why) => {
                self.retries.insert(key, now.saturating_add(RETRY));
                self.counts.refresh_failures += 1;
                Ok(self.registry.log(now, &wanted.url, "mud-file-refused", &why)?)
            }
        }
    }

    /// The file that is there, for another time.
    fn unchanged(
        &self,
        wanted: &Wanted,
        now: i64,
    ) -> core::result::Result<(CachedFile, &'static str), String> {
        let cached = self
            .registry
            .mud_file(&wanted.url, &wanted.signer)
            .map_err(|error| error.to_string())?;
        let mut cached = cached.ok_or("not modified, but not there")?;
        let mud = self.reader().read(&cached.file).map_err(|error| error.to_string())?.mud;
        cached.valid_until = valid_until(&mud, now);
        Ok((cached, "unchanged"))
    }

    fn verified(
        &self,
        wanted: &Wanted,
        file: &[u8],
        signature: &[u8],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> core::result::Result<Mud, String> {
        let url = MudUrl::new(&wanted.url).map_err(|error| error.to_string())?;
        let certificates = self.trust.for_files_of(&url).map_err(|error| error.to_string())?;
        let policy = SignerPolicy::at(now);
        let policy = match &wanted.signer {
            Signer::Key(thumbprint) => policy.thumbprint(HashAlgorithm::Sha256, thumbprint),
            Signer::Subject(name) => policy.anchors(&certificates).subject(name),
            Signer::Anchored => policy.anchors(&certificates),
        };
        let signed = SignedData::parse(signature).map_err(|error| error.to_string())?;
        let authentic = signed.verify(file, &policy, crypto).map_err(|error| error.to_string())?;
        let reading = authentic.read(self.reader()).map_err(|error| error.to_string())?;
        if reading.get().mud.url().as_str() != wanted.url {
            return Err("it is the file of another URL".into());
        }
        Ok(reading.get().mud.clone())
    }
}

/// When a file that is here now has to be asked for again.
fn valid_until(mud: &Mud, now: i64) -> i64 {
    now.saturating_add(i64::from(mud.cache_validity()) * 3600)
}
