//! Tunnels through EC2 Instance Connect Endpoints: a WebSocket of the API's port on one side, a TCP connection out of the
//! endpoint's interface on the other.
//!
//! Follows what the AWS CLI's `ec2-instance-connect open-tunnel` speaks: a presigned GET that becomes a WebSocket (RFC 6455),
//! binary messages both ways, and a closing frame whose reason is shown to the user. AWS speaks it over TLS at the endpoint's
//! host name; here it is the API's own port. Whether a tunnel may be opened is [`ec2::instance_connect::tunnel`]'s to say.
//!
//! WebSockets cannot be closed one way. An empty message says that no more comes from the client, and the target is told so:
//! what the AWS CLI sends when its standard input has ended.

use awsproto::sigv4::SignedRequest;
use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ec2::instance_connect::tunnel::{self, Tunnel};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use host::HostError;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::http::response::Builder;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use model::World;
use sha1::{Digest, Sha1};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use crate::controllers::endpoint_places::{EndpointPlaces, Place};
use crate::tunnel_places::{Holding, TunnelCaller};

/// Where clients open tunnels.
pub const PATH: &str = tunnel::PATH;
/// What AWS tells the client when the target, or something on the way, does not take the connection.
pub const UNREACHABLE: &str = "Unable to connect to target";
/// How long the target may take to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long a client may take to answer a closing frame.
pub(crate) const CLOSE_MAX: Duration = Duration::from_secs(2);
/// The longest message; the AWS CLI's have up to 65,000 bytes.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// How much is read from the target at once.
const READ_BYTES: usize = 32 << 10;

