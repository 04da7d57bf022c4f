//! What must hold for packets of real network stacks.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use datapath::CaptureScope;
use engine::DropReason;

use crate::lab::{Lab, PATIENCE};

type Case = fn();

pub(crate) const ALL: &[(&str, Case)] = &[
    ("ping_crosses_subnets", ping_crosses_subnets),
    ("tcp_brings_every_byte_in_super_frames", tcp_brings_every_byte_in_super_frames),
    ("udp_datagrams_larger_than_the_link_arrive_whole", udp_datagrams_larger_than_the_link_arrive_whole),
    ("a_refused_connection_is_counted_by_its_reason", a_refused_connection_is_counted_by_its_reason),
    ("a_published_network_holds_for_the_next_packet", a_published_network_holds_for_the_next_packet),
    ("a_service_learns_which_interface_asks", a_service_learns_which_interface_asks),
    (
        "a_nat_gateway_resets_what_was_idle_for_350_seconds_on_the_inside",
        a_nat_gateway_resets_what_was_idle_for_350_seconds_on_the_inside,
    ),
    ("a_capture_is_what_tcpdump_reads", a_capture_is_what_tcpdump_reads),
    ("a_closed_link_is_gone_and_others_stay", a_closed_link_is_gone_and_others_stay),
    ("a_flood_does_not_starve_others", a_flood_does_not_starve_others),
    ("an_idle_data_plane_uses_no_processor", an_idle_data_plane_uses_no_processor),
    ("dropping_the_last_handle_ends_the_thread", dropping_the_last_handle_ends_the_thread),
];

const TWO_SUBNETS: &str = "
vpc main 10.0.0.0/16
  subnet left 10.0.1.0/24
    instance web 10.0.1.10 sg(web)
    instance other 10.0.1.11 sg(web)
  subnet right 10.0.2.0/24
    instance db 10.0.2.20 sg(db)
sg web in icmp from 10.0.0.0/16
sg db in tcp 5432 from sg web
sg db in udp 53 from sg web
sg db in icmp from 10.0.0.0/16
";

/// The same without the rule that lets `web` connect.
fn without_5432() -> String {
    TWO_SUBNETS.replace("sg db in tcp 5432 from sg web\n", "")
}

fn ping_crosses_subnets() {
    if Command::new("ping").arg("-V").output().is_err() {
        return println!("CANNOT RUN: ping is not installed");
    }
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let output = web.run(&["ping", "-c", "3", "-i", "0.05", "-W", "5", &db.address.to_string()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("3 received"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let status = lab.datapath.status();
    let link = |port| status.links.iter().find(|link| link.port == port).unwrap();
    assert!(link(web.port).counters.packets_in >= 3, "{status:?}");
    assert_eq!(link(web.port).counters.packets_in, link(db.port).counters.packets_out);
}

/// A stream that no two places of are alike.
fn pattern(length: usize) -> Vec<u8> {
    (0..length as u32 / 4).flat_map(|word| word.wrapping_mul(0x9e37_79b1).to_le_bytes()).collect()
}

fn tcp_brings_every_byte_in_super_frames() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let listener = db.listen(5432);
    let sent = pattern(32 << 20);
    let mut stream = web.connect((db.address, 5432).into(), PATIENCE).expect("the group allows it");
    let (mut accepted, from) = listener.accept().unwrap();
    assert_eq!(from.ip(), web.address);
    let receiving = thread::spawn(move || {
        let mut all = Vec::new();
        accepted.read_to_end(&mut all).unwrap();
        all
    });
    stream.write_all(&sent).unwrap();
    drop(stream);
    assert!(receiving.join().unwrap() == sent, "bytes were changed");
    let status = lab.datapath.status();
    let counters = status.links.iter().find(|link| link.port == web.port).unwrap().counters;
    assert!(counters.bytes_in > 32 << 20, "{counters:?}");
    assert!(
        counters.packets_in as usize >= (32 << 20) / 9001,
        "super-frames count as their packets: {counters:?}"
    );
    assert_eq!(lab.drops(DropReason::BadOffload) + lab.drops(DropReason::Malformed), 0);
}

fn udp_datagrams_larger_than_the_link_arrive_whole() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let (asking, answering) = (web.bind(4000), db.bind(53));
    for length in [1, 1000, 9000, 30_000] {
        let sent = pattern(length.max(4));
        asking.send_to(&sent, (db.address, 53)).unwrap();
        let mut buffer = vec![0; 65_536];
        let (length, from) = answering.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from.ip()), (&sent[..], web.address.into()));
        answering.send_to(&sent, from).unwrap();
        let (length, _) = asking.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], &sent[..]);
    }
}

