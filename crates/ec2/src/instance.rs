//! Instances: showing them, and starting, stopping, rebooting and terminating them. Follows DescribeInstances,
//! StopInstances and their neighbours in the EC2 API Reference. What is asked for is only written down here; whoever
//! runs the instances makes it so.

use awsproto::filter::{Sieve, Tagged};
use awsproto::page::{self, Page};
use awsproto::{AwsError, Call, Filterable, Filters, Need, Provided};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::instance::{MetadataOptions, StateReason as Reason};
use model::instance_lifecycle::{InstanceAttribute, StateChange};
use model::subnet::HostnameType;
use model::volume::VolumeAttachment;
use model::{
    Instance, InstanceId, InstanceState, InstanceType, Link, NetworkInterface, Scope, Volume, World,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use crate::cpu_options;
use crate::errors::refused;
use crate::host_name;
use crate::image;
use crate::instance_maintenance;
use crate::instance_profile;
use crate::network_interface::{self, each};
use crate::placement;
use crate::request::{self, bool_values, render_tags, required_id, text_values};
use crate::shapes::{self, *};

/// What [`console_output`] needs.
pub(crate) const CONSOLE: Need = Need::ConsoleOutput(|input| input.text("InstanceId")?.parse().ok());

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInstancesRequest,
) -> Result<DescribeInstancesResult, AwsError> {
    let DescribeInstancesRequest {
        filters,
        // Instances that a service provider manages, of which there are none.
        include_managed_resources: _,
        instance_ids,
        max_results,
        next_token,
    } = request;
    let scope = call.scope;
    let named = request::named_or_all(&instance_ids, instances(world, scope), |instance| instance.id)?;
    page::refuse_with_ids("instances", &instance_ids, max_results)?;
    let page = Page::new(max_results, next_token.as_deref(), page::EC2)?;
    let sieve = Sieve::new(&filters);
    let rows = named.into_iter().filter(|instance| {
        let mut values: Vec<(&str, &dyn Display)> = vec![("instance-id", &instance.id)];
        values.extend(instance.vpc.as_ref().map(|id| ("vpc-id", id as _)));
        values.extend(instance.subnet.as_ref().map(|id| ("subnet-id", id as _)));
        sieve.lets_through(&values, &instance.tags)
    });
    let rows = rows.map(|instance| Row::of(world, instance));
    let rows = Filters::new(filters)?.select(rows)?;
    let (rows, next_token) = page.cut(rows, |row| row.shape.instance_id.clone().unwrap_or_default());
    Ok(DescribeInstancesResult { reservations: reservations(rows), next_token })
}

fn instances(world: &World, scope: Scope) -> impl Iterator<Item = &Instance> {
    world.network.instances.linked(Link::Scope(scope))
}

/// Instances of one launch are shown together.
fn reservations(rows: Vec<Row>) -> Vec<Reservation> {
    let mut by_launch: BTreeMap<String, Reservation> = BTreeMap::new();
    for row in rows {
        let reservation = by_launch.entry(row.reservation.clone()).or_insert_with(|| Reservation {
            reservation_id: Some(row.reservation),
            owner_id: Some(row.owner),
            ..Default::default()
        });
        reservation.instances.push(row.shape);
    }
    let in_order = |mut reservation: Reservation| {
        reservation.instances.sort_by_key(|instance| instance.ami_launch_index);
        reservation
    };
    by_launch.into_values().map(in_order).collect()
}

/// Reads instance ids; one that does not exist fails the whole call.
fn named(world: &World, scope: Scope, texts: &[String]) -> Result<Vec<InstanceId>, AwsError> {
    if texts.is_empty() {
        return Err(AwsError::missing_parameter("InstanceId"));
    }
    let found = request::named_or_all(texts, instances(world, scope), |instance| instance.id)?;
    Ok(found.into_iter().map(|instance| instance.id).collect())
}

pub(crate) fn start(
    call: &mut Call,
    world: &mut World,
    request: StartInstancesRequest,
) -> Result<StartInstancesResult, AwsError> {
    let StartInstancesRequest { additional_info, instance_ids } = request;
    request::refuse_unsupported(&[("AdditionalInfo", additional_info.is_some())])?;
    let (scope, now) = (call.scope, call.now);
    let mut changes = Vec::new();
    for id in named(world, scope, &instance_ids)? {
        let change = call.with_ids(|ids| world.start_instance(scope, id, ids, now)).map_err(refused)?;
        changes.push(state_change(change));
    }
    Ok(StartInstancesResult { starting_instances: changes })
}

