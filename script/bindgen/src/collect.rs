//! Takes out what is only referred to by code that never runs.
//!
//! The linker drops whatever nothing refers to. It does not know what never runs, and wasm-opt, which could be told, keeps
//! all data, and every function that has a place in the table. So the linker's own references are followed once more:
//! `--emit-relocs` has it write them into the module, as
//! <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md> describes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::ops::Range;

use rustc_demangle::demangle;
use wasm_encoder::{CodeSection, Module, RawSection};
use wasmparser::{
    ExternalKind, KnownCustom, Linking, LinkingSectionReader, Parser, Payload, RelocSectionReader, RelocationType,
    SymbolFlags, SymbolInfo, TypeRef,
};

/// The code of a function: locals, instructions, and the end (WebAssembly 1.0, section 5.4.8).
pub type Code = &'static [u8];

/// Traps.
pub const UNREACHABLE: Code = &[0, 0x00, 0x0b];
/// Returns 0, as which Rust writes `Ok(())` of `fmt::Result`.
pub const RETURNS_OK: Code = &[0, 0x41, 0, 0x0b];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What refers to something, and is referred to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    /// A function, by its index.
    Function(u32),
    /// Data, by the index of its symbol.
    Data(u32),
}

/// A linked module, as far as is needed to follow its references. Places are counted in bytes from its start.
#[derive(Default)]
struct Linked<'w> {
    /// How many functions are imported; their indices come first.
    imported: u32,
    code_start: usize,
    /// The code of each function that is not imported.
    functions: Vec<Range<usize>>,
    data_start: usize,
    /// Where the data of each segment starts.
    segments: Vec<usize>,
    exported: Vec<Item>,
    /// What each symbol stands for, if that is a function or data.
    symbols: Vec<Option<Item>>,
    /// The names of functions, as the compiler writes them: several where LLVM has made one of several.
    names: HashMap<u32, Vec<&'w str>>,
    /// The data of each symbol that has any.
    data: HashMap<u32, Range<usize>>,
    /// What is referred to, by the place that refers to it.
    references: BTreeMap<usize, Item>,
}

/// The module without whatever is referred to by none but functions whose names begin with one of `replaced`, and those
/// with the code that is said there.
///
/// # Errors
/// If the module is not as the linker writes it with `--emit-relocs`, or has no function of one of these names.
pub fn collect(wasm: &[u8], replaced: &[(&str, Code)]) -> Result<Vec<u8>> {
    let linked = Linked::read(wasm)?;
    let mut given = HashMap::new();
    for (name, code) in replaced {
        let is_meant = |mangled: &&str| format!("{:#}", demangle(mangled)).starts_with(name);
        let before = given.len();
        for (function, names) in &linked.names {
            match names.iter().filter(|mangled| is_meant(mangled)).count() {
                0 => {}
                meant if meant == names.len() => drop(given.insert(*function, *code)),
                _ => return Err(format!("what does the same as {names:?} is needed elsewhere").into()),
            }
        }
        if given.len() == before {
            return Err(format!("no function's name begins with {name}: none is left, or it has another name").into());
        }
    }
    let live = linked.live(&given);
    linked.write(wasm, &live, &given)
}

