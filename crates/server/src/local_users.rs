//! Which users of this machine are answered in open mode.
//!
//! A loopback address keeps other machines out, and no other user of this one: whoever can connect would be everybody's
//! root. There were two ways to close that: the key that is made at the first start, made mandatory, or the kernel's word
//! about whose process is at the other end. The kernel's word it is: every tool goes on working with whatever keys it has,
//! an account is still chosen by a key of twelve digits, and there is nothing to steal. `--auth strict` is the other way,
//! for those who share their user with programs that they do not trust; there everybody may ask, and signatures decide.
//!
//! Answered are the daemon's own user, root, the user who started the daemon by sudo, and whom `--allow-user` names. It is
//! asked once, when a connection is accepted, and holds as long as the connection does.

use host::{Peer, Peers};
use std::collections::BTreeSet;
use std::os::fd::AsFd;

use crate::config::{Auth, Config};
use crate::refusal::{Reason, Refusal};

/// Root may do everything on this machine anyway.
const ROOT: u32 = 0;

/// Who is answered.
pub(crate) struct LocalUsers {
    /// `None` where signatures decide.
    peers: Option<Peers>,
    answered: BTreeSet<u32>,
}

impl LocalUsers {
    /// Those whom a run answers.
    pub(crate) fn of(config: &Config) -> LocalUsers {
        let own = rustix::process::geteuid().as_raw();
        LocalUsers {
            peers: match config.auth {
                Auth::Open => Some(Peers::open()),
                Auth::Strict => None,
            },
            answered: config.allowed_users.iter().copied().chain([own, ROOT]).collect(),
        }
    }

    /// Why whoever is at the other end of a connection is not answered, if that is so.
    pub(crate) fn refusal(&self, connection: impl AsFd) -> Option<Refusal> {
        match self.peers.as_ref()?.of(connection) {
            Peer::User(user) if self.answered.contains(&user) => None,
            Peer::User(user) => Some(Refusal::new(
                Reason::OtherUser,
                format!(
                    "This Hamlet belongs to another user, and user {user} is not among those it answers: start one of \
                     your own, or have it started with --allow-user {user} or --auth strict."
                ),
            )),
            Peer::Unknown => Some(Refusal::new(
                Reason::UnknownUser,
                "The kernel does not say whose process sends this request, so that it is not answered: keep the \
                 connection open until the answer has come, or start Hamlet with --auth strict.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    fn accepted() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn who_is_named_is_answered_and_others_hear_what_to_do() {
        let (_client, connection) = accepted();
        let own = rustix::process::geteuid().as_raw();
        let answered = LocalUsers { peers: Some(Peers::open()), answered: [own].into() };
        assert_eq!(answered.refusal(&connection), None);
        let others = LocalUsers { peers: Some(Peers::open()), answered: [own + 1].into() };
        let refusal = others.refusal(&connection).unwrap();
        assert_eq!(refusal.reason, Reason::OtherUser);
        assert!(refusal.sentence.contains(&format!("--allow-user {own} or --auth strict")), "{refusal:?}");
    }

    #[test]
    fn who_cannot_be_told_is_refused_and_hears_of_strict_mode() {
        let (client, connection) = accepted();
        drop(client);
        let users = LocalUsers { peers: Some(Peers::open()), answered: [0].into() };
        let refusal = users.refusal(&connection).unwrap();
        assert_eq!(refusal.reason, Reason::UnknownUser);
        assert!(refusal.sentence.contains("--auth strict"), "{refusal:?}");
    }

    #[test]
    fn where_signatures_decide_nobody_is_asked() {
        let (client, connection) = accepted();
        drop(client);
        assert_eq!(LocalUsers { peers: None, answered: BTreeSet::new() }.refusal(&connection), None);
    }
}