pub(crate) fn stop(
    call: &mut Call,
    world: &mut World,
    request: StopInstancesRequest,
) -> Result<StopInstancesResult, AwsError> {
    let StopInstancesRequest {
        // "The instance will first attempt a graceful shutdown", and is then forced: so does every stop here.
        force: _,
        hibernate,
        instance_ids,
        skip_os_shutdown,
    } = request;
    request::refuse_unsupported(&[
        ("Hibernate", hibernate == Some(true)),
        ("SkipOsShutdown", skip_os_shutdown == Some(true)),
    ])?;
    let (scope, now) = (call.scope, call.now);
    let mut changes = Vec::new();
    for id in named(world, scope, &instance_ids)? {
        changes.push(state_change(world.stop_instance(scope, id, now).map_err(refused)?));
    }
    Ok(StopInstancesResult { stopping_instances: changes })
}

pub(crate) fn reboot(
    call: &mut Call,
    world: &mut World,
    request: RebootInstancesRequest,
) -> Result<(), AwsError> {
    let RebootInstancesRequest { instance_ids } = request;
    let scope = call.scope;
    for id in named(world, scope, &instance_ids)? {
        world.reboot_instance(scope, id).map_err(refused)?;
    }
    Ok(())
}

pub(crate) fn terminate(
    call: &mut Call,
    world: &mut World,
    request: TerminateInstancesRequest,
) -> Result<TerminateInstancesResult, AwsError> {
    let TerminateInstancesRequest {
        instance_ids,
        // Nothing of a terminated instance is left that a shutdown could save: each is ended at once.
        force: _,
        skip_os_shutdown: _,
    } = request;
    let (scope, now) = (call.scope, call.now);
    let mut changes = Vec::new();
    for id in named(world, scope, &instance_ids)? {
        changes.push(state_change(world.terminate_instance(scope, id, now).map_err(refused)?));
    }
    Ok(TerminateInstancesResult { terminating_instances: changes })
}

fn state_change(change: StateChange) -> InstanceStateChange {
    InstanceStateChange {
        instance_id: Some(change.instance.to_string()),
        previous_state: Some(state(change.previous)),
        current_state: Some(state(change.current)),
    }
}

pub(crate) fn monitor(
    call: &mut Call,
    world: &mut World,
    request: MonitorInstancesRequest,
) -> Result<MonitorInstancesResult, AwsError> {
    let MonitorInstancesRequest { instance_ids, metric_category_ids } = request;
    request::refuse_unsupported(&[("MetricCategoryId", !metric_category_ids.is_empty())])?;
    let instance_monitorings = set_monitoring(call, world, &instance_ids, true)?;
    Ok(MonitorInstancesResult { instance_monitorings })
}

pub(crate) fn unmonitor(
    call: &mut Call,
    world: &mut World,
    request: UnmonitorInstancesRequest,
) -> Result<UnmonitorInstancesResult, AwsError> {
    let UnmonitorInstancesRequest { instance_ids, metric_category_ids } = request;
    request::refuse_unsupported(&[("MetricCategoryId", !metric_category_ids.is_empty())])?;
    let instance_monitorings = set_monitoring(call, world, &instance_ids, false)?;
    Ok(UnmonitorInstancesResult { instance_monitorings })
}

fn set_monitoring(
    call: &mut Call,
    world: &mut World,
    texts: &[String],
    on: bool,
) -> Result<Vec<InstanceMonitoring>, AwsError> {
    let scope = call.scope;
    let ids = named(world, scope, texts)?;
    for id in &ids {
        world.set_instance_attribute(scope, *id, InstanceAttribute::Monitoring(on)).map_err(refused)?;
    }
    // "pending" and "disabling" in the answer, "enabled" and "disabled" ever after.
    let state = Some(if on { "pending" } else { "disabling" }.to_owned());
    let render = |id: &InstanceId| InstanceMonitoring {
        instance_id: Some(id.to_string()),
        monitoring: Some(Monitoring { state: state.clone(), ..Default::default() }),
    };
    Ok(ids.iter().map(render).collect())
}

pub(crate) fn console_output(
    call: &mut Call,
    world: &World,
    request: GetConsoleOutputRequest,
) -> Result<GetConsoleOutputResult, AwsError> {
    // The console's output is of this moment, whether the latest is asked for or not.
    let GetConsoleOutputRequest { instance_id, latest: _ } = request;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    world.instance(call.scope, id).map_err(refused)?;
    let output = match &call.provided {
        Provided::ConsoleOutput(output) => output.as_ref().map(|bytes| STANDARD.encode(bytes)),
        Provided::Nothing | Provided::Secret { .. } | Provided::Events(_) => None,
    };
    Ok(GetConsoleOutputResult { instance_id: Some(id.to_string()), timestamp: Some(call.now), output })
}

/// Only instances of Windows have passwords: "Returns an empty string if the password is not available" (GetPasswordData).
pub(crate) fn password_data(
    call: &mut Call,
    world: &World,
    request: GetPasswordDataRequest,
) -> Result<GetPasswordDataResult, AwsError> {
    let GetPasswordDataRequest { instance_id } = request;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    world.instance(call.scope, id).map_err(refused)?;
    Ok(GetPasswordDataResult {
        instance_id: Some(id.to_string()),
        password_data: Some(String::new()),
        timestamp: Some(call.now),
    })
}

