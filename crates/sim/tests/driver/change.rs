//! Changes of a network while packets travel.

use model::peering_status::PeeringStatus;
use model::{AccountId, InstanceState, RuleAction, World};
use sim::random::Random;

/// Changes something, decided by a number.
pub(crate) fn apply(world: &World, number: u64) -> (World, String) {
    let mut world = world.clone();
    let mut random = Random::new(number);
    let what = match random.below(10) {
        0..=2 => remove_rule(&mut world, &mut random),
        3 => copy_rule(&mut world, &mut random),
        4 => flip_acl_entry(&mut world, &mut random),
        5 => other_groups(&mut world, &mut random),
        6 => stop_or_start(&mut world, &mut random),
        7 => peering(&mut world, &mut random),
        8 => public_address(&mut world, &mut random),
        _ => route(&mut world, &mut random),
    };
    (world, what)
}

fn keys<K: model::table_key::TableKey, V: model::table::TableValue>(table: &model::Table<K, V>) -> Vec<K> {
    table.iter().map(|(key, _)| key).collect()
}

fn remove_rule(world: &mut World, random: &mut Random) -> String {
    let id = random.one(&keys(&world.network.security_groups));
    let group = world.network.security_groups.get_mut(&id).unwrap();
    let rules: Vec<_> = group.rules.keys().copied().collect();
    match random.pick(&rules) {
        Some(rule) => {
            group.rules.remove(rule);
            format!("{id} loses {rule}")
        }
        None => "nothing".to_owned(),
    }
}

fn copy_rule(world: &mut World, random: &mut Random) -> String {
    let groups = keys(&world.network.security_groups);
    let (from, to) = (random.one(&groups), random.one(&groups));
    let rules: Vec<_> = world.network.security_groups.get(&from).unwrap().rules.values().cloned().collect();
    match random.pick(&rules) {
        Some(rule) => {
            world.network.security_groups.get_mut(&to).unwrap().rules.insert(rule.id, rule.clone());
            format!("{to} gets {} {:?} {} {}", rule.id, rule.direction, rule.traffic, rule.peer)
        }
        None => "nothing".to_owned(),
    }
}

fn flip_acl_entry(world: &mut World, random: &mut Random) -> String {
    let id = random.one(&keys(&world.network.network_acls));
    let ingress = random.percent(50);
    let acl = world.network.network_acls.get_mut(&id).unwrap();
    let entries = if ingress { &mut acl.ingress } else { &mut acl.egress };
    let numbers: Vec<u16> = entries.keys().copied().collect();
    let Some(entry) = random.pick(&numbers).and_then(|number| entries.get_mut(number)) else {
        return "nothing".to_owned();
    };
    entry.action = match entry.action {
        RuleAction::Allow => RuleAction::Deny,
        RuleAction::Deny => RuleAction::Allow,
    };
    format!("{id} rule {} (inbound: {ingress}) now: {:?}", entry.number, entry.action)
}

fn other_groups(world: &mut World, random: &mut Random) -> String {
    let id = random.one(&keys(&world.network.network_interfaces));
    let interface = world.network.network_interfaces.get(&id).unwrap();
    let groups: Vec<_> = world
        .network
        .security_groups
        .values()
        .filter(|group| group.vpc == interface.vpc)
        .map(|group| group.id)
        .collect();
    let group = random.one(&groups);
    if !interface.groups.is_empty() {
        world.update_network_interface(id, |interface| interface.groups = vec![group]);
    }
    format!("{id} has {group}")
}

fn stop_or_start(world: &mut World, random: &mut Random) -> String {
    let id = random.one(&keys(&world.network.instances));
    let instance = world.network.instances.get_mut(&id).unwrap();
    instance.state = if instance.state.is_up() { InstanceState::Stopped } else { InstanceState::Running };
    format!("{id} is {}", instance.state.name())
}

fn peering(world: &mut World, random: &mut Random) -> String {
    let all = keys(&world.network.vpc_peering_connections);
    let Some(id) = random.pick(&all) else { return "nothing".to_owned() };
    let peering = world.network.vpc_peering_connections.get_mut(id).unwrap();
    peering.status = match peering.status {
        PeeringStatus::Active => PeeringStatus::Deleted(AccountId::DEFAULT),
        _ => PeeringStatus::Active,
    };
    format!("{id} is {:?}", peering.status)
}

/// A public address goes from one interface to another, or away.
fn public_address(world: &mut World, random: &mut Random) -> String {
    let interfaces = keys(&world.network.network_interfaces);
    let (from, to) = (random.one(&interfaces), random.one(&interfaces));
    let mut moved = None;
    world.update_network_interface(from, |interface| {
        moved = interface.private_addresses.first_mut().and_then(|entry| entry.public.take());
    });
    let free = |world: &World| {
        let first = world
            .network
            .network_interfaces
            .get(&to)
            .and_then(|interface| interface.private_addresses.first());
        first.is_some_and(|entry| entry.public.is_none())
    };
    if moved.is_some() && free(world) {
        world.update_network_interface(to, |interface| interface.private_addresses[0].public = moved);
    }
    format!("{moved:?} goes from {from} to {to}")
}

fn route(world: &mut World, random: &mut Random) -> String {
    let tables = keys(&world.network.route_tables);
    let (from, to) = (random.one(&tables), random.one(&tables));
    let routes = world.network.route_tables.get(&from).unwrap().routes.clone();
    let same_vpc = world.network.route_tables.get(&from).unwrap().vpc
        == world.network.route_tables.get(&to).unwrap().vpc;
    let table = world.network.route_tables.get_mut(&to).unwrap();
    match random.pick(&routes) {
        Some(route) if same_vpc && random.percent(50) => {
            table.routes.retain(|old| old.destination != route.destination);
            table.routes.push(*route);
            format!("{to} gets {} -> {}", route.destination, route.target)
        }
        _ if !table.routes.is_empty() => {
            let gone = table.routes.remove(random.below(table.routes.len()));
            format!("{to} loses {} -> {}", gone.destination, gone.target)
        }
        _ => "nothing".to_owned(),
    }
}
