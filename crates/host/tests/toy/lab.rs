//! What must hold on a real kernel.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use host::{
    AnyAddress, Enter, Host, InstanceSize, InstanceSpec, InterfaceAddress, LinkSpec, Neighbor,
    NetworkNamespace, NetworkNamespaceRole, NetworkNamespaceSpec, Running,
};

use super::switch::{GATEWAY_MAC, Port, Switch};

type Test = fn(&Path);

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("an_instance_boots_and_runs_its_user_data", an_instance_boots_and_runs_its_user_data),
    ("an_instance_sees_nothing_of_the_host", an_instance_sees_nothing_of_the_host),
    ("root_in_an_instance_cannot_break_out_by_mounts", root_in_an_instance_cannot_break_out_by_mounts),
    ("a_command_has_a_terminal_where_the_caller_has_one", a_command_has_a_terminal_where_the_caller_has_one),
    ("ssh_logs_in_with_the_key_pair", ssh_logs_in_with_the_key_pair),
    ("ssh_carries_whatever_goes_through", ssh_carries_whatever_goes_through),
    ("ssh_forwards_through_an_instance", ssh_forwards_through_an_instance),
    ("a_namespace_answers_for_every_address", a_namespace_answers_for_every_address),
    ("the_disk_survives_stop_and_start_but_not_removal", the_disk_survives_stop_and_start_but_not_removal),
    (
        "a_disk_of_an_earlier_version_becomes_its_instances",
        a_disk_of_an_earlier_version_becomes_its_instances,
    ),
    ("an_interface_is_attached_to_a_running_instance", an_interface_is_attached_to_a_running_instance),
    ("nothing_is_left_when_the_daemon_is_killed", nothing_is_left_when_the_daemon_is_killed),
    ("a_hundred_instances_start_and_end", a_hundred_instances_start_and_end),
];

const USER_DATA: &str = "#!/bin/bash\necho the user data says $((6*7)) as $(id -un)\necho kept > /var/kept\n";

/// A network with some instances (10.0.0.10, .11 …), the services and the laptop.
struct Lab {
    host: Host,
    instances: Vec<Running>,
    /// What the first instance has printed.
    console: Arc<Mutex<Vec<u8>>>,
    /// The public half of the key pair in `key`, an RSA one as `aws ec2 create-key-pair` makes.
    public: String,
    key: String,
    services: NetworkNamespace,
    laptop: NetworkNamespace,
    _switch: Switch,
}

impl Lab {
    fn new(data: &Path, count: u8) -> Self {
        let host = Host::new(data, Path::new("/proc/self/exe")).expect("the data directory is ours");
        let mut services = host.network_namespace(&services()).expect("the services start");
        let keys = Keys::make(data);
        let (public, key) = (keys.pair.clone(), data.join("pair").display().to_string());
        serve_metadata(
            keys,
            services.listen_tcp("0.0.0.0:80".parse().unwrap()).expect("the services listen"),
        );
        let mut laptop = host.network_namespace(&laptop()).expect("the laptop starts");
        let mut instances: Vec<_> =
            (0..count).map(|number| host.launch(&instance(number)).expect("it starts")).collect();
        let console = Arc::default();
        listen(&instances[0], &console);
        let mut ports =
            vec![port(&mut services.tap, None), port(&mut laptop.tap, Some(Ipv4Addr::new(203, 0, 113, 7)))];
        for (number, instance) in (0..count).zip(&mut instances) {
            ports.push(port(&mut instance.taps[0], Some(address(number))));
        }
        Self { host, instances, console, public, key, services, laptop, _switch: Switch::start(ports) }
    }

    fn wait_for(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let console = String::from_utf8_lossy(&self.console.lock().unwrap()).into_owned();
            if console.contains(text) {
                return console;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "no {text:?} on the console:\n{console}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn run(&self, user: &str, script: &str) -> String {
        let output = self.try_run(user, script);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}: {:?}\n{out}{err}", output.status);
        out.trim().to_owned()
    }

    fn try_run(&self, user: &str, script: &str) -> Output {
        inside(&["inside-instance", &self.instances[0].init_pid.to_string(), user, "bash", "-c", script])
    }

    fn on_laptop(&self, script: &str) -> String {
        let output = inside(&["inside-namespace", &self.laptop.pid.to_string(), "bash", "-c", script]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}: {:?}\n{out}{err}", output.status);
        out.trim().to_owned()
    }
}