pub(crate) fn describe_status(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceStatusRequest,
) -> Result<DescribeInstanceStatusResult, AwsError> {
    let DescribeInstanceStatusRequest {
        filters,
        include_all_instances,
        // Instances that a service provider manages, of which there are none.
        include_managed_resources: _,
        instance_ids,
        max_results,
        next_token,
    } = request;
    let scope = call.scope;
    let mut named = request::named_or_all(&instance_ids, instances(world, scope), |instance| instance.id)?;
    if !include_all_instances.unwrap_or(false) {
        named.retain(|instance| instance.state == InstanceState::Running);
    }
    page::refuse_with_ids("instances", &instance_ids, max_results)?;
    let page = Page::new(max_results, next_token.as_deref(), page::EC2)?;
    let statuses = named.into_iter().map(status);
    let statuses = Filters::new(filters)?.select(statuses)?;
    let (instance_statuses, next_token) = page.cut(statuses, |it| it.instance_id.clone().unwrap_or_default());
    Ok(DescribeInstanceStatusResult { instance_statuses, next_token })
}

fn status(instance: &Instance) -> InstanceStatus {
    let (status, reachability) = match instance.state {
        InstanceState::Running => ("ok", Some("passed")),
        InstanceState::Pending => ("initializing", Some("initializing")),
        InstanceState::ShuttingDown
        | InstanceState::Terminated
        | InstanceState::Stopping
        | InstanceState::Stopped => ("not-applicable", None),
    };
    let detail = |status: &str| InstanceStatusDetails {
        name: Some("reachability".to_owned()),
        status: Some(status.to_owned()),
        ..Default::default()
    };
    let summary = InstanceStatusSummary {
        status: Some(status.to_owned()),
        details: reachability.map(detail).into_iter().collect(),
    };
    InstanceStatus {
        instance_id: Some(instance.id.to_string()),
        availability_zone: Some(instance.zone.to_string()),
        availability_zone_id: Some(instance.zone.zone_id()),
        instance_state: Some(state(instance.state)),
        instance_status: Some(summary.clone()),
        system_status: Some(summary),
        ..Default::default()
    }
}

impl Tagged for InstanceStatus {}

impl Filterable for InstanceStatus {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let (instance, system) = (self.instance_status.as_slice(), self.system_status.as_slice());
        let reachability = |summary: &'_ [InstanceStatusSummary]| -> Vec<Cow<'_, str>> {
            let details = summary.iter().flat_map(|it| &it.details);
            details.filter_map(|it| it.status.clone()).map(Cow::from).collect()
        };
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "availability-zone-id" => text_values(&self.availability_zone_id),
            "instance-state-code" => state_codes(self.instance_state.as_ref()),
            "instance-state-name" => each(self.instance_state.as_slice(), |it| &it.name),
            "instance-status.status" => each(instance, |it| &it.status),
            "instance-status.reachability" => reachability(instance),
            "system-status.status" => each(system, |it| &it.status),
            "system-status.reachability" => reachability(system),
            "operator.managed" => bool_values(Some(false)),
            "operator.principal"
            | "application-status.status"
            | "attached-ebs-status.status"
            | "event.code"
            | "event.description"
            | "event.instance-event-id"
            | "event.not-after"
            | "event.not-before"
            | "event.not-before-deadline" => Vec::new(),
            _ => return None,
        })
    }
}

fn state_codes<'a>(state: Option<&shapes::InstanceState>) -> Vec<Cow<'a, str>> {
    state.and_then(|state| state.code).iter().map(|code| code.to_string().into()).collect()
}

pub(crate) fn state(state: InstanceState) -> shapes::InstanceState {
    shapes::InstanceState { code: i32::try_from(state.code()).ok(), name: Some(state.name().to_owned()) }
}

/// The reason for people and the one for programs.
fn reasons(instance: &Instance) -> (String, Option<shapes::StateReason>) {
    let reason = |code: &str, message: &str| {
        Some(shapes::StateReason { code: Some(code.to_owned()), message: Some(message.to_owned()) })
    };
    match (instance.state_reason, instance.state) {
        (None, InstanceState::Pending) => (String::new(), reason("pending", "pending")),
        (None, _) => (String::new(), None),
        (Some(Reason::UserInitiatedShutdown), _) => {
            let code = "Client.UserInitiatedShutdown";
            let text = instance.transition.map(|at| at.to_string()).unwrap_or_default();
            let at = text.get(..19).unwrap_or_default().replace('T', " ");
            let message = "Client.UserInitiatedShutdown: User initiated shutdown";
            (format!("User initiated ({at} GMT)"), reason(code, message))
        }
        (Some(Reason::InstanceInitiatedShutdown), _) => {
            let message = "Client.InstanceInitiatedShutdown: Instance initiated shutdown";
            (String::new(), reason("Client.InstanceInitiatedShutdown", message))
        }
        (Some(Reason::InternalError), _) => {
            let message = "Server.InternalError: Internal error on launch";
            ("Server.InternalError".to_owned(), reason("Server.InternalError", message))
        }
    }
}

