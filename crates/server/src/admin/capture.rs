//! `hamlet capture`: what a link carries, as a stream, for as long as somebody listens.

use datapath::{CaptureScope, Datapath};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::answer::Refused;
use crate::names::{self, Directory};
use crate::namespaces;
use crate::running::Running;

/// How many pieces wait for a slow listener. The capture leaves packets out, and counts them, when more do.
const PIECES_MAX: usize = 256;

/// What `hamlet capture` asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaptureRequest {
    /// An instance, interface, Name tag, `laptop`, `internet` or `services`.
    pub target: String,
}

/// The captured bytes, as they come.
pub(super) type Captured = StreamBody<Pieces>;

/// Begins a capture.
pub(super) async fn capture(running: &Running, asked: CaptureRequest) -> Result<Captured, Refused> {
    let without = "no packets move: Hamlet was started with --instances none";
    let datapath = running.datapath().ok_or_else(|| Refused::not_found(without))?;
    let (world, names) = (running.state.snapshot(), Arc::clone(&running.names));
    let started = tokio::task::spawn_blocking(move || {
        let directory = Directory { world: &world, internet: names.internet() };
        let scope = scope(directory, &datapath, &asked.target)?;
        start(&datapath, scope).map_err(|error| error.to_string())
    });
    started.await.map_err(Refused::failed)?.map_err(Refused::not_found)
}

/// The link that a name stands for: `laptop`, `internet`, `aws`, `services`, or what has an interface.
fn scope(directory: Directory<'_>, datapath: &Datapath, name: &str) -> Result<CaptureScope, String> {
    let link = |is_it: fn(&engine::PortKind) -> bool| {
        datapath.with_engine(move |engine| {
            engine.ports().iter().find(|port| is_it(&port.kind)).map(|port| port.id)
        })
    };
    let outside = match name {
        "laptop" => link(is_laptop),
        "internet" => link(|kind| {
            matches!(kind, engine::PortKind::Internet(_)) && !is_laptop(kind) && !namespaces::is_aws(kind)
        }),
        "aws" => link(namespaces::is_aws),
        "services" => link(|kind| *kind == engine::PortKind::Services),
        _ => None,
    };
    if let Some(port) = outside {
        return Ok(CaptureScope::Link(port));
    }
    let interface = names::find(directory, name)?.interface;
    interface
        .map(CaptureScope::Interface)
        .ok_or_else(|| format!("'{name}' has no network interface to listen on"))
}

fn is_laptop(kind: &engine::PortKind) -> bool {
    matches!(kind, engine::PortKind::Internet(hosts) if hosts.iter().any(|it| it.contains(&namespaces::LAPTOP_NET)))
}

/// Starts a capture that ends when the answer's reader goes away.
fn start(datapath: &Arc<Datapath>, scope: CaptureScope) -> io::Result<Captured> {
    let (sender, receiver) = channel(PIECES_MAX);
    datapath.capture(scope, Box::new(Sink(sender)))?;
    Ok(StreamBody::new(Pieces(receiver)))
}

/// Where the datapath's capture thread writes to. It fails once nobody listens, and that ends the capture.
struct Sink(Sender<Bytes>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Bytes::copy_from_slice(bytes));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The pieces of a captured stream.
pub(super) struct Pieces(Receiver<Bytes>);

impl futures_core::Stream for Pieces {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