/// Adds what an instance prints to `console`, as it prints it.
fn listen(instance: &Running, console: &Arc<Mutex<Vec<u8>>>) {
    let (mut printed, console) = (instance.take_console().expect("nobody else listens"), Arc::clone(console));
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = printed.read(&mut bytes) {
            console.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
}

fn an_instance_boots_and_runs_its_user_data(data: &Path) {
    let lab = Lab::new(data, 1);
    let console = lab.wait_for("cloud-init: finished");
    assert!(console.contains("dhcp: eth0: 10.0.0.10/24 via 10.0.0.1"), "{console}");
    assert!(console.contains("the user data says 42 as root"), "{console}");
    assert_eq!(lab.run("root", "hostname"), "ip-10-0-0-10.ec2.internal");
    assert_eq!(lab.run("root", "cat /etc/resolv.conf | tail -1"), "nameserver 10.0.0.2");
    assert_eq!(lab.run("root", "cat /sys/class/net/eth0/mtu || cat /proc/net/dev"), "9001");
    assert_eq!(
        lab.run("ec2-user", "cat ~/.ssh/authorized_keys; echo $HOME"),
        format!("{}\n/home/ec2-user", lab.public)
    );
    assert_eq!(lab.run("ec2-user", "sudo id -u"), "0");
    assert!(lab.run("root", "cat /var/log/cloud-init-output.log").contains("says 42"));
    assert_eq!(lab.try_run("root", "exit 7").status.code(), Some(7));
    assert_eq!(lab.try_run("root", "kill -9 $$").status.code(), Some(137));
}

fn an_instance_sees_nothing_of_the_host(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    assert_eq!(lab.run("root", "ls /home; ls -A /root /opt /srv /mnt | grep -v :"), "ec2-user");
    assert!(!lab.run("root", "cat /etc/shadow").contains("root:$"));
    assert_eq!(lab.run("root", "ls /etc/ssl/private /etc/sudoers.d/README 2>/dev/null | wc -l"), "0");
    assert_eq!(lab.run("root", "ls /sys/class/net | tr '\\n' ' '"), "eth0 lo");
    let processes = lab.run("root", "ls -d /proc/[0-9]* | wc -l");
    assert!(processes.parse::<u32>().unwrap() < 10, "{processes} processes");
    assert!(!lab.run("root", "cat /proc/self/mountinfo").contains(&format!("{}/tun", data.display())));
    assert_eq!(lab.run("root", "cat /proc/kcore | wc -c"), "0");
    assert_eq!(lab.run("root", "env | grep -c HAMLET || true"), "0");
    assert_eq!(lab.run("root", "ulimit -u"), "4096", "a fork bomb costs its own instance");
}

fn root_in_an_instance_cannot_break_out_by_mounts(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    for refused in [
        "umount /proc/sys",
        "mount -o remount,rw /proc/sys",
        "mount -t tmpfs none /mnt",
        "echo 1 > /proc/sys/kernel/sysrq",
        "echo b > /proc/sysrq-trigger",
        "mknod /tmp/vda b 254 0",
        "echo x > /proc/sys/kernel/core_pattern",
        "unshare -Um mount -o remount,bind,rw /proc/sys",
        "unshare -Umr umount /proc/sys",
        "hostname other",
        "cat /proc/1/environ",
        "ls /proc/1/root/",
    ] {
        let output = lab.try_run("root", refused);
        assert!(!output.status.success(), "{refused} was allowed");
    }
    assert_eq!(
        lab.run("root", "echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward"),
        "1"
    );
    assert_eq!(
        lab.run("root", "ip addr add 10.9.9.9/32 dev eth0 && ip -br addr show eth0 | grep -c 10.9.9.9"),
        "1"
    );
}

fn a_command_has_a_terminal_where_the_caller_has_one(data: &Path) {
    let lab = Lab::new(data, 1);
    let pid = lab.instances[0].init_pid;
    // `script` gives its command a terminal; /proc/self/exe would be `script` there.
    let program = std::env::current_exe().expect("it has a path");
    let line = format!(
        "{} inside-instance {pid} root bash -c 'tty; set -m; sleep 0 & wait; read word; echo got $word; exit 9'",
        program.display()
    );
    let mut script = Command::new("script");
    let script = script
        .args(["-qec", &line, "/dev/null"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut running = script.spawn().expect("script is there");
    running.stdin.as_mut().expect("it is piped").write_all(b"hello\n").expect("it listens");
    let output = running.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("/dev/pts/") && shown.contains("got hello"), "{shown}");
    assert_eq!(output.status.code(), Some(9), "{shown}");
}

const SSH: &str = "ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes";

fn ssh_logs_in_with_the_key_pair(data: &Path) {
    let lab = Lab::new(data, 1);
    let console = lab.wait_for("cloud-init: finished");
    assert!(console.contains("(ED25519)"), "no host key on the console:\n{console}");
    let ssh = format!("{SSH} -i {}", lab.key);
    let to = "ec2-user@10.0.0.10";
    assert_eq!(lab.on_laptop(&format!("{ssh} {to} 'whoami; pwd; echo $SHELL'")), who_is_ec2_user());
    assert_eq!(lab.on_laptop(&format!("{ssh} {to} sudo whoami")), "root");
    assert_eq!(lab.on_laptop(&format!("{ssh} {to} 'exit 42'; echo $?")), "42");
    assert_eq!(
        lab.on_laptop(&format!("{ssh} {to} 'kill -TERM $$'; echo $?")),
        "255",
        "ssh's own code for a signal"
    );
    assert_eq!(
        lab.on_laptop(&format!(
            "LC_ALL=C.UTF-8 {ssh} -o SendEnv=LC_ALL {to} 'echo $LC_ALL ${{SSH_CONNECTION%% *}}'"
        )),
        "C.UTF-8 203.0.113.7"
    );
    let terminal = format!("{} -tt -i {} {to}", SSH.replace("-n ", ""), lab.key);
    let typed =
        format!("(sleep 0.3; echo 'stty size; tty; exit 3'; sleep 1) | TERM=vt100 {terminal}; echo code $?");
    let shown = lab.on_laptop(&typed);
    assert!(shown.contains("/dev/pts/") && shown.ends_with("code 3"), "{shown}");
    // The key that Instance Connect pushed, and one that nobody knows.
    let pushed = data.join("pushed").display().to_string();
    assert_eq!(lab.on_laptop(&format!("{SSH} -i {pushed} {to} echo in")), "in");
    make_key(&data.join("other"), "ed25519");
    let refused = lab.on_laptop(&format!("{SSH} -i {}/other {to} echo in 2>&1; echo $?", data.display()));
    assert!(refused.contains("Permission denied (publickey)") && refused.ends_with("255"), "{refused}");
    assert!(lab.on_laptop(&format!("{ssh} nobody-here@10.0.0.10 true 2>&1; echo $?")).ends_with("255"));
}

/// With one mapped id, `ec2-user` is another name for root.
fn who_is_ec2_user() -> &'static str {
    if rustix::process::geteuid().is_root() {
        "ec2-user\n/home/ec2-user\n/bin/bash"
    } else {
        "root\n/home/ec2-user\n/bin/bash"
    }
}

fn ssh_carries_whatever_goes_through(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    let ssh = format!("{} -i {} ec2-user@10.0.0.10", SSH.replace("-n ", ""), lab.key);
    // Both ways at once, more than any window or queue holds.
    let both = format!("head -c 60000000 /dev/zero | {ssh} cat | wc -c");
    assert_eq!(lab.on_laptop(&both), "60000000");
    // A command that takes nothing for a while, while more is sent than may wait.
    let slow = format!("head -c 60000000 /dev/zero | {ssh} 'sleep 1; wc -c'");
    assert_eq!(lab.on_laptop(&slow), "60000000");
    let errors = format!("{ssh} 'echo out; echo err >&2' 2>/dev/null");
    assert_eq!(lab.on_laptop(&errors), "out");
    let scp = format!(
        "scp -O -q {} -i {} /etc/services ec2-user@10.0.0.10:copy",
        SSH.replace("ssh -n ", ""),
        lab.key
    );
    lab.on_laptop(&scp);
    assert_eq!(lab.run("root", "cmp /etc/services /home/ec2-user/copy && echo same"), "same");
}

fn ssh_forwards_through_an_instance(data: &Path) {
    let lab = Lab::new(data, 2);
    lab.wait_for("cloud-init: finished");
    let options = SSH.replace("ssh -n ", "");
    let jump = format!("ssh {options} -i {key} ec2-user@10.0.0.10 -W %h:%p", key = lab.key);
    let start = Instant::now();
    let command = format!("{SSH} -i {} -o ProxyCommand='{jump}' ec2-user@10.0.0.11 hostname", lab.key);
    while !lab.on_laptop(&format!("{command} 2>&1; true")).ends_with("ip-10-0-0-11.ec2.internal") {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{}",
            lab.on_laptop(&format!("{command} 2>&1; true"))
        );
    }
    let nowhere = format!("{SSH} -i {} -W 10.0.0.11:1 ec2-user@10.0.0.10 2>&1; echo $?", lab.key);
    let shown = lab.on_laptop(&nowhere);
    assert!(shown.ends_with("255"), "a closed port is a refused channel: {shown}");
}