/// An instance as answers show it. Its public address shows once it runs.
pub(crate) fn render(world: &World, instance: &Instance) -> shapes::Instance {
    let interfaces: Vec<shapes::InstanceNetworkInterface> =
        world.interfaces_of(instance).map(|interface| interface_of(world, instance, interface)).collect();
    let primary = world.interfaces_of(instance).next();
    let association = interfaces.first().and_then(|interface| interface.association.clone());
    let gone = || instance.vpc.is_none().then(String::new);
    let instance_type = InstanceType::find(&instance.instance_type);
    let image = world.image_of(instance);
    let distribution = image.distribution();
    let architecture = image.architecture().or_else(|| instance_type.and_then(InstanceType::architecture));
    let (state_transition_reason, state_reason) = reasons(instance);
    let text = |text: &str| Some(text.to_owned());
    shapes::Instance {
        instance_id: Some(instance.id.to_string()),
        image_id: Some(instance.image.to_string()),
        instance_type: Some(instance.instance_type.clone()),
        ami_launch_index: i32::try_from(instance.launch_index).ok(),
        launch_time: Some(instance.launched),
        key_name: instance.key_name.clone(),
        state: Some(state(instance.state)),
        state_transition_reason: Some(state_transition_reason),
        state_reason,
        client_token: Some(instance.client_token.clone()),
        placement: Some(placement::render(world, instance)),
        monitoring: Some(Monitoring {
            state: text(if instance.monitoring { "enabled" } else { "disabled" }),
            ..Default::default()
        }),
        subnet_id: instance.subnet.map(|subnet| subnet.to_string()),
        vpc_id: instance.vpc.map(|vpc| vpc.to_string()),
        private_ip_address: primary.and_then(NetworkInterface::primary_address).map(|it| it.to_string()),
        private_dns_name: host_name::of_instance(world, instance).or_else(gone),
        public_ip_address: association.as_ref().and_then(|it| it.public_ip.clone()),
        public_dns_name: association.and_then(|it| it.public_dns_name).or_else(|| text("")),
        ipv6_address: primary.and_then(|it| it.ipv6_addresses.first()).map(|it| it.to_string()),
        security_groups: primary.map(|it| network_interface::groups(world, &it.groups)).unwrap_or_default(),
        source_dest_check: primary.map(|it| it.source_dest_check),
        network_interfaces: interfaces,
        private_dns_name_options: private_dns_name_options(world, instance),
        architecture: architecture.map(|it| it.name().to_owned()),
        block_device_mappings: block_devices(world, instance),
        boot_mode: image::boot_mode(&image).map(str::to_owned),
        current_instance_boot_mode: text("legacy-bios"),
        cpu_options: cpu_options::render(instance),
        capacity_reservation_specification: Some(CapacityReservationSpecificationResponse {
            capacity_reservation_preference: text("open"),
            ..Default::default()
        }),
        ebs_optimized: Some(instance.ebs_optimized),
        ena_support: Some(true),
        enclave_options: Some(EnclaveOptions { enabled: Some(false) }),
        hibernation_options: Some(HibernationOptions { configured: Some(false) }),
        hypervisor: text("xen"),
        iam_instance_profile: instance.profile_association.as_ref().map(instance_profile::profile),
        maintenance_options: Some(instance_maintenance::render(instance.maintenance)),
        metadata_options: Some(metadata_options(instance.metadata_options, "applied")),
        network_performance_options: Some(InstanceNetworkPerformanceOptions {
            bandwidth_weighting: text("default"),
        }),
        operator: Some(not_managed()),
        platform_details: text(distribution.platform_details),
        root_device_name: text(&instance.root_device),
        root_device_type: text("ebs"),
        usage_operation: text(distribution.usage_operation),
        usage_operation_update_time: Some(
            world.volume_at(instance.id, &instance.root_device).map_or(instance.launched, |it| it.created),
        ),
        virtualization_type: text("hvm"),
        tags: render_tags(&instance.tags),
        ..Default::default()
    }
}

/// No service provider manages it.
fn not_managed() -> OperatorResponse {
    OperatorResponse { managed: Some(false), ..Default::default() }
}

fn private_dns_name_options(world: &World, instance: &Instance) -> Option<PrivateDnsNameOptionsResponse> {
    let subnet = world.network.subnets.get(&instance.subnet?)?;
    let hostname_type = match subnet.hostname_type {
        HostnameType::IpName => "ip-name",
        HostnameType::ResourceName => "resource-name",
    };
    Some(PrivateDnsNameOptionsResponse {
        hostname_type: Some(hostname_type.to_owned()),
        enable_resource_name_dns_a_record: Some(subnet.resource_name_dns_a_record),
        enable_resource_name_dns_aaaa_record: Some(subnet.resource_name_dns_aaaa_record),
    })
}

