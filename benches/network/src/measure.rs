//! What is measured, and how: threads in the two namespaces that send and receive.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt;

use crate::https;
use crate::road::Measured;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// Received by one connection.
    Tcp1,
    /// Received by four.
    Tcp4,
    /// Packets of 64 bytes of IP, with at most 512 under way.
    Udp,
    /// Connections opened, used for one byte each way, and reset.
    Connect,
    /// The median time from a byte sent to the byte that answers it.
    RoundTrip,
    /// Small answers over TLS, by eight clients that keep their connections.
    Https,
    /// Large ones over one.
    HttpsStream,
}

const PORT: u16 = 5201;
/// Before counting begins.
const WARM_UP: Duration = Duration::from_millis(300);
/// However badly it goes: nobody waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(5);
const UNDER_WAY_MAX: u64 = 512;
/// With the headers of IP and UDP.
const DATAGRAM: usize = 64;
const UDP_HEADER: usize = 8;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// What a visitor says: more will come, or not.
const MORE: u8 = 1;
const LAST: u8 = 0;

impl Metric {
    pub(crate) const ALL: &[Metric] = &[
        Metric::Tcp1,
        Metric::Tcp4,
        Metric::Udp,
        Metric::Connect,
        Metric::RoundTrip,
        Metric::Https,
        Metric::HttpsStream,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Metric::Tcp1 => "TCP, 1 stream, Gbit/s",
            Metric::Tcp4 => "TCP, 4 streams, Gbit/s",
            Metric::Udp => "UDP, 64 bytes, 1000/s",
            Metric::Connect => "connects, 1/s",
            Metric::RoundTrip => "round trip p50, us",
            Metric::Https => "HTTPS, 1 KiB, 1/s",
            Metric::HttpsStream => "HTTPS, 16 MiB, Gbit/s",
        }
    }

    /// For the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Metric::Tcp1 => "tcp1",
            Metric::Tcp4 => "tcp4",
            Metric::Udp => "udp",
            Metric::Connect => "connect",
            Metric::RoundTrip => "rtt",
            Metric::Https => "https",
            Metric::HttpsStream => "https1",
        }
    }

    pub(crate) fn measure(self, path: &Measured, duration: Duration) -> Result<f64, String> {
        match self {
            Metric::Tcp1 => streams(path, 1, duration),
            Metric::Tcp4 => streams(path, 4, duration),
            Metric::Udp => datagrams(path, duration),
            Metric::Connect => connects(path, duration),
            Metric::RoundTrip => round_trip(path, duration),
            Metric::Https => https::requests(path, duration),
            Metric::HttpsStream => https::stream(path, duration),
        }
    }
}

pub(crate) fn said(what: &'static str) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{what}: {error}")
}

pub(crate) fn target(path: &Measured) -> SocketAddr {
    SocketAddr::new(path.address, PORT)
}

/// Sockets are made in the namespace and work anywhere.
pub(crate) fn listen(path: &Measured) -> Result<TcpListener, String> {
    let address = target(path);
    let made = path.server.spawn(move || TcpListener::bind(address).map_err(said("listening")));
    let listener = made.join().expect("it only binds")?;
    prepare(&listener)?;
    Ok(listener)
}

static CONGESTION: OnceLock<Option<String>> = OnceLock::new();

/// Which algorithm every connection uses; the machine's own without a name.
pub(crate) fn choose_congestion(name: Option<String>) {
    CONGESTION.get_or_init(|| name);
}

fn prepare(socket: &impl AsFd) -> Result<(), String> {
    match CONGESTION.get().and_then(Option::as_ref) {
        Some(name) => {
            sockopt::set_tcp_congestion(socket, name).map_err(|error| format!("choosing {name}: {error}"))
        }
        None => Ok(()),
    }
}

pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream, String> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(said("connecting"))?;
    prepare(&stream)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(said("connecting"))?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(said("connecting"))?;
    Ok(stream)
}

/// How fast a count grows, once all has warmed up.
pub(crate) fn per_second(duration: Duration, count: impl Fn() -> u64) -> f64 {
    thread::sleep(WARM_UP);
    let (start, before) = (Instant::now(), count());
    thread::sleep(duration);
    let (took, grown) = (start.elapsed(), count() - before);
    grown as f64 / took.as_secs_f64()
}

/// Gbit/s.
fn streams(path: &Measured, count: usize, duration: Duration) -> Result<f64, String> {
    let listener = listen(path)?;
    let (stop, received) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut threads = Vec::new();
    for _ in 0..count {
        let (address, stop) = (target(path), Arc::clone(&stop));
        threads.push(path.client.spawn(move || send(&mut connect(address)?, &stop)));
        let (mut stream, _) = listener.accept().map_err(said("accepting"))?;
        let received = Arc::clone(&received);
        threads.push(path.server.spawn(move || receive(&mut stream, &received)));
    }
    let bytes = per_second(duration, || received.load(Ordering::Relaxed));
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().map_err(|_| "a generator has panicked".to_owned())??;
    }
    Ok(bytes * 8.0 / 1e9)
}

fn send(stream: &mut TcpStream, stop: &AtomicBool) -> Result<(), String> {
    let bytes = vec![7u8; 128 * 1024];
    while !stop.load(Ordering::Relaxed) {
        stream.write_all(&bytes).map_err(said("sending"))?;
    }
    Ok(())
}

