//! `bindgen WASM NAME FOLDER`: writes FOLDER/NAME.js and FOLDER/NAME_bg.wasm, as `wasm-bindgen --target web` does.

use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [wasm, name, folder] = arguments.as_slice() else {
        return Err("usage: bindgen WASM NAME FOLDER".into());
    };
    Bindgen::new().input_path(wasm).out_name(name).web(true)?.typescript(false).generate(folder)?;
    Ok(())
}