pub(crate) fn metadata_options(options: MetadataOptions, state: &str) -> InstanceMetadataOptionsResponse {
    let switch = |on: bool| Some(if on { "enabled" } else { "disabled" }.to_owned());
    InstanceMetadataOptionsResponse {
        state: Some(state.to_owned()),
        http_endpoint: switch(options.enabled),
        http_tokens: Some(if options.tokens_required { "required" } else { "optional" }.to_owned()),
        http_put_response_hop_limit: Some(options.hop_limit.into()),
        http_protocol_ipv6: switch(options.ipv6),
        instance_metadata_tags: switch(options.instance_tags),
    }
}

/// The volumes; a terminated instance has none any more, and a pending one shows none yet.
pub(crate) fn block_devices(world: &World, instance: &Instance) -> Vec<InstanceBlockDeviceMapping> {
    let mapping = |(volume, held): (&Volume, &VolumeAttachment)| InstanceBlockDeviceMapping {
        device_name: Some(held.device.clone()),
        ebs: Some(EbsInstanceBlockDevice {
            attach_time: Some(held.attached),
            delete_on_termination: Some(held.delete_on_termination),
            ebs_card_index: Some(0),
            status: Some("attached".to_owned()),
            volume_id: Some(volume.id.to_string()),
            ..Default::default()
        }),
    };
    match instance.state {
        InstanceState::Pending => Vec::new(),
        InstanceState::Running
        | InstanceState::ShuttingDown
        | InstanceState::Terminated
        | InstanceState::Stopping
        | InstanceState::Stopped => world.volumes_of(instance.id).into_iter().map(mapping).collect(),
    }
}

fn interface_of(
    world: &World,
    instance: &Instance,
    interface: &NetworkInterface,
) -> shapes::InstanceNetworkInterface {
    let shown = network_interface::render(world, interface);
    let is_shown = instance.state != InstanceState::Pending;
    let association = |it: Option<NetworkInterfaceAssociation>| {
        it.filter(|_| is_shown).map(|it| InstanceNetworkInterfaceAssociation {
            public_ip: it.public_ip,
            public_dns_name: it.public_dns_name,
            ip_owner_id: it.ip_owner_id,
            ..Default::default()
        })
    };
    let address = |it: NetworkInterfacePrivateIpAddress| InstancePrivateIpAddress {
        association: association(it.association),
        primary: it.primary,
        private_dns_name: it.private_dns_name,
        private_ip_address: it.private_ip_address,
    };
    let ipv6 = |it: NetworkInterfaceIpv6Address| InstanceIpv6Address {
        ipv6_address: it.ipv6_address,
        is_primary_ipv6: it.is_primary_ipv6,
    };
    shapes::InstanceNetworkInterface {
        association: association(shown.association),
        attachment: shown.attachment.map(|it| InstanceNetworkInterfaceAttachment {
            attach_time: it.attach_time,
            attachment_id: it.attachment_id,
            delete_on_termination: it.delete_on_termination,
            device_index: it.device_index,
            network_card_index: it.network_card_index,
            status: it.status,
            ..Default::default()
        }),
        description: shown.description,
        groups: shown.groups,
        interface_type: shown.interface_type,
        ipv4_prefixes: shown
            .ipv4_prefixes
            .into_iter()
            .map(|it| InstanceIpv4Prefix { ipv4_prefix: it.ipv4_prefix })
            .collect(),
        ipv6_prefixes: shown
            .ipv6_prefixes
            .into_iter()
            .map(|it| InstanceIpv6Prefix { ipv6_prefix: it.ipv6_prefix })
            .collect(),
        ipv6_addresses: shown.ipv6_addresses.into_iter().map(ipv6).collect(),
        mac_address: shown.mac_address,
        network_interface_id: shown.network_interface_id,
        operator: Some(not_managed()),
        owner_id: shown.owner_id,
        private_dns_name: shown.private_dns_name,
        private_ip_address: shown.private_ip_address,
        private_ip_addresses: shown.private_ip_addresses.into_iter().map(address).collect(),
        source_dest_check: shown.source_dest_check,
        status: shown.status,
        subnet_id: shown.subnet_id,
        vpc_id: shown.vpc_id,
        ..Default::default()
    }
}

/// An instance with what filters look at.
#[derive(Default)]
struct Row {
    shape: shapes::Instance,
    reservation: String,
    owner: String,
    interfaces: Vec<shapes::NetworkInterface>,
}

impl Row {
    fn of(world: &World, instance: &Instance) -> Self {
        Row {
            shape: render(world, instance),
            reservation: instance.reservation.to_string(),
            owner: instance.scope.account.to_string(),
            interfaces: world
                .interfaces_of(instance)
                .map(|it| network_interface::render(world, it))
                .collect(),
        }
    }
}

