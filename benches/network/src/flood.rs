//! More packets than can arrive: how many do is up to whoever moves them, not to who sends and receives.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::road::Measured;

const PORT: u16 = 5202;
/// 64 bytes with the headers of IPv4 and UDP.
const PAYLOAD: [u8; 36] = [7; 36];

/// Datagrams, sent as fast as one thread can, on so many connections in turn. Nobody reads them: what has reached the
/// server's full socket has arrived, and it costs no processor any more.
pub(crate) struct Flood {
    stop: Arc<AtomicBool>,
    sender: JoinHandle<Result<(), String>>,
    _server: UdpSocket,
}

impl Flood {
    pub(crate) fn start(path: &Measured, connections: usize) -> Result<Flood, String> {
        let address = SocketAddr::new(path.address, PORT);
        let bound = path.server.spawn(move || UdpSocket::bind(address).map_err(|error| error.to_string()));
        let server = bound.join().map_err(|_| "binding has panicked".to_owned())??;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let sender = path.client.spawn(move || send(address, connections, &stopped));
        Ok(Flood { stop, sender, _server: server })
    }

    pub(crate) fn stop(self) -> Result<(), String> {
        self.stop.store(true, Ordering::Relaxed);
        self.sender.join().map_err(|_| "the sender has panicked".to_owned())?
    }
}

fn send(address: SocketAddr, connections: usize, stop: &AtomicBool) -> Result<(), String> {
    let sockets = (0..connections).map(|_| connect(address)).collect::<Result<Vec<_>, _>>();
    let sockets = sockets.map_err(|error| format!("connecting: {error}"))?;
    while !stop.load(Ordering::Relaxed) {
        for socket in &sockets {
            // A full queue is what is wanted.
            let _ = socket.send(&PAYLOAD);
        }
    }
    Ok(())
}

fn connect(address: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0))?;
    socket.connect(address)?;
    Ok(socket)
}
