//! `bindgen WASM NAME FOLDER`: writes FOLDER/NAME.js and FOLDER/NAME_bg.wasm, as `wasm-bindgen --target web` does, takes out
//! of the wasm what no page needs, and puts what most pages need later, if at all, into FOLDER/NAME_later.wasm.

mod collect;
mod linked;
mod split;

use std::error::Error;
use std::fs;
use std::path::Path;

use walrus::ir::{Instr, InstrLocId, Visitor, dfs_in_order};
use walrus::{FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

use crate::collect::{Code, Collected, RETURNS_OK, UNREACHABLE, collect};
use crate::split::split;

/// Functions that are given other code, by how their names begin.
///
/// - leptos 0.8 puts `hydrate_async` into the table of each view whose type is erased, for `Suspense`, which Holdall does not
///   use. leptos 0.9 has none in the browser half. The function itself is kept, since LLVM makes one of functions whose code
///   is the same: what it returns is never polled.
/// - serde_json's words for a value that is not what was expected, which no page shows. Nothing else needs the code and the
///   tables that write floating-point numbers.
const REPLACED: [(&str, Code); 2] = [
    ("<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async::", UNREACHABLE),
    ("<serde_json::error::JsonUnexpected as core::fmt::Display>::fmt", RETURNS_OK),
];

/// Functions that are called only once the second wasm is loaded (`src/ui/app/later.rs`), by how their names begin. They and
/// what only they need go there.
const LATER: [&str; 2] = [
    "holdall::ui::app::uploads::driver::<impl holdall::ui::app::uploads::Uploads>::carry_out",
    "holdall::ui::app::later::later_page",
];

/// How many bytes of such a name are enough to tell functions apart.
const LIKENESS: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [wasm, name, folder] = arguments.as_slice() else {
        return Err("usage: bindgen WASM NAME FOLDER".into());
    };
    let Collected { wasm, later, later_data } = collect(&fs::read(wasm)?, &REPLACED, &LATER)?;
    let mut output =
        Bindgen::new().input_bytes(name, wasm).demangle(false).web(true)?.typescript(false).generate_output()?;
    let mut second = split(output.wasm_mut(), &later, later_data)?;
    name_by_likeness(output.wasm_mut());
    name_by_likeness(&mut second);
    output.emit(folder)?;
    fs::write(Path::new(folder).join(format!("{name}_later.wasm")), second.emit_wasm())?;
    Ok(())
}

/// Gives each function a name by which wasm-opt puts those side by side that do nearly the same, as the same for another type:
/// what repeats itself nearby is what compresses well. It is what the function does, instruction by instruction. The names
/// are not delivered.
fn name_by_likeness(wasm: &mut Module) {
    for function in wasm.funcs.iter_mut() {
        if let FunctionKind::Local(local) = &function.kind {
            let mut words = Words::default();
            dfs_in_order(&mut words, local, local.entry_block());
            function.name = Some(format!("{} {}", words.0, function.name.as_deref().unwrap_or_default()));
        }
    }
}

/// The instructions of a function, each by its first letters.
#[derive(Default)]
struct Words(String);

impl<'i> Visitor<'i> for Words {
    fn visit_instr(&mut self, instruction: &'i Instr, _: &'i InstrLocId) {
        if self.0.len() < LIKENESS {
            let word = format!("{instruction:?}");
            // What they operate on differs, but for the kinds of these.
            let is_told_apart =
                matches!(instruction, Instr::Binop(_) | Instr::Unop(_) | Instr::Load(_) | Instr::Store(_));
            let end = if is_told_apart { word.len() } else { word.find(['(', ' ']).unwrap_or(word.len()) };
            self.0.push_str(&word[..end]);
            self.0.push(' ');
        }
    }
}
