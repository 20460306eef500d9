//! The web of the demo: a directory in which `https://HOST/PATH` is the file `HOST/PATH`.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The directory.
#[derive(Clone, Debug)]
pub struct Web {
    root: PathBuf,
}

impl Web {
    /// A web in this directory.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// What is at `uri`, if it is no larger than `limit` bytes.
    pub fn get(&self, uri: &str, limit: u64) -> io::Result<Vec<u8>> {
        let path = self.path(uri)?;
        let size = fs::metadata(&path)?.len();
        if size > limit {
            let text = format!("{size} bytes, and at most {limit} are wanted");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        fs::read(path)
    }

    /// Puts `content` at `uri`.
    pub fn put(&self, uri: &str, content: &[u8]) -> io::Result<()> {
        let path = self.path(uri)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)
    }

    /// The file at `uri`: nothing but plain names, so that no URI leads out of the directory.
    fn path(&self, uri: &str) -> io::Result<PathBuf> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, format!("no such URI: {uri}"));
        let relative = Path::new(uri.strip_prefix("https://").ok_or_else(invalid)?);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if plain { Ok(self.root.join(relative)) } else { Err(invalid()) }
    }
}