/// What every server appends to the client's key (RFC 6455, section 1.3).
const ACCEPT_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`.
pub fn accept_key(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}{ACCEPT_SUFFIX}")))
}

/// How both sides of a tunnel treat its messages.
pub fn configuration() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// A tunnel that was asked for and may be opened, with what it needs.
pub struct Admitted {
    tunnel: Tunnel,
    place: Arc<Place>,
    holding: Holding,
    accept: String,
}

/// Admits a request whose caller may open it.
pub(crate) fn admit(
    world: &World,
    places: &EndpointPlaces,
    call: &Call,
    request: &SignedRequest<'_>,
) -> Result<Admitted, AwsError> {
    let accept = accept_key(handshake(request)?);
    let tunnel = tunnel::requested(world, call.scope, request)?;
    let place = places.get(tunnel.endpoint).ok_or_else(|| tunnel::not_open(tunnel.endpoint))?;
    let holding = place.tunnels.take(TunnelCaller::of(&call.principal));
    let holding = holding.map_err(|limit| tunnel::too_many(tunnel.endpoint, limit))?;
    Ok(Admitted { tunnel, place, holding, accept })
}

/// The client's key, if this is how a WebSocket is asked for (RFC 6455, section 4.2.1).
pub(crate) fn handshake<'a>(request: &SignedRequest<'a>) -> Result<&'a str, AwsError> {
    let lists = |name: &str, word: &str| {
        let list = request.header(name).unwrap_or_default();
        list.split(',').any(|item| item.trim().eq_ignore_ascii_case(word))
    };
    let key = request.header("sec-websocket-key");
    let key = key.filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16));
    let asks = request.method == "GET"
        && lists("connection", "upgrade")
        && lists("upgrade", "websocket")
        && request.header("sec-websocket-version") == Some("13");
    key.filter(|_| asks).ok_or_else(|| {
        AwsError::new("InvalidArgsException", "Expecting a WebSocket handshake of version 13.")
    })
}

/// The answer that makes a connection a WebSocket, to which more may be added.
pub(crate) fn switching(accept: String) -> Builder {
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", accept)
}

impl Admitted {
    /// The answer that makes the connection a WebSocket; what comes after it is carried by a task of its own.
    pub fn open(self, upgrade: OnUpgrade, request_id: &str) -> Response<Full<Bytes>> {
        let accept = self.accept.clone();
        tokio::spawn(async move {
            // A client that goes away before is its own business.
            if let Ok(upgraded) = upgrade.await {
                self.carry(upgraded).await;
            }
        });
        switching(accept)
            .header("x-amzn-requestid", request_id)
            .body(Full::default())
            .expect("status and headers are well-formed")
    }

    async fn carry(self, upgraded: Upgraded) {
        let io = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(configuration())).await;
        let (mut sink, mut stream) = socket.split();
        let mut is_open = self.place.is_open();
        let end = tokio::select! {
            end = through(&self.place, self.tunnel.target, &mut sink, &mut stream) => end,
            () = sleep(self.tunnel.duration) => End::TimeIsUp,
            _ = is_open.wait_for(|open| !open) => End::EndpointGone,
        };
        tracing::info!(endpoint = %self.tunnel.endpoint, target = %self.tunnel.target, ?end, "a tunnel has ended");
        // The client may have gone without a word.
        let _ = timeout(CLOSE_MAX, farewell(end.frame(), &mut sink, &mut stream)).await;
        drop(self.holding);
    }
}

type Sink = SplitSink<WebSocketStream<TokioIo<Upgraded>>, Message>;
type Stream = SplitStream<WebSocketStream<TokioIo<Upgraded>>>;

/// How a tunnel ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The target has nothing more to say.
    TargetClosed,
    /// The target, or something on the way, did not take the connection.
    CannotConnect,
    /// The connection to the target has broken.
    TargetBroke,
    /// The client has closed the WebSocket, or gone.
    ClientLeft,
    /// The client sent text.
    NotBinary,
    /// It has lasted as long as it may.
    TimeIsUp,
    /// The endpoint was deleted or moved, or Hamlet ends.
    EndpointGone,
}

impl End {
    /// What the client is told. [`UNREACHABLE`] are AWS's words; the other sentences are ours.
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            End::ClientLeft => return None,
            End::TargetClosed => (CloseCode::Normal, ""),
            End::CannotConnect => (CloseCode::Error, UNREACHABLE),
            End::TargetBroke => (CloseCode::Error, "The connection to the target has broken"),
            End::NotBinary => (CloseCode::Unsupported, "Expecting binary messages"),
            End::TimeIsUp => (CloseCode::Policy, "The maximum duration of the tunnel is over"),
            End::EndpointGone => (CloseCode::Away, "The EC2 Instance Connect Endpoint is gone"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// Connects, and carries bytes both ways until one side has had enough.
async fn through(place: &Arc<Place>, target: SocketAddr, sink: &mut Sink, stream: &mut Stream) -> End {
    let connected = timeout(CONNECT_MAX, connect(Arc::clone(place), target)).await;
    let Ok(Ok(mut connection)) = connected else { return End::CannotConnect };
    let (reader, writer) = connection.split();
    tokio::select! {
        end = to_target(stream, writer) => end,
        end = from_target(reader, sink) => end,
    }
}

async fn connect(place: Arc<Place>, target: SocketAddr) -> anyhow::Result<TcpStream> {
    established(move || place.connect(target)).await
}

/// A connection out of a namespace, once it stands.
pub(crate) async fn established(
    make: impl FnOnce() -> Result<std::net::TcpStream, HostError> + Send + 'static,
) -> anyhow::Result<TcpStream> {
    // The namespace's first process makes the socket; it is asked over a channel that blocks.
    let socket = tokio::task::spawn_blocking(make).await??;
    let socket = TcpStream::from_std(socket)?;
    socket.writable().await?;
    if let Some(error) = socket.take_error()? {
        return Err(error.into());
    }
    socket.set_nodelay(true)?;
    Ok(socket)
}

async fn to_target(stream: &mut Stream, mut writer: WriteHalf<'_>) -> End {
    while let Some(Ok(message)) = stream.next().await {
        let written = match message {
            Message::Binary(bytes) if bytes.is_empty() => {
                // Said again and again by the AWS CLI; only the first time means anything.
                let _ = writer.shutdown().await;
                Ok(())
            }
            Message::Binary(bytes) => writer.write_all(&bytes).await,
            Message::Text(_) => return End::NotBinary,
            Message::Close(_) => return End::ClientLeft,
            // The library answers these itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        };
        if written.is_err() {
            return End::TargetBroke;
        }
    }
    End::ClientLeft
}

async fn from_target(mut reader: ReadHalf<'_>, sink: &mut Sink) -> End {
    let mut bytes = vec![0; READ_BYTES];
    loop {
        let length = match reader.read(&mut bytes).await {
            Ok(0) => return End::TargetClosed,
            Ok(length) => length,
            Err(_) => return End::TargetBroke,
        };
        let message = Message::Binary(Bytes::copy_from_slice(&bytes[..length]));
        if sink.send(message).await.is_err() {
            return End::ClientLeft;
        }
    }
}

/// Says why it ends, and waits until the client has heard it; a client that has ended it is only answered.
async fn farewell(frame: Option<CloseFrame>, sink: &mut Sink, stream: &mut Stream) {
    let said = match frame {
        Some(frame) => sink.send(Message::Close(Some(frame))).await,
        None => sink.close().await,
    };
    if said.is_ok() {
        while let Some(Ok(_)) = stream.next().await {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::sigv4::Payload;

    #[test]
    fn the_key_is_answered_as_in_the_rfc() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    const KEY: (&str, &str) = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    const UPGRADE: [(&str, &str); 3] =
        [("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")];

    fn asked(method: &str, headers: &[(&str, &str)]) -> bool {
        let request = SignedRequest { method, path: PATH, query: "", headers, body: Payload::Whole(b"") };
        handshake(&request).is_ok()
    }

    #[test]
    fn only_a_handshake_of_version_13_is_one() {
        let [connection, upgrade, version] = UPGRADE;
        assert!(asked("GET", &[connection, upgrade, version, KEY]));
        assert!(!asked("POST", &[connection, upgrade, version, KEY]));
        assert!(!asked("GET", &[upgrade, version, KEY]));
        assert!(!asked("GET", &[connection, version, KEY]));
        assert!(!asked("GET", &[connection, upgrade, ("Sec-WebSocket-Version", "8"), KEY]));
        for key in ["", "short", "dGhlIHNhbXBsZSBub25jZQ", "ééé"] {
            assert!(!asked("GET", &[connection, upgrade, version, ("Sec-WebSocket-Key", key)]), "{key}");
        }
    }

    #[test]
    fn clients_hear_why_a_tunnel_ended_unless_they_ended_it() {
        assert_eq!(End::ClientLeft.frame(), None);
        let normal = End::TargetClosed.frame().unwrap();
        assert_eq!((normal.code, normal.reason.as_str()), (CloseCode::Normal, ""));
        let refused = End::CannotConnect.frame().unwrap();
        assert_eq!((u16::from(refused.code), refused.reason.as_str()), (1011, "Unable to connect to target"));
    }
}
