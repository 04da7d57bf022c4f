//! The stage and the runner: as root, and again as an ordinary user.

mod lab;
mod switch;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Runs everything, or what the arguments ask for.
pub(crate) fn run_all() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["inside-instance", pid, user, command @ ..] => lab::enter_instance(pid, user, command),
        ["inside-namespace", pid, command @ ..] => lab::enter_network_namespace(pid, command),
        ["daemon", data] => lab::daemon_until_killed(Path::new(data)),
        ["as-user", filter] => run_tests("ordinary user", filter),
        rest => {
            let filter = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("");
            let mut code = run_tests("this user", filter);
            if rustix::process::geteuid().is_root() {
                code = if run_as_ordinary_user(filter) { code } else { ExitCode::FAILURE };
            }
            code
        }
    }
}

fn run_tests(who: &str, filter: &str) -> ExitCode {
    let fatal: Vec<_> = host::probe().into_iter().filter(|finding| finding.fatal).collect();
    if !fatal.is_empty() {
        for finding in &fatal {
            println!("CANNOT RUN as {who}: {}", finding.sentence);
        }
        // Aloud, and red where everything must run.
        return if std::env::var_os("CI").is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut failed = 0;
    for (name, test) in lab::TESTS.iter().filter(|(name, _)| name.contains(filter)) {
        let data = scratch(name);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| test(&data));
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{verdict:6} {name} as {who} ({} ms)", start.elapsed().as_millis());
        failed += u32::from(outcome.is_err());
        clear(&data);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An ordinary user cannot simply remove what the kernel's overlay closed; the host knows how.
fn clear(data: &Path) {
    if let Ok(host) = host::Host::new(data, Path::new("/proc/self/exe")) {
        let _ = host.reconcile(&[]);
    }
    let _ = fs::remove_dir_all(data);
}

fn scratch(name: &str) -> PathBuf {
    let uid = rustix::process::geteuid().as_raw();
    let path = std::env::temp_dir().join(format!("hamlet-host-{uid}-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the temporary directory is writable");
    path
}

/// Starts a copy of this program as `www-data` with a TUN node that everyone may open, as on usual systems. Some user
/// that has a name: `ssh` wants one.
fn run_as_ordinary_user(filter: &str) -> bool {
    let stage = scratch("stage");
    let program = stage.join("machine");
    let node = stage.join("tun");
    fs::set_permissions(&stage, fs::Permissions::from_mode(0o755)).expect("it is ours");
    fs::copy("/proc/self/exe", &program).expect("there is room for a copy");
    let made = Command::new("mknod")
        .arg(&node)
        .args(["c", "10", "200"])
        .status()
        .is_ok_and(|status| status.success());
    if !made {
        println!("CANNOT RUN as an ordinary user: mknod failed");
        return std::env::var_os("CI").is_none();
    }
    fs::set_permissions(&node, fs::Permissions::from_mode(0o666)).expect("it is ours");
    let status = Command::new("setpriv")
        .args(["--reuid=33", "--regid=33", "--clear-groups"])
        .arg(&program)
        .args(["as-user", filter])
        .env("HAMLET_TUN", &node)
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .status();
    let _ = fs::remove_dir_all(&stage);
    match status {
        Ok(status) => status.success(),
        Err(error) => {
            println!("CANNOT RUN as an ordinary user: setpriv: {error}");
            std::env::var_os("CI").is_none()
        }
    }
}
