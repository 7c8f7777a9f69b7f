//! Takes out what is only referred to by code that never runs, and finds what is only referred to by code that runs later.
//!
//! The linker drops whatever nothing refers to. It does not know what never runs, and wasm-opt, which could be told, keeps
//! all data, and every function that has a place in the table. So the linker's own references (`linked.rs`) are followed
//! once more.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use rustc_demangle::demangle;
use wasm_encoder::{CodeSection, Module, RawSection};
use wasmparser::{KnownCustom, Parser, Payload};

use crate::linked::{Item, Linked};

/// The code of a function: locals, instructions, and the end (WebAssembly 1.0, section 5.4.8).
pub type Code = &'static [u8];

/// Traps.
pub const UNREACHABLE: Code = &[0, 0x00, 0x0b];
/// Returns 0, as which Rust writes `Ok(())` of `fmt::Result`.
pub const RETURNS_OK: Code = &[0, 0x41, 0, 0x0b];

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is left of a module.
pub struct Collected {
    /// The module, without the data of what runs later.
    pub wasm: Vec<u8>,
    /// The names, as the compiler writes them, of the functions that run later.
    pub later: HashSet<String>,
    /// The data that only those refer to, by its address in memory.
    pub later_data: Vec<(u32, Vec<u8>)>,
}

/// Leaves out of a module whatever is referred to by none but functions whose names begin with one of `replaced`, and gives
/// those the code that is said there. Functions whose names begin with one of `later`, and what is referred to by none but
/// them, run later.
///
/// # Errors
/// If the module is not as the linker writes it with `--emit-relocs`, or has no function of one of these names.
pub fn collect(wasm: &[u8], replaced: &[(&str, Code)], later: &[&str]) -> Result<Collected> {
    let linked = Linked::read(wasm)?;
    let mut given = HashMap::new();
    for (name, code) in replaced {
        given.extend(linked.named(name)?.into_iter().map(|function| (function, *code)));
    }
    let live = linked.live(&given);
    let mut run_later = HashSet::new();
    for name in later {
        run_later.extend(linked.named(name)?);
    }
    let mut without_later = given.clone();
    without_later.extend(run_later.iter().map(|function| (*function, UNREACHABLE)));
    let at_once = linked.live(&without_later);
    run_later.extend(live.difference(&at_once).filter_map(|item| match item {
        Item::Function(index) => Some(*index),
        Item::Data(_) => None,
    }));
    let mut names = HashSet::new();
    for (_, own) in linked.names.iter().filter(|(function, _)| run_later.contains(function)) {
        names.extend(own.iter().map(|&name| name.to_owned()));
    }
    // Two functions may have one name. They cannot be told apart by it, so both run at once.
    for (_, own) in linked.names.iter().filter(|(function, _)| !run_later.contains(function)) {
        for &name in own {
            names.remove(name);
        }
    }
    Ok(Collected {
        wasm: linked.write(wasm, &live, &at_once, &given)?,
        later: names,
        later_data: linked.data_of_later(wasm, &live, &at_once),
    })
}

impl Linked<'_> {
    /// The functions whose names begin so.
    fn named(&self, start: &str) -> Result<Vec<u32>> {
        let is_meant = |mangled: &&str| format!("{:#}", demangle(mangled)).starts_with(start);
        let mut found = Vec::new();
        for (function, names) in &self.names {
            match names.iter().filter(|mangled| is_meant(mangled)).count() {
                0 => {}
                meant if meant == names.len() => found.push(*function),
                _ => return Err(format!("what does the same as {names:?} is needed elsewhere").into()),
            }
        }
        if found.is_empty() {
            return Err(format!("no function's name begins with {start}: none is left, or it has another name").into());
        }
        Ok(found)
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

    /// The module with zeroes for all data but that of `at_once`, and a trap for all functions but those of `live`.
    fn write(
        &self,
        wasm: &[u8],
        live: &HashSet<Item>,
        at_once: &HashSet<Item>,
        replaced: &HashMap<u32, Code>,
    ) -> Result<Vec<u8>> {
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
                    module.section(&RawSection { id, data: &self.live_data(wasm, at_once)[range] });
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

    /// The bytes that are live only later, by their addresses. Those between two of them that nothing needs go along.
    fn data_of_later(&self, wasm: &[u8], live: &HashSet<Item>, at_once: &HashSet<Item>) -> Vec<(u32, Vec<u8>)> {
        // For each byte of the module. Data that belongs to no symbol may be needed at any time.
        let mut is_needed_at_once = vec![true; wasm.len()];
        for range in self.data.values() {
            is_needed_at_once[range.clone()].fill(false);
        }
        let mut is_of_later = vec![false; wasm.len()];
        for (symbol, range) in &self.data {
            let item = Item::Data(*symbol);
            if at_once.contains(&item) {
                is_needed_at_once[range.clone()].fill(true);
            } else if live.contains(&item) {
                is_of_later[range.clone()].fill(true);
            }
        }
        let mut found: Vec<(u32, Vec<u8>)> = Vec::new();
        for (number, (start, address)) in self.segments.iter().enumerate() {
            let end = self.segments.get(number + 1).map_or(wasm.len(), |(next, _)| *next);
            let (mut last, mut goes_on) = (*start, false);
            for place in (*start..end).filter(|place| is_of_later[*place] && !is_needed_at_once[*place]) {
                let between = last..place;
                match found.last_mut() {
                    Some((_, bytes)) if goes_on && !is_needed_at_once[between.clone()].contains(&true) => {
                        bytes.resize(bytes.len() + between.len(), 0);
                        bytes.push(wasm[place]);
                    }
                    _ => found.push((address + (place - start) as u32, vec![wasm[place]])),
                }
                (last, goes_on) = (place + 1, true);
            }
        }
        found
    }
}
