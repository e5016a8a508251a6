//! A proxy on this computer, for both CONNECT and SOCKS 5, that leads to this computer only and remembers who was asked for.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What a proxy was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// Host and port.
    pub(crate) place: String,
    /// Name and password.
    pub(crate) login: Option<String>,
}

/// The proxy; it ends with the test.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// A port of this computer where nobody listens.
pub(crate) fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Proxy {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, calls) = (listener.local_addr().unwrap(), Arc::default());
        let for_thread = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let calls = Arc::clone(&for_thread);
                // The other side may have hung up.
                thread::spawn(move || serve(&stream, &calls).unwrap_or_default());
            }
        });
        Self { address, calls }
    }

    /// What it was asked for so far.
    pub(crate) fn asked(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, calls: &Mutex<Vec<Call>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let is_socks = reader.fill_buf()?.first() == Some(&5);
    let call = if is_socks { socks(&mut reader, stream)? } else { connect(&mut reader)? };
    calls.lock().unwrap().push(call.clone());
    let there = call.place.starts_with("127.0.0.1:").then(|| TcpStream::connect(&call.place)).transpose()?;
    let (yes, no): (&[u8], &[u8]) = if is_socks {
        (&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], &[5, 4, 0, 1, 0, 0, 0, 0, 0, 0])
    } else {
        (b"HTTP/1.1 200 Go on\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    };
    let Some(there) = there else { return (&*stream).write_all(no) };
    (&*stream).write_all(yes)?;
    thread::scope(|scope| {
        scope.spawn(|| io::copy(&mut reader, &mut &there).and_then(|_| there.shutdown(Shutdown::Write)));
        io::copy(&mut &there, &mut &*stream).and_then(|_| stream.shutdown(Shutdown::Both))
    })
}

fn connect(reader: &mut BufReader<&TcpStream>) -> io::Result<Call> {
    let mut call = Call::default();
    for line in reader.lines() {
        let line = line?;
        match line.split_once(' ') {
            None => break,
            Some(("CONNECT", rest)) => call.place = rest.chars().take_while(|c| *c != ' ').collect(),
            // "me:s3cret"
            Some(("Proxy-Authorization:", "Basic bWU6czNjcmV0")) => call.login = Some("me:s3cret".to_owned()),
            Some(_) => {}
        }
    }
    Ok(call)
}

fn socks(reader: &mut BufReader<&TcpStream>, mut stream: &TcpStream) -> io::Result<Call> {
    let mut bytes = |n: usize| {
        let mut bytes = vec![0; n];
        reader.read_exact(&mut bytes).map(|()| bytes)
    };
    let n_methods = bytes(2)?[1];
    let asks_for_login = bytes(n_methods.into())?.contains(&2);
    stream.write_all(&[5, if asks_for_login { 2 } else { 0 }])?;
    let mut login = None;
    if asks_for_login {
        let n_name = bytes(2)?[1];
        let name = bytes(n_name.into())?;
        let n_password = bytes(1)?[0];
        let password = bytes(n_password.into())?;
        login = Some(format!("{}:{}", String::from_utf8_lossy(&name), String::from_utf8_lossy(&password)));
        stream.write_all(&[1, 0])?;
    }
    let host = if bytes(4)?[3] == 1 {
        Ipv4Addr::from(<[u8; 4]>::try_from(bytes(4)?).unwrap_or_default()).to_string()
    } else {
        let n_host = bytes(1)?[0];
        String::from_utf8_lossy(&bytes(n_host.into())?).into_owned()
    };
    let port = u16::from_be_bytes(<[u8; 2]>::try_from(bytes(2)?).unwrap_or_default());
    Ok(Call { place: format!("{host}:{port}"), login })
}
