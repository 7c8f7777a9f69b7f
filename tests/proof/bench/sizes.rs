//! What browsers load: the files of the site that was built last, with and without compression.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::bench::figures::{line, title};

pub fn measure() -> Result<()> {
    title("What a signed-in page loads (bytes: as it is, gzip, brotli)");
    for kind in ["wasm", "js", "css"] {
        let mut sums = [0; 3];
        for folder in ["target/site", "target/site/pkg"] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_none_or(|ending| ending != kind) {
                    continue;
                }
                for (sum, ending) in sums.iter_mut().zip(["", ".gz", ".br"]) {
                    let path = format!("{}{ending}", path.display());
                    let file = fs::metadata(Path::new(&path));
                    *sum += file
                        .map_err(|_| format!("{path} is not there: script/server compresses beside each file"))?
                        .len();
                }
            }
        }
        let [raw, gzip, brotli] = sums;
        line(kind, &raw.to_string(), &format!("{gzip} gzip, {brotli} brotli"));
    }
    Ok(())
}
