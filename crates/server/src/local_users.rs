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
use std::net::IpAddr;
use std::os::fd::AsFd;

use crate::config::{Auth, Config};
use crate::refusal::{Reason, Refusal};
use crate::shares::Holder;

/// Root may do everything on this machine anyway.
const ROOT: u32 = 0;

/// Who is answered.
pub(crate) struct LocalUsers {
    peers: Peers,
    auth: Auth,
    answered: BTreeSet<u32>,
}

impl LocalUsers {
    /// Those whom a run answers.
    pub(crate) fn of(config: &Config) -> LocalUsers {
        let own = rustix::process::geteuid().as_raw();
        let answered = config.allowed_users.iter().copied().chain([own, ROOT]).collect();
        LocalUsers { peers: Peers::open(), auth: config.auth, answered }
    }

    /// Who is at the other end of a connection, and why they are not answered, if that is so. Where signatures decide it
    /// only matters whose share of the connections this is.
    pub(crate) fn who(&self, connection: impl AsFd, source: IpAddr) -> (Holder, Option<Refusal>) {
        let peer = match source.to_canonical().is_loopback() {
            true => self.peers.of(connection),
            false => Peer::Unknown,
        };
        match (peer, self.auth) {
            (Peer::User(user), _) if self.answered.contains(&user) => (Holder::Own, None),
            (Peer::User(user), Auth::Strict) => (Holder::User(user), None),
            (Peer::Unknown, Auth::Strict) => (Holder::at(source), None),
            (Peer::User(user), Auth::Open) => (Holder::Refused, Some(of_another(user))),
            (Peer::Unknown, Auth::Open) => (Holder::Refused, Some(of_nobody())),
        }
    }
}

fn of_another(user: u32) -> Refusal {
    let sentence = format!(
        "This Hamlet belongs to another user, and user {user} is not among those it answers: start one of your own, or \
         have it started with --allow-user {user} or --auth strict."
    );
    Refusal::new(Reason::OtherUser, sentence)
}

fn of_nobody() -> Refusal {
    let sentence = "The kernel does not say whose process sends this request, so that it is not answered: keep the \
                    connection open until the answer has come, or start Hamlet with --auth strict.";
    Refusal::new(Reason::UnknownUser, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn accepted() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    fn users(auth: Auth, answered: u32) -> LocalUsers {
        LocalUsers { peers: Peers::open(), auth, answered: [answered].into() }
    }

    #[test]
    fn who_is_named_is_answered_and_others_hear_what_to_do() {
        let (_client, connection) = accepted();
        let own = rustix::process::geteuid().as_raw();
        assert_eq!(users(Auth::Open, own).who(&connection, LOOPBACK), (Holder::Own, None));
        let (holder, refusal) = users(Auth::Open, own + 1).who(&connection, LOOPBACK);
        let refusal = refusal.unwrap();
        assert_eq!((holder, refusal.reason), (Holder::Refused, Reason::OtherUser));
        assert!(refusal.sentence.contains(&format!("--allow-user {own} or --auth strict")), "{refusal:?}");
    }

    #[test]
    fn who_cannot_be_told_is_refused_and_hears_of_strict_mode() {
        let (client, connection) = accepted();
        drop(client);
        let refusal = users(Auth::Open, 0).who(&connection, LOOPBACK).1.unwrap();
        assert_eq!(refusal.reason, Reason::UnknownUser);
        assert!(refusal.sentence.contains("--auth strict"), "{refusal:?}");
    }

    #[test]
    fn where_signatures_decide_everybody_may_ask_and_has_a_share() {
        let (client, connection) = accepted();
        let own = rustix::process::geteuid().as_raw();
        let users = users(Auth::Strict, own + 1);
        assert_eq!(users.who(&connection, LOOPBACK), (Holder::User(own), None));
        let outside: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(users.who(&connection, outside), (Holder::at(outside), None));
        drop(client);
        assert_eq!(users.who(&connection, LOOPBACK), (Holder::at(LOOPBACK), None));
    }
}
