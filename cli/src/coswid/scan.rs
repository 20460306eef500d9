//! Files as a tag's payload lists them: of a folder, of an ELF, or a firmware image.

use std::fs;
use std::path::Path;

use hexad_cose_core::crypto::{CryptoError, Hash, Hasher};
use hexad_cose_core::iana::HashAlgorithm as Named;
use hexad_coswid::HashAlgorithm;
use hexad_coswid::convert::{Measured, Tree};
use hexad_rustcrypto::RustCrypto;
use object::Object;
use object::read::elf::ProgramHeader;

use super::rejected;
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::report::printable;

/// What erased flash reads as, between the segments of an ELF.
const ERASED: u8 = 0xff;
/// The largest image that the segments of an ELF may make, in bytes.
const IMAGE_LIMIT: u64 = 64 << 20;

/// Files that are measured, and what was left out.
#[derive(Debug)]
pub struct Scan {
    algorithm: HashAlgorithm,
    build_id: Option<Vec<u8>>,
    notes: Vec<String>,
}

impl Scan {
    pub const fn new(algorithm: HashAlgorithm) -> Self {
        Self { algorithm, build_id: None, notes: Vec::new() }
    }

    /// The build ID of the last ELF, in hexadecimal.
    pub fn build_id(&self) -> Option<String> {
        self.build_id.as_deref().map(hex)
    }

    /// What was left out.
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Adds the files below a folder by their paths in it; or one file by its name, and if it is an ELF,
    /// the image that its segments make in memory, with `.bin` behind the name.
    pub fn add(&mut self, path: &Path, tree: &mut Tree) -> Result<(), Failure> {
        if path.is_dir() {
            return self.folder(path, tree);
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("image");
        let input = Input::read(path)?;
        self.file(name, &input, tree)?;
        if !input.bytes().starts_with(b"\x7fELF") {
            return Ok(());
        }
        let failed = |error: object::Error| input.reject(Problem::at("elf", 0, error.to_string()));
        let elf = object::File::parse(input.bytes()).map_err(failed)?;
        if let Some(build_id) = elf.build_id().map_err(failed)? {
            self.build_id = Some(build_id.to_vec());
        }
        match image(input.bytes()).map_err(|problem| input.reject(problem))? {
            Some(image) => self.insert(&format!("{name}.bin"), &image, tree),
            None => {
                self.notes
                    .push(format!("image of {name}: it has no segments, or they lie far apart"));
                Ok(())
            }
        }
    }

    /// All files below a folder; neither what is no file nor what a symbolic link names.
    fn folder(&mut self, root: &Path, tree: &mut Tree) -> Result<(), Failure> {
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let shown = printable(&folder.to_string_lossy());
            let failed = |error| Failure::Io { what: shown.clone(), error };
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let (kind, path) = (entry.file_type().map_err(failed)?, entry.path());
                let below = path.strip_prefix(root).unwrap_or(&path);
                let name = below.to_str().ok_or_else(|| {
                    let message = format!("{}: the name is not UTF-8", path.to_string_lossy());
                    Failure::Usage(printable(&message))
                })?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let input = Input::read(&path)?;
                    self.file(&name.replace(std::path::MAIN_SEPARATOR, "/"), &input, tree)?;
                } else {
                    self.notes.push(format!("{name}: it is no file"));
                }
            }
        }
        self.notes.sort();
        Ok(())
    }

    fn file(&mut self, name: &str, input: &Input, tree: &mut Tree) -> Result<(), Failure> {
        self.insert(name, input.bytes(), tree)
    }

    fn insert(&self, name: &str, bytes: &[u8], tree: &mut Tree) -> Result<(), Failure> {
        let named = match self.algorithm {
            HashAlgorithm::SHA_384 => Named::Sha384,
            HashAlgorithm::SHA_512 => Named::Sha512,
            _ => Named::Sha256,
        };
        let unsupported = |error: CryptoError| Failure::Usage(error.to_string());
        let mut hasher = RustCrypto.start(named).map_err(unsupported)?;
        hasher.update(bytes);
        let digest = hasher.finish().map_err(unsupported)?;
        let hash = Some((self.algorithm, digest.as_bytes().to_vec()));
        let size = u64::try_from(bytes.len()).ok();
        tree.insert(name, Measured { size, hash }).map_err(|error| rejected(name, error))
    }
}

/// The bytes that the loadable segments put from the lowest physical address on, as a programmer writes
/// them to erased flash; `None` where there are none, or they lie further apart than an image may be large.
fn image(elf: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    let failed = |error: object::Error| Problem::at("elf", 0, error.to_string());
    let segments = match object::File::parse(elf).map_err(failed)? {
        object::File::Elf32(file) => loads(file.elf_program_headers(), file.endian(), elf),
        object::File::Elf64(file) => loads(file.elf_program_headers(), file.endian(), elf),
        _ => return Ok(None),
    };
    let segments =
        segments.ok_or_else(|| Problem::at("elf", 0, "a segment lies outside of the file"))?;
    let Some(start) = segments.iter().map(|(address, _)| *address).min() else { return Ok(None) };
    let mut image = Vec::new();
    for (address, bytes) in segments {
        let at = address - start;
        let end = at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if end > IMAGE_LIMIT {
            return Ok(None);
        }
        let (at, end) = (usize::try_from(at), usize::try_from(end));
        let (Ok(at), Ok(end)) = (at, end) else { return Ok(None) };
        if image.len() < end {
            image.resize(end, ERASED);
        }
        if let Some(place) = image.get_mut(at..end) {
            place.copy_from_slice(bytes);
        }
    }
    Ok(Some(image))
}

/// Physical address and bytes of each segment that is loaded and has some.
fn loads<'f, P: ProgramHeader>(
    headers: &[P],
    endian: P::Endian,
    elf: &'f [u8],
) -> Option<Vec<(u64, &'f [u8])>> {
    headers
        .iter()
        .filter(|header| header.p_type(endian) == object::elf::PT_LOAD)
        .map(|header| Some((header.p_paddr(endian).into(), header.data(endian, elf).ok()?)))
        .filter(|segment| segment.as_ref().is_none_or(|(_, bytes)| !bytes.is_empty()))
        .collect()
}