fn receive(stream: &mut TcpStream, received: &AtomicU64) -> Result<(), String> {
    let mut buffer = vec![0u8; 128 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => _ = received.fetch_add(length as u64, Ordering::Relaxed),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(format!("receiving: {error}")),
        }
    }
}

/// Thousands a second.
fn datagrams(path: &Measured, duration: Duration) -> Result<f64, String> {
    let address = target(path);
    let (stop, received) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let bound = path.server.spawn(move || UdpSocket::bind(address).map_err(said("binding")));
    let socket = bound.join().expect("it only binds")?;
    socket.set_read_timeout(Some(Duration::from_millis(50))).map_err(said("binding"))?;
    let receiver = {
        let (stop, received) = (Arc::clone(&stop), Arc::clone(&received));
        path.server.spawn(move || {
            let mut buffer = [0; 128];
            while !stop.load(Ordering::Relaxed) {
                if socket.recv(&mut buffer).is_ok() {
                    received.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        })
    };
    let sender = {
        let (stop, received) = (Arc::clone(&stop), Arc::clone(&received));
        path.client.spawn(move || send_datagrams(address, &stop, &received))
    };
    let packets = per_second(duration, || received.load(Ordering::Relaxed));
    stop.store(true, Ordering::Relaxed);
    sender.join().map_err(|_| "the sender has panicked".to_owned())??;
    receiver.join().map_err(|_| "the receiver has panicked".to_owned())??;
    Ok(packets / 1e3)
}

/// Sends as long as few enough are under way. What is missing after a while is lost.
fn send_datagrams(address: SocketAddr, stop: &AtomicBool, received: &AtomicU64) -> Result<(), String> {
    let (any, header) = match address {
        SocketAddr::V4(_) => (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IPV4_HEADER),
        SocketAddr::V6(_) => (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IPV6_HEADER),
    };
    let socket = UdpSocket::bind((any, 0)).map_err(said("binding"))?;
    socket.connect(address).map_err(said("connecting"))?;
    let bytes = vec![7; DATAGRAM - header - UDP_HEADER];
    let (mut sent, mut last, mut last_change) = (0u64, 0u64, Instant::now());
    while !stop.load(Ordering::Relaxed) {
        let arrived = received.load(Ordering::Relaxed);
        if sent.saturating_sub(arrived) < UNDER_WAY_MAX {
            // A refusal or a full queue is a packet that does not arrive.
            let _ = socket.send(&bytes);
            sent += 1;
            continue;
        }
        if arrived != last {
            (last, last_change) = (arrived, Instant::now());
        } else if last_change.elapsed() > Duration::from_millis(20) {
            sent = arrived;
        }
        thread::yield_now();
    }
    Ok(())
}

/// A second.
fn connects(path: &Measured, duration: Duration) -> Result<f64, String> {
    let listener = listen(path)?;
    let address = target(path);
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let server = path.server.spawn(move || {
        let mut byte = [MORE];
        while byte[0] == MORE {
            let (mut stream, _) = listener.accept().map_err(said("accepting"))?;
            stream.read_exact(&mut byte).and_then(|()| stream.write_all(&byte)).map_err(said("answering"))?;
            // Until the client resets.
            let _ = stream.read(&mut [0]);
        }
        Ok(())
    });
    let client = {
        let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
        path.client.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                visit(address, MORE)?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            visit(address, LAST)
        })
    };
    let count = per_second(duration, || done.load(Ordering::Relaxed));
    stop.store(true, Ordering::Relaxed);
    client.join().map_err(|_| "the client has panicked".to_owned())??;
    server.join().map_err(|_| "the server has panicked".to_owned())??;
    Ok(count)
}

/// One connection, closed with a reset so that nothing lingers.
fn visit(address: SocketAddr, say: u8) -> Result<(), String> {
    let mut stream = connect(address)?;
    let mut byte = [say];
    stream.write_all(&byte).map_err(said("sending"))?;
    stream.read_exact(&mut byte).map_err(said("receiving"))?;
    sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).map_err(|error| format!("closing: {error}"))
}

/// Microseconds.
fn round_trip(path: &Measured, duration: Duration) -> Result<f64, String> {
    let listener = listen(path)?;
    let address = target(path);
    let client = path.client.spawn(move || {
        let mut stream = connect(address)?;
        stream.set_nodelay(true).map_err(said("connecting"))?;
        let mut times = Vec::with_capacity(100_000);
        let (start, mut byte) = (Instant::now(), [7]);
        while start.elapsed() < WARM_UP + duration {
            let sent = Instant::now();
            stream.write_all(&byte).map_err(said("sending"))?;
            stream.read_exact(&mut byte).map_err(said("receiving"))?;
            if start.elapsed() > WARM_UP {
                times.push(sent.elapsed());
            }
        }
        times.sort_unstable();
        Ok(times.get(times.len() / 2).copied().unwrap_or_default())
    });
    let (mut stream, _) = listener.accept().map_err(said("accepting"))?;
    let server = path.server.spawn(move || {
        let _ = stream.set_nodelay(true);
        let mut byte = [0];
        while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
        Ok(())
    });
    let median = client.join().map_err(|_| "the client has panicked".to_owned())??;
    server.join().map_err(|_| "the server has panicked".to_owned())??;
    Ok(median.as_secs_f64() * 1e6)
}
