//! The running Hamlet of a data directory, over its socket.

use rustix::process::geteuid;
use serde::de::DeserializeOwned;
use server::admin::{self, ConsoleAddress, Environment, Problem, Status};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, NOT_RUNNING, Result};
use crate::http::{Answer, Request, send};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a Hamlet keeps its data, and so how it is found.
#[derive(Clone, Debug)]
pub(crate) struct Daemon {
    /// The data directory, absolute.
    pub(crate) data: PathBuf,
}

impl Daemon {
    /// The Hamlet of the directory that was said, or of the user's own.
    pub(crate) fn of(data: Option<PathBuf>) -> Result<Daemon> {
        let data = match data {
            Some(data) => data,
            None => users_own()?,
        };
        let data = std::path::absolute(&data).map_err(|error| {
            Failure::new(format!("{} is not a directory's name: {error}", data.display()))
        })?;
        Ok(Daemon { data })
    }

    /// What `hamlet status` shows.
    pub(crate) fn status(&self) -> Result<Status> {
        self.get("/status")
    }

    /// What `hamlet env` shows.
    pub(crate) fn environment(&self) -> Result<Environment> {
        self.get("/env")
    }

    /// A new address of the web console, which lets in once.
    pub(crate) fn console_address(&self) -> Result<String> {
        let answer: ConsoleAddress = self.post("/console", &())?;
        Ok(answer.address)
    }

    /// Asks a question without details.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        read(self.ask("GET", path, b"")?)
    }

    /// Asks a question, or gives an order.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<T> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::new(error.to_string()))?;
        read(self.ask("POST", path, &body)?)
    }

    /// An answer as it comes, once it is known to be one.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<Answer<UnixStream>> {
        let stream = self.connect()?;
        let headers = [("host", "hamlet"), ("content-type", "application/json")];
        let request = Request { method, path, headers: &headers, body };
        let answer = send(stream, &request).map_err(|error| self.silent(&error))?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let problem = answer.bytes().ok().and_then(|text| serde_json::from_slice::<Problem>(&text).ok());
        let sentence = problem.map_or_else(
            || "the running Hamlet is of another version; restart it".to_owned(),
            |it| it.problem,
        );
        Err(Failure::new(sentence))
    }

    fn connect(&self) -> Result<UnixStream> {
        let stream =
            UnixStream::connect(admin::socket(&self.data)).map_err(|error| self.unreachable(&error))?;
        self.check_owner(&stream)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// What another user's program answers must not be believed: `hamlet env` is evaluated by a shell. Root asks whom it
    /// wants.
    fn check_owner(&self, stream: &UnixStream) -> Result<()> {
        let (own, answers) = (geteuid(), host::peer_user(stream)?);
        if own.is_root() || [0, own.as_raw()].contains(&answers) {
            return Ok(());
        }
        Err(Failure::new(format!(
            "what answers in {} is a program of user {answers}: say with --data where your own Hamlet is",
            self.data.display()
        )))
    }

    fn unreachable(&self, error: &std::io::Error) -> Failure {
        let data = self.data.display();
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory => Failure {
                sentence: format!(
                    "no Hamlet runs with the data directory {data}: start one with `hamlet up`, or say with --data which one is meant"
                ),
                code: NOT_RUNNING,
            },
            ErrorKind::PermissionDenied => Failure::new(format!(
                "the Hamlet in {data} belongs to another user: only its owner can use it"
            )),
            _ => self.silent(error),
        }
    }

    fn silent(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!(
            "the Hamlet in {} does not answer ({error}): stop it with `hamlet down`, or its process, and start it again",
            self.data.display()
        ))
    }
}

fn read<T: DeserializeOwned>(answer: Answer<UnixStream>) -> Result<T> {
    let text = answer.bytes()?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::new(format!("the running Hamlet is of another version ({error}); restart it"))
    })
}

/// `$XDG_DATA_HOME/hamlet`, by the XDG Base Directory Specification: relative paths there count for nothing.
fn users_own() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("hamlet"))
        .ok_or_else(|| {
            Failure::new("neither HOME nor XDG_DATA_HOME is set: say with --data where to keep everything")
        })
}

/// Whether a process runs. One that has ended and is not yet waited for does not.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    // The name in parentheses may hold anything; the state follows the last one.
    stat.is_ok_and(|stat| !stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
}
