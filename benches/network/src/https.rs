//! HTTPS over a road: the same server at its end, whatever lies between.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::measure::{connect, listen, per_second, said, target};
use crate::road::Measured;

const NAME: &str = "service.example";
/// Clients that ask at once, each over a connection of its own.
const CLIENTS: usize = 8;
const SMALL: usize = 1 << 10;
const LARGE: usize = 16 << 20;
const CHUNK: usize = 64 << 10;

/// Both ends' settings, made once.
struct Ends {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

fn ends() -> Result<&'static Ends, String> {
    static ENDS: OnceLock<Result<Ends, String>> = OnceLock::new();
    ENDS.get_or_init(make_ends).as_ref().map_err(String::clone)
}

fn make_ends() -> Result<Ends, String> {
    let failed = |error: &dyn std::fmt::Display| format!("making certificates: {error}");
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).map_err(|error| failed(&error))?;
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(|error| failed(&error))?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).map_err(|error| failed(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(|error| failed(&error))?;
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Ends { server: Arc::new(server), client: Arc::new(client) })
}

/// Answers of 1 KiB a second.
pub(crate) fn requests(path: &Measured, duration: Duration) -> Result<f64, String> {
    measure(path, CLIENTS, SMALL, duration, |it| it.answers.load(Ordering::Relaxed))
}

/// Gbit/s of answers of 16 MiB over one connection.
pub(crate) fn stream(path: &Measured, duration: Duration) -> Result<f64, String> {
    Ok(measure(path, 1, LARGE, duration, |it| it.bytes.load(Ordering::Relaxed))? * 8.0 / 1e9)
}

/// What clients have received.
#[derive(Default)]
struct Received {
    answers: AtomicU64,
    bytes: AtomicU64,
}

fn measure(
    path: &Measured,
    clients: usize,
    answer: usize,
    duration: Duration,
    what: impl Fn(&Received) -> u64,
) -> Result<f64, String> {
    let listener = listen(path)?;
    let (stop, received) = (Arc::new(AtomicBool::new(false)), Arc::new(Received::default()));
    let mut threads = Vec::new();
    for _ in 0..clients {
        let (address, stop, received) = (target(path), Arc::clone(&stop), Arc::clone(&received));
        threads.push(path.client.spawn(move || ask(address, answer, &stop, &received)));
        threads.push(serve_next(&listener, path)?);
    }
    let counted = per_second(duration, || what(&received));
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().map_err(|_| "an end has panicked".to_owned())??;
    }
    Ok(counted)
}

fn serve_next(
    listener: &TcpListener,
    path: &Measured,
) -> Result<thread::JoinHandle<Result<(), String>>, String> {
    let (stream, _) = listener.accept().map_err(said("accepting"))?;
    Ok(path.server.spawn(move || serve(stream)))
}

/// Answers requests, whose path is how many bytes they want, until the client goes.
fn serve(stream: TcpStream) -> Result<(), String> {
    stream.set_nodelay(true).map_err(said("accepting"))?;
    let connection = ServerConnection::new(Arc::clone(&ends()?.server)).map_err(|error| error.to_string())?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(wanted) = wanted(&mut stream).map_err(said("reading a request"))? {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {wanted}\r\n\r\n");
        let answered = answer(stream.get_mut(), head.into_bytes(), wanted);
        match answered {
            Ok(()) => {}
            // Who has measured long enough does not wait for the rest.
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => break,
            Err(error) => return Err(format!("answering: {error}")),
        }
    }
    Ok(())
}

/// The head goes with the first bytes, as servers send it.
fn answer(stream: &mut impl Write, mut bytes: Vec<u8>, wanted: usize) -> std::io::Result<()> {
    let mut left = wanted;
    loop {
        let now = left.min(CHUNK);
        bytes.resize(bytes.len() + now, b'x');
        stream.write_all(&bytes)?;
        left -= now;
        bytes.clear();
        if left == 0 {
            return stream.flush();
        }
    }
}

/// What the next request wants; None if there is none.
fn wanted(stream: &mut impl BufRead) -> std::io::Result<Option<usize>> {
    let (mut wanted, mut line) = (None, String::new());
    loop {
        line.clear();
        match stream.read_line(&mut line) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        match (line.trim_end(), wanted) {
            ("", Some(_)) => return Ok(wanted),
            (first, None) => wanted = first.split(['/', ' ']).nth(2).and_then(|text| text.parse().ok()),
            (_, Some(_)) => {}
        }
    }
}

fn ask(address: SocketAddr, answer: usize, stop: &AtomicBool, received: &Received) -> Result<(), String> {
    let stream = connect(address)?;
    stream.set_nodelay(true).map_err(said("connecting"))?;
    let name = ServerName::try_from(NAME).map_err(|error| error.to_string())?;
    let connection = ClientConnection::new(Arc::clone(&ends()?.client), name).map_err(|it| it.to_string())?;
    let mut stream = BufReader::with_capacity(CHUNK, StreamOwned::new(connection, stream));
    let request = format!("GET /{answer} HTTP/1.1\r\nhost: {NAME}\r\n\r\n");
    let mut buffer = vec![0; CHUNK];
    while !stop.load(Ordering::Relaxed) {
        stream.get_mut().write_all(request.as_bytes()).map_err(said("asking"))?;
        read_head(&mut stream).map_err(said("reading an answer's head"))?;
        let mut left = answer;
        while left > 0 && !stop.load(Ordering::Relaxed) {
            let most = left.min(CHUNK);
            let read = stream.read(&mut buffer[..most]).map_err(said("reading an answer"))?;
            if read == 0 {
                return Err("an answer ended early".into());
            }
            left -= read;
            received.bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        received.answers.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn read_head(stream: &mut impl BufRead) -> std::io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if line.trim_end().is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_many_bytes_it_wants() {
        let mut requests = &b"GET /1024 HTTP/1.1\r\nhost: a\r\n\r\nGET /7 HTTP/1.1\r\n\r\n"[..];
        assert_eq!(wanted(&mut requests).unwrap(), Some(1024));
        assert_eq!(wanted(&mut requests).unwrap(), Some(7));
        assert_eq!(wanted(&mut requests).unwrap(), None);
        let mut sent = Vec::new();
        answer(&mut sent, b"head".to_vec(), CHUNK + 1).unwrap();
        assert_eq!(sent.len(), 4 + CHUNK + 1);
    }
}