impl Filterable for Row {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("network-interface.") {
            return interface_values(&self.interfaces, name);
        }
        if let Some(name) = name.strip_prefix("block-device-mapping.") {
            return device_values(&self.shape.block_device_mappings, name);
        }
        if let Some(name) = name.strip_prefix("metadata-options.") {
            return metadata_values(self.shape.metadata_options.as_slice(), name);
        }
        let shape = &self.shape;
        let placement = shape.placement.as_slice();
        Some(match name {
            "affinity"
            | "capacity-reservation-id"
            | "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id"
            | "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn"
            | "host-id"
            | "instance-lifecycle"
            | "kernel-id"
            | "operator.principal"
            | "outpost-arn"
            | "platform"
            | "product-code"
            | "product-code.type"
            | "ramdisk-id"
            | "requester-id"
            | "spot-instance-request-id"
            | "tpm-support" => Vec::new(),
            "architecture" => text_values(&shape.architecture),
            "availability-zone" => each(placement, |it| &it.availability_zone),
            "availability-zone-id" => each(placement, |it| &it.availability_zone_id),
            "boot-mode" => text_values(&shape.boot_mode),
            "capacity-reservation-specification.capacity-reservation-preference" => {
                each(shape.capacity_reservation_specification.as_slice(), |it| {
                    &it.capacity_reservation_preference
                })
            }
            "client-token" => text_values(&shape.client_token),
            "current-instance-boot-mode" => text_values(&shape.current_instance_boot_mode),
            "dns-name" => text_values(&shape.public_dns_name),
            "ebs-optimized" => bool_values(shape.ebs_optimized),
            "ena-support" => bool_values(shape.ena_support),
            "enclave-options.enabled" | "hibernation-options.configured" | "operator.managed" => {
                bool_values(Some(false))
            }
            "hypervisor" => text_values(&shape.hypervisor),
            "iam-instance-profile.arn" => each(shape.iam_instance_profile.as_slice(), |it| &it.arn),
            "iam-instance-profile.id" => each(shape.iam_instance_profile.as_slice(), |it| &it.id),
            "image-id" => text_values(&shape.image_id),
            "instance-id" => text_values(&shape.instance_id),
            "instance-state-code" => state_codes(shape.state.as_ref()),
            "instance-state-name" => each(shape.state.as_slice(), |it| &it.name),
            "instance-type" => text_values(&shape.instance_type),
            "instance.group-id" | "group-id" => each(&shape.security_groups, |it| &it.group_id),
            "instance.group-name" | "group-name" => each(&shape.security_groups, |it| &it.group_name),
            "ip-address" => text_values(&shape.public_ip_address),
            "ipv6-address" => text_values(&shape.ipv6_address),
            "key-name" => text_values(&shape.key_name),
            "launch-index" => shape.ami_launch_index.iter().map(|index| index.to_string().into()).collect(),
            "launch-time" => shape.launch_time.iter().map(|time| time.to_string().into()).collect(),
            "maintenance-options.auto-recovery" => {
                each(shape.maintenance_options.as_slice(), |it| &it.auto_recovery)
            }
            "monitoring-state" => each(shape.monitoring.as_slice(), |it| &it.state),
            "network-performance-options.bandwidth-weighting" => {
                each(shape.network_performance_options.as_slice(), |it| &it.bandwidth_weighting)
            }
            "placement-group-name" => each(placement, |it| &it.group_name),
            "placement-partition-number" => placement
                .iter()
                .filter_map(|it| it.partition_number)
                .map(|it| it.to_string().into())
                .collect(),
            "owner-id" => vec![self.owner.as_str().into()],
            "platform-details" => text_values(&shape.platform_details),
            "private-dns-name" => text_values(&shape.private_dns_name),
            "private-dns-name-options.hostname-type" => {
                each(shape.private_dns_name_options.as_slice(), |it| &it.hostname_type)
            }
            "private-dns-name-options.enable-resource-name-dns-a-record" => {
                let options = shape.private_dns_name_options.as_ref();
                bool_values(options.and_then(|it| it.enable_resource_name_dns_a_record))
            }
            "private-dns-name-options.enable-resource-name-dns-aaaa-record" => {
                let options = shape.private_dns_name_options.as_ref();
                bool_values(options.and_then(|it| it.enable_resource_name_dns_aaaa_record))
            }
            "private-ip-address" => text_values(&shape.private_ip_address),
            "reason" => text_values(&shape.state_transition_reason),
            "reservation-id" => vec![self.reservation.as_str().into()],
            "root-device-name" => text_values(&shape.root_device_name),
            "root-device-type" => text_values(&shape.root_device_type),
            "source-dest-check" => bool_values(shape.source_dest_check),
            "state-reason-code" => each(shape.state_reason.as_slice(), |it| &it.code),
            "state-reason-message" => each(shape.state_reason.as_slice(), |it| &it.message),
            "subnet-id" => text_values(&shape.subnet_id),
            "tenancy" => each(placement, |it| &it.tenancy),
            "usage-operation" => text_values(&shape.usage_operation),
            "usage-operation-update-time" => {
                shape.usage_operation_update_time.iter().map(|time| time.to_string().into()).collect()
            }
            "virtualization-type" => text_values(&shape.virtualization_type),
            "vpc-id" => text_values(&shape.vpc_id),
            _ => return None,
        })
    }
}

