//! A server that only calls sendfile(2): the baseline for what the loopback interface and curl can transfer.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use rustix::fs::sendfile;

use crate::Result;

/// Serves a file until this process ends, one connection at a time; returns its address.
pub fn serve(path: &Path) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, path) = (listener.local_addr()?, path.to_owned());
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // The client detects an incomplete response itself.
            drop(answer(connection, &path));
        }
    });
    Ok(address)
}

fn answer(mut connection: TcpStream, path: &Path) -> io::Result<()> {
    if connection.read(&mut [0; 65_536])? == 0 {
        return Ok(());
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n")?;
    let mut sent = 0;
    while sent < size {
        let left = usize::try_from(size - sent).unwrap_or(usize::MAX);
        sendfile(&connection, &file, Some(&mut sent), left)?;
    }
    Ok(())
}