fn a_namespace_answers_for_every_address(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    assert_eq!(lab.run("root", "curl -s http://198.51.100.77/latest/meta-data/instance-id"), "i-0");
    assert_eq!(lab.on_laptop("curl -s http://192.0.2.1/latest/meta-data/instance-id"), "i-0");
    assert_eq!(lab.on_laptop("tail -1 /etc/resolv.conf"), "nameserver 198.51.100.53");
    for who in ["root", "ec2-user"] {
        assert_eq!(lab.run(who, &format!("python3 -c '{PING}' 198.51.100.9")), "echo reply");
    }
    assert_eq!(lab.on_laptop(&format!("python3 -c '{PING}' 10.0.0.10")), "echo reply");
    let udp = lab.services.bind_udp("198.51.100.53:53".parse().unwrap()).expect("any address can be bound");
    let asked = std::thread::spawn(move || {
        let mut bytes = [0; 100];
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if let Ok((length, from)) = udp.recv_from(&mut bytes) {
                let _ = udp.send_to(&bytes[..length], from);
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let script = "python3 -c 'import socket; s=socket.socket(2,2); s.settimeout(3); s.connect((\"198.51.100.53\",53)); s.send(b\"hello\"); print(s.recv(9).decode())'";
    assert_eq!(lab.on_laptop(script), "hello");
    asked.join().unwrap();
}

const PING: &str = "import socket,sys; s=socket.socket(2,2,1); s.settimeout(3); s.sendto(bytes([8,0,0,0,0,1,0,1]),(sys.argv[1],0)); print(\"echo reply\" if s.recv(99)[0]==0 else \"?\")";

fn the_disk_survives_stop_and_start_but_not_removal(data: &Path) {
    let mut lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    lab.run("root", "echo mine > /root/file; echo mine > /usr/local/bin/tool; chmod 700 /root");
    let start = Instant::now();
    lab.instances[0].stop(Duration::from_secs(5));
    assert!(start.elapsed() < Duration::from_secs(3), "stopping took {:?}", start.elapsed());
    assert!(lab.wait_for("Power down.").contains("asked by the control plane"));
    lab.instances.clear();
    let again = lab.host.launch(&instance(0)).expect("it starts again");
    lab.instances.push(again);
    assert_eq!(lab.run("root", "cat /root/file /usr/local/bin/tool /var/kept"), "mine\nmine\nkept");
    lab.instances.clear();
    lab.host.reconcile(&["i-0"]).expect("nothing is in the way");
    assert!(data.join("instances/i-0").exists());
    lab.host.remove_instance("i-0").expect("nothing is in the way");
    assert!(!data.join("instances/i-0").exists());
}

fn a_disk_of_an_earlier_version_becomes_its_instances(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    lab.run("root", "echo kept > /root/kept && chmod 600 /root/kept && ln /root/kept /root/again");
    lab.run("root", "mkdir -m 700 /var/theirs && touch /var/theirs/file && chown -R ec2-user /var/theirs");
    drop(lab);
    let directory = data.join("instances/i-0");
    std::fs::remove_file(directory.join("ids")).expect("it says whose the disk is");
    if rustix::process::geteuid().is_root() {
        for part in ["root", "usr"] {
            give_back(&directory.join(part));
        }
    }
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    assert_eq!(lab.run("root", "cat /root/kept; stat -c '%u %h' /root/again"), "kept\n0 2");
    assert_eq!(
        lab.run("ec2-user", "cd /var/theirs && test $(stat -c %u file) = $(id -u) && echo mine"),
        "mine"
    );
    assert!(directory.join("ids").exists());
}

/// As a version without private ids left it: root's files root's, others' those of 100,001 and above.
fn give_back(path: &Path) {
    use std::os::unix::fs::{MetadataExt, lchown};
    let found = path.symlink_metadata().expect("it is there");
    let before = |id: u32| match id % 65_536 {
        0 => 0,
        inside => 100_000 + inside,
    };
    lchown(path, Some(before(found.uid())), Some(before(found.gid()))).expect("we are root");
    if found.is_dir() {
        let entries = std::fs::read_dir(path).expect("we are root");
        entries.for_each(|entry| give_back(&entry.expect("we are root").path()));
    }
}

fn an_interface_is_attached_to_a_running_instance(data: &Path) {
    let lab = Lab::new(data, 1);
    lab.wait_for("cloud-init: finished");
    let mut tap = lab
        .host
        .attach_interface(
            &lab.instances[0],
            &LinkSpec { position: 1, ..LinkSpec::new("eth1", [2, 0, 0, 0, 1, 1]) },
        )
        .expect("it is attached");
    let second = Switch::start(vec![port(&mut tap, Some(Ipv4Addr::new(10, 0, 0, 99)))]);
    lab.wait_for("dhcp: eth1: 10.0.0.99/24");
    assert_eq!(lab.run("root", "ls /sys/class/net | tr '\\n' ' '"), "eth0 eth1 lo");
    lab.instances[0].detach_interface("eth1").expect("it is detached");
    drop((second, tap));
    assert_eq!(lab.run("root", "ls /sys/class/net | tr '\\n' ' '"), "eth0 lo");
}

fn nothing_is_left_when_the_daemon_is_killed(data: &Path) {
    let mut daemon =
        Command::new("/proc/self/exe").arg("daemon").arg(data).spawn().expect("we can be started");
    let start = Instant::now();
    while host::instance_pid(data, "i-1").is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "the daemon started nothing");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let first = host::instance_pid(data, "i-0").expect("it runs");
    daemon.kill().expect("it runs");
    daemon.wait().expect("it ran");
    let start = Instant::now();
    while Path::new(&format!("/proc/{first}")).exists() {
        assert!(start.elapsed() < Duration::from_secs(2), "process {first} is still there");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(host::instance_pid(data, "i-0").is_err());
    let host = Host::new(data, Path::new("/proc/self/exe")).expect("as before");
    host.reconcile(&[]).expect("nothing is in the way");
    assert_eq!(std::fs::read_dir(data.join("instances")).expect("it is there").count(), 0);
}

fn a_hundred_instances_start_and_end(data: &Path) {
    let host = Host::new(data, Path::new("/proc/self/exe")).expect("the data directory is ours");
    host.prepare().expect("an image");
    let start = Instant::now();
    drop(host.launch(&instance(200)).expect("it starts"));
    let one = start.elapsed();
    let start = Instant::now();
    let instances: Vec<_> =
        (0..100).map(|number| host.launch(&instance(number)).expect("it starts")).collect();
    let all = start.elapsed();
    let memory: u64 = instances.iter().map(|instance| private_memory(instance.init_pid)).sum();
    let start = Instant::now();
    Running::kill_all(instances);
    println!(
        "       one start and end {one:?}; 100 starts {all:?}, ends {:?}; {} KiB each",
        start.elapsed(),
        memory / 100
    );
}

fn private_memory(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with("Private_"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum()
}

/// The other side of the kill test.
pub(crate) fn daemon_until_killed(data: &Path) -> ExitCode {
    let host = Host::new(data, Path::new("/proc/self/exe")).expect("the data directory is ours");
    let _all: Vec<_> = (0..2).map(|number| host.launch(&instance(number)).expect("it starts")).collect();
    let _laptop = host.network_namespace(&laptop()).expect("it starts");
    std::thread::sleep(Duration::from_secs(60));
    ExitCode::FAILURE
}

pub(crate) fn enter_instance(pid: &str, user: &str, command: &[&str]) -> ExitCode {
    if let Err(error) = host::run_from_a_copy() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let command = command.iter().map(OsString::from).collect();
    finish(host::enter(
        pid.parse().expect("a number"),
        &Enter::Instance { user: user.to_owned(), nesting: host::Nesting::default(), command },
    ))
}

pub(crate) fn enter_network_namespace(pid: &str, command: &[&str]) -> ExitCode {
    let command = command.iter().map(OsString::from).collect();
    finish(host::enter(
        pid.parse().expect("a number"),
        &Enter::NetworkNamespace { command, environment: Vec::new() },
    ))
}

fn finish(outcome: Result<u8, host::HostError>) -> ExitCode {
    outcome.map(ExitCode::from).unwrap_or_else(|error| {
        eprintln!("enter: {error}");
        ExitCode::from(125)
    })
}

fn inside(arguments: &[&str]) -> Output {
    Command::new("/proc/self/exe").args(arguments).output().expect("we can be started")
}

fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, 10 + number)
}

fn instance(number: u8) -> InstanceSpec {
    InstanceSpec {
        id: format!("i-{number}"),
        hostname: "localhost".into(),
        users: vec!["ec2-user".into()],
        boot_script: None,
        size: InstanceSize { memory_mib: 1024, vcpus: 1 },
        links: vec![LinkSpec::new("eth0", [2, 0, 0, 0, 0, number])],
    }
}

fn services() -> NetworkNamespaceSpec {
    NetworkNamespaceSpec {
        name: "services".into(),
        role: NetworkNamespaceRole::Services,
        link: LinkSpec::new("eth0", [2, 0, 0, 1, 0, 1]),
        addresses: vec![InterfaceAddress { address: [192, 0, 2, 1].into(), prefix_length: 32 }],
        gateways: vec![[169, 254, 0, 1].into()],
        neighbors: vec![Neighbor { address: [169, 254, 0, 1].into(), mac: GATEWAY_MAC }],
        any_address: AnyAddress::Every,
    }
}

fn laptop() -> NetworkNamespaceSpec {
    NetworkNamespaceSpec {
        name: "laptop".into(),
        role: NetworkNamespaceRole::Laptop { resolver: [198, 51, 100, 53].into(), authority: String::new() },
        link: LinkSpec::new("eth0", [2, 0, 0, 2, 0, 1]),
        addresses: vec![InterfaceAddress { address: [203, 0, 113, 7].into(), prefix_length: 24 }],
        gateways: vec![[203, 0, 113, 1].into()],
        neighbors: vec![],
        any_address: AnyAddress::Own,
    }
}

fn port(tap: &mut host::Tap, address: Option<Ipv4Addr>) -> Port {
    Port { descriptor: tap.descriptor.try_clone().expect("a descriptor is free"), mac: tap.mac, address }
}

struct Keys {
    pair: String,
    pushed: String,
}

impl Keys {
    fn make(data: &Path) -> Self {
        Self { pair: make_key(&data.join("pair"), "rsa"), pushed: make_key(&data.join("pushed"), "ed25519") }
    }
}

fn make_key(path: &Path, kind: &str) -> String {
    // A second lab with the same data has keys of its own.
    let _ = std::fs::remove_file(path);
    let made =
        Command::new("ssh-keygen").args(["-q", "-N", "", "-C", "lab", "-t", kind, "-f"]).arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "ssh-keygen is needed");
    std::fs::read_to_string(path.with_extension("pub")).expect("it was just made").trim().to_owned()
}

fn serve_metadata(keys: Keys, listener: TcpListener) {
    listener.set_nonblocking(false).expect("it is a socket");
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut bytes = [0; 2000];
            let length = stream.read(&mut bytes).unwrap_or(0);
            let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or("");
            let (status, body) = match path {
                "/latest/api/token" => ("200 OK", "TOKEN"),
                _ if !request.contains("ec2-metadata-token") && !request.contains("curl") => {
                    ("401 Unauthorized", "")
                }
                "/latest/meta-data/instance-id" => ("200 OK", "i-0"),
                "/latest/meta-data/public-keys/0/openssh-key" => ("200 OK", keys.pair.as_str()),
                "/latest/meta-data/managed-ssh-keys/active-keys/ec2-user" => ("200 OK", keys.pushed.as_str()),
                "/latest/user-data" => ("200 OK", USER_DATA),
                _ => ("404 Not Found", ""),
            };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
}