impl Tagged for Row {
    fn tag_pairs(&self) -> Vec<(&str, &str)> {
        self.shape.tag_pairs()
    }
}

/// What DescribeNetworkInterfaces can filter by, here of all interfaces of an instance.
fn interface_values<'a>(interfaces: &'a [shapes::NetworkInterface], name: &str) -> Option<Vec<Cow<'a, str>>> {
    let tags = || interfaces.iter().flat_map(Tagged::tag_pairs);
    match name {
        "tag-key" => return Some(tags().map(|(key, _)| key.into()).collect()),
        "tag-value" => return Some(tags().map(|(_, value)| value.into()).collect()),
        _ => {}
    }
    let addresses = || interfaces.iter().flat_map(|it| &it.ipv6_addresses);
    match name {
        "ipv6-addresses.is-primary-ipv6" => {
            return Some(addresses().flat_map(|it| bool_values(it.is_primary_ipv6)).collect());
        }
        "ipv4-prefixes.ipv4-prefix" | "ipv6-prefixes.ipv6-prefix" | "outpost-arn" => return Some(Vec::new()),
        _ => {}
    }
    // An unknown name is unknown whether there are interfaces or not.
    shapes::NetworkInterface::default().filter_values(name)?;
    Some(interfaces.iter().filter_map(|it| it.filter_values(name)).flatten().collect())
}

fn device_values<'a>(devices: &'a [InstanceBlockDeviceMapping], name: &str) -> Option<Vec<Cow<'a, str>>> {
    let ebs = || devices.iter().filter_map(|device| device.ebs.as_ref());
    Some(match name {
        "attach-time" => ebs().filter_map(|it| Some(it.attach_time?.to_string().into())).collect(),
        "delete-on-termination" => ebs().flat_map(|it| bool_values(it.delete_on_termination)).collect(),
        "device-name" => each(devices, |it| &it.device_name),
        "status" => ebs().flat_map(|it| text_values(&it.status)).collect(),
        "volume-id" => ebs().flat_map(|it| text_values(&it.volume_id)).collect(),
        _ => return None,
    })
}