impl<'w> Linked<'w> {
    fn read(wasm: &'w [u8]) -> Result<Self> {
        let mut linked = Self::default();
        let (mut linking, mut relocations) = (None, Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        linked.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            linked.exported.push(Item::Function(export.index));
                        }
                    }
                }
                Payload::StartSection { func, .. } => linked.exported.push(Item::Function(func)),
                Payload::CodeSectionStart { range, .. } => linked.code_start = range.start,
                Payload::CodeSectionEntry(body) => linked.functions.push(body.range()),
                Payload::DataSection(segments) => {
                    linked.data_start = segments.range().start;
                    for segment in segments {
                        let segment = segment?;
                        linked.segments.push(segment.range.end - segment.data.len());
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(symbols) => linking = Some(symbols),
                    KnownCustom::Reloc(reader) => relocations.push((section.name(), reader)),
                    _ => {}
                },
                _ => {}
            }
        }
        linked.read_symbols(linking.ok_or("the module is not linked with --emit-relocs")?)?;
        for (name, reader) in relocations {
            let start = match name {
                "reloc.CODE" => linked.code_start,
                "reloc.DATA" => linked.data_start,
                // Debug information, which is not delivered.
                _ => continue,
            };
            linked.read_references(start, reader)?;
        }
        Ok(linked)
    }

    fn read_symbols(&mut self, linking: LinkingSectionReader<'w>) -> Result<()> {
        for subsection in linking.subsections() {
            let symbols = match subsection? {
                Linking::SymbolTable(symbols) => symbols,
                // Whatever calls them, it does so without a reference.
                Linking::InitFuncs(functions) if functions.count() > 0 => {
                    return Err("there are functions that run at the start".into());
                }
                _ => continue,
            };
            for (number, symbol) in (0..).zip(symbols) {
                self.symbols.push(match symbol? {
                    SymbolInfo::Func { index, name, .. } => {
                        self.names.entry(index).or_default().extend(name);
                        Some(Item::Function(index))
                    }
                    // An absolute one is an address, such as where the memory begins, and no data.
                    SymbolInfo::Data { symbol: Some(data), flags, .. } if !flags.contains(SymbolFlags::ABSOLUTE) => {
                        if flags.contains(SymbolFlags::EXPORTED) {
                            self.exported.push(Item::Data(number));
                        }
                        let segment = self.segments.get(data.index as usize).ok_or("a symbol lies in no segment")?;
                        let start = segment + data.offset as usize;
                        self.data.insert(number, start..start + data.size as usize);
                        Some(Item::Data(number))
                    }
                    _ => None,
                });
            }
        }
        Ok(())
    }

    /// Reads the references from a section whose content starts there.
    fn read_references(&mut self, start: usize, reader: RelocSectionReader<'w>) -> Result<()> {
        for entry in reader.entries() {
            let entry = entry?;
            // Only those of types do not refer to a symbol.
            if entry.ty == RelocationType::TypeIndexLeb {
                continue;
            }
            let symbol = self.symbols.get(entry.index as usize).ok_or("a reference has no symbol")?;
            let Some(item) = symbol else { continue };
            let place = start + entry.offset as usize;
            if start == self.data_start && !self.data.values().any(|data| data.contains(&place)) {
                return Err("data that belongs to no symbol refers to something".into());
            }
            if let Item::Data(symbol) = item {
                let size = self.data.get(symbol).map_or(0, Range::len);
                if !usize::try_from(entry.addend).is_ok_and(|addend| addend <= size) {
                    return Err("a reference leads beyond its symbol".into());
                }
            }
            self.references.insert(place, *item);
        }
        Ok(())
    }

    /// Everything that an export refers to, or what that refers to, if these functions have other code.
    fn live(&self, replaced: &HashMap<u32, Code>) -> HashSet<Item> {
        let mut waiting = self.exported.clone();
        let mut live = HashSet::new();
        while let Some(item) = waiting.pop() {
            if !live.insert(item) {
                continue;
            }
            let range = match item {
                Item::Function(index) if replaced.contains_key(&index) => None,
                Item::Function(index) => {
                    index.checked_sub(self.imported).and_then(|own| self.functions.get(own as usize))
                }
                Item::Data(symbol) => self.data.get(&symbol),
            };
            let range = range.cloned().unwrap_or_default();
            waiting.extend(self.references.range(range).map(|(_, item)| *item));
        }
        live
    }

    /// The module with zeroes for all other data, and a trap for all other functions.
    fn write(&self, wasm: &[u8], live: &HashSet<Item>, replaced: &HashMap<u32, Code>) -> Result<Vec<u8>> {
        let mut module = Module::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            match &payload {
                Payload::CodeSectionStart { .. } => {
                    let mut code = CodeSection::new();
                    for (index, range) in (self.imported..).zip(&self.functions) {
                        let own = live.contains(&Item::Function(index)).then(|| &wasm[range.clone()]);
                        code.raw(replaced.get(&index).copied().or(own).unwrap_or(UNREACHABLE));
                    }
                    module.section(&code);
                }
                // The symbols and references, which are no longer right, and what only tools read.
                Payload::CustomSection(section)
                    if !matches!(section.as_known(), KnownCustom::Unknown | KnownCustom::Name(_)) => {}
                Payload::DataSection(_) => {
                    let (id, range) = payload.as_section().ok_or("the data is in no section")?;
                    module.section(&RawSection { id, data: &self.live_data(wasm, live)[range] });
                }
                _ => {
                    if let Some((id, range)) = payload.as_section() {
                        module.section(&RawSection { id, data: &wasm[range] });
                    }
                }
            }
        }
        Ok(module.finish())
    }

    /// The whole module with zeroes for all data that is not live. Data of several symbols is live if one of them is.
    fn live_data(&self, wasm: &[u8], live: &HashSet<Item>) -> Vec<u8> {
        let mut kept = wasm.to_vec();
        for range in self.data.values() {
            kept[range.clone()].fill(0);
        }
        for (_, range) in self.data.iter().filter(|(symbol, _)| live.contains(&Item::Data(**symbol))) {
            kept[range.clone()].copy_from_slice(&wasm[range.clone()]);
        }
        kept
    }
}
