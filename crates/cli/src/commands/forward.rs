//! `hamlet forward`: a port of this machine's own loopback that leads to an instance, from the laptop, so that a browser here
//! can look at a web server there.
//!
//! We listen first and join the laptop's network then: what is accepted is this machine's, what is opened for it is the
//! laptop's. Every connection passes the data plane as one from the internet does, with the laptop's address; where one
//! does not arrive, `hamlet trace` says why.

use rustix::event::{PollFd, PollFlags, poll};
use server::admin::{InstanceStatus, TraceAnswer, TraceRequest};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::arguments::Forward;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::instance;

/// How long an instance may take to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long to wait when the system has no more files for us.
const NO_FILES_WAIT: Duration = Duration::from_millis(50);

pub(crate) fn run(daemon: &Daemon, options: &Forward) -> Result<ExitCode> {
    let target = Target::of(daemon, options)?;
    let laptop = super::shell::laptop(daemon)?;
    let local = (Ipv4Addr::LOCALHOST, options.port.local);
    let listener = std::net::TcpListener::bind(local).map_err(|error| taken(local.1, &error))?;
    listener.set_nonblocking(true)?;
    let ended = host::join_network(laptop)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(forward(daemon, listener, ended, target, options.max_connections));
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

fn taken(port: u16, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied => Failure::new(format!(
            "port {port} of 127.0.0.1 cannot be listened on ({error}): choose another, as in 80:8080"
        )),
        _ => Failure::new(error.to_string()),
    }
}

/// Where to.
#[derive(Clone, Debug, PartialEq)]
struct Target {
    title: String,
    address: IpAddr,
    port: u16,
}

impl Target {
    fn of(daemon: &Daemon, options: &Forward) -> Result<Target> {
        let port = options.port.remote;
        if let Ok(address) = options.instance.parse() {
            let status = daemon.status()?;
            let has = |it: &&InstanceStatus| it.public_ip == Some(address);
            let title = status.instances.iter().find(has).map_or(address.to_string(), instance::title);
            return Ok(Target { title, address, port });
        }
        let (_, found) = instance::find_running(daemon, &options.instance)?;
        Ok(Target { title: instance::title(&found), address: instance::public_address(&found)?, port })
    }

    /// What `hamlet trace` says of the way there, unless it says that it is free.
    fn obstacle(&self, daemon: &Daemon) -> Option<String> {
        let request = TraceRequest {
            from: "laptop".into(),
            to: self.address.to_string(),
            protocol: "tcp".into(),
            port: Some(self.port),
            by: None,
            fragmented: false,
        };
        let answer: TraceAnswer = daemon.post("/trace", &request).ok()?;
        (!answer.reachable).then(|| answer.text.trim_end().to_owned())
    }

    /// Why there is no connection.
    fn failure(&self, daemon: &Daemon, error: ErrorKind) -> String {
        let Target { title, address, port } = self;
        if let Some(text) = self.obstacle(daemon) {
            return format!("{title} cannot be reached at {address}, port {port}:\n{text}");
        }
        match error {
            ErrorKind::ConnectionRefused => format!("nothing listens at port {port} of {title}"),
            _ => format!(
                "{title} does not answer at {address}, port {port}, though the network lets it pass: its own firewall may not"
            ),
        }
    }
}

/// Gives every local connection one of the laptop's, until the user ends it, or Hamlet ends.
async fn forward(
    daemon: &Daemon,
    listener: std::net::TcpListener,
    ended: OwnedFd,
    target: Target,
    connections_max: u16,
) -> Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let ended = tokio::task::spawn_blocking(move || poll(&mut [PollFd::new(&ended, PollFlags::IN)], None));
    let scheme = if target.port == 443 { "https" } else { "http" };
    super::print(&format!(
        "{scheme}://{} leads to port {} of {}. Ctrl-C ends it.\n",
        listener.local_addr()?,
        target.port,
        target.title
    ))?;
    if let Some(text) = target.obstacle(daemon) {
        eprintln!("Not yet: it cannot be reached.\n{text}");
    }
    tokio::select! {
        () = accept(daemon, &listener, target, connections_max) => Ok(()),
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = ended => Err(Failure::new("Hamlet has ended")),
    }
}

async fn accept(daemon: &Daemon, listener: &TcpListener, target: Target, connections_max: u16) {
    let (daemon, target) = (Arc::new(daemon.clone()), Arc::new(target));
    let places = Arc::new(Semaphore::new(connections_max.into()));
    loop {
        let Ok((connection, _)) = listener.accept().await else {
            sleep(NO_FILES_WAIT).await;
            continue;
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                tokio::spawn(serve(Arc::clone(&daemon), Arc::clone(&target), connection, place));
            }
            Err(_) => eprintln!("a connection was closed: there are {connections_max} already"),
        }
    }
}

async fn serve(
    daemon: Arc<Daemon>,
    target: Arc<Target>,
    mut connection: TcpStream,
    place: OwnedSemaphorePermit,
) {
    let there = TcpStream::connect(SocketAddr::new(target.address, target.port));
    let error = match timeout(CONNECT_MAX, there).await {
        Ok(Ok(mut there)) => {
            // A side that goes away is its own business.
            let _ = tokio::io::copy_bidirectional(&mut connection, &mut there).await;
            return drop(place);
        }
        Ok(Err(error)) => error.kind(),
        Err(_) => ErrorKind::TimedOut,
    };
    let said = tokio::task::spawn_blocking(move || target.failure(&daemon, error)).await;
    said.iter().for_each(|text| eprintln!("{text}"));
}

#[cfg(test)]
mod tests {
    use crate::arguments::Ports;

    #[test]
    fn a_port_leads_to_the_same_one_here_unless_said() {
        assert_eq!("8080".parse(), Ok(Ports { remote: 8080, local: 8080 }));
        assert_eq!("80:8080".parse(), Ok(Ports { remote: 80, local: 8080 }));
        assert_eq!("80:0".parse(), Ok(Ports { remote: 80, local: 0 }));
        for wrong in ["", "http", "0", "80:", "65536", "80:80:80"] {
            assert!(wrong.parse::<Ports>().is_err(), "{wrong}");
        }
    }
}