fn a_refused_connection_is_counted_by_its_reason() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let _listener = db.listen(22);
    assert!(web.connect((db.address, 22).into(), Duration::from_millis(300)).is_none());
    assert!(lab.drops(DropReason::SecurityGroupIngress) >= 1);
}

fn a_published_network_holds_for_the_next_packet() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let listener = db.listen(5432);
    let mut tracked = web.connect((db.address, 5432).into(), PATIENCE).expect("the group allows it");
    let (mut accepted, _) = listener.accept().unwrap();
    for round in 0..50 {
        lab.publish(&without_5432(), 2 * round + 2);
        assert!(
            web.connect((db.address, 5432).into(), Duration::from_millis(2)).is_none(),
            "in round {round}"
        );
        lab.publish(TWO_SUBNETS, 2 * round + 3);
        assert!(web.connect((db.address, 5432).into(), PATIENCE).is_some(), "in round {round}");
    }
    // "Existing connections continue to be tracked": a security group's change does not cut them.
    lab.publish(&without_5432(), 1000);
    tracked.write_all(b"still here").unwrap();
    let mut read = [0; 10];
    accepted.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"still here");
    lab.datapath.publish(Arc::clone(&lab.fixture.world));
    assert_eq!(lab.datapath.status().generation, lab.fixture.world.network.generation);
}

fn a_service_learns_which_interface_asks() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, services) = (lab.member("web"), lab.services());
    let listener = services.namespace.listen_tcp("0.0.0.0:80".parse().unwrap()).unwrap();
    listener.set_nonblocking(false).unwrap();
    let Some(mut stream) = web.connect("169.254.169.254:80".parse().unwrap(), PATIENCE) else {
        panic!("metadata is always there: {:?}", lab.datapath.status());
    };
    let (mut accepted, from) = listener.accept().unwrap();
    assert_eq!(lab.datapath.behind(from.ip()), Some(lab.fixture.interfaces["web"]));
    assert_eq!(lab.datapath.behind(web.address.into()), None);
    accepted.write_all(b"ami-id").unwrap();
    let mut read = [0; 6];
    stream.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"ami-id");
}

const BEHIND_NAT: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.0.200 eip(52.0.0.200)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(app)
sg app
";

