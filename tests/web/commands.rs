//! The command line: the real program, its output and its exit code.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::app::App;
use crate::database::Database;
use crate::sending::three_parts;
use crate::store::Bucket;
use crate::sweep::flip;

/// Runs `holdall` with these arguments on this bucket, without this process's environment.
async fn holdall(bucket: &Bucket, arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().expect("a folder");
    holdall_in(data.path(), &bucket.settings(&[]), arguments).await
}

/// The same with this data folder and these settings.
async fn holdall_in(data: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdall"));
    command.args(arguments).env_clear().envs(settings.to_vec()).env("HOLDALL_DATA", data);
    // A command that wrongly started to serve would never end, so the wait below is limited.
    command.env("LEPTOS_SITE_ADDR", "127.0.0.1:0").current_dir(data);
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a program");
    for _ in 0..1200 {
        if program.try_wait().expect("a program").is_some() {
            return program.wait_with_output().expect("what it said");
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    program.kill().expect("a program that can be ended");
    panic!("it does not end: {:?}", program.wait_with_output());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn the_doctor_of_a_healthy_store_exits_with_0() {
    let bucket = Bucket::garage().await;
    let output = holdall(&bucket, &["doctor"]).await;
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("ok       Strangers cannot read a private object"), "{told}");
    assert!(told.contains("\"DaysAfterInitiation\": 7") && told.ends_with("0 failed\n"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn the_doctor_exits_with_1_on_a_failure_and_speaks_to_programs_too() {
    let bucket = Bucket::moto().await;
    let output = holdall(&bucket, &["doctor", "--json", "--all"]).await;
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(report["verdict"], "failed");
    let lines = report["lines"].as_array().expect("lines");
    let failed: Vec<_> = lines.iter().filter(|line| line["verdict"] == "failed").map(|line| &line["id"]).collect();
    assert_eq!(failed, ["private.list", "private.write"]);
    assert_eq!(report["missing"][0]["what"], "lifecycle");

    let output = holdall(&bucket, &["doctor", "--json", "--apply"]).await;
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(report["applied"][0]["id"], "apply.lifecycle");
    assert_eq!(report["missing"].as_array().map(Vec::len), Some(0), "it is there now");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn serve_does_not_start_where_strangers_can_read() {
    let bucket = Bucket::moto().await;
    bucket.opens(&["private/*"]).await;
    let output = holdall(&bucket, &["serve"]).await;
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("private files can be read by anybody, so nothing was started"), "{told}");
    assert!(told.contains(&format!("GET {}/{}/private/.canary/", bucket.endpoint, bucket.name)), "{told}");
    assert!(told.contains("holdall doctor"), "{told}");
    assert!(bucket.keys().await.is_empty(), "nothing is published, and the canary is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_fails_for_what_is_damaged_and_not_for_what_did_not_arrive_as_announced() {
    let app = App::start(&Database::Sqlite).await;
    app.state.instance.confirm().await.expect("its own store");
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    ada.complete(&upload).await;
    let sweep = async |direct: i64| {
        sqlx::query("UPDATE parts SET direct = $1").bind(direct).execute(&app.rows().await).await.expect("rows");
        let data = app.folder("private").join("../..");
        let output = holdall_in(&data, &[], &["sweep", "--verify"]).await;
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };

    flip(&app.stored(&["private"])[0], 9_000_000);
    let (code, told, log) = sweep(1).await;
    assert_eq!(code, Some(0), "{told}{log}");
    assert!(told.contains("1 did not arrive as they were announced") && !told.contains("damaged:"), "{told}");
    assert!(log.contains("WARN") && !log.contains("ERROR"), "{log}");
    let (code, told, log) = sweep(0).await;
    assert_eq!(code, Some(1), "{told}{log}");
    assert!(told.contains("damaged: private/") && log.contains("ERROR"), "{told}{log}");
}
