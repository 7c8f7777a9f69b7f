//! A proxy in front of the store that answers some requests itself, and cuts some answers off.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to a request.
pub enum Fate {
    /// The store answers it.
    Passed,
    /// It is answered with this status line and this error code.
    Refused(&'static str, &'static str),
    /// It is answered with this.
    Answered(&'static str),
    /// The store's answer is cut off after so many bytes.
    Cut(u64),
    /// It is passed on once this is true, unless its client leaves before.
    Held(watch::Receiver<bool>),
}

/// The proxy's address, and what was not passed on as it is.
pub struct Refusing {
    pub endpoint: String,
    met: watch::Sender<Vec<String>>,
    held: watch::Receiver<usize>,
}

impl Refusing {
    /// Starts a proxy in front of the store at this address. The rule is asked with each request's head.
    pub async fn way_to(store: &str, rule: impl Fn(&str) -> Fate + Send + Sync + 'static) -> Self {
        let store = store.strip_prefix("http://").expect("a store for tests").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (met, rule) = (watch::Sender::new(Vec::new()), Arc::new(rule));
        let (noted, (holds, held)) = (met.clone(), watch::channel(0));
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                let (store, noted, rule) = (store.clone(), (noted.clone(), holds.clone()), Arc::clone(&rule));
                // A client may disconnect at any time.
                tokio::spawn(async move { drop(pass_on(client, &store, &noted, &*rule).await) });
            }
        });
        Self { endpoint, met, held }
    }

    /// Waits until so many requests are held that their clients still wait for.
    pub async fn holds(&self, count: usize) {
        let mut held = self.held.clone();
        let waited = tokio::time::timeout(Duration::from_secs(60), held.wait_for(|held| *held == count)).await;
        assert!(waited.is_ok(), "{} are held, not {count}", *self.held.borrow());
    }

    /// The first lines of the requests that were refused or whose answers were cut off.
    pub fn met(&self) -> Vec<String> {
        self.met.borrow().clone()
    }
}

/// Passes on one request; a connection to the proxy carries no more than that.
async fn pass_on(
    client: TcpStream,
    store: &str,
    (noted, holds): &(watch::Sender<Vec<String>>, watch::Sender<usize>),
    rule: &(dyn Fn(&str) -> Fate + Send + Sync),
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        let is_end = line == "\r\n";
        head.push_str(if is_end { "connection: close\r\n\r\n" } else { &line });
        if is_end {
            break;
        }
    }
    let fate = rule(&head);
    if !matches!(fate, Fate::Passed) {
        noted.send_modify(|met| met.push(head.lines().next().unwrap_or_default().to_owned()));
    }
    let answer = match fate {
        Fate::Refused(status, code) => {
            let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
            let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}", body.len());
            Some(format!("{head}\r\n\r\n{body}"))
        }
        Fate::Answered(answer) => Some(answer.to_owned()),
        Fate::Passed | Fate::Cut(_) | Fate::Held(_) => None,
    };
    if let Some(answer) = answer {
        tokio::io::copy(&mut (&mut client).take(length), &mut tokio::io::sink()).await?;
        return client.write_all(answer.as_bytes()).await;
    }
    let mut body = Vec::new();
    if let Fate::Held(released) = &fate {
        (&mut client).take(length).read_to_end(&mut body).await?;
        length = 0;
        holds.send_modify(|held| *held += 1);
        let is_released = tokio::select! {
            released = async { released.clone().wait_for(|released| *released).await.map(drop) } => released.is_ok(),
            // A client that waits for its answer sends nothing more.
            _ = client.read_u8() => false,
        };
        holds.send_modify(|held| *held -= 1);
        if !is_released {
            return Ok(());
        }
    }
    let mut store = TcpStream::connect(store).await?;
    store.write_all(head.as_bytes()).await?;
    store.write_all(&body).await?;
    tokio::io::copy(&mut (&mut client).take(length), &mut store).await?;
    let most = if let Fate::Cut(most) = fate { most } else { u64::MAX };
    tokio::io::copy(&mut store.take(most), &mut client).await.map(drop)
}
