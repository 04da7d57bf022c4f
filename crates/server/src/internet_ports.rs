//! What hosts of the internet serve beside their web sites: whatever is said to them, back, and ports of this machine that
//! the user has put there.
//!
//! Only ports of the loopback are led to, and never Hamlet's own: to the API, whoever calls there is the user.

use guest::internet::{Host, Internet, Service, WebAnswer};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, copy, copy_bidirectional, split};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::datagrams;
use crate::places::{self, Places};
use crate::refusals::{self, Refusals};

/// The longest datagram that is sent back, in bytes: what fits the path whole.
const DATAGRAM_BYTES_MAX: usize = 1472;

/// Serves a port for ever.
pub(crate) async fn serve(listener: TcpListener, places: Arc<Places<IpAddr>>, service: Service) {
    let serve_one = |stream: TcpStream, _| {
        let service = service.clone();
        async move {
            if let Service::Forward(to) = service { forward(stream, to).await } else { echo(stream).await }
        }
    };
    places::admit(listener, places, |visitor| Some(visitor.ip()), serve_one).await;
}

/// Sends back what datagrams say. Two such ports would talk for ever (RFC 862), but nobody inside can speak as the other one:
/// the network lets nobody send from an address that it has not.
pub(crate) async fn echo_datagrams(socket: UdpSocket, refusals: Arc<Refusals>) {
    let counted = (refusals::Service::Site, refusals);
    datagrams::serve(socket, DATAGRAM_BYTES_MAX + 1, counted, |_, said| Some(said.to_vec())).await;
}

async fn echo(stream: TcpStream) -> io::Result<()> {
    let (mut from, mut to) = split(stream);
    copy(&mut from, &mut to).await.map(drop)
}

/// Lets a visitor talk with a port of this machine.
pub(crate) async fn forward<S: AsyncRead + AsyncWrite + Unpin>(
    mut visitor: S,
    to: SocketAddr,
) -> io::Result<()> {
    let mut server = TcpStream::connect(to).await?;
    copy_bidirectional(&mut visitor, &mut server).await.map(drop)
}

/// Who leads to this machine, and where.
pub(crate) fn forwards(internet: &Internet) -> impl Iterator<Item = (&Host, SocketAddr)> {
    internet.hosts().iter().flat_map(|host| {
        let web = host
            .web_answers()
            .filter_map(|answer| if let WebAnswer::Forward(to) = answer { Some(*to) } else { None });
        let ports = host
            .tcp()
            .filter_map(|(_, service)| if let Service::Forward(to) = service { Some(*to) } else { None });
        web.chain(ports).map(move |to| (host, to))
    })
}
