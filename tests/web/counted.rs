//! A proxy in front of the store that records its requests.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The proxy's address and the requests recorded so far.
pub struct Counted {
    pub endpoint: String,
    asked: watch::Sender<Vec<String>>,
}

impl Counted {
    /// Starts a proxy in front of the store at this address.
    pub async fn way_to(store: &str) -> Self {
        let store = store.strip_prefix("http://").expect("a store for tests").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = watch::Sender::new(Vec::new());
        let noted = asked.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                let store = TcpStream::connect(&store).await.expect("the store");
                let noted = noted.clone();
                // A client may disconnect at any time.
                tokio::spawn(async move { drop(pass_on(client, store, &noted).await) });
            }
        });
        Self { endpoint, asked }
    }

    /// The requests since the last call of this function: method, path and query.
    pub fn asked(&self) -> Vec<String> {
        self.asked.send_replace(Vec::new())
    }

    /// Waits until this many requests have been recorded.
    pub async fn after(&self, count: usize) {
        let arrived = self.asked.subscribe().wait_for(|asked| asked.len() >= count).await.map(drop);
        arrived.expect("a way that is there");
    }
}

async fn pass_on(client: TcpStream, store: TcpStream, noted: &watch::Sender<Vec<String>>) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_store, mut to_store) = store.into_split();
    let there = async {
        let mut bytes = vec![0; 65_536];
        loop {
            let read = from_client.read(&mut bytes).await?;
            if read == 0 {
                return Ok(());
            }
            // A client sends its next request only after the previous response, so each request starts a chunk.
            let line = bytes[..read].split(|byte| *byte == b'\r').next().unwrap_or_default();
            if let Some(request) = std::str::from_utf8(line).ok().and_then(|line| line.strip_suffix(" HTTP/1.1")) {
                noted.send_modify(|asked| asked.push(request.to_owned()));
            }
            to_store.write_all(&bytes[..read]).await?;
        }
    };
    let back = tokio::io::copy(&mut from_store, &mut to_client);
    tokio::select! {
        ended = there => ended,
        ended = back => ended.map(drop),
    }
}
