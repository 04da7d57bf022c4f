//! `hamlet up`: starts a Hamlet, in the foreground or behind it.

use server::Config;
use server::admin::Status;
use server::internet::{FILE_BYTES_MAX, Internet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::{Auth, Instances, UnknownImages, Up};
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::progress;
use crate::user;

/// What the background writes.
const LOG: &str = "hamlet.log";
/// How long the background may take until the API answers.
const START_MAX: Duration = Duration::from_secs(60);

pub(crate) fn run(daemon: &Daemon, options: &Up) -> Result<ExitCode> {
    let config = config(daemon, options)?;
    if let Instances::Namespace = options.instances {
        check_machine()?;
    }
    match options.detach {
        true => detach(daemon),
        false => foreground(daemon, options, config),
    }
}

fn config(daemon: &Daemon, options: &Up) -> Result<Config> {
    let account = options.account.parse().map_err(|_| {
        Failure::new(format!("'{}' is not an account: an account ID has twelve digits", options.account))
    })?;
    let region = options.region.parse().map_err(|_| {
        let known: Vec<String> = model::Region::all().map(|region| region.to_string()).collect();
        Failure::new(format!(
            "'{}' is not a Region that Hamlet has: choose one of {}",
            options.region,
            known.join(", ")
        ))
    })?;
    Ok(Config {
        listen: options.listen,
        data: daemon.data.clone(),
        account,
        region,
        auth: match options.auth {
            Auth::Open => server::Auth::Open,
            Auth::Strict => server::Auth::Strict,
        },
        host_names: options.host_name.clone(),
        allowed_users: allowed_users(&options.allow_user)?,
        instances: match options.instances {
            Instances::Namespace => server::Instances::Namespace,
            Instances::None => server::Instances::None,
        },
        unknown_images: match options.unknown_images {
            UnknownImages::Run => model::image::UnknownImages::Run,
            UnknownImages::Refuse => model::image::UnknownImages::Refuse,
        },
        quotas: options.quota.iter().copied().collect(),
        oidc_issuers: options.oidc_issuer.clone(),
        flow_log_minute: Duration::from_secs(options.flow_log_minute),
        nesting: match options.nested_namespaces {
            true => host::Nesting::Allowed,
            false => host::Nesting::Refused,
        },
        internet: internet(options.internet.as_deref())?,
        aws_cli: aws_cli(),
        program: own_program()?,
    })
}

/// The internet that is always there, and what a file adds to it.
fn internet(file: Option<&Path>) -> Result<Internet> {
    let Some(path) = file else { return Ok(Internet::simulated()) };
    if path == Path::new("real") {
        return Err(Failure::new(
            "the real internet cannot be reached from inside yet; for a file of that name say ./real",
        ));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |name: &str| read_at_most(&folder.join(name), FILE_BYTES_MAX);
    let text = read_at_most(path, FILE_BYTES_MAX).map_err(Failure::new)?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::new(format!("{} is no text in UTF-8", path.display())))?;
    Internet::simulated()
        .with(&text, &read)
        .map_err(|error| Failure::new(format!("{}, {error}", path.display())))
}

fn read_at_most(path: &Path, bytes: usize) -> std::result::Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(bytes as u64 + 1).read_to_end(&mut content));
    match read {
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        Ok(_) if content.len() > bytes => Err(format!("{} is longer than {bytes} bytes", path.display())),
        Ok(_) => Ok(content),
    }
}

/// Where `make up` puts the AWS CLI that instances have.
fn aws_cli() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = set("HAMLET_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("hamlet")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/hamlet")));
    cache.map(|cache| cache.join("aws-cli"))
}

/// The users that were named, and the one who started us by sudo.
fn allowed_users(named: &[String]) -> Result<Vec<u32>> {
    let by_sudo = std::env::var("SUDO_UID").ok().and_then(|user| user.parse().ok());
    named.iter().map(|name| user::find(name)).chain(by_sudo.map(Ok)).collect()
}

fn own_program() -> Result<PathBuf> {
    std::env::current_exe()
        .map_err(|error| Failure::new(format!("this program's own file is not known: {error}")))
}

/// Says what the machine lacks before anything fails because of it.
fn check_machine() -> Result<()> {
    let findings = host::probe();
    for note in findings.iter().filter(|finding| !finding.fatal) {
        eprintln!("hamlet: {}", note.sentence);
    }
    let fatal: Vec<&str> = findings.iter().filter(|it| it.fatal).map(|it| it.sentence.as_str()).collect();
    match fatal.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!("{} (`--instances none` runs the API alone.)", fatal.join(" ")))),
    }
}

