//! What is on its way from one state to the next by itself, of what a describe call is about: its answer is worth waiting for
//! a moment. One function for each kind of rows, as the table of actions names them.

use awsproto::Input;
use model::instance_connect_endpoint_state::EndpointState;
use model::nat_gateway::NatGatewayState;
use model::{InstanceState, Link, NetworkInterface, Scope, World};
use std::fmt::Display;

/// Instances, for those who name them by `InstanceId`.
pub(crate) fn instances(world: &World, scope: Scope, input: &Input) -> bool {
    let named = Named::of(input, "InstanceId");
    let own = world.network.instances.linked(Link::Scope(scope));
    own.filter(|it| is_passing(it.state)).any(|it| named.has(it.id))
}

/// Volumes: those of an instance go with it.
pub(crate) fn volumes(world: &World, scope: Scope, input: &Input) -> bool {
    let named = Named::of(input, "VolumeId");
    let own = world.network.instances.linked(Link::Scope(scope));
    let passing = own.filter(|it| is_passing(it.state)).flat_map(|it| world.volumes_of(it.id));
    passing.into_iter().any(|(volume, _)| named.has(volume.id))
}

/// Network interfaces: they are attached, and go, with their instances.
pub(crate) fn network_interfaces(world: &World, scope: Scope, input: &Input) -> bool {
    let named = Named::of(input, "NetworkInterfaceId");
    let of_instance = |interface: &NetworkInterface| {
        let instance = interface.instance().and_then(|id| world.network.instances.get(&id));
        instance.is_some_and(|instance| is_passing(instance.state))
    };
    let own = world.network.network_interfaces.linked(Link::Scope(scope));
    own.filter(|it| named.has(it.id)).any(of_instance)
}

/// NAT gateways.
pub(crate) fn nat_gateways(world: &World, scope: Scope, input: &Input) -> bool {
    let named = Named::of(input, "NatGatewayId");
    let passes = |state: &NatGatewayState| match state {
        NatGatewayState::Pending | NatGatewayState::Deleting => true,
        NatGatewayState::Available | NatGatewayState::Failed { .. } | NatGatewayState::Deleted => false,
    };
    let own = world.network.nat_gateways.linked(Link::Scope(scope));
    own.filter(|it| passes(&it.state)).any(|it| named.has(it.id))
}

/// EC2 Instance Connect Endpoints.
pub(crate) fn instance_connect_endpoints(world: &World, scope: Scope, input: &Input) -> bool {
    let named = Named::of(input, "InstanceConnectEndpointId");
    let passes = |state: &EndpointState| match state {
        EndpointState::CreateInProgress
        | EndpointState::UpdateInProgress
        | EndpointState::DeleteInProgress => true,
        EndpointState::CreateComplete
        | EndpointState::CreateFailed(_)
        | EndpointState::UpdateComplete
        | EndpointState::DeleteComplete => false,
    };
    let own = world.instance_connect_endpoints.linked(Link::Scope(scope));
    own.filter(|it| passes(&it.state)).any(|it| named.has(it.id))
}

fn is_passing(state: InstanceState) -> bool {
    match state {
        InstanceState::Pending | InstanceState::Stopping | InstanceState::ShuttingDown => true,
        InstanceState::Running | InstanceState::Stopped | InstanceState::Terminated => false,
    }
}

/// The identifiers that a request names; all, if it names none.
struct Named<'a>(Vec<&'a str>);

impl<'a> Named<'a> {
    fn of(input: &'a Input, parameter: &str) -> Named<'a> {
        Named(input.form().map(|form| form.texts(parameter).collect()).unwrap_or_default())
    }

    fn has(&self, id: impl Display) -> bool {
        self.0.is_empty() || self.0.contains(&id.to_string().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;
    use awsproto::Protocol;

    type Question = fn(&World, Scope, &Input) -> bool;

    fn asks(caller: &Caller, passing: Question, form: &str) -> bool {
        let input = Input::parse(Protocol::Ec2, "", form.as_bytes()).unwrap();
        passing(&caller.world, caller.scope(), &input)
    }

    #[test]
    fn an_instance_passes_until_it_runs_and_what_came_with_it_does_too() {
        let mut caller = Caller::new();
        let old = caller.running(&[]);
        let all: [Question; 3] = [instances, volumes, network_interfaces];
        assert!(!all.iter().any(|passing| asks(&caller, *passing, "")), "nothing is on its way");
        let new = caller.launch(&[]).text("instanceId");
        assert!(all.iter().all(|passing| asks(&caller, *passing, "")));
        assert!(asks(&caller, instances, &format!("InstanceId.1={old}&InstanceId.2={new}")));
        assert!(
            !asks(&caller, instances, &format!("InstanceId.1={old}")),
            "another one's state is not waited for"
        );
        caller.settle();
        assert!(!all.iter().any(|passing| asks(&caller, *passing, "")));
        for action in ["StopInstances", "StartInstances", "TerminateInstances"] {
            caller.ok(action, &[("InstanceId.1", &new)]);
            assert!(asks(&caller, instances, &format!("InstanceId.1={new}")), "{action}");
            caller.settle();
            assert!(!asks(&caller, instances, &format!("InstanceId.1={new}")), "{action}");
        }
    }

    #[test]
    fn another_regions_instance_is_nobodys_business() {
        let mut caller = Caller::new();
        caller.launch(&[]);
        caller.move_to("us-east-1");
        assert!(!asks(&caller, instances, ""));
    }

    #[test]
    fn an_endpoint_passes_while_it_is_made_changed_and_deleted() {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let made = caller.ok("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet)]);
        let id = made.text("instanceConnectEndpointId");
        assert!(asks(&caller, instance_connect_endpoints, &format!("InstanceConnectEndpointId.1={id}")));
        caller.settle();
        assert!(!asks(&caller, instance_connect_endpoints, ""));
        caller.ok("DeleteInstanceConnectEndpoint", &[("InstanceConnectEndpointId", &id)]);
        assert!(asks(&caller, instance_connect_endpoints, ""));
    }
}
