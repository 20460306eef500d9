//! The board in QEMU, with a file as its flash chip: switched on, asked, and switched off at any moment.

use std::borrow::ToOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::string::{String, ToString};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::vec::Vec;
use std::{env, error, fmt, format, vec};

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::chip::{CAPACITY, IDENTITY, Identity, POWER, POWER_IS_OUT, SECTOR};
use crate::frame::{self, FRAME, FrameError, MESSAGE, Receiver};
use crate::message::{BLOCK, Block, Request, Response};

/// The emulator.
const QEMU: &str = "qemu-system-arm";
/// The size of the board's PSRAM, whose beginning is the chip.
const PSRAM: u64 = 16 << 20;
/// How long an answer may take. The longest waits for three signatures, well below a second.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the machine is looked at while it does not answer.
const GLANCE: Duration = Duration::from_millis(20);

/// Why the device did not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no QEMU for Arm on the search path for programs.
    NoQemu,
    /// There is no image at this path.
    NoImage(PathBuf),
    /// The machine, its files, or the line to it.
    Io(io::Error),
    /// The machine has ended, with these last words.
    Ended(String),
    /// The power has failed, as it was told to.
    PowerIsOut,
    /// There was no answer in good time.
    Silent,
    /// The answer was garbled.
    Frame(FrameError),
    /// The answer could not be read, or the request not be written.
    Message(hexad_cose_core::Error),
    /// It refused, in these words.
    Refused(String),
    /// It answered something that it was not asked.
    Unexpected(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQemu => write!(f, "there is no {QEMU}: `cargo xtask setup` installs it"),
            Self::NoImage(path) => {
                let path = path.display();
                write!(f, "there is no device image {path}: `cargo xtask firmware` builds it")
            }
            Self::Io(error) => error.fmt(f),
            Self::Ended(said) => write!(f, "the machine has ended: {said}"),
            Self::PowerIsOut => f.write_str("the power has failed"),
            Self::Silent => f.write_str("the device does not answer"),
            Self::Frame(error) => error.fmt(f),
            Self::Message(error) => error.fmt(f),
            Self::Refused(why) => f.write_str(why),
            Self::Unexpected(what) => write!(f, "the device answers {what}"),
        }
    }
}

impl error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hexad_cose_core::Error> for Error {
    fn from(error: hexad_cose_core::Error) -> Self {
        Self::Message(error)
    }
}

/// Where `cargo xtask firmware` puts the device image in a checkout of the sources.
#[must_use]
pub fn built_image() -> PathBuf {
    let built = "../firmware/target/thumbv7em-none-eabi/release/hexad-firmware";
    Path::new(env!("CARGO_MANIFEST_DIR")).join(built)
}

/// That image, if it is there, and the emulator, too.
///
/// # Errors
/// `NoQemu`, `NoImage`.
pub fn built() -> Result<PathBuf, Error> {
    let image = built_image();
    available(&image).map(|()| image)
}

/// Whether the emulator is there, and `image`.
fn available(image: &Path) -> Result<(), Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(QEMU).is_file());
    if !found {
        return Err(Error::NoQemu);
    }
    if image.is_file() { Ok(()) } else { Err(Error::NoImage(image.to_owned())) }
}

/// The emulator, which the system ends when this thread does, however that comes about. Where
/// util-linux is not there to see to that, only whoever drops a [`Machine`] does.
fn emulator() -> Command {
    static IS_TIED: OnceLock<bool> = OnceLock::new();
    let tied = || {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        command
    };
    if *IS_TIED.get_or_init(|| tied().arg("true").output().is_ok_and(|it| it.status.success())) {
        let mut command = tied();
        command.arg(QEMU);
        return command;
    }
    Command::new(QEMU)
}

/// The chip of a device: a file.
#[derive(Debug)]
pub struct Chip {
    path: PathBuf,
    file: File,
}

