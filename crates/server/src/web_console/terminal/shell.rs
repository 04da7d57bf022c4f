//! A shell in an instance: ssh's client in this program, as the server in instances is (`host::init`).

use russh::client::{Config, Handle, Handler, Msg};
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelReadHalf, ChannelWriteHalf};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// Where instances take ssh.
pub(super) const PORT: u16 = 22;
/// How long it may take until a shell is there. AWS's console gives up after tens of seconds.
pub(super) const CONNECT_MAX: Duration = Duration::from_secs(15);
/// How much an instance may send before it was read.
const WINDOW_BYTES: u32 = 128 << 10;
/// What the terminal calls itself.
const TERM: &str = "xterm-256color";

/// How large a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Size {
    pub(super) columns: u16,
    pub(super) rows: u16,
}

/// A key pair for one connection.
pub(super) struct Key(PrivateKey);

impl Key {
    /// The key that follows from these bits, which nobody may guess.
    pub(super) fn new(seed: &[u8; 32]) -> Key {
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(seed));
        Key(PrivateKey::new(pair, "").expect("a pair of one seed belongs together"))
    }

    /// The public half, as SendSSHPublicKey takes it.
    pub(super) fn public(&self) -> String {
        self.0.public_key().to_openssh().expect("a key can be written")
    }
}

/// Why there is no shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nothing answers, or not as an ssh server does.
    Unreachable,
    /// The key is not taken.
    Key,
}

/// A shell on a terminal.
pub(super) struct Shell {
    /// What it says.
    pub(super) reader: ChannelReadHalf,
    /// What it hears; whoever writes takes it.
    pub(super) writer: Option<Writer>,
    /// The connection ends with this.
    _connection: Handle<AnyServer>,
}

/// The way to a shell's input.
pub(super) type Writer = ChannelWriteHalf<Msg>;

impl Shell {
    /// Opens one over a connection that stands.
    pub(super) async fn open(
        stream: TcpStream,
        key: Key,
        user: String,
        size: Size,
    ) -> Result<Shell, Refused> {
        let unreachable = |_| Refused::Unreachable;
        let config = Config { window_size: WINDOW_BYTES, nodelay: true, ..Config::default() };
        let connecting = russh::client::connect_stream(Arc::new(config), stream, AnyServer);
        let mut connection = connecting.await.map_err(unreachable)?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key.0), None);
        let authenticated = connection.authenticate_publickey(user, key).await.map_err(|_| Refused::Key)?;
        if !authenticated.success() {
            return Err(Refused::Key);
        }
        let channel = connection.channel_open_session().await.map_err(unreachable)?;
        let (columns, rows) = (u32::from(size.columns), u32::from(size.rows));
        channel.request_pty(false, TERM, columns, rows, 0, 0, &[]).await.map_err(unreachable)?;
        channel.request_shell(false).await.map_err(unreachable)?;
        let (reader, writer) = channel.split();
        Ok(Shell { reader, writer: Some(writer), _connection: connection })
    }
}

/// Whichever key the server has: the way there is this program's own network, and nothing is said over it that the
/// instance's owner may not hear.
struct AnyServer;

impl Handler for AnyServer {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_half_is_as_send_ssh_public_key_takes_it() {
        let public = Key::new(&[7; 32]).public();
        assert!(public.starts_with("ssh-ed25519 AAAA"), "{public}");
        assert!(public.len() >= 80, "the API takes no shorter ones: {public}");
        assert_ne!(public, Key::new(&[8; 32]).public());
    }
}
