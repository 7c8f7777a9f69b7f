//! `bindgen WASM NAME FOLDER`: writes FOLDER/NAME.js and FOLDER/NAME_bg.wasm, as `wasm-bindgen --target web` does, and
//! takes out of the wasm what no page calls.

use std::error::Error;

use walrus::{FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

/// Functions whose names begin like this are never called, and no linker can know that: leptos 0.8 puts `hydrate_async` into
/// the table of each view whose type is erased, for `Suspense`, which Holdall does not use. leptos 0.9 has none in the
/// browser half. What only they call goes with them. It must not be emptied itself, since LLVM makes one of functions whose
/// code is the same.
const NEVER_CALLED: &str = "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async::";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [wasm, name, folder] = arguments.as_slice() else {
        return Err("usage: bindgen WASM NAME FOLDER".into());
    };
    let mut output = Bindgen::new().input_path(wasm).out_name(name).web(true)?.typescript(false).generate_output()?;
    if empty(output.wasm_mut()) == 0 {
        return Err(format!(
            "no function's name begins with {NEVER_CALLED}: either none is left, or names were stripped"
        )
        .into());
    }
    output.emit(folder)?;
    Ok(())
}

/// Empties what is never called, so that wasm-opt drops all that only it has called. Returns how many functions that was.
fn empty(wasm: &mut Module) -> usize {
    let is_never_called = |name: &Option<String>| name.as_ref().is_some_and(|name| name.starts_with(NEVER_CALLED));
    let mut emptied = 0;
    for function in wasm.funcs.iter_mut().filter(|function| is_never_called(&function.name)) {
        if let FunctionKind::Local(local) = &mut function.kind {
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
            emptied += 1;
        }
    }
    emptied
}