/// "When a connection times out, a NAT gateway returns an RST packet to any resources behind the NAT gateway that attempt to
/// continue the connection (it does not send a FIN packet)."
fn a_nat_gateway_resets_what_was_idle_for_350_seconds_on_the_inside() {
    let lab = Lab::new(BEHIND_NAT);
    let (app, site) = (lab.member("app"), lab.internet([192, 0, 2, 10].into()));
    let listener = site.listen(80);
    let open = || {
        let inside = app.connect((site.address, 80).into(), PATIENCE).expect("the way out is open");
        let (outside, from) = listener.accept().unwrap();
        assert_eq!(from.ip().to_string(), "52.0.0.200");
        (inside, outside)
    };
    let says = |from: &mut TcpStream, to: &mut TcpStream, word: &[u8; 5]| {
        from.write_all(word).unwrap();
        let mut read = [0; 5];
        to.read_exact(&mut read).map(|()| assert_eq!(&read, word))
    };
    let (mut inside, mut outside) = open();
    says(&mut inside, &mut outside, b"hello").unwrap();
    lab.datapath.skip(Duration::from_secs(349));
    says(&mut outside, &mut inside, b"there").expect("349 seconds are not too long");
    // The acknowledgement may come late, and would go on with the connection.
    thread::sleep(Duration::from_millis(300));
    lab.datapath.skip(Duration::from_secs(351));
    inside.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let waits = says(&mut outside, &mut inside, b"still").unwrap_err();
    assert_eq!(waits.kind(), io::ErrorKind::WouldBlock, "from outside nothing comes in, and nobody is told");
    assert!(lab.drops(DropReason::NatUnsolicited) >= 1);
    outside.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    inside.set_read_timeout(Some(PATIENCE)).unwrap();
    let silence = says(&mut inside, &mut outside, b"again").unwrap_err();
    assert_eq!(silence.kind(), io::ErrorKind::WouldBlock, "the outside hears neither that nor a reset");
    let reset = inside.read(&mut [0; 5]).unwrap_err();
    assert_eq!(reset.kind(), io::ErrorKind::ConnectionReset, "the inside is reset");
    assert!(lab.drops(DropReason::NatIdle) >= 1);
    assert_eq!((lab.metric("IdleTimeoutCount"), lab.metric("ActiveConnectionCount")), (1, 0));
    let (mut inside, mut outside) = open();
    says(&mut inside, &mut outside, b"hello").expect("a new connection is another matter");
    assert_eq!((lab.metric("ConnectionEstablishedCount"), lab.metric("ActiveConnectionCount")), (2, 1));
}

/// A file in memory that can be looked at afterwards.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn a_capture_is_what_tcpdump_reads() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let (at_web, at_db) = (Memory::default(), Memory::default());
    let ids = [
        lab.datapath
            .capture(CaptureScope::Interface(lab.fixture.interfaces["web"]), Box::new(at_web.clone()))
            .unwrap(),
        lab.datapath.capture(CaptureScope::Link(db.port), Box::new(at_db.clone())).unwrap(),
    ];
    let listener = db.listen(5432);
    let mut stream = web.connect((db.address, 5432).into(), PATIENCE).expect("the group allows it");
    let (mut accepted, _) = listener.accept().unwrap();
    stream.write_all(&pattern(200_000)).unwrap();
    accepted.read_exact(&mut vec![0; 200_000]).unwrap();
    assert!(web.connect((db.address, 22).into(), Duration::from_millis(100)).is_none());
    for id in ids {
        assert_eq!(lab.datapath.stop_capture(id).unwrap(), 0, "frames were left out");
    }
    assert_eq!(lab.datapath.status().captures, 0);
    let refused = b"dropped: security-group-ingress";
    let says = |file: &Memory| file.0.lock().unwrap().windows(refused.len()).any(|part| part == refused);
    assert!(says(&at_web), "what died says why");
    assert!(!says(&at_db), "and did not arrive");
    read_with_tcpdump(&at_web);
    read_with_tcpdump(&at_db);
}

