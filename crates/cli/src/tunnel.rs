//! The client's side of a tunnel through an EC2 Instance Connect Endpoint: a presigned request that becomes a WebSocket,
//! as the AWS CLI's `ec2-instance-connect open-tunnel` makes it. Here it goes to Hamlet's own port, without TLS.

use awsproto::sigv4::{self, Payload, SignedRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use server::admin::{EndpointStatus, Environment, Status};
use server::tunnel::{PATH, UNREACHABLE, accept_key, configuration};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use crate::credentials::{self, Signer};
use crate::failure::{Failure, Result};

/// For how long a request to open a tunnel holds.
const EXPIRES_S: u64 = 60;
/// The longest head of an answer.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// The longest refusal.
const BODY_BYTES_MAX: usize = 64 << 10;
/// How much is read and sent at once.
const READ_BYTES: usize = 32 << 10;
/// How long the other side may take to answer a closing frame.
const CLOSE_MAX: Duration = Duration::from_secs(1);

/// Everything that a tunnel is opened with.
pub(crate) struct Way {
    /// Where the API is served.
    api: SocketAddr,
    /// The endpoint's host name, for which the request is signed.
    host: String,
    signer: Signer,
    query: String,
    /// The question that says why nothing gets through.
    trace: String,
}

impl Way {
    /// The way through an endpoint to an address and port.
    pub(crate) fn new(
        status: &Status,
        environment: &Environment,
        endpoint: &EndpointStatus,
        target: (IpAddr, u16),
        duration_s: Option<u16>,
    ) -> Way {
        let (address, port) = target;
        let mut query =
            format!("instanceConnectEndpointId={}&remotePort={port}&privateIpAddress={address}", endpoint.id);
        query.extend(duration_s.map(|seconds| format!("&maxTunnelDuration={seconds}")));
        let signer = Signer::of(status, environment, &endpoint.account, &endpoint.region);
        let trace = format!("hamlet trace {} {address} tcp/{port}", endpoint.id);
        Way { api: status.api, host: endpoint.dns_name.clone(), signer, query, trace }
    }

    /// Opens the tunnel, and carries bytes both ways until it ends.
    pub(crate) async fn carry(
        &self,
        input: impl AsyncRead + Unpin,
        output: impl AsyncWrite + Unpin,
    ) -> Result<()> {
        let carried = carry(self.open().await?, input, output).await;
        carried.map_err(|failure| match failure.sentence.ends_with(UNREACHABLE) {
            true => Failure::new(format!("{}; `{}` says why", failure.sentence, self.trace)),
            false => failure,
        })
    }

    /// The path and the presigned query.
    fn url(&self) -> String {
        let headers = [("host", self.host.as_str())];
        let request = SignedRequest {
            method: "GET",
            path: PATH,
            query: &self.query,
            headers: &headers,
            body: Payload::Whole(b""),
        };
        let signer = &self.signer;
        let query = sigv4::presign(&request, signer.scope(), &signer.secret, signer.now, EXPIRES_S);
        format!("{PATH}?{query}")
    }

    async fn open(&self) -> Result<WebSocketStream<TcpStream>> {
        let mut stream = TcpStream::connect(self.api).await?;
        stream.set_nodelay(true)?;
        let key = STANDARD.encode(server::clock::random::<16>());
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n",
            self.url(),
            self.host
        );
        stream.write_all(request.as_bytes()).await?;
        let head = read_head(&mut stream).await?;
        let accepted = head.header("sec-websocket-accept").is_some_and(|accept| accept == accept_key(&key));
        match (head.status, accepted) {
            (101, true) => {
                Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(configuration())).await)
            }
            (101, false) => Err(Failure::new("the answer is not a WebSocket's")),
            (_, _) => Err(credentials::refusal(&read_body(&mut stream, &head).await?)),
        }
    }
}

/// The head of an answer.
struct Head {
    status: u16,
    lines: Vec<String>,
}

impl Head {
    fn parse(text: &str) -> Option<Head> {
        let mut lines = text.lines().map(str::to_owned);
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        Some(Head { status, lines: lines.collect() })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.lines.iter().filter_map(|line| line.split_once(':'));
        pairs.into_iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Byte by byte, since what follows is no longer HTTP.
async fn read_head(stream: &mut TcpStream) -> Result<Head> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        if bytes.len() >= HEAD_BYTES_MAX {
            return Err(Failure::new("the answer is not HTTP"));
        }
        bytes.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(bytes).ok().and_then(|text| Head::parse(&text));
    head.ok_or_else(|| Failure::new("the answer is not HTTP"))
}

async fn read_body(stream: &mut TcpStream, head: &Head) -> Result<Vec<u8>> {
    let length = head.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; BODY_BYTES_MAX.min(length)];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

/// Carries bytes both ways until the tunnel ends. An input that ends is told to the target; the rest of what it says still
/// comes.
async fn carry(
    socket: WebSocketStream<TcpStream>,
    mut input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> Result<()> {
    let (mut sink, mut stream) = socket.split();
    let up = async {
        let mut bytes = vec![0; READ_BYTES];
        loop {
            let length = input.read(&mut bytes).await.unwrap_or(0);
            // An empty message says that no more comes. When sending fails, the other direction knows why.
            let message = Message::Binary(bytes[..length].to_vec().into());
            if sink.send(message).await.is_err() || length == 0 {
                return;
            }
        }
    };
    let down = async {
        while let Some(message) = stream.next().await {
            match message {
                Ok(Message::Binary(bytes)) => {
                    output.write_all(&bytes).await?;
                    output.flush().await?;
                }
                Ok(Message::Close(frame)) => return ended(frame.as_ref()),
                Ok(Message::Text(_)) => return Err(Failure::new("the tunnel sent text")),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Err(error) => return Err(Failure::new(format!("the tunnel broke: {error}"))),
            }
        }
        Err(Failure::new("the tunnel broke: Hamlet has ended"))
    };
    let result = both(up, down).await;
    let bye = async {
        // Whoever has closed the tunnel already needs no farewell.
        let _ = sink.send(Message::Close(None)).await;
        while let Some(Ok(_)) = stream.next().await {}
    };
    let _ = tokio::time::timeout(CLOSE_MAX, bye).await;
    result
}

/// Both directions; the downward one says when it is over.
async fn both(up: impl Future<Output = ()>, down: impl Future<Output = Result<()>>) -> Result<()> {
    let up = async {
        up.await;
        std::future::pending().await
    };
    tokio::select! {
        result = down => result,
        result = up => result,
    }
}

/// What a closing frame means: the reason is for people.
fn ended(frame: Option<&CloseFrame>) -> Result<()> {
    match frame {
        Some(frame) if frame.code != CloseCode::Normal => {
            Err(Failure::new(format!("the tunnel has ended: {}", frame.reason)))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_answer_is_read() {
        let head = Head::parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n").unwrap();
        assert_eq!((head.status, head.header("upgrade")), (101, Some("websocket")));
        assert_eq!(head.header("x"), None);
        assert!(Head::parse("SSH-2.0-x\r\n").is_none());
    }

    #[test]
    fn only_a_reason_is_a_failure() {
        let frame = |code, reason: &'static str| CloseFrame { code, reason: reason.into() };
        assert!(ended(Some(&frame(CloseCode::Normal, ""))).is_ok());
        assert!(ended(None).is_ok());
        let refused = frame(CloseCode::Error, "Unable to connect to target");
        assert_eq!(
            ended(Some(&refused)).unwrap_err().sentence,
            "the tunnel has ended: Unable to connect to target"
        );
    }
}
