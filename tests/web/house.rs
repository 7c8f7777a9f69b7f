//! Rules about the source code itself: unique type names, short files, and no import cycles between files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The most lines a file may have.
const LINES: usize = 300;

/// All source files, by the path of their module, such as `server::db`.
fn modules() -> BTreeMap<String, String> {
    let (root, mut found) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), BTreeMap::new());
    read(&root, &root, &mut found);
    found
}

fn read(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("below it").with_extension("");
            let name = name.to_string_lossy().replace('/', "::");
            let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
            found.insert(name, std::fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The name of the public type that a line declares, if it declares one.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start().strip_prefix("pub")?;
    let line = line.strip_prefix('(').map_or(line, |line| line.split_once(')').map_or("", |(_, rest)| rest));
    let line = line.strip_prefix(' ')?;
    let kinds = ["struct ", "enum ", "trait ", "type ", "union "];
    let name = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[test]
fn a_public_type_name_stands_once() {
    let modules = modules();
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, text) in &modules {
        for name in text.lines().filter_map(declared) {
            places.entry(name).or_default().push(module);
        }
    }
    assert!(places.contains_key("Scope") && places.contains_key("Problem"), "types are found");
    places.retain(|_, modules| modules.len() > 1);
    assert!(places.is_empty(), "these names stand for several things: {places:#?}");
}

#[test]
fn no_file_is_too_long() {
    let long = |(name, text): (String, String)| (text.lines().count() > LINES).then_some(name);
    let long: Vec<_> = modules().into_iter().filter_map(long).collect();
    assert!(long.is_empty(), "more than {LINES} lines: {long:?}");
}

/// Where a line that imports belongs: the standard library first, then crates, then this crate.
fn group(line: &str) -> Option<u8> {
    let from = line.strip_prefix("use ")?.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    Some(match from {
        "std" => 0,
        "crate" | "super" | "self" => 2,
        _ => 1,
    })
}

#[test]
fn imports_stand_in_one_order() {
    for (module, text) in modules() {
        assert!(text.lines().filter_map(group).is_sorted(), "the imports of {module}");
    }
}

/// The paths that a `use` imports: `a::{b, c::d}` imports `a::b` and `a::c::d`.
fn expanded(path: &str, found: &mut Vec<String>) {
    let Some((before, rest)) = path.split_once('{') else {
        return found.push(path.split(" as ").next().unwrap_or(path).trim().to_owned());
    };
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let (mut depth, mut start) = (0_usize, 0);
    let ends = inside.char_indices().chain([(inside.len(), ',')]);
    for (at, c) in ends {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let one = inside[start..at].trim();
                if !one.is_empty() {
                    expanded(&format!("{}{one}", before.trim()), found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The modules that one imports. Imports in tests and imports within one branch of the tree are left out: a folder and
/// its contents may import each other.
fn imported<'m>(module: &str, text: &str, modules: &'m BTreeMap<String, String>) -> BTreeSet<&'m str> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut paths = Vec::new();
    for statement in text.split("use crate::").skip(1) {
        expanded(statement.split(';').next().unwrap_or(statement), &mut paths);
    }
    let module_of = |path: &String| {
        let mut path = path.trim_end_matches("::self");
        loop {
            if let Some((name, _)) = modules.get_key_value(path) {
                return Some(name.as_str());
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let is_kin = |other: &&str| {
        let inside = |one: &str, other: &str| one == other || one.starts_with(&format!("{other}::"));
        inside(module, other) || inside(other, module)
    };
    paths.iter().filter_map(module_of).filter(|other| !is_kin(other)).collect()
}

#[test]
fn no_two_files_import_each_other() {
    let modules = modules();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> =
        modules.iter().map(|(name, text)| (name.as_str(), imported(name, text, &modules))).collect();
    assert!(imports["server::app"].contains("server::db"), "imports are found");
    // Removes files that import none of the remaining ones, until there is no such file; the rest form cycles or lead
    // to one.
    loop {
        let free: Vec<_> = imports.iter().filter(|(_, others)| others.is_empty()).map(|(name, _)| *name).collect();
        if free.is_empty() {
            break;
        }
        for name in free {
            imports.remove(name);
            imports.values_mut().for_each(|others| {
                others.remove(name);
            });
        }
    }
    assert!(imports.is_empty(), "these files import each other: {imports:#?}");
}
