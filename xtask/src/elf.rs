//! What an image takes of flash and RAM, and which functions are in it.

use std::fs;
use std::path::Path;

use object::elf::SHF_ALLOC;
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};

use crate::process::Result;

/// An image that was linked.
#[derive(Debug)]
pub struct Image {
    /// Bytes of code, constants, and initial values of variables.
    pub flash: u64,
    /// Bytes of variables.
    pub ram: u64,
    /// In order of their addresses.
    pub functions: Vec<Symbol>,
    /// Constants and variables that have a name.
    pub data: Vec<Symbol>,
}

/// A function of an image, or a datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Where it starts.
    pub address: u64,
    /// Bytes.
    pub size: u64,
    /// As in the source.
    pub name: String,
}

impl Image {
    /// Reads a linked image.
    pub fn read(file: &Path) -> Result<Self> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let bytes = fs::read(file).map_err(|error| failed(&error))?;
        let elf = object::File::parse(&*bytes).map_err(|error| failed(&error))?;
        let mut image = Self { flash: 0, ram: 0, functions: Vec::new(), data: Vec::new() };
        for section in elf.sections() {
            let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
            if sh_flags & u64::from(SHF_ALLOC) == 0 {
                continue;
            }
            match section.kind() {
                SectionKind::UninitializedData => image.ram += section.size(),
                SectionKind::Data => {
                    image.flash += section.size();
                    image.ram += section.size();
                }
                _ => image.flash += section.size(),
            }
        }
        for symbol in elf.symbols() {
            let kind = match symbol.kind() {
                SymbolKind::Text => &mut image.functions,
                SymbolKind::Data => &mut image.data,
                _ => continue,
            };
            let name = symbol.name().map_err(|error| failed(&error))?;
            kind.push(Symbol {
                // The lowest bit of a function's says that it is Thumb code.
                address: symbol.address() & !1,
                size: symbol.size(),
                name: format!("{:#}", rustc_demangle::demangle(name)),
            });
        }
        image.functions.sort_by_key(|function| function.address);
        Ok(image)
    }

    /// The function that holds `address`.
    pub fn function(&self, address: u64) -> Option<&Symbol> {
        let after = self.functions.partition_point(|function| function.address <= address);
        self.functions.get(after.checked_sub(1)?)
    }
}
