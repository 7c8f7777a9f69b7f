//! Clients that leave at any moment, while PostgreSQL is a fifth of a second away: no connection of the pool stays inside
//! a transaction, and nothing that was acknowledged is lost.

use std::time::Duration;

use holdall::server::config::Config;
use sqlx::AnyPool;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::app::App;
use crate::database::Database;
use crate::visitor::Visitor;

/// How long each way to the database takes.
const ONE_WAY: Duration = Duration::from_millis(100);
/// How many clients leave.
const CLIENTS: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/test runs it"]
async fn clients_that_leave_leave_no_transaction_behind() {
    let database = Database::postgres().await;
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let near = app.rows().await;
    let far = through_a_slow_line(&database).await;
    let settings = Config::read(|name| (name == "DATABASE_URL").then(|| far.clone())).expect("an address");
    let app = app.restarted_with(|config| config.database = settings.database).await;
    let ada = ada.at(&app);
    let clients = (0..CLIENTS).map(|number| {
        let client = ada.at(&app);
        async move {
            // Spread over all that a request does: no moment is spared.
            let timeout = Duration::from_millis(number * 7919 % 1400);
            drop(tokio::time::timeout(timeout, makes_folder(&client, &format!("left {number}"))).await);
        }
    });
    futures::future::join_all(clients).await;
    let mut acknowledged = Vec::new();
    for number in 0..8 {
        let name = format!("kept {number}");
        assert_eq!(makes_folder(&ada, &name).await, 303);
        acknowledged.push(name);
    }
    // Those that were cut off are rolled back by themselves, which takes some ways to the database.
    for _ in 0..100 {
        if left_inside(&near).await == 0 {
            break;
        }
        tokio::time::sleep(ONE_WAY).await;
    }
    assert_eq!(left_inside(&near).await, 0, "connections that are idle inside a transaction");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM entries WHERE name LIKE 'kept%'").fetch_all(&near).await.expect("entries");
    assert_eq!(names.len(), acknowledged.len(), "{names:?}");
    app.state.close().await;
    database.remove().await;
}

async fn makes_folder(client: &Visitor, name: &str) -> u16 {
    client.post("/files/new-folder", &[("folder-name", name)]).await.status.as_u16()
}

/// How many connections to this test's database wait inside a transaction.
async fn left_inside(rows: &AnyPool) -> i64 {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    )
    .fetch_one(rows)
    .await
    .expect("a count")
}

/// Listens for connections to the database, and passes all bytes on after a while. Returns the address for Holdall.
async fn through_a_slow_line(database: &Database) -> String {
    let url = url::Url::parse(&database.url("/".as_ref())).expect("an address");
    let to = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut far = url;
    far.set_host(Some("127.0.0.1")).expect("a host");
    far.set_port(Some(listener.local_addr().expect("an address").port())).expect("a port");
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let to = to.clone();
            tokio::spawn(async move {
                let far = TcpStream::connect(to).await.expect("the database");
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::join!(delay(near_in, far_out), delay(far_in, near_out));
            });
        }
    });
    far.to_string()
}

async fn delay(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let (send, mut receive) = tokio::sync::mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(read @ 1..) = from.read(&mut bytes).await {
            if send.send((Instant::now() + ONE_WAY, bytes[..read].to_vec())).is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = receive.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        drop(to.shutdown().await);
    };
    tokio::join!(reading, writing);
}