impl Chip {
    /// A new chip in the file `path`: erased, with the identity of a device.
    ///
    /// # Errors
    /// Those of the file; `Message` for an identity that can't be written.
    pub fn manufacture(path: &Path, identity: &Identity<'_>) -> Result<Self, Error> {
        let mut sector = Vec::new();
        identity.encode(&mut Encoder::appending(&mut sector))?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(path)?;
        // Behind the chip there is a hole in the file, and zeros in the PSRAM.
        file.set_len(PSRAM)?;
        file.write_all_at(&vec![0xff; usize::try_from(CAPACITY).unwrap_or_default()], 0)?;
        sector.truncate(usize::try_from(SECTOR).unwrap_or_default());
        file.write_all_at(&sector, IDENTITY.into())?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Lets the power fail in the midst of changing one more word after `words` of them; `None`: never.
    ///
    /// # Errors
    /// Those of the file.
    pub fn fail_after(&self, words: Option<u32>) -> io::Result<()> {
        let left = words.map_or(0, |words| words.saturating_add(1).min(POWER_IS_OUT - 1));
        self.file.write_all_at(&left.to_le_bytes(), POWER.into())
    }

    /// How many words may still be changed before the power fails; `None` without such a limit.
    ///
    /// # Errors
    /// Those of the file.
    pub fn words_left(&self) -> io::Result<Option<u32>> {
        Ok(self.power()?.checked_sub(1))
    }

    fn power(&self) -> io::Result<u32> {
        let mut left = [0; 4];
        self.file.read_exact_at(&mut left, POWER.into())?;
        Ok(u32::from_le_bytes(left))
    }

    /// Reads what is at byte `offset` of the chip, past the device.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self, offset: u32, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset.into())
    }

    /// Overwrites what is at byte `offset` of the chip, past the device: an attack.
    ///
    /// # Errors
    /// Those of the file.
    pub fn tamper(&self, offset: u32, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset.into())
    }
}

/// A device that is switched on.
///
/// ```no_run
/// use hexad_link::qemu::{Chip, Machine, built};
///
/// # fn example(identity: &hexad_link::Identity<'_>, envelope: &[u8], image: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// let chip = Chip::manufacture("chip.bin".as_ref(), identity)?;
/// chip.fail_after(Some(3000))?; // words of flash, then the power is out
/// let mut machine = Machine::switch_on(&built()?, &chip)?;
/// assert!(machine.install(envelope, |_, _| Ok(image.clone())).is_err());
/// drop(machine);
///
/// chip.fail_after(None)?;
/// let mut machine = Machine::switch_on(&built()?, &chip)?;
/// machine.install(envelope, |_, _| Ok(image.clone()))?;
/// println!("boots {}", machine.boot()?.sequence_number);
/// # Ok(())
/// # }
/// ```
///
/// Dropped, it is switched off at once, whatever it does.
#[derive(Debug)]
pub struct Machine {
    process: Child,
    line: UnixStream,
    receiver: Receiver,
    chip: File,
}

/// What the device booted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booted {
    /// `suit-manifest-sequence-number`.
    pub sequence_number: u64,
    /// In bytes.
    pub image_size: u64,
    /// SHA-256 of the image, as the device measured it.
    pub image_digest: Vec<u8>,
    /// What the program returned; 0 when the image is data.
    pub answer: u32,
}

/// What an update came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// `suit-manifest-sequence-number`.
    pub sequence_number: u64,
    /// The labels of the commands that were run.
    pub commands: Vec<i64>,
}

impl Machine {
    /// Switches on a board that runs the image (an ELF file) at `image` and has this chip. The board is
    /// switched off at the latest when the thread that has switched it on ends.
    ///
    /// # Errors
    /// `NoQemu`, `NoImage`, `Io`.
    pub fn switch_on(image: &Path, chip: &Chip) -> Result<Self, Error> {
        available(image)?;
        let (line, theirs) = UnixStream::pair()?;
        line.set_read_timeout(Some(GLANCE))?;
        line.set_write_timeout(Some(PATIENCE))?;
        // QEMU takes a comma in a path for the end of it, unless it is doubled.
        let path = chip.path.to_str().ok_or_else(not_utf_8)?.replace(',', ",,");
        let memory = format!("memory-backend-file,id=psram,size={PSRAM},share=on,mem-path={path}");
        let process = emulator()
            .args(["-machine", "mps2-an386,memory-backend=psram", "-object", &memory])
            .args(["-nodefaults", "-display", "none", "-monitor", "none"])
            // The UART is standard input, a socket that goes both ways.
            .args(["-chardev", "socket,id=uart,fd=0", "-serial", "chardev:uart", "-kernel"])
            .arg(image)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let chip = chip.file.try_clone()?;
        Ok(Self { process, line, receiver: Receiver::new(), chip })
    }

