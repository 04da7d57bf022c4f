//! Frames one by one, with sockets in place of TAPs: what a real network stack does not send, and runs everywhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use datapath::{Datapath, Options};
use engine::{DropReason, Engine, Limits, PortKind};
use model::{MacAddress, World};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use sim::Fixture;
use wire::{Link, Mac, UdpDatagram, VnetHeader, checksum};

const NETWORK: &str = "
vpc main 10.0.0.0/16
  subnet left 10.0.1.0/24
    instance web 10.0.1.10 sg(web)
  subnet right 10.0.2.0/24
    instance db 10.0.2.20 sg(db)
sg web in udp 53 from 10.0.0.0/16
sg db in udp 53 from 10.0.0.0/16
";

const WEB: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 10);
const DB: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 20);

struct Lab {
    datapath: Datapath,
    web: OwnedFd,
    db: OwnedFd,
    macs: [MacAddress; 2],
}

fn world(text: &str, generation: u64) -> Arc<World> {
    let mut world = World::clone(&Fixture::parse(text).unwrap().world);
    world.network.generation = generation;
    Arc::new(world)
}

impl Lab {
    fn new() -> Lab {
        let fixture = Fixture::parse(NETWORK).unwrap();
        let engine = Engine::new(world(NETWORK, 1), Arc::default(), Limits::default(), 0x5eed);
        let datapath = Datapath::start(engine, Options::default()).unwrap();
        let open = |name: &str| {
            let id = fixture.interfaces[name];
            let mac = fixture.world.network.network_interfaces.get(&id).unwrap().mac;
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
            datapath.open(PortKind::Interface(id), mac, theirs).unwrap();
            (ours, mac)
        };
        let ((web, web_mac), (db, db_mac)) = (open("web"), open("db"));
        Lab { datapath, web, db, macs: [web_mac, db_mac] }
    }

    /// A datagram from `web` to port 53 of `db`.
    fn datagram(&self, payload: &[u8]) -> Vec<u8> {
        let (source, destination) = (SocketAddr::from((WEB, 4000)), SocketAddr::from((DB, 53)));
        let link = Link { source: Mac(self.macs[0].0), destination: Mac(MacAddress::ROUTER.0) };
        UdpDatagram { link, ..UdpDatagram::new(source, destination, payload) }.build()
    }

    fn send(&self, vnet: VnetHeader, frame: &[u8]) {
        let whole = [&vnet.to_bytes()[..], frame].concat();
        rustix::io::write(&self.web, &whole).unwrap();
    }

    fn drops(&self, reason: DropReason) -> u64 {
        let drops = self.datapath.status().drops;
        drops.into_iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| count)
    }

    /// The next frame that `db` gets.
    fn received(&self) -> Option<(VnetHeader, Vec<u8>)> {
        let timeout = Timespec::try_from(Duration::from_secs(5)).unwrap();
        poll(&mut [PollFd::new(&self.db, PollFlags::IN)], Some(&timeout)).unwrap();
        self.received_already()
    }

    fn received_already(&self) -> Option<(VnetHeader, Vec<u8>)> {
        let mut buffer = vec![0; 70_000];
        let length = rustix::io::read(&self.db, &mut buffer).ok()?;
        let vnet = VnetHeader::parse(&buffer).unwrap();
        Some((vnet, buffer[VnetHeader::LEN..length].to_vec()))
    }
}

#[test]
fn a_frame_arrives_from_the_router_and_is_counted_at_both_ends() {
    let lab = Lab::new();
    lab.send(VnetHeader::default(), &lab.datagram(b"question"));
    let (vnet, frame) = lab.received().expect("the group allows it");
    assert_eq!(vnet, VnetHeader::default());
    let headers = wire::parse(&frame).unwrap();
    assert_eq!(
        (headers.source_mac, headers.destination_mac),
        (Mac(MacAddress::ROUTER.0), Mac(lab.macs[1].0))
    );
    assert_eq!(headers.payload(&frame), b"question");
    assert!(checksum::transport_is_valid(&frame, &headers));
    let counters: Vec<_> = lab.datapath.status().links.iter().map(|link| link.counters).collect();
    assert_eq!((counters[0].packets_in, counters[0].packets_out), (1, 0));
    assert_eq!((counters[1].packets_in, counters[1].packets_out), (0, 1));
}

