//! Archives opened by other programs: Info-ZIP, Python and libarchive.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use unicode_normalization::UnicodeNormalization as _;

use crate::app::App;
use crate::database::Database;
use crate::form::Form;

/// Names that a browser or a program may send; the content of each file is its number.
const NAMES: [&str; 16] = [
    "../../etc/passwd",
    "..",
    ".",
    "/etc/shadow",
    "..\\..\\boot.ini",
    "C:evil.exe",
    "a/b",
    "a_b",
    "A_B",
    "line\nend\r",
    "\"quoted\" <b>$(id)`id`.txt",
    "שלום עולם.txt",
    "\u{202e}gpj.exe",
    "🎒👩‍👩‍👧.png",
    " -rf *",
    "u\u{308}nder.txt",
];

/// The output of a command, which must succeed.
fn run(command: &str, arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::new(command);
    let output = command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Every file below a folder, with its content.
fn unpacked(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
            // libarchive normalises the names it writes to NFC.
            (name.nfc().collect(), std::fs::read(&path).expect("no folders but one"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs unzip, python3 and bsdtar: script/test runs it"]
async fn three_programs_unpack_the_same_whatever_the_names_are() {
    let app = App::start(&Database::Sqlite).await;
    let ada = app.signed_in("ada").await;
    let long = "é".repeat(127);
    let names: Vec<&str> = NAMES.into_iter().chain([long.as_str()]).collect();
    let form = names
        .iter()
        .enumerate()
        .fold(Form::new(), |form, (number, _)| form.file("files", "x", format!("this is {number}").as_bytes()));
    // A hydrated page sends names unescaped.
    let form = Form::new().text("names", &serde_json::to_string(&names).expect("names")).and(form);
    let answer = ada.send_form("/files", form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let path = ada.post("/downloads", &[("all", "1")]).await.leads_to().to_owned();
    let archive = ada.get(&path).await.body;

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("all.zip"), &archive).expect("a file");
    let at = |name: &str| {
        let inner = folder.path().join(name).join("in").join("here");
        std::fs::create_dir_all(&inner).expect("a folder");
        inner
    };
    let zip = folder.path().join("all.zip");
    let zip = zip.to_str().expect("a path");
    assert!(run("unzip", &["-t", zip], folder.path()).contains("No errors detected"));
    let python = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nz.extractall('.')";
    run("python3", &["-c", python, zip], &at("python"));
    run("bsdtar", &["-xf", zip], &at("bsdtar"));
    run("unzip", &["-q", zip], &at("unzip"));

    let by_python = unpacked(&at("python"));
    assert_eq!(by_python.len(), names.len());
    let mut contents: Vec<_> =
        by_python.values().map(|content| String::from_utf8_lossy(content).into_owned()).collect();
    contents.sort();
    let mut expected: Vec<_> = (0..names.len()).map(|number| format!("this is {number}")).collect();
    expected.sort();
    assert_eq!(contents, expected);
    assert_eq!(by_python.get(".._.._etc_passwd").map(Vec::as_slice), Some(b"this is 0".as_slice()));
    assert!(by_python.contains_key(&long) && by_python.contains_key("שלום עולם.txt"), "{:?}", by_python.keys());
    for program in ["bsdtar", "unzip"] {
        assert_eq!(unpacked(&at(program)), by_python, "{program}");
    }
    for program in ["python", "bsdtar", "unzip"] {
        let outside = folder.path().join(program);
        assert_eq!(std::fs::read_dir(outside).expect("a folder").count(), 1, "{program} has put nothing beside it");
        assert_eq!(std::fs::read_dir(folder.path().join(program).join("in")).expect("a folder").count(), 1);
    }
}