fn foreground(daemon: &Daemon, options: &Up, config: Config) -> Result<ExitCode> {
    if options.in_background {
        // The terminal we were started from may close. We lead no process group yet, so that this cannot fail.
        let _ = rustix::process::setsid();
    }
    let in_background = options.in_background;
    let asks = daemon.clone();
    log_to_stderr();
    server::run(config, move |running| {
        let api = running.api.to_string();
        if in_background {
            // The log is not the place for a key.
            eprintln!("Hamlet is up at http://{api}.");
            return;
        }
        let line = super::env::one_line(&server::admin::environment(running));
        let console = server::admin::console_address(running).address;
        eprintln!("{}Ctrl-C stops it.", announcement(&api, &console, &asks.data, &line));
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What goes wrong while nobody waits for an answer, an instance that cannot start say, is said here. HAMLET_LOG sets how
/// much: error, warn (as it is without), info, debug or trace.
fn log_to_stderr() {
    let wanted = std::env::var("HAMLET_LOG").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(tracing_subscriber::filter::LevelFilter::WARN);
    // Equal lines are counted, and there are only so many: what a guest makes fail over and over fills no disk.
    let lines = Mutex::new(server::log::Log::default());
    let log = tracing_subscriber::fmt().with_writer(lines).with_ansi(false).with_target(false);
    // A second one in the same process would change nothing, and is no trouble.
    // s3s logs each request that it refuses as an error of its own; who asked has been told.
    let ours = filter_fn(|event| !event.target().starts_with("s3s"));
    let _ = log.with_max_level(level).finish().with(ours).try_init();
}

fn announcement(api: &str, console: &str, data: &Path, line: &str) -> String {
    format!(
        "Hamlet is up.\n  API      http://{api}\n  Console  {console}\n           (lets in once; `hamlet console` prints another)\n  \
         Data     {}\nPaste this where you use aws:\n  {line}\n",
        data.display()
    )
}

/// Starts the same program again, without a terminal, and waits until its API answers.
fn detach(daemon: &Daemon) -> Result<ExitCode> {
    if let Ok(status) = daemon.status() {
        return Err(Failure::new(format!(
            "a Hamlet runs with the data directory {} already, at http://{}: use it, or stop it with `hamlet down`",
            daemon.data.display(),
            status.api
        )));
    }
    let path = daemon.data.join(LOG);
    let log = open_log(daemon, &path)?;
    let began = log.metadata()?.len();
    let mut arguments: Vec<_> = std::env::args_os().skip(1).filter(|word| word != "--detach").collect();
    // Relative directories and HAMLET_DATA mean the same to the child: it starts where we are.
    arguments.push("--in-background".into());
    let mut child = Command::new(own_program()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .map_err(|error| Failure::new(format!("the background cannot be started: {error}")))?;
    let status = wait_until_up(daemon, &mut child, &path, began)?;
    let line = super::env::one_line(&daemon.environment()?);
    super::print(&announcement(&status.api.to_string(), &daemon.console_address()?, &daemon.data, &line))
}

fn open_log(daemon: &Daemon, path: &Path) -> Result<File> {
    server::data_directory::secure(&daemon.data)?;
    let opened = server::data_directory::append(path);
    opened.map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

fn wait_until_up(daemon: &Daemon, child: &mut Child, log: &Path, began: u64) -> Result<Status> {
    let up = progress::wait_for("starting Hamlet", START_MAX, || match child.try_wait() {
        Ok(Some(_)) | Err(_) => Some(Err(last_words(log, began))),
        Ok(None) => daemon.status().ok().filter(|status| status.pid == child.id()).map(Ok),
    });
    up.unwrap_or_else(|| {
        let _ = child.kill();
        Err(Failure::new(format!(
            "Hamlet did not answer within {} s; see {}",
            START_MAX.as_secs(),
            log.display()
        )))
    })
}

/// What the background said before it ended.
fn last_words(log: &Path, began: u64) -> Failure {
    let text = std::fs::read(log).unwrap_or_default();
    let text = text.get(usize::try_from(began).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    let sentence = last.map(|line| line.strip_prefix("hamlet: ").unwrap_or(line).to_owned());
    Failure::new(sentence.unwrap_or_else(|| format!("Hamlet ended at once; see {}", log.display())))
}
