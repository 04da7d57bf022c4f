//! A Hamlet of the benchmark's own: a free port, a directory of its own, gone at the end.

use anyhow::{Context, Result, ensure};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::client::Client;

/// A running Hamlet. Dropping it kills it.
pub(crate) struct Hamlet {
    program: PathBuf,
    data: PathBuf,
    api: SocketAddr,
    child: Child,
}

impl Hamlet {
    /// Starts one and returns once it answers an API call's connection.
    pub(crate) fn start(program: &Path, backing: &str) -> Result<Hamlet> {
        let api = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let unique = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
        let data = std::env::temp_dir().join(format!("hamlet-bench-{}-{unique}", std::process::id()));
        let child = spawn(program, &data, api, backing)?;
        let hamlet = Hamlet { program: program.to_owned(), data, api, child };
        hamlet.wait_until_it_answers()?;
        Ok(hamlet)
    }

    /// Kills it and starts it again with what it kept.
    pub(crate) fn restart(&mut self, backing: &str) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.child = spawn(&self.program, &self.data, self.api, backing)?;
        self.wait_until_it_answers()
    }

    fn wait_until_it_answers(&self) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(self.api).is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(10), "the API did not answer in ten seconds");
            std::thread::sleep(Duration::from_micros(500));
        }
        Client::new(self.api, 0)?.get("/health")?;
        Ok(())
    }

    /// Its instances that run as machines.
    pub(crate) fn machines(&self) -> Result<Vec<Machine>> {
        let status =
            Command::new(&self.program).args(["status", "--json", "--data"]).arg(&self.data).output()?;
        let status: serde_json::Value = serde_json::from_slice(&status.stdout).context("no status")?;
        let instances = status["instances"].as_array().context("no instances in the status")?;
        Ok(instances.iter().filter_map(Machine::of).collect())
    }

    /// Where its API is.
    pub(crate) fn api(&self) -> SocketAddr {
        self.api
    }

    /// Its data directory.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A command on its laptop.
    pub(crate) fn laptop(&self, command: &[&str]) -> Command {
        let mut laptop = Command::new(&self.program);
        laptop.args(["laptop", "--data"]).arg(&self.data).arg("--").args(command);
        laptop
    }

    /// A command in one of its instances.
    pub(crate) fn exec(&self, instance: &str, command: &[&str]) -> Command {
        let mut exec = Command::new(&self.program);
        exec.args(["exec", "--data"]).arg(&self.data).args([instance, "--"]).args(command);
        exec
    }

    /// Its resident memory; its helpers' pages are counted where they are theirs alone.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// Ends it and removes what it kept.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new(&self.program).args(["down", "--data"]).arg(&self.data).output()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Hamlet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Day and moment for signatures.
pub(crate) fn now() -> (String, String) {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let text = awsproto::Timestamp(i64::try_from(millis).unwrap_or_default()).to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits[..8].to_owned(), format!("{}T{}Z", &digits[..8], &digits[8..14]))
}

/// An instance that runs.
pub(crate) struct Machine {
    pub(crate) pid: i32,
    pub(crate) address: Ipv4Addr,
}

impl Machine {
    fn of(status: &serde_json::Value) -> Option<Machine> {
        let running = status["state"] == "running";
        let pid = i32::try_from(status["pid"].as_i64()?).ok()?;
        let address = status["private_ip"].as_str()?.parse().ok()?;
        running.then_some(Machine { pid, address })
    }
}

fn spawn(program: &Path, data: &Path, api: SocketAddr, backing: &str) -> Result<Child> {
    let mut command = Command::new(program);
    command.args(["up", "--listen", &api.to_string(), "--region", "us-west-2", "--instances", backing]);
    command.arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("{} cannot be started", program.display()))
}

/// The form that launches instances in the default VPC.
pub(crate) fn run_instances(count: u32) -> String {
    let region = "us-west-2".parse().expect("a Region of the table");
    let name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    let image = model::image::named_by(region, name).expect("the image of every tutorial").id();
    format!("Action=RunInstances&ImageId={image}&InstanceType=t2.micro&MinCount={count}&MaxCount={count}")
}
