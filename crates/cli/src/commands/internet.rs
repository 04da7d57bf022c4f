//! `hamlet internet`: who is on the simulated internet, and whether strangers knock.

use server::admin::{InternetAnswer, InternetHost, InternetRequest, InternetStatus};
use server::internet_scanners::Mood;
use std::process::ExitCode;

use super::status::section;
use crate::arguments;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, options: &arguments::Internet) -> Result<ExitCode> {
    let mood = options.mood.map(|mood| match mood {
        arguments::Mood::Quiet => Mood::Quiet,
        arguments::Mood::Lively => Mood::Lively,
    });
    let answer: InternetAnswer = daemon.post("/internet", &InternetRequest { mood })?;
    match (options.output.json, mood) {
        (true, _) => super::print_json(&answer),
        (false, Some(_)) => super::print(&format!("{}\n", mood_line(answer.status))),
        (false, None) => super::print(&text(&answer)),
    }
}

fn text(answer: &InternetAnswer) -> String {
    let mut text = String::new();
    let rows = |added: bool| answer.hosts.iter().filter(|it| it.added == added).map(row).collect::<Vec<_>>();
    let (always, added) = (rows(false), rows(true));
    section(&mut text, "Hosts (their names, addresses, and what they answer)", &always);
    if !added.is_empty() {
        section(&mut text, "Yours", &added);
    }
    text + &mood_line(answer.status) + "\n"
}

fn row(host: &InternetHost) -> Vec<String> {
    let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
    vec![host.names.join(" "), addresses.join(" "), host.answers.join(", ")]
}

/// How it is, in a sentence.
pub(super) fn mood_line(status: InternetStatus) -> String {
    match status.mood {
        Mood::Quiet => "It is quiet: nobody comes who was not asked.".to_owned(),
        Mood::Lively => format!("It is lively: strangers have knocked {} times.", status.knocks),
    }
}
