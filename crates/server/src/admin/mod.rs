//! What `hamlet`'s own commands ask a running Hamlet: JSON over HTTP on a socket in the data directory.
//!
//! Private to the program: everything a user's tools need is in AWS's API. Only the data directory's owner can connect.
//! What is asked, and what of it is shown, is a file each.

use anyhow::Context;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::{UnixListener, UnixStream};

use crate::running::Running;
use answer::{Body, Refused, json, question, stream};

mod answer;
mod capture;
mod certificate;
mod endpoints;
mod environment;
mod flow_filter;
mod flow_line;
mod flow_logs;
mod flows;
mod instances;
mod internet;
mod links;
mod lookup;
mod metrics;
mod permission;
mod resources;
mod status;
mod trace;
mod web_console;
mod why;

pub use answer::Problem;
pub use capture::CaptureRequest;
pub use certificate::Certificate;
pub use endpoints::EndpointStatus;
pub use environment::{Environment, environment};
pub use flow_line::{FlowEnd, FlowLine};
pub use flow_logs::FlowLogStatus;
pub use flows::{FlowCount, FlowsAnswer, FlowsRequest};
pub use instances::InstanceStatus;
pub use internet::{InternetAnswer, InternetHost, InternetRequest, InternetStatus};
pub use links::PortStatus;
pub use metrics::Metric;
pub use status::Status;
pub use trace::{TraceAnswer, TraceRequest, TraceStage};
pub use web_console::{ConsoleAddress, console_address};
pub use why::{WhyAnswer, WhyRequest};

/// The socket in the data directory.
pub fn socket(data: &Path) -> PathBuf {
    data.join("hamlet.sock")
}

/// The longest question.
const BODY_BYTES_MAX: usize = 64 << 10;

/// The socket, open as long as this lives.
pub struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens the socket, and answers there.
pub fn open(running: &Arc<Running>) -> anyhow::Result<Socket> {
    let path = socket(&running.config.data);
    // The store's lock says that nobody else uses the data directory, so a socket that is there is a leftover.
    let _ = std::fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).with_context(|| format!("{} cannot be listened on", path.display()))?;
    tokio::spawn(serve(listener, Arc::clone(running)));
    Ok(Socket(path))
}

async fn serve(listener: UnixListener, running: Arc<Running>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        if !is_owner(&stream) {
            continue;
        }
        let running = Arc::clone(&running);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let running = Arc::clone(&running);
                async move { Ok::<_, std::convert::Infallible>(answer(&running, request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

/// The data directory lets nobody else come as far as this; a mode that somebody changed later changes nothing here.
fn is_owner(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| [own, 0].contains(&peer.uid()))
}

async fn answer(running: &Running, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return json::<()>(Err(Refused::malformed("the request is too long"))),
    };
    match (head.method, head.uri.path()) {
        (Method::GET, "/status") => json(Ok(status::status(running).await)),
        (Method::GET, "/metrics") => json(Ok(metrics::metrics(running).await)),
        (Method::GET, "/env") => json(Ok(environment(running))),
        (Method::GET, "/certificate") => json(certificate::certificate(running).await),
        (Method::POST, "/trace") => json(question(&body).and_then(|asked| trace::trace(running, &asked))),
        (Method::POST, "/why") => json(question(&body).and_then(|asked| why::why(running, &asked))),
        (Method::POST, "/flows") => match question(&body) {
            Ok(asked) => json(flows::flows(running, asked).await),
            Err(refused) => json::<()>(Err(refused)),
        },
        (Method::POST, "/capture") => match question(&body) {
            Ok(asked) => stream(capture::capture(running, asked).await),
            Err(refused) => stream(Err(refused)),
        },
        (Method::POST, "/internet") => {
            json(question(&body).map(|asked: internet::InternetRequest| internet::internet(running, asked)))
        }
        (Method::POST, "/console") => json(Ok(console_address(running))),
        (Method::POST, "/down") => {
            running.quit.notify_one();
            json(Ok(()))
        }
        (Method::POST, "/reset") => json(running.reset().await.map_err(Refused::failed)),
        _ => json::<()>(Err(Refused::not_found("no such question"))),
    }
}