fn metadata_values<'a>(
    options: &'a [InstanceMetadataOptionsResponse],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    Some(match name {
        "http-endpoint" => each(options, |it| &it.http_endpoint),
        "http-protocol-ipv4" => vec!["enabled".into()],
        "http-protocol-ipv6" => each(options, |it| &it.http_protocol_ipv6),
        "http-put-response-hop-limit" => {
            options.iter().filter_map(|it| Some(it.http_put_response_hop_limit?.to_string().into())).collect()
        }
        "http-tokens" => each(options, |it| &it.http_tokens),
        "instance-metadata-tags" => each(options, |it| &it.instance_metadata_tags),
        "state" => each(options, |it| &it.state),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use awsproto::Provided;

    #[test]
    fn stopping_and_starting_changes_the_lent_address_and_keeps_the_private_one() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let one = [("InstanceId.1", &*id)];
        let before = caller.ok("DescribeInstances", &one);
        let answer = caller.ok("StopInstances", &one);
        assert_eq!(answer.texts("name"), ["stopping", "running"]);
        assert_eq!(answer.texts("code"), ["64", "16"]);
        caller.settle();
        let stopped = caller.ok("DescribeInstances", &one);
        assert_eq!(stopped.text("reason"), "User initiated (2024-09-24 12:00:00 GMT)");
        assert!(stopped.0.contains("<code>Client.UserInitiatedShutdown</code>"));
        assert!(stopped.texts("ipAddress").is_empty());
        assert_eq!(caller.ok("StartInstances", &one).texts("name"), ["pending", "stopped"]);
        caller.settle();
        let after = caller.ok("DescribeInstances", &one);
        assert_eq!(after.text("privateIpAddress"), before.text("privateIpAddress"));
        assert_ne!(after.text("ipAddress"), before.text("ipAddress"));
    }

    #[test]
    fn states_that_do_not_fit_are_refused_and_repeated_wishes_are_not() {
        let mut caller = Caller::new();
        let id = caller.launch(&[]).text("instanceId");
        let one = [("InstanceId.1", &*id)];
        assert_eq!(
            caller.refused("StopInstances", &one),
            format!(
                "IncorrectInstanceState: This instance '{id}' is not in a state from which it can be stopped."
            )
        );
        caller.settle();
        assert_eq!(caller.ok("StartInstances", &one).texts("name"), ["running", "running"]);
        caller.ok("RebootInstances", &one);
        caller.ok("TerminateInstances", &one);
        assert_eq!(
            caller.refused("StartInstances", &one),
            format!(
                "IncorrectInstanceState: The instance '{id}' is not in a state from which it can be started."
            )
        );
        caller.settle();
        assert_eq!(caller.ok("TerminateInstances", &one).texts("name"), ["terminated", "terminated"]);
        caller.ok("RebootInstances", &one);
        let gone = caller.ok("DescribeInstances", &one);
        assert!(gone.texts("vpcId").is_empty() && gone.texts("networkInterfaceId").is_empty());
        assert!(gone.texts("privateIpAddress").is_empty());
    }

    #[test]
    fn one_unknown_id_spares_them_all() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let ghost = "i-0123456789abcdef0";
        assert_eq!(
            caller.refused("TerminateInstances", &[("InstanceId.1", &id), ("InstanceId.2", ghost)]),
            format!("InvalidInstanceID.NotFound: The instance ID '{ghost}' does not exist")
        );
        assert_eq!(caller.ok("DescribeInstances", &[]).text("name"), "running");
        assert_eq!(
            caller.refused("DescribeInstances", &[("InstanceId.1", "i-xyz")]),
            "InvalidInstanceID.Malformed: Invalid id: \"i-xyz\""
        );
        assert_eq!(
            caller.refused(
                "DescribeInstances",
                &[("InstanceId.1", ghost), ("InstanceId.2", "i-0123456789abcdef1")]
            ),
            format!(
                "InvalidInstanceID.NotFound: The instance IDs '{ghost}, i-0123456789abcdef1' do not exist"
            )
        );
    }

    #[test]
    fn status_is_of_running_instances_unless_all_are_wanted() {
        let mut caller = Caller::new();
        caller.launch(&[]);
        assert!(caller.ok("DescribeInstanceStatus", &[]).texts("instanceId").is_empty());
        let all = caller.ok("DescribeInstanceStatus", &[("IncludeAllInstances", "true")]);
        assert!(all.0.contains("<status>initializing</status>"));
        caller.settle();
        let answer = caller.ok("DescribeInstanceStatus", &[]);
        assert!(answer.0.contains("<status>ok</status>") && answer.0.contains("<status>passed</status>"));
    }

    #[test]
    fn every_filter_that_aws_lists_is_known_and_others_are_not() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        for (name, value) in [
            ("instance-state-name", "run*"),
            ("instance-state-code", "16"),
            ("network-interface.association.ip-owner-id", "amazon"),
            ("network-interface.attachment.device-index", "0"),
            ("block-device-mapping.device-name", "/dev/xvda"),
            ("metadata-options.http-tokens", "required"),
            ("instance.group-name", "default"),
            ("availability-zone", "us-west-2?"),
        ] {
            let filter = [("Filter.1.Name", name), ("Filter.1.Value.1", value)];
            assert_eq!(caller.ok("DescribeInstances", &filter).texts("instanceId")[0], id, "{name}");
        }
        let filter = [("Filter.1.Name", "colour"), ("Filter.1.Value.1", "red")];
        assert_eq!(
            caller.refused("DescribeInstances", &filter),
            "InvalidParameterValue: The filter 'colour' is invalid"
        );
    }

    #[test]
    fn console_output_is_what_the_server_hands_in() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let one = [("InstanceId", &*id)];
        assert!(caller.ok("GetConsoleOutput", &one).texts("output").is_empty());
        caller.call.provided = Provided::ConsoleOutput(Some(b"hello\n".to_vec()));
        assert_eq!(caller.ok("GetConsoleOutput", &one).text("output"), "aGVsbG8K");
    }

    #[test]
    fn a_stop_is_graceful_and_then_forced_and_cannot_be_hurried() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let one = ("InstanceId.1", &*id);
        assert_eq!(
            caller.refused("StopInstances", &[one, ("SkipOsShutdown", "true")]),
            "UnsupportedOperation: Hamlet does not support the parameter SkipOsShutdown yet."
        );
        caller.ok("StopInstances", &[one, ("SkipOsShutdown", "false"), ("Force", "true")]);
        caller.settle();
        assert_eq!(
            caller.refused("StartInstances", &[one, ("AdditionalInfo", "x")]),
            "UnsupportedOperation: Hamlet does not support the parameter AdditionalInfo yet."
        );
        caller.ok("TerminateInstances", &[one, ("SkipOsShutdown", "true"), ("Force", "true")]);
    }

    #[test]
    fn monitoring_has_no_categories() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        for action in ["MonitorInstances", "UnmonitorInstances"] {
            assert_eq!(
                caller.refused(action, &[("InstanceId.1", &id), ("MetricCategoryId.1", "x")]),
                "UnsupportedOperation: Hamlet does not support the parameter MetricCategoryId yet."
            );
        }
    }
}
