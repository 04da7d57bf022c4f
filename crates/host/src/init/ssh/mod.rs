//! The instance's ssh server: public keys, commands, shells, sftp, forwarded connections.
//!
//! One process per connection, as sshd has it: the instance stays small while nobody is logged in, and a connection
//! that goes wrong takes nothing with it. Keys are those of `~/.ssh/authorized_keys` and those that EC2 Instance
//! Connect has pushed within the last minute ("managed-ssh-keys" of the instance metadata).
//! Leaves out: passwords, agent and X11 forwarding, remote forwarding (`-R`), certificates.

mod gate;
mod keys;
mod names;
mod session;

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey, run_stream,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, MethodKind, MethodSet, Pty, SshId};

use super::Account;
use gate::Gated;
pub(super) use keys::{ensure_host_key, host_key_lines};

/// How long a client may take to log in.
const LOGIN_GRACE: Duration = Duration::from_secs(60);
/// How many keys a client may offer.
const ATTEMPTS_MAX: usize = 20;
/// How long a host name may take that a client wants to be connected to.
const CONNECT_PATIENCE: Duration = Duration::from_secs(30);

/// Serves one connection until it ends. In a process of its own.
pub(super) fn serve(stream: TcpStream, peer: SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (Ok(runtime), Ok(key)) = (runtime, keys::host_key()) else {
        return;
    };
    let config = Arc::new(Config {
        server_id: SshId::Standard("SSH-2.0-Hamlet".into()),
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time: Duration::from_millis(50),
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        max_auth_attempts: ATTEMPTS_MAX,
        window_size: gate::WINDOW_BYTES,
        ..Config::default()
    });
    runtime.block_on(converse(config, stream, peer));
    // A key being asked for is not worth waiting for.
    runtime.shutdown_background();
}

async fn converse(config: Arc<Config>, stream: TcpStream, peer: SocketAddr) {
    let local = stream.local_addr().unwrap_or(peer);
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_socket_keepalive(&stream, true);
    let Ok(stream) = stream.set_nonblocking(true).and_then(|()| tokio::net::TcpStream::from_std(stream))
    else {
        return;
    };
    let logged_in = Arc::new(AtomicBool::new(false));
    let (stream, backlog) = Gated::new(stream);
    let handler = Connection { peer, local, account: None, logged_in: Arc::clone(&logged_in), backlog };
    let started = tokio::time::timeout(LOGIN_GRACE, run_stream(config, stream, handler)).await;
    let Ok(Ok(mut session)) = started else {
        return;
    };
    tokio::select! {
        _ = &mut session => return,
        () = tokio::time::sleep(LOGIN_GRACE) => {}
    }
    if logged_in.load(Ordering::Relaxed) {
        let _ = session.await;
    }
}

/// What one client may do.
struct Connection {
    peer: SocketAddr,
    local: SocketAddr,
    account: Option<Account>,
    logged_in: Arc<AtomicBool>,
    backlog: gate::Backlog,
}

impl Connection {
    async fn check(&self, user: &str, key: &russh::keys::PublicKey) -> Option<Account> {
        let account = Account::named(user)?;
        if keys::is_authorized(&account, key) {
            return Some(account);
        }
        let (name, key) = (user.to_owned(), key.clone());
        let pushed = tokio::task::spawn_blocking(move || keys::is_pushed(&name, &key)).await;
        pushed.is_ok_and(|pushed| pushed).then_some(account)
    }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        let known = self.check(user, offer.public_key).await;
        Ok(if known.is_some() { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        self.account = self.check(user, key.public_key).await;
        self.logged_in.store(self.account.is_some(), Ordering::Relaxed);
        Ok(if self.account.is_some() { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(account) = self.account.clone() else {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
            return Ok(());
        };
        reply.accept().await;
        let origin = session::Origin { peer: self.peer, local: self.local };
        let work = session::serve(channel, session.handle(), account, origin, self.backlog.clone());
        tokio::spawn(work);
        Ok(())
    }

    /// `ssh -L`, `-W` and ProxyJump: a connection from the instance on the client's behalf.
    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host_to_connect: &str,
        port_to_connect: u32,
        _originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let (Some(account), Ok(port)) = (self.account.clone(), u16::try_from(port_to_connect)) else {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
            return Ok(());
        };
        let target = Target { host: host_to_connect.to_owned(), port, account };
        tokio::spawn(forward(channel, target, reply, self.backlog.clone()));
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _col_width: u32,
        _row_height: u32,
        _pix_width: u32,
        _pix_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        _value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        answer(session, channel, session::is_accepted_variable(name))
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        answer(session, channel, session::subsystem(name).is_some())
    }
}

fn answer(session: &mut Session, channel: ChannelId, granted: bool) -> Result<(), russh::Error> {
    if granted { session.channel_success(channel) } else { session.channel_failure(channel) }
}

/// Where a client wants to be connected to, and on whose behalf.
struct Target {
    host: String,
    port: u16,
    account: Account,
}

/// Connects to the first address of the target that answers.
async fn connect(target: &Target) -> Option<tokio::net::TcpStream> {
    for address in names::addresses(&target.host, &target.account).await {
        if let Ok(stream) = tokio::net::TcpStream::connect((address, target.port)).await {
            return Some(stream);
        }
    }
    None
}

async fn forward(channel: Channel<Msg>, target: Target, reply: ChannelOpenHandle, backlog: gate::Backlog) {
    let connected = tokio::time::timeout(CONNECT_PATIENCE, connect(&target)).await;
    let Ok(Some(stream)) = connected else {
        reply.reject(ChannelOpenFailure::ConnectFailed).await;
        return;
    };
    reply.accept().await;
    let _ = stream.set_nodelay(true);
    let (mut from_client, to_client) = channel.split();
    let (mut read, write) = stream.into_split();
    let input = session::queue_input(write, backlog);
    let output = async {
        let mut writer = to_client.make_writer();
        let _ = tokio::io::copy(&mut read, &mut writer).await;
        let _ = to_client.eof().await;
    };
    let hear = async {
        while let Some(message) = from_client.wait().await {
            match message {
                russh::ChannelMsg::Data { data } => input.push(data.to_vec()),
                russh::ChannelMsg::Eof => input.end(),
                russh::ChannelMsg::Close => break,
                _ => {}
            }
        }
    };
    tokio::select! {
        () = async { output.await; input.ended().await; } => {}
        () = hear => {}
    }
    let _ = to_client.close().await;
}
