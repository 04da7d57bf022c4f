//! What a service would say to an instance whose packets reach it: the other half of "can A reach B".
//!
//! Asked is what a client asks first: of S3, what is in the bucket whose name the host begins with, or which buckets there are.

use awsproto::{Call, Origin, Provided, Sender, Touched};
use engine::explain::Story;
use guest::RoleSession;
use guest::service_endpoints::ServiceEndpoint;
use model::{NetworkInterface, NetworkInterfaceId, ResourceId, Role, Scope, VpcEndpointId, World};
use s3::service::bucket_of;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::authorization::{self, Asking, Question};
use crate::callers::Caller;
use crate::running::Running;
use crate::{buckets, clock};

/// What policies say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Permission {
    /// Who would ask.
    pub caller: String,
    /// For what: `s3:ListBucket`.
    pub action: String,
    /// Of what.
    pub resource: String,
    /// Whether they may.
    pub allowed: bool,
    /// The endpoint that it would come through.
    pub endpoint: Option<String>,
    /// All of it, for people.
    pub text: String,
}

/// What an instance would be told by the service of a name; `None` if it is no service that decides by resources, or the
/// instance has no role, or nothing arrives there.
pub(super) fn of(
    running: &Running,
    world: &World,
    from: Option<NetworkInterfaceId>,
    to: &str,
    story: &Story,
) -> Option<Permission> {
    let name = to.trim_end_matches('.').to_ascii_lowercase();
    let endpoint = ServiceEndpoint::spoken_to(&name).filter(|it| it.service == buckets::SERVICE.name)?;
    let interface = world.network.network_interfaces.get(&from?).filter(|_| story.reachable())?;
    let through = endpoint_of(story);
    let seen_as = seen_as(last_interface(world, interface, story), through)?;
    let call = call(running, world, interface, (endpoint, through, seen_as))?;
    let (action, touched) = first_question(world, endpoint, bucket_of(&name));
    let question = ask(world, &call, action, touched)?;
    Some(told(&question, through))
}

/// The endpoint that a packet came through.
fn endpoint_of(story: &Story) -> Option<VpcEndpointId> {
    places(story).find_map(|place| if let ResourceId::VpcEndpoint(id) = place { Some(id) } else { None })
}

/// The interface that a packet left its VPC with: the sender's own, or a NAT gateway's.
fn last_interface<'a>(world: &'a World, own: &'a NetworkInterface, story: &Story) -> &'a NetworkInterface {
    let gateway = places(story).find_map(|place| {
        let ResourceId::NatGateway(id) = place else { return None };
        world.network.nat_gateways.get(&id)?.interface
    });
    gateway.and_then(|id| world.network.network_interfaces.get(&id)).unwrap_or(own)
}

fn places(story: &Story) -> impl Iterator<Item = ResourceId> {
    story.forward.iter().flat_map(|step| [step.at, step.by]).flatten()
}

/// The address that the service sees.
fn seen_as(last: &NetworkInterface, through: Option<VpcEndpointId>) -> Option<IpAddr> {
    let private = last.primary_address()?;
    let public = last.public_address_of(private).filter(|_| through.is_none());
    Some(public.unwrap_or(private).into())
}

/// The call of an instance as its role, as its first would be.
fn call(
    running: &Running,
    world: &World,
    interface: &NetworkInterface,
    (endpoint, through, seen_as): (ServiceEndpoint, Option<VpcEndpointId>, IpAddr),
) -> Option<Call> {
    let instance = world.network.instances.get(&interface.instance()?)?;
    let association = instance.profile_association.as_ref()?;
    let role: &Role = world.role_of(world.instance_profile_of(instance)?)?;
    let now = clock::now();
    let session = RoleSession::current(instance, role, association.since, now);
    let sender = Sender::Interface {
        id: interface.id,
        vpc: interface.vpc,
        address: interface.primary_address()?.into(),
        endpoint: through,
    };
    let Caller { principal, session, .. } = Caller::in_role(role, &session);
    Some(Call {
        scope: Scope { account: role.account, region: endpoint.region },
        principal,
        access_key_id: String::new(),
        session,
        is_stranger: false,
        sessions: running.root.sessions(),
        request_id: String::new(),
        now,
        origin: Origin { sender, seen_as, is_secure: true },
        spoken_to: None,
        ids: clock::ids(),
        unknown_images: running.config.unknown_images,
        provided: Provided::Nothing,
        body: None,
    })
}

fn first_question(world: &World, endpoint: ServiceEndpoint, bucket: Option<&str>) -> (&'static str, Touched) {
    let partition = endpoint.region.partition();
    match bucket {
        Some(bucket) => ("s3:ListBucket", buckets::touched(Some(world), partition, (bucket, None), |_| true)),
        None => ("s3:ListAllMyBuckets", Touched::new("*".to_owned(), None)),
    }
}

fn ask(world: &World, call: &Call, action: &'static str, touched: Touched) -> Option<Question> {
    use awsproto::sigv4::{Payload, SignedRequest};
    let request =
        SignedRequest { method: "GET", path: "/", query: "", headers: &[], body: Payload::Whole(b"") };
    let standings = Default::default();
    let asking = Asking { world, standings: &standings, call, request: &request };
    authorization::about(asking, &[action], vec![touched]).pop()
}

fn told(question: &Question, through: Option<VpcEndpointId>) -> Permission {
    let decision = question.decide();
    let allowed = matches!(decision, policy::Decision::Allowed(_));
    let verdict = match decision.reason(question.action).filter(|_| !allowed) {
        Some(reason) => format!("DENY   {reason}"),
        None if allowed => "allow".to_owned(),
        None => "DENY".to_owned(),
    };
    let (caller, action, resource) = (&question.asker.arn, question.action, &question.resource);
    let way = through.map(|id| format!(", through {id}")).unwrap_or_default();
    let text = format!("  as {caller}{way}\n    {action} on {resource}  {verdict}\n");
    Permission {
        caller: caller.clone(),
        action: action.to_owned(),
        resource: resource.to_string(),
        allowed,
        endpoint: through.map(|id| id.to_string()),
        text,
    }
}
