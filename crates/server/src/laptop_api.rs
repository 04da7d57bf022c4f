//! The API's port on the laptop's own loopback, where it is on the host's: what is pointed there works in `hamlet shell`, too.
//!
//! Only the user who runs Hamlet, and root, can enter the laptop's namespace, and nothing that comes over its link reaches
//! a loopback address. So whoever connects is answered as the user, without asking the kernel whose process it is, which it
//! only knows of the daemon's own namespace.

use awsproto::{Origin, Sender};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

use crate::api::{Api, Client};
use crate::listener;
use crate::places::{self, Places};
use crate::shares::Holder;

/// How many connections there are at once.
pub(crate) const CONNECTIONS_MAX: usize = 512;

/// Where the laptop has the API that the host has at this address. Other machines' addresses it has not.
pub fn address(api: SocketAddr) -> Option<SocketAddr> {
    let ip = match api.ip().to_canonical() {
        IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        loopback if loopback.is_loopback() => loopback,
        IpAddr::V4(_) | IpAddr::V6(_) => return None,
    };
    Some(SocketAddr::new(ip, api.port()))
}

/// Serves it.
pub(crate) async fn serve(listener: TcpListener, places: Arc<Places<IpAddr>>, api: Arc<Api>) {
    let serve_one = |stream, source| answer(stream, source, Arc::clone(&api));
    places::admit(listener, places, |peer| source(peer.ip()), serve_one).await;
}

/// Whom policies and the audit trail see there; nobody who is not on its loopback.
fn source(peer: IpAddr) -> Option<IpAddr> {
    peer.to_canonical().is_loopback().then(|| listener::as_seen(peer))
}

async fn answer(stream: TcpStream, source: IpAddr, api: Arc<Api>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    // HTTP ends in order, and its last answer must not be thrown away with the connection.
    places::reset_when_dropped(&stream, false)?;
    let origin = Origin { sender: Sender::UsersMachine, seen_as: source, is_secure: false };
    let client = Client {
        origin,
        holder: Holder::Own,
        refused: None,
        auth: api.config.auth,
        endpoint: None,
        tls: None,
    };
    listener::serve(stream, client, api, ()).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespaces::{LAPTOP, LAPTOP_V6};

    #[test]
    fn the_laptop_has_the_port_at_its_loopback_and_no_other_machines_address() {
        let at = |text: &str| address(text.parse().unwrap()).map(|it| it.to_string());
        assert_eq!(at("127.0.0.1:4566").as_deref(), Some("127.0.0.1:4566"));
        assert_eq!(at("127.0.0.2:4566").as_deref(), Some("127.0.0.2:4566"));
        assert_eq!(at("0.0.0.0:80").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(at("[::]:80").as_deref(), Some("[::1]:80"));
        assert_eq!(at("192.0.2.1:4566"), None);
    }

    #[test]
    fn whoever_is_on_its_loopback_is_seen_as_the_laptop_and_nobody_else_is_answered() {
        assert_eq!(source(Ipv4Addr::LOCALHOST.into()), Some(LAPTOP.into()));
        assert_eq!(source(Ipv6Addr::LOCALHOST.into()), Some(LAPTOP_V6.into()));
        assert_eq!(source("203.0.113.9".parse().unwrap()), None);
    }
}
