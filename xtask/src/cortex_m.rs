//! The Cortex-M machines: building images for them, and running those in QEMU.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Result, cargo, output_within, program, root, run as execute, target_folder};
use crate::thumb::Toolchain;

/// A processor, and a machine of QEMU that runs its instructions.
#[derive(Debug, PartialEq, Eq)]
pub struct Core {
    /// What it is called on the command line.
    pub name: &'static str,
    /// The target of the compiler.
    pub target: &'static str,
    /// The machine.
    pub machine: &'static str,
    /// Whether it has the instructions that the backend for Cortex-M4 is made of.
    pub dsp: bool,
}

/// All of them. A Cortex-M3 runs what is compiled for a Cortex-M0, instruction by instruction; QEMU's
/// board with a Cortex-M0 has too little memory for some of the images.
pub const CORES: [Core; 4] = [
    Core { name: "cortex-m0", target: "thumbv6m-none-eabi", machine: "mps2-an385", dsp: false },
    Core { name: "cortex-m3", target: "thumbv7m-none-eabi", machine: "mps2-an385", dsp: false },
    Core { name: "cortex-m4", target: "thumbv7em-none-eabi", machine: "mps2-an386", dsp: true },
    Core {
        name: "cortex-m33",
        target: "thumbv8m.main-none-eabi",
        machine: "mps2-an505",
        dsp: true,
    },
];

/// Those that `ci` measures: the least of them, and the one that figures are promised for.
pub const GUARDED: [&Core; 2] = [&CORES[0], &CORES[2]];

/// The core of this name, as an argument.
pub fn core(name: &str) -> std::result::Result<&'static Core, String> {
    CORES.iter().find(|core| core.name == name).ok_or_else(|| {
        let names: Vec<&str> = CORES.iter().map(|core| core.name).collect();
        format!("one of {}", names.join(", "))
    })
}

/// The package with the images, from the root.
const PACKAGE: &str = "benches/cortex-m";
/// The images that are not run.
const SIZES: [&str; 6] =
    ["size-decode", "size-eat", "size-empty", "size-portable", "size-suit", "size-verify"];
/// How long an image may run.
const PATIENCE: Duration = Duration::from_secs(120);

/// The images of `benches/cortex-m` for one core.
pub struct Images {
    core: &'static Core,
    folder: PathBuf,
    /// The compiler's version.
    pub compiler: String,
}

impl Images {
    /// Builds the images that `wanted` picks by name, after what they read was written.
    pub fn build(core: &'static Core, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let toolchain = Toolchain::find(core.target)?;
        let target = target_folder()?.join("cortex-m");
        let inputs = target.join("inputs");
        let vectors = vectors();
        let mut write = cargo(["run", "--quiet", "--release", "--package", "hexad-benches"]);
        write.args(["--bin", "inputs", "--"]).arg(&inputs).args(&vectors);
        execute(&mut write)?;

        let mut build = toolchain.build();
        build.current_dir(root().join(PACKAGE)).env("HEXAD_BENCH_INPUTS", &inputs);
        build.args(["--release", "--quiet", "--target", core.target, "--target-dir"]).arg(&target);
        if vectors.is_some() {
            build.args(["--features", "vectors"]);
        }
        let folder = target.join(core.target).join("release");
        let images = Self { core, folder, compiler: toolchain.version()? };
        let mut names = images.names()?;
        names.extend(SIZES.map(str::to_owned));
        names.retain(|name| wanted(name));
        if names.is_empty() {
            return Err("no image is called so".into());
        }
        for name in names {
            build.args(["--bin", &name]);
        }
        execute(&mut build)?;
        Ok(images)
    }

    /// The images that can be built for this core here, in order of their names: without the published
    /// vectors, not those that read them.
    pub fn names(&self) -> Result<Vec<String>> {
        let folder = root().join(PACKAGE).join("src/bin");
        let failed = |error| format!("{}: {error}", folder.display());
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let file = PathBuf::from(entry.map_err(failed)?.file_name());
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let missing = name.contains("examples") && vectors().is_none();
            // Elsewhere the backend for Cortex-M4 is the software backend.
            let same = name.ends_with("cortex-m4") && !self.core.dsp;
            if !missing && !same {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where an image is.
    pub fn file(&self, image: &str) -> PathBuf {
        self.folder.join(image)
    }

    /// Runs an image to its end; what it printed.
    pub fn run(&self, image: &str) -> Result<String> {
        output_within(&mut self.emulator(&self.file(image), "measure"), PATIENCE)
    }

    /// Runs one bench of an image and writes a line an instruction to `log`.
    pub fn trace(&self, image: &str, bench: &str, log: &Path) -> Result {
        let arguments = format!("trace,arg={bench}");
        let mut emulator = self.emulator(&self.file(image), &arguments);
        emulator.args(["-d", "exec,nochain", "-singlestep", "-D"]).arg(log);
        output_within(&mut emulator, PATIENCE).map(|_| ())
    }

    fn emulator(&self, image: &Path, arguments: &str) -> Command {
        let semihosting = format!("enable=on,target=native,arg={arguments}");
        let mut emulator = program("qemu-system-arm");
        emulator.args(["-machine", self.core.machine, "-nographic", "-monitor", "none"]);
        emulator.args(["-serial", "none", "-semihosting-config", &semihosting]);
        emulator.args(["-icount", "shift=0", "-kernel"]).arg(image);
        emulator
    }
}

/// The published vectors, where they are.
fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("HEXAD_VECTORS")
        .map_or_else(|| root().join("../shared/vectors"), PathBuf::from);
    folder.join("suit/manifest-37").is_dir().then_some(folder)
}
