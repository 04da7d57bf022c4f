//! Random lives of instances, interfaces and addresses: whatever is tried, every address is in one place, what two
//! nouns say of each other agrees, a change that is taken back leaves no trace, and one that is stored is found again.

use model::elastic_ip::AssociateAddress;
use model::instance::ShutdownBehavior;
use model::instance_lifecycle::{InterfaceSource, Launch, LaunchInterface, LaunchVolume};
use model::network_interface::{AssignPrivateAddresses, NewNetworkInterface, Wish};
use model::volume::{Capacity, NewVolume, VolumeType};
use model::{
    AccountId, Id, Ids, InstanceState, InstanceType, NetworkInterface, Refusal, Scope, SubnetId, Tags,
    Timestamp, World,
    image::{self, Image},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const NOW: Timestamp = Timestamp(0);
const AN_HOUR_LATER: Timestamp = Timestamp(60 * 60 * 1000);

/// One attempt. Numbers choose among what there is at the moment.
#[derive(Clone, Debug)]
enum Attempt {
    Launch { interfaces: usize, subnet: usize, keep_interfaces: bool },
    Start(usize),
    Stop(usize),
    Reboot(usize),
    Terminate(usize),
    Report(usize),
    ShutDownFromInside(usize),
    Expire,
    CreateInterface { subnet: usize, secondary: usize },
    DeleteInterface(usize),
    Attach { interface: usize, instance: usize, index: u16 },
    Detach(usize),
    AssignAny { interface: usize, count: usize },
    TakeFrom { interface: usize, other: usize },
    Unassign { interface: usize, address: usize },
    Allocate,
    Release(usize),
    Associate { address: usize, interface: usize, private: usize, move_it: bool },
    Disassociate(usize),
}

fn attempt() -> impl Strategy<Value = Attempt> {
    use Attempt::*;
    let n = || 0..6usize;
    prop_oneof![
        4 => (1..4usize, n(), any::<bool>())
            .prop_map(|(interfaces, subnet, keep_interfaces)| Launch { interfaces, subnet, keep_interfaces }),
        2 => n().prop_map(Start),
        3 => n().prop_map(Stop),
        1 => n().prop_map(Reboot),
        2 => n().prop_map(Terminate),
        8 => n().prop_map(Report),
        1 => n().prop_map(ShutDownFromInside),
        1 => Just(Expire),
        3 => (n(), 0..3usize).prop_map(|(subnet, secondary)| CreateInterface { subnet, secondary }),
        1 => n().prop_map(DeleteInterface),
        3 => (n(), n(), 0..4u16).prop_map(|(interface, instance, index)| Attach { interface, instance, index }),
        2 => n().prop_map(Detach),
        2 => (n(), 0..3usize).prop_map(|(interface, count)| AssignAny { interface, count }),
        2 => (n(), n()).prop_map(|(interface, other)| TakeFrom { interface, other }),
        2 => (n(), n()).prop_map(|(interface, address)| Unassign { interface, address }),
        3 => Just(Allocate),
        1 => n().prop_map(Release),
        5 => (n(), n(), n(), any::<bool>())
            .prop_map(|(address, interface, private, move_it)| Associate { address, interface, private, move_it }),
        2 => n().prop_map(Disassociate),
    ]
}

proptest! {
    #[test]
    fn addresses_interfaces_and_instances_agree(
        attempts in prop::collection::vec((attempt(), any::<bool>()), 1..60)
    ) {
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let mut draws = 0u128;
        let mut draw = || {
            draws += 1;
            draws.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        };
        let mut world = World::default();
        world.ensure_scope(scope, &mut Ids::new(&mut draw));
        let mut stored: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        store(&mut world, &mut stored);
        for (attempt, take_back) in attempts {
            let before = stored.clone();
            let result = try_it(&mut world, scope, &attempt, &mut Ids::new(&mut draw));
            if take_back || result.is_err() {
                world.roll_back();
            }
            store(&mut world, &mut stored);
            if take_back || result.is_err() {
                prop_assert_eq!(&before, &stored, "{:?} left a trace", attempt);
            }
            check(&world, scope)?;
        }
        let loaded = World::load(1, stored.iter().map(|(key, value)| (key.as_str(), value.as_slice()))).unwrap();
        let index = |world: &World| -> Vec<_> {
            world.network.interface_by_address.iter().map(|(address, interface)| (address, *interface)).collect()
        };
        prop_assert_eq!(index(&loaded), index(&world));
        let public = |world: &World| -> Vec<_> {
            world.network.public_addresses.iter().map(|(address, mapping)| (address, *mapping)).collect()
        };
        prop_assert_eq!(public(&loaded), public(&world));
    }
}

fn store(world: &mut World, stored: &mut BTreeMap<String, Vec<u8>>) {
    for record in world.commit().records {
        match record.value {
            Some(value) => stored.insert(record.key, value),
            None => stored.remove(&record.key),
        };
    }
}

/// What must always hold.
fn check(world: &World, scope: Scope) -> Result<(), TestCaseError> {
    let mut private = BTreeSet::new();
    let mut public = BTreeSet::new();
    for interface in world.network.network_interfaces.values() {
        for address in interface.addresses() {
            prop_assert!(private.insert((interface.vpc, address)), "{address} is on two interfaces");
            let at = world.network.interface_at(interface.vpc, address).map(|it| it.id);
            prop_assert_eq!(at, Some(interface.id));
        }
        check_public_addresses(world, interface, &mut public)?;
        if let Some(instance) = interface.instance() {
            let instance = world.network.instances.get(&instance).expect("an attachment's instance is there");
            prop_assert!(instance.interfaces.contains(&interface.id));
            prop_assert_eq!(instance.zone, interface.zone);
        }
    }
    prop_assert_eq!(world.network.public_addresses.len(), public.len());
    prop_assert_eq!(world.network.interface_by_address.len(), private.len());
    for elastic in world.network.elastic_ips.values() {
        if let Some(association) = elastic.association {
            let mapping = world
                .network
                .public_addresses
                .get(&elastic.public_ip)
                .expect("an associated address is mapped");
            prop_assert_eq!(
                (mapping.interface, mapping.private),
                (association.interface, association.private_ip)
            );
        }
    }
    for instance in world.network.instances.values() {
        let indexes: Vec<_> = world.interfaces_of(instance).map(NetworkInterface::device_index).collect();
        prop_assert_eq!(indexes.len(), instance.interfaces.len());
        prop_assert!(indexes.is_sorted() && indexes.iter().collect::<BTreeSet<_>>().len() == indexes.len());
        let has_network = instance.state != InstanceState::Terminated;
        prop_assert_eq!(has_network, instance.vpc.is_some() && !instance.interfaces.is_empty());
        let limit = InstanceType::find(&instance.instance_type).unwrap();
        prop_assert!(indexes.len() <= limit.interfaces_max);
    }
    for subnet in world.network.subnets.values().filter(|subnet| subnet.scope == scope) {
        let inside =
            |address: &&(model::VpcId, IpAddr)| address.0 == subnet.vpc && subnet.contains(address.1);
        let used = u32::try_from(private.iter().filter(inside).count()).unwrap();
        prop_assert_eq!(world.available_addresses(subnet.id), 4096 - 5 - used);
    }
    Ok(())
}

fn check_public_addresses(
    world: &World,
    interface: &NetworkInterface,
    public: &mut BTreeSet<std::net::Ipv4Addr>,
) -> Result<(), TestCaseError> {
    for private in &interface.private_addresses {
        let Some(mapped) = private.public else { continue };
        prop_assert!(public.insert(mapped.address), "{} is mapped twice", mapped.address);
        match mapped.elastic {
            Some(elastic) => {
                let elastic = world.network.elastic_ips.get(&elastic).expect("a mapped address is allocated");
                let association = elastic.association.expect("a mapped address is associated");
                prop_assert_eq!(association.interface, interface.id);
                prop_assert_eq!(association.private_ip, private.address);
            }
            None => {
                let instance = interface.instance().and_then(|id| world.network.instances.get(&id));
                let is_lent_to = instance.expect("only instances are lent addresses").state;
                prop_assert!(!matches!(is_lent_to, InstanceState::Stopped | InstanceState::Terminated));
                prop_assert_eq!(interface.device_index(), Some(0));
            }
        }
    }
    Ok(())
}

/// The `n`th of what there is, counted around.
fn nth<T: Copy>(all: impl Iterator<Item = T>, n: usize) -> Option<T> {
    let all: Vec<T> = all.collect();
    (!all.is_empty()).then(|| all[n % all.len()])
}

fn try_it(world: &mut World, scope: Scope, attempt: &Attempt, ids: &mut Ids<'_>) -> Result<(), Refusal> {
    let instance = |world: &World, n| nth(world.network.instances.values().map(|it| it.id), n);
    let interface = |world: &World, n| nth(world.network.network_interfaces.values().map(|it| it.id), n);
    let elastic = |world: &World, n| nth(world.network.elastic_ips.values().map(|it| it.id), n);
    let subnet = |world: &World, n| {
        nth(world.network.subnets.values().map(|it| it.id), n).expect("there are default subnets")
    };
    match *attempt {
        Attempt::Launch { interfaces, subnet: n, keep_interfaces } => {
            let launch = launch(scope, subnet(world, n), interfaces, keep_interfaces, ids);
            world.launch_instance(scope, launch, ids, NOW)?;
        }
        Attempt::Expire => world.expire(AN_HOUR_LATER),
        Attempt::Allocate => {
            world.allocate_address(scope, Tags::new(), ids)?;
        }
        Attempt::CreateInterface { subnet: n, secondary } => {
            let new = NewNetworkInterface {
                secondary_addresses: Wish::Count(secondary),
                ..NewNetworkInterface::in_subnet(subnet(world, n))
            };
            world.create_network_interface(scope, new, ids)?;
        }
        Attempt::Start(n)
        | Attempt::Stop(n)
        | Attempt::Reboot(n)
        | Attempt::Terminate(n)
        | Attempt::Report(n)
        | Attempt::ShutDownFromInside(n) => {
            let Some(id) = instance(world, n) else { return Ok(()) };
            live(world, scope, attempt, id, ids)?;
        }
        Attempt::DeleteInterface(n) => {
            let Some(id) = interface(world, n) else { return Ok(()) };
            world.delete_network_interface(scope, id)?;
        }
        Attempt::Attach { interface: n, instance: m, index } => {
            let (Some(id), Some(host)) = (interface(world, n), instance(world, m)) else { return Ok(()) };
            world.attach_network_interface(scope, id, host, index, NOW, ids)?;
        }
        Attempt::Detach(n) => {
            let attachments =
                world.network.network_interfaces.values().filter_map(|it| Some(it.attachment.as_ref()?.id));
            let Some(id) = nth(attachments, n) else { return Ok(()) };
            world.detach_network_interface(scope, id)?;
        }
        Attempt::AssignAny { interface: n, count } => {
            let Some(id) = interface(world, n) else { return Ok(()) };
            let assign = AssignPrivateAddresses { addresses: Wish::Count(count), allow_reassignment: false };
            world.assign_private_addresses(scope, id, assign, ids)?;
        }
        Attempt::TakeFrom { interface: n, other } => {
            let (Some(id), Some(other)) = (interface(world, n), interface(world, other)) else {
                return Ok(());
            };
            let other = world.network_interface(scope, other)?;
            let Some(address) = other.private_addresses.last().map(|it| it.address) else { return Ok(()) };
            let assign =
                AssignPrivateAddresses { addresses: Wish::Listed(vec![address]), allow_reassignment: true };
            world.assign_private_addresses(scope, id, assign, ids)?;
        }
        Attempt::Unassign { interface: n, address } => {
            let Some(id) = interface(world, n) else { return Ok(()) };
            let addresses = world.network_interface(scope, id)?.private_addresses.iter().map(|it| it.address);
            let Some(address) = nth(addresses, address) else { return Ok(()) };
            world.unassign_private_addresses(scope, id, &[address])?;
        }
        Attempt::Release(n) => {
            let Some(id) = elastic(world, n) else { return Ok(()) };
            world.release_address(scope, id, ids)?;
        }
        Attempt::Associate { address, interface: n, private, move_it } => {
            let (Some(id), Some(to)) = (elastic(world, address), interface(world, n)) else { return Ok(()) };
            let addresses = world.network_interface(scope, to)?.private_addresses.iter().map(|it| it.address);
            let associate = AssociateAddress {
                interface: to,
                private_ip: nth(addresses, private),
                allow_reassociation: move_it,
            };
            world.associate_address(scope, id, associate, ids)?;
        }
        Attempt::Disassociate(n) => {
            let associations = world.network.elastic_ips.values().filter_map(|it| Some(it.association?.id));
            let Some(id) = nth(associations, n) else { return Ok(()) };
            world.disassociate_address(scope, id, ids)?;
        }
    }
    Ok(())
}

/// What happens to one instance.
fn live(
    world: &mut World,
    scope: Scope,
    attempt: &Attempt,
    id: model::InstanceId,
    ids: &mut Ids<'_>,
) -> Result<(), Refusal> {
    let instance = world.instance(scope, id)?;
    let (boot, state) = (instance.boot, instance.state);
    match attempt {
        Attempt::Start(_) => world.start_instance(scope, id, ids, NOW).map(drop),
        Attempt::Stop(_) => world.stop_instance(scope, id, NOW).map(drop),
        Attempt::Reboot(_) => world.reboot_instance(scope, id),
        Attempt::Terminate(_) => world.terminate_instance(scope, id, NOW).map(drop),
        Attempt::ShutDownFromInside(_) => {
            world.instance_is_stopped(id, NOW);
            Ok(())
        }
        _ => {
            match state {
                InstanceState::Pending => world.instance_is_running(id, boot, NOW),
                InstanceState::Stopping => world.instance_is_stopped(id, NOW),
                InstanceState::ShuttingDown => world.instance_is_terminated(id, NOW),
                InstanceState::Running | InstanceState::Stopped | InstanceState::Terminated => {}
            }
            Ok(())
        }
    }
}

fn launch(scope: Scope, subnet: SubnetId, interfaces: usize, keep: bool, ids: &mut Ids<'_>) -> Launch {
    let image = Image::from(image::all(scope.region).next().expect("every Region has images"));
    let interface = |device_index: u16| LaunchInterface {
        device_index,
        delete_on_termination: !keep,
        source: InterfaceSource::New {
            interface: Box::new(NewNetworkInterface::in_subnet(subnet)),
            public_address: None,
        },
    };
    Launch {
        reservation: Id::from_random(ids.bits()),
        launch_index: 0,
        image: image.clone(),
        instance_type: InstanceType::find("t3.small").expect("a type in the table"),
        key_name: None,
        interfaces: (0..u16::try_from(interfaces).expect("a few")).map(interface).collect(),
        user_data: Vec::new(),
        metadata_options: image.metadata_options(),
        disable_api_termination: false,
        disable_api_stop: false,
        shutdown_behavior: if keep { ShutdownBehavior::Stop } else { ShutdownBehavior::Terminate },
        monitoring: false,
        ebs_optimized: false,
        instance_profile: None,
        root_device: "/dev/xvda".to_owned(),
        volumes: vec![LaunchVolume {
            device: "/dev/xvda".to_owned(),
            delete_on_termination: !keep,
            volume: NewVolume {
                capacity: Capacity::checked(VolumeType::Gp3, 8, Default::default())
                    .expect("it is a usual one"),
                snapshot: None,
                kms_key: None,
                multi_attach: false,
                tags: Tags::new(),
            },
        }],
        cpu_credits: None,
        cpu_options: None,
        placement: Default::default(),
        maintenance: Default::default(),
        client_token: String::new(),
        tags: Tags::new(),
    }
}
