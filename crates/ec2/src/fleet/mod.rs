//! EC2 Fleets. Follows CreateFleet and its neighbours (EC2 API Reference). Only fleets of the type `instant`, of On-Demand
//! Instances: nothing here could be bid for, and nobody keeps a fleet going.

mod describe;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use describe::{delete, describe, instances};

use awsproto::{AwsError, Call};
use model::fleet::{Fleet, FleetError, FleetPool};
use model::{InstanceId, World};

use crate::errors::refused;
use crate::run_instances;
use crate::shapes::*;
use request::Wanted;

/// The tag that says which fleet launched an instance.
const FLEET_TAG: &str = "aws:ec2:fleet-id";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateFleetRequest,
) -> Result<CreateFleetResult, AwsError> {
    let wanted = Wanted::read(call, world, request)?;
    world.check_fleet_quota(call.scope).map_err(refused)?;
    let mut fleet = Fleet {
        id: call.with_ids(|ids| ids.fresh()),
        scope: call.scope,
        created: call.now,
        client_token: wanted.client_token.clone(),
        target_capacity: wanted.target_capacity,
        prioritized: wanted.prioritized,
        pools: wanted.pools.clone(),
        errors: Vec::new(),
        deleted: None,
        tags: wanted.tags.clone(),
    };
    launch(call, world, &wanted, &mut fleet)?;
    let (errors, instances) = (describe::errors(&fleet), describe::launched(world, &fleet));
    let fleet_id = Some(fleet.id.to_string());
    world.put_fleet(fleet);
    Ok(CreateFleetResult { errors, fleet_id, instances })
}

/// Launches from one pool after the other until there is enough. Less than what is the least is nothing at all.
fn launch(call: &mut Call, world: &mut World, wanted: &Wanted, fleet: &mut Fleet) -> Result<(), AwsError> {
    for (place, count) in plan(call, world, wanted, fleet) {
        let pool = &mut fleet.pools[place];
        let reservation = run_instances::run(call, world, wanted.launch(pool, count))?;
        pool.instances = ids(&reservation);
    }
    tag(world, fleet);
    Ok(())
}

/// How many are launched from which pool. It is tried on a copy: what fails would leave its traces in the world, since only
/// a call as a whole is taken back.
fn plan(call: &Call, world: &World, wanted: &Wanted, fleet: &mut Fleet) -> Vec<(usize, i32)> {
    let (mut planned, mut plan) = (world.clone(), Vec::new());
    let mut missing = f64::from(wanted.target_capacity);
    for place in wanted.order() {
        let pool = &fleet.pools[place];
        let count = count(missing, pool, wanted.target_capacity);
        if count == 0 {
            break;
        }
        let mut trial = planned.clone();
        match run_instances::run(&mut call.clone(), &mut trial, wanted.launch(pool, count)) {
            Ok(reservation) => {
                missing -= reservation.instances.iter().map(|_| pool.weight()).sum::<f64>();
                planned = trial;
                plan.push((place, count));
            }
            Err(error) => fleet.errors.push(told(place, error)),
        }
    }
    let launched = f64::from(wanted.target_capacity) - missing;
    if launched < f64::from(wanted.least) { Vec::new() } else { plan }
}

/// How many instances of a pool make up for what is missing.
fn count(missing: f64, pool: &FleetPool, most: u32) -> i32 {
    let is_enough = |count: u32| f64::from(count) * pool.weight() >= missing;
    // Halved, not counted up: a request may ask for two thousand million.
    let (mut least, mut most) = (0, most);
    while least < most {
        let middle = least + (most - least) / 2;
        if is_enough(middle) {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    i32::try_from(least).unwrap_or(i32::MAX)
}

fn ids(reservation: &Reservation) -> Vec<InstanceId> {
    let texts = reservation.instances.iter().filter_map(|it| it.instance_id.as_deref());
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn told(place: usize, error: AwsError) -> FleetError {
    FleetError {
        pool: u32::try_from(place).unwrap_or(u32::MAX),
        code: error.code.into_owned(),
        message: error.message,
    }
}

fn tag(world: &mut World, fleet: &Fleet) {
    for id in fleet.instances() {
        if let Some(instance) = world.network.instances.get_mut(&id) {
            instance.tags.insert(FLEET_TAG.to_owned(), fleet.id.to_string());
        }
    }
}
