//! Reads a module with the linker's own references, which `--emit-relocs` has it write into the module, as
//! <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md> describes.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use wasmparser::{
    DataKind, ExternalKind, KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload, RelocSectionReader,
    RelocationType, SymbolFlags, SymbolInfo, TypeRef,
};

use crate::collect::Result;

/// What refers to something, and is referred to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// A function, by its index.
    Function(u32),
    /// Data, by the index of its symbol.
    Data(u32),
}

/// A linked module, as far as is needed to follow its references. Places are counted in bytes from its start.
#[derive(Default)]
pub struct Linked<'w> {
    /// How many functions are imported; their indices come first.
    pub imported: u32,
    code_start: usize,
    /// The code of each function that is not imported.
    pub functions: Vec<Range<usize>>,
    data_start: usize,
    /// Where the data of each segment starts, and its address in memory.
    pub segments: Vec<(usize, u32)>,
    pub exported: Vec<Item>,
    /// What each symbol stands for, if that is a function or data.
    symbols: Vec<Option<Item>>,
    /// The names of functions, as the compiler writes them: several where LLVM has made one of several.
    pub names: HashMap<u32, Vec<&'w str>>,
    /// The data of each symbol that has any.
    pub data: HashMap<u32, Range<usize>>,
    /// What is referred to, by the place that refers to it.
    pub references: BTreeMap<usize, Item>,
}

impl<'w> Linked<'w> {
    /// Reads a module.
    ///
    /// # Errors
    /// If it is not as the linker writes it with `--emit-relocs`.
    pub fn read(wasm: &'w [u8]) -> Result<Self> {
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
                        let DataKind::Active { offset_expr, .. } = segment.kind else {
                            return Err("there is data without an address".into());
                        };
                        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                            return Err("the address of data is computed".into());
                        };
                        linked.segments.push((segment.range.end - segment.data.len(), value.cast_unsigned()));
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
                        let (segment, _) =
                            self.segments.get(data.index as usize).ok_or("a symbol lies in no segment")?;
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
}