    /// Switches the board off, whatever it does. From now on it answers nothing.
    pub fn switch_off(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks what is booted.
    ///
    /// # Errors
    /// [`Error`].
    pub fn boot(&mut self) -> Result<Booted, Error> {
        match self.ask(&Request::Boot)? {
            Response::Booted { sequence_number, image_size, image_digest, answer } => {
                let image_digest = image_digest.to_vec();
                Ok(Booted { sequence_number, image_size, image_digest, answer })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Has `envelope` installed; `fetch` gives the payload that a URI names, of at most so many bytes.
    ///
    /// # Errors
    /// [`Error`]; `Io` also when `fetch` fails, which leaves the update unfinished.
    pub fn install(
        &mut self,
        envelope: &[u8],
        mut fetch: impl FnMut(&str, Option<u64>) -> io::Result<Vec<u8>>,
    ) -> Result<Installed, Error> {
        let (mut payload, mut offset) = (None, 0);
        loop {
            let whole: &[u8] = payload.as_deref().unwrap_or(envelope);
            let rest = whole.get(offset..).unwrap_or_default();
            let bytes = rest.get(..BLOCK).unwrap_or(rest);
            let block = Block { offset: size(offset)?, total: size(whole.len())?, bytes };
            let request = match payload {
                Some(_) => Request::Payload(block),
                None => Request::Envelope(block),
            };
            match self.ask(&request)? {
                Response::More(next) if size(offset)? != next => {
                    offset = usize::try_from(next).unwrap_or(usize::MAX);
                }
                Response::Fetch { uri, limit } => {
                    (payload, offset) = (Some(fetch(uri, limit)?), 0);
                }
                Response::Installed { sequence_number, commands } => {
                    let mut cursor = Cursor::new(commands);
                    let mut labels = Vec::new();
                    while !cursor.is_empty() {
                        labels.push(cursor.integer()?);
                    }
                    return Ok(Installed { sequence_number, commands: labels });
                }
                other => return Err(unexpected(&other)),
            }
        }
    }

    /// The device's EAT over `nonce`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn attest(&mut self, nonce: &[u8]) -> Result<Vec<u8>, Error> {
        match self.ask(&Request::Attest(nonce))? {
            Response::Evidence(token) => Ok(token.to_vec()),
            other => Err(unexpected(&other)),
        }
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// [`Error`]; a refusal is `Refused`.
    pub fn ask(&mut self, request: &Request<'_>) -> Result<Response<'_>, Error> {
        let (mut message, mut stuffed) = ([0; MESSAGE], [0; FRAME]);
        let mut encoder = Encoder::new(&mut message);
        request.encode(&mut encoder)?;
        let frame = frame::encode(encoder.as_bytes(), &mut stuffed).unwrap_or_default();
        self.ask_raw(frame)
    }

    /// Sends bytes as they are, with which a frame must end, and waits for the answer.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn ask_raw(&mut self, frame: &[u8]) -> Result<Response<'_>, Error> {
        self.send_raw(frame)?;
        let start = Instant::now();
        let mut byte = [0];
        loop {
            match self.line.read(&mut byte) {
                Ok(0) => return Err(self.ended()),
                Ok(_) => match self.receiver.feed(byte[0]) {
                    None => {}
                    Some(Err(error)) => return Err(Error::Frame(error)),
                    Some(Ok(())) => break,
                },
                Err(error) if is_glance(&error) => {
                    if self.power_is_out()? {
                        return Err(Error::PowerIsOut);
                    }
                    if start.elapsed() > PATIENCE {
                        return Err(Error::Silent);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        match Response::parse(self.receiver.message())? {
            Response::Refused(why) => Err(Error::Refused(why.to_string())),
            response => Ok(response),
        }
    }

    /// Sends bytes as they are, and waits for nothing.
    ///
    /// # Errors
    /// `Ended`, `Io`.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self.line.write_all(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.ended()),
            sent => Ok(sent?),
        }
    }

    /// Whether the power has failed, as [`Chip::fail_after`] told it to.
    ///
    /// # Errors
    /// Those of the chip's file.
    pub fn power_is_out(&self) -> io::Result<bool> {
        let mut left = [0; 4];
        self.chip.read_exact_at(&mut left, POWER.into())?;
        Ok(u32::from_le_bytes(left) == POWER_IS_OUT)
    }

    /// Why the machine has ended.
    fn ended(&mut self) -> Error {
        let _ = self.process.kill();
        let mut said = String::new();
        if let Some(stderr) = &mut self.process.stderr {
            // Whatever could be read is shown.
            let _ = stderr.read_to_string(&mut said);
        }
        Error::Ended(said.trim_end().to_string())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.switch_off();
    }
}

fn is_glance(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

fn size(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

fn not_utf_8() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidFilename, "the path of a chip has to be UTF-8")
}

fn unexpected(response: &Response<'_>) -> Error {
    Error::Unexpected(format!("{response:?}"))
}
