//! `hamlet internet`: who is on the simulated internet, and whether strangers knock.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::internet_scanners::Mood;
use crate::running::Running;

/// What is asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct InternetRequest {
    /// How the internet shall be from now on; as it is, without.
    pub mood: Option<Mood>,
}

/// The internet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InternetAnswer {
    /// In short.
    pub status: InternetStatus,
    /// Its hosts.
    pub hosts: Vec<InternetHost>,
}

/// The internet in short.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct InternetStatus {
    /// How it is.
    pub mood: Mood,
    /// How many hosts it has.
    pub hosts: usize,
    /// How many of them are the user's own.
    pub added: usize,
    /// How often strangers have knocked on public addresses since the run began.
    pub knocks: u64,
}

/// A host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InternetHost {
    /// Its names.
    pub names: Vec<String>,
    /// Where it is.
    pub addresses: Vec<IpAddr>,
    /// What it answers, in the words of docs/internet.md.
    pub answers: Vec<String>,
    /// Whether it is the user's own.
    pub added: bool,
}

pub(super) fn internet(running: &Running, asked: InternetRequest) -> InternetAnswer {
    if let Some(mood) = asked.mood {
        running.scanners.set(mood);
    }
    let status = status(running);
    let always = status.hosts - status.added;
    let host = |(index, host): (usize, &guest::internet::Host)| InternetHost {
        names: host.names().map(str::to_owned).collect(),
        addresses: host.addresses.clone(),
        answers: host.answers(),
        added: index >= always,
    };
    let hosts = running.names.internet().hosts().iter().enumerate().map(host).collect();
    InternetAnswer { status, hosts }
}

pub(super) fn status(running: &Running) -> InternetStatus {
    let internet = running.names.internet();
    InternetStatus {
        mood: running.scanners.mood(),
        hosts: internet.hosts().len(),
        added: internet.added(),
        knocks: running.scanners.knocks(),
    }
}