/// Every packet's checksums are right and none is longer than the link allows.
fn read_with_tcpdump(file: &Memory) {
    let path = std::env::temp_dir().join(format!("hamlet-datapath-{}.pcapng", std::process::id()));
    std::fs::write(&path, &*file.0.lock().unwrap()).unwrap();
    let output = Command::new("tcpdump").args(["-nvvr", &path.display().to_string()]).output();
    std::fs::remove_file(&path).unwrap();
    let Ok(output) = output else {
        println!("CANNOT CHECK captures with tcpdump: it is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("10.0.2.20.5432"), "{said}");
    assert!(!said.contains("incorrect") && !said.contains("bad cksum"), "{said}");
    let longest = said
        .split("length ")
        .filter_map(|rest| rest.split([')', ':', '\n', ' ']).next()?.parse::<u32>().ok())
        .max();
    assert!(longest.is_some_and(|longest| longest > 8000 && longest <= 9001), "{longest:?}");
}

fn a_closed_link_is_gone_and_others_stay() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    let other = lab.member("other");
    let interfaces = || String::from_utf8_lossy(&other.run(&["ip", "-br", "link"]).stdout).into_owned();
    assert!(interfaces().contains("eth0"));
    lab.datapath.close(other.port);
    assert!(!interfaces().contains("eth0"));
    // An instance may take its interface down; what is sent to it then dies there.
    let down = db.run(&["ip", "link", "set", "eth0", "down"]);
    assert!(down.status.success(), "{}", String::from_utf8_lossy(&down.stderr));
    assert!(web.connect((db.address, 5432).into(), Duration::from_millis(100)).is_none());
    assert!(lab.drops(DropReason::InterfaceDown) >= 1, "{:?}", lab.datapath.status());
    assert_eq!(lab.datapath.status().links.len(), 2);
    lab.datapath.close(db.port);
    drop(db);
    let again = lab.member("db");
    let _listener = again.listen(5432);
    assert!(web.connect((again.address, 5432).into(), PATIENCE).is_some());
}

fn a_flood_does_not_starve_others() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, other, db) = (lab.member("web"), lab.member("other"), lab.member("db"));
    let listener = db.listen(5432);
    let mut stream = web.connect((db.address, 5432).into(), PATIENCE).expect("the group allows it");
    let (mut accepted, _) = listener.accept().unwrap();
    let flood = other.bind(4000);
    let stop = Arc::new(AtomicBool::new(false));
    let flooding = {
        let (stop, to) = (Arc::clone(&stop), (db.address, 53));
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let _ = flood.send_to(&[7; 36], to);
            }
        })
    };
    let mut times: Vec<Duration> = (0..200).map(|_| round_trip(&mut stream, &mut accepted)).collect();
    stop.store(true, Ordering::Relaxed);
    flooding.join().unwrap();
    times.sort_unstable();
    // A link may send 64 frames in its turn, which take far less than a millisecond.
    assert!(times[100] < Duration::from_millis(20), "half of the round trips took {:?} and more", times[100]);
}

fn round_trip(there: &mut (impl Read + Write), back: &mut (impl Read + Write)) -> Duration {
    let (start, mut byte) = (Instant::now(), [7]);
    there.write_all(&byte).unwrap();
    back.read_exact(&mut byte).unwrap();
    back.write_all(&byte).unwrap();
    there.read_exact(&mut byte).unwrap();
    start.elapsed()
}

/// Clock ticks that the threads of this name have used.
fn ticks(name: &str) -> u64 {
    let used = |stat: &str| -> Option<u64> {
        let (before, after) = stat.rsplit_once(')')?;
        let words: Vec<&str> = after.split_whitespace().collect();
        before
            .ends_with(&format!("({name}"))
            .then(|| words[11].parse::<u64>().unwrap() + words[12].parse::<u64>().unwrap())
    };
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter_map(|task| used(&std::fs::read_to_string(task.path().join("stat")).ok()?)).sum()
}

fn an_idle_data_plane_uses_no_processor() {
    let lab = Lab::new(TWO_SUBNETS);
    let (web, db) = (lab.member("web"), lab.member("db"));
    web.run(&["ping", "-c", "1", "-W", "5", &db.address.to_string()]);
    let before = ticks("datapath");
    thread::sleep(Duration::from_secs(2));
    assert!(ticks("datapath") - before <= 2, "of 200 ticks in two seconds");
}

fn dropping_the_last_handle_ends_the_thread() {
    let lab = Lab::new(TWO_SUBNETS);
    let web = lab.member("web");
    let another = lab.datapath.clone();
    let asking = thread::spawn(move || {
        (0..1000).map(|_| another.with_engine(|engine| engine.ports().iter().count())).max()
    });
    assert_eq!(asking.join().unwrap(), Some(1));
    drop(lab);
    let start = Instant::now();
    while String::from_utf8_lossy(&web.run(&["ip", "-br", "link"]).stdout).contains("eth0") {
        assert!(start.elapsed() < PATIENCE, "its links stay open");
    }
}