#[test]
fn no_frame_sent_after_a_publication_is_judged_by_the_network_before() {
    let lab = Lab::new();
    let (open, shut) = (NETWORK, NETWORK.replace("sg db in udp 53", "sg db in tcp 53"));
    for round in 0..500 {
        // Without the rule, and without a connection that would be remembered: its port changes.
        let frame = {
            let (source, destination) = (SocketAddr::from((WEB, 5000 + round)), SocketAddr::from((DB, 53)));
            let link = Link { source: Mac(lab.macs[0].0), destination: Mac(MacAddress::ROUTER.0) };
            UdpDatagram { link, ..UdpDatagram::new(source, destination, b"?") }.build()
        };
        lab.datapath.publish(world(&shut, 2 * u64::from(round) + 2));
        lab.send(VnetHeader::default(), &frame);
        // A command waits for the turn that is being taken.
        while lab.drops(DropReason::SecurityGroupIngress) <= u64::from(round) {}
        assert_eq!(lab.received_already(), None, "in round {round}");
        lab.datapath.publish(world(open, 2 * u64::from(round) + 3));
        lab.send(VnetHeader::default(), &frame);
        assert!(lab.received().is_some(), "in round {round}");
    }
}

#[test]
fn a_link_that_takes_nothing_costs_its_own_frames_alone() {
    let lab = Lab::new();
    let frame = lab.datagram(&[7; 8000]);
    for _ in 0..2000 {
        while rustix::io::write(&lab.web, &[&VnetHeader::default().to_bytes()[..], &frame].concat()).is_err()
        {
        }
    }
    let mut received = 0;
    while received + lab.drops(DropReason::LinkFull) < 2000 {
        received += u64::from(lab.received_already().is_some());
    }
    assert!(received > 0);
    assert_eq!(lab.datapath.status().links.len(), 2);
}

#[test]
fn the_checksum_of_a_packet_in_a_tunnel_is_finished() {
    let lab = Lab::new();
    // Inside the datagram: sixteen bytes whose checksum, at their fourth, is left to the card.
    let frame = lab.datagram(&[9, 9, 9, 9, 1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 9]);
    let headers = wire::parse(&frame).unwrap();
    let checksum_start = headers.payload_offset + 4;
    lab.send(
        VnetHeader { needs_checksum: true, checksum_start, checksum_offset: 2, ..VnetHeader::default() },
        &frame,
    );
    let (vnet, frame) = lab.received().expect("it is delivered");
    assert!(!vnet.needs_checksum);
    assert_eq!(
        checksum::checksum(&frame[usize::from(checksum_start)..]),
        0,
        "the sum with the checksum in it"
    );
}

#[test]
fn what_is_no_frame_dies_of_its_reason() {
    let lab = Lab::new();
    rustix::io::write(&lab.web, &[0; 5]).unwrap();
    rustix::io::write(&lab.web, &[0, 77, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).unwrap();
    lab.send(VnetHeader::default(), &[1, 2, 3]);
    let mut spoofed = lab.datagram(b"question");
    spoofed[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
    lab.send(VnetHeader::default(), &spoofed);
    while lab.drops(DropReason::SourceMac) == 0 {}
    assert_eq!(lab.drops(DropReason::Malformed), 2);
    assert_eq!(lab.drops(DropReason::BadOffload), 1);
    assert_eq!(lab.received_already(), None);
}

#[test]
fn a_world_with_the_same_network_is_read_without_deciding_anything_anew() {
    let lab = Lab::new();
    let revision = || lab.datapath.with_engine(|engine| engine.world().revision);
    for number in 1..=1000 {
        let mut world = World::clone(&world(NETWORK, 1));
        world.revision = number;
        lab.datapath.publish_alike(Arc::new(world));
    }
    assert_eq!(revision(), 1000, "the last of those that waited");
    assert_eq!(lab.datapath.status().generation, 1);
    // An older world does not come back after the network has changed.
    let mut late = World::clone(&world(NETWORK, 1));
    late.revision = 1001;
    lab.datapath.publish_alike(Arc::new(late));
    let mut changed = World::clone(&world(NETWORK, 1003));
    changed.revision = 1002;
    lab.datapath.publish(Arc::new(changed));
    assert_eq!((revision(), lab.datapath.status().generation), (1002, 1003));
}
