//! `hamlet open-tunnel`: a tunnel through an EC2 Instance Connect Endpoint, for standard input and output or for whoever
//! connects to a local port. Options and sentences are those of `aws ec2-instance-connect open-tunnel`, which itself
//! insists on TLS and AWS's host names.

use server::admin::Status;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::arguments::OpenTunnel;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::tunnel::Way;
use crate::{endpoint, instance};

pub(crate) fn run(daemon: &Daemon, options: &OpenTunnel) -> Result<ExitCode> {
    if options.local_port.is_none() && std::io::stdin().is_terminal() {
        return Err(Failure::new(
            "there is nobody to talk to the tunnel: use this command as ssh's ProxyCommand, or with --local-port",
        ));
    }
    let status = daemon.status()?;
    let way = Arc::new(way(daemon, &status, options)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = match options.local_port {
        None => runtime.block_on(standard_streams(&way)),
        Some(port) => runtime.block_on(listen(&way, port, options.max_websocket_connections)),
    };
    // A thread may still wait for standard input.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

/// Through which endpoint, and to which address.
fn way(daemon: &Daemon, status: &Status, options: &OpenTunnel) -> Result<Way> {
    let named = options.instance_connect_endpoint_id.as_deref();
    let (address, through) = match (&options.instance_id, options.private_ip_address, named) {
        (None, None, _) => return Err(Failure::new("say where to: --instance-id or --private-ip-address")),
        (_, Some(address), Some(id)) => (address, endpoint::find(status, id)?),
        (None, Some(_), None) => {
            return Err(Failure::new("with --private-ip-address, say --instance-connect-endpoint-id, too"));
        }
        (Some(name), given, _) => {
            let target = instance::find(status, name)?;
            let through = match named {
                Some(id) => endpoint::find(status, id)?,
                None => endpoint::near(status, target).ok_or_else(|| endpoint::none_near(target))?,
            };
            (given.map_or_else(|| private_address(target), Ok)?, through)
        }
    };
    let target = (address, options.remote_port);
    Ok(Way::new(status, &daemon.environment()?, through, target, options.max_tunnel_duration))
}

/// An instance's address inside its VPC.
pub(crate) fn private_address(target: &server::admin::InstanceStatus) -> Result<IpAddr> {
    let none = || Failure::new(format!("{} has no private address", instance::title(target)));
    target.private_ip.ok_or_else(none)
}

async fn standard_streams(way: &Way) -> Result<()> {
    way.carry(tokio::io::stdin(), tokio::io::stdout()).await
}

/// Gives every local connection a tunnel of its own, until the user ends it.
async fn listen(way: &Arc<Way>, port: u16, connections_max: usize) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    super::print(&format!("Listening for connections on port {}.\n", listener.local_addr()?.port()))?;
    let places = Arc::new(Semaphore::new(connections_max));
    for number in 1.. {
        let (connection, _) = listener.accept().await?;
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            super::print(&format!(
                "Max websocket connections {connections_max} have been reached, closing incoming connection.\n"
            ))?;
            continue;
        };
        super::print(&format!("[{number}] Accepted new tcp connection, opening websocket tunnel.\n"))?;
        tokio::spawn(serve(Arc::clone(way), connection, number, place));
    }
    Ok(())
}

async fn serve(way: Arc<Way>, mut connection: TcpStream, number: u64, place: OwnedSemaphorePermit) {
    let (reader, writer) = connection.split();
    if let Err(failure) = way.carry(reader, writer).await {
        eprintln!("[{number}] {failure}");
    }
    // Nobody may be listening any more.
    let _ = super::print(&format!("[{number}] Closing tcp connection.\n"));
    drop(place);
}
