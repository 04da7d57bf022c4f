//! The API without the steps of a call's life: what no call can do without, in one function, and the same HTTP in front.
//!
//! It is served beside the whole one, by the same process, from the same state: what makes one faster is in the other as
//! well, but for the steps. It asks nobody whether the caller may, counts nothing, refuses nobody, remembers no token.

use anyhow::{Context, Result, anyhow};
use awsproto::route::{self, Incoming};
use awsproto::sigv4::{self, Payload, SignedRequest};
use awsproto::{AwsError, Call, Origin, Provided, Reply, Sender, Service};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming as Body};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use model::{AccountId, Scope};
use server::callers::Callers;
use server::config::{Auth, Config, Instances};
use server::running::Running;
use server::writer::{Applied, State};
use server::{clock, services};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// The word with which this program serves both. It ends when it is killed.
pub(crate) const WORD: &str = "serve-both";
/// As the whole one has it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Serves both, and prints their addresses in a line: the whole one, and this one.
pub(crate) fn serve(data: PathBuf) -> Result<()> {
    let config = Config {
        oidc_issuers: Default::default(),
        listen: SocketAddr::new(LOCALHOST, 0),
        data,
        account: AccountId::DEFAULT,
        region: "us-west-2".parse().map_err(|_| anyhow!("no such Region"))?,
        auth: Auth::Open,
        allowed_users: Vec::new(),
        host_names: Vec::new(),
        instances: Instances::None,
        unknown_images: Default::default(),
        quotas: Default::default(),
        nesting: host::Nesting::default(),
        flow_log_minute: std::time::Duration::from_secs(60),
        internet: server::internet::Internet::simulated(),
        aws_cli: None,
        program: std::env::current_exe()?,
    };
    server::run(config, |running| {
        if let Err(error) = serve_beside(running) {
            eprintln!("api-bench: {error}");
        }
    })
}

fn serve_beside(running: &Running) -> Result<()> {
    let listener = std::net::TcpListener::bind((LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let line = StraightLine {
        state: running.state.clone(),
        callers: Callers::of(&running.config, &running.root),
        services: services::ALL.iter().map(|api| api.service).collect(),
    };
    println!("{} {}", running.api, listener.local_addr()?);
    std::io::stdout().flush()?;
    tokio::spawn(accept(TcpListener::from_std(listener)?, Arc::new(line)));
    Ok(())
}

async fn accept(listener: TcpListener, line: Arc<StraightLine>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve_connection(stream, Arc::clone(&line)));
    }
}

async fn serve_connection(stream: TcpStream, line: Arc<StraightLine>) {
    let answer = service_fn(|request| {
        let line = Arc::clone(&line);
        async move { line.answer(request).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), answer).await;
}

/// What it answers from.
struct StraightLine {
    state: State,
    callers: Callers,
    services: Vec<&'static Service>,
}

impl StraightLine {
    async fn answer(&self, request: Request<Body>) -> Result<Response<Full<Bytes>>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let id = clock::ids().uuid();
        let reply = self.reply(&head, &body, &id).await?;
        let builder = Response::builder().status(reply.status).header("content-type", reply.content_type);
        Ok(builder.header("x-amzn-requestid", &id).body(Full::new(Bytes::from(reply.body)))?)
    }

    async fn reply(&self, head: &Parts, body: &[u8], id: &str) -> Result<Reply> {
        let headers: Vec<(&str, &str)> = head
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let signed = SignedRequest {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &headers,
            body: Payload::Whole(body),
        };
        let authorization = sigv4::parse(&signed).map_err(|error| anyhow!("{error:?}"))?;
        let incoming = Incoming {
            host: signed.header("host"),
            target: signed.header("x-amz-target"),
            scope: Some(&authorization.scope),
            method: signed.method,
            path: signed.path,
            query: signed.query,
            body,
        };
        let route = route::route(&incoming, &self.services).map_err(|error| anyhow!("{error:?}"))?;
        let now = clock::now();
        let caller = self.callers.identify(&self.state.snapshot(), &signed, &authorization, Auth::Open, now);
        let caller = caller.map_err(|error| anyhow!("{error:?}"))?;
        let region = route.region.as_deref().and_then(|region| region.parse().ok()).context("no Region")?;
        let api = services::ALL.iter().find(|api| std::ptr::eq(api.service, route.service));
        let action = api.context("no such service")?.find(&route.operation).map_err(said)?;
        let request = (action.decode)(&route.input(&incoming).map_err(said)?).map_err(said)?;
        let mut call = Call {
            scope: Scope { account: caller.account(), region },
            principal: caller.principal,
            access_key_id: String::new(),
            session: None,
            is_stranger: caller.is_stranger,
            sessions: self.callers.sessions().clone(),
            request_id: id.to_owned(),
            now,
            origin: Origin { sender: Sender::UsersMachine, seen_as: LOCALHOST, is_secure: false },
            spoken_to: None,
            ids: clock::ids(),
            provided: Provided::Nothing,
            unknown_images: Default::default(),
            body: None,
        };
        let output = match action.is_write() {
            false => action.read(&mut call, &self.state.snapshot(), request),
            true => {
                let changed = self.state.change(move |world| {
                    let output = action.write(&mut call, world, request);
                    (if output.is_ok() { Applied::Keep } else { Applied::TakeBack }, output)
                });
                changed.await?
            }
        };
        Ok(output.map_err(said)?.render(route.service, &route.operation, id))
    }
}

fn said(error: AwsError) -> anyhow::Error {
    anyhow!("{error}")
}
