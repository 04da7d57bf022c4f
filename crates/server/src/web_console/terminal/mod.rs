//! Terminals in the web console: a shell in an instance, over a WebSocket, by the way that EC2 Instance Connect goes.
//!
//! Here a key pair is made for one connection. The page pushes its public half by SendSSHPublicKey, as whoever is signed in,
//! so that policies and the audit trail see that call as any other; then ssh goes from the service's own address range to the
//! instance's public address, where security groups and network ACLs let it in or do not. AWS does not publish how its console
//! speaks to its terminals; what is said here is in [`message`].
//!
//! A shell outlives its WebSocket for a while: a page that was cut off comes back, and goes on where it was.

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use model::{AccountId, Instance, InstanceId, InstanceState, Region, Scope, World};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::api::Api;
use crate::clock;
use crate::namespaces;
use crate::tunnel;

mod message;
mod output;
mod session;
mod shell;
mod terminals;

use message::{FromPage, ToPage, Why};
use session::{Attached, Session};
use shell::{Key, Refused, Shell, Size};

pub use terminals::Terminals;

/// How long a page may take to say what it wants, and to push a key.
const GREETING_MAX: Duration = Duration::from_secs(10);
const PUSH_MAX: Duration = Duration::from_secs(60);

/// A WebSocket of a page.
pub(crate) type Socket = Box<WebSocketStream<TokioIo<Upgraded>>>;

/// Whether whoever opened a terminal is still signed in.
pub(crate) type SignedIn = Box<dyn Fn() -> bool + Send + Sync>;

/// Serves a terminal to a page that was let in, until either has had enough.
pub(crate) async fn serve(api: Arc<Api>, upgrade: OnUpgrade, account: AccountId, is_signed_in: SignedIn) {
    let Ok(upgraded) = upgrade.await else { return };
    let io = TokioIo::new(upgraded);
    let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(tunnel::configuration())).await;
    let mut socket = Box::new(socket);
    let Some(greeting) = hear(&mut socket, GREETING_MAX).await else { return };
    match greeting {
        FromPage::Open { region, instance, user, size } => {
            let wanted = Wanted { account, region, instance, user, size };
            match open(&api, &mut socket, wanted).await {
                Ok(Some(shell)) => run(&api.terminals, socket, shell, is_signed_in).await,
                Ok(None) => {}
                Err(why) => farewell(&mut socket, &ToPage::Failed { why }).await,
            }
        }
        FromPage::Resume { terminal, from, size } => {
            let attached = Attached { socket, from, size };
            if let Err(Attached { mut socket, .. }) = api.terminals.attach(&terminal, attached) {
                farewell(&mut socket, &ToPage::Failed { why: Why::Gone }).await;
            }
        }
        FromPage::Pushed | FromPage::Resize { .. } | FromPage::Taken { .. } => {}
    }
}

struct Wanted {
    account: AccountId,
    region: String,
    instance: String,
    user: String,
    size: Size,
}

/// The way into an instance. Nothing if the page has gone meanwhile.
async fn open(api: &Api, socket: &mut Socket, wanted: Wanted) -> Result<Option<Shell>, Why> {
    let Wanted { account, region, instance, user, size } = wanted;
    let region: Region = region.parse().map_err(|_| Why::NoInstance)?;
    let address = address_of(&api.state.snapshot(), Scope { account, region }, &instance)?;
    let source = namespaces::instance_connect_source(region).ok_or(Why::NotThere)?;
    let namespaces = api.namespaces.load_full().ok_or(Why::NotThere)?;
    let key = Key::new(&clock::random());
    tell(socket, &ToPage::Key { public_key: key.public() }).await;
    match hear(socket, PUSH_MAX).await {
        Some(FromPage::Pushed) => {}
        _ => return Ok(None),
    }
    let (from, to) = ((source, 0).into(), (address, shell::PORT).into());
    let connecting = async {
        let make = move || namespaces.laptop.connect_tcp(Some(from), to);
        let stream = tunnel::established(make).await.map_err(|_| Refused::Unreachable)?;
        Shell::open(stream, key, user, size).await
    };
    tokio::select! {
        opened = timeout(shell::CONNECT_MAX, connecting) => match opened {
            Ok(Ok(shell)) => Ok(Some(shell)),
            Ok(Err(Refused::Key)) => Err(Why::Refused),
            Ok(Err(Refused::Unreachable)) | Err(_) => Err(Why::Unreachable),
        },
        // A page that does not wait has no use for a shell.
        () = until_gone(socket) => Ok(None),
    }
}

/// Where EC2 Instance Connect finds an instance.
fn address_of(world: &World, scope: Scope, text: &str) -> Result<IpAddr, Why> {
    let id: InstanceId = text.parse().map_err(|_| Why::NoInstance)?;
    let instance: &Instance = world.instance(scope, id).map_err(|_| Why::NoInstance)?;
    if instance.state != InstanceState::Running {
        return Err(Why::NotRunning);
    }
    let primary = instance.interfaces.first().and_then(|id| world.network.network_interfaces.get(id));
    let public = primary.and_then(|it| it.public_address_of(it.primary_address()?));
    public.map(IpAddr::V4).ok_or(Why::NoAddress)
}

async fn run(terminals: &Terminals, mut socket: Socket, shell: Shell, is_signed_in: SignedIn) {
    let Some((place, attachments)) = terminals.enter() else {
        return farewell(&mut socket, &ToPage::Failed { why: Why::TooMany }).await;
    };
    tell(&mut socket, &ToPage::Opened { terminal: place.name().to_owned() }).await;
    Session::new(shell, socket, attachments, is_signed_in).run().await;
    drop(place);
}

/// What the page says next that is no keystroke; nothing if it has gone, or takes too long.
async fn hear(socket: &mut Socket, patience: Duration) -> Option<FromPage> {
    let next = async {
        loop {
            match socket.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            }
        }
    };
    timeout(patience, next).await.ok().flatten()
}

async fn until_gone(socket: &mut Socket) {
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Close(_)) {
            return;
        }
    }
}

/// Tells the page something. That it has gone is noticed by who listens to it.
async fn tell(socket: &mut Socket, what: &ToPage) {
    let text = serde_json::to_string(what).expect("what is told is plain");
    let _ = socket.send(Message::text(text)).await;
}

/// Tells the page something for the last time.
async fn farewell(socket: &mut Socket, what: &ToPage) {
    let bye = async {
        tell(socket, what).await;
        let _ = WebSocketStream::close(socket, None).await;
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = timeout(tunnel::CLOSE_MAX, bye).await;
}
