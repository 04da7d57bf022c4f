//! What `hamlet`'s own commands ask a running Hamlet: JSON over HTTP on a socket in the data directory.
//!
//! Private to the program: everything a user's tools need is in AWS's API. Only the data directory's owner can connect.

use engine::explain::{self, Question, Story};
use host::{Barrier, Nesting};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use model::private_hosted_zone::ZoneOwner;
use model::rule::protocol;
use model::{Instance, InstanceConnectEndpoint, NetworkInterface, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::{UnixListener, UnixStream};

use crate::capture::{self, Captured};
use crate::controllers::status::ControllerStatus;
use crate::metrics;
use crate::names;
use crate::run::Running;

/// The socket in the data directory.
pub fn socket(data: &Path) -> PathBuf {
    data.join("hamlet.sock")
}

const BODY_BYTES_MAX: usize = 64 << 10;

/// An answer's body: whole, or a capture as it comes.
type Body = Either<Full<Bytes>, Captured>;

/// What `hamlet status` shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Where the API is served.
    pub api: SocketAddr,
    /// Where everything is kept.
    pub data: PathBuf,
    /// The default account.
    pub account: String,
    /// The default Region.
    pub region: String,
    /// The process.
    pub pid: u32,
    /// Whether instances are machines; with `--instances none` they are not.
    pub machines: bool,
    /// The store's revision: grows with every change.
    pub revision: u64,
    /// Generation of the network: what is decided about packets is decided again when it grows.
    pub generation: u64,
    /// Resources by type, those of default VPCs left out.
    pub resources: BTreeMap<String, usize>,
    /// Instances that are not terminated.
    pub instances: Vec<InstanceStatus>,
    /// EC2 Instance Connect Endpoints that have not ended.
    pub instance_connect_endpoints: Vec<EndpointStatus>,
    /// What makes the network real: what each controller does, did last, and what failed.
    #[serde(default)]
    pub controllers: Vec<ControllerStatus>,
    /// Open links and what passed them.
    pub ports: Vec<PortStatus>,
    /// Dropped packets by reason.
    pub drops: BTreeMap<String, u64>,
    /// Callers that services have refused or sent away, by service and reason; and connections that were given up because
    /// others had fewer.
    #[serde(default)]
    pub refusals: BTreeMap<String, u64>,
    /// Tracked connections.
    pub connections: usize,
    /// Whether programs in instances may make namespaces of their own.
    pub nesting: Nesting,
    /// What stands between instances and this machine.
    pub boundary: Vec<Barrier>,
    /// Refused API requests by reason.
    pub refused_requests: BTreeMap<String, u64>,
}

/// One instance in `hamlet status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstanceStatus {
    /// `i-…`
    pub id: String,
    /// Its Name tag.
    pub name: Option<String>,
    /// Its state.
    pub state: String,
    /// Its Region.
    pub region: String,
    /// Its account.
    pub account: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet.
    pub subnet: String,
    /// Its primary private address.
    pub private_ip: Option<IpAddr>,
    /// Its public address.
    pub public_ip: Option<IpAddr>,
    /// Its first process, when it runs.
    pub pid: Option<i32>,
    /// The key pair it was launched with.
    pub key_name: Option<String>,
    /// Why it is not as it should be, while what is to be done for it fails.
    #[serde(default)]
    pub problem: Option<String>,
}

/// One EC2 Instance Connect Endpoint in `hamlet status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointStatus {
    /// `eice-…`
    pub id: String,
    /// Its state.
    pub state: String,
    /// Whether tunnels may be opened in that state.
    pub takes_tunnels: bool,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet.
    pub subnet: String,
    /// The host name that requests for tunnels are signed for.
    pub dns_name: String,
    /// Its Region.
    pub region: String,
    /// Its account.
    pub account: String,
    /// Why it is not as it should be, while what is to be done for it fails.
    #[serde(default)]
    pub problem: Option<String>,
}

/// One link in `hamlet status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PortStatus {
    /// What is at its other end.
    pub name: String,
    /// Packets from it.
    pub packets_in: u64,
    /// Bytes from it.
    pub bytes_in: u64,
    /// Packets to it.
    pub packets_out: u64,
    /// Bytes to it.
    pub bytes_out: u64,
}

/// What `hamlet env` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Environment {
    /// Names and values, in order.
    pub variables: Vec<(String, String)>,
}

/// What `hamlet certificate` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate that instance identity documents are signed with.
    pub pem: String,
}

/// What `hamlet trace` asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceRequest {
    /// An instance, interface, Name tag, address, `laptop` or an internet host.
    pub from: String,
    /// The same.
    pub to: String,
    /// `tcp`, `udp`, `icmp` or a protocol number.
    pub protocol: String,
    /// The destination port, for TCP and UDP.
    pub port: Option<u16>,
}

/// What `hamlet trace` is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceAnswer {
    /// Whether packet and answer both arrive.
    pub reachable: bool,
    /// Why the packet died.
    pub dropped: Option<String>,
    /// The Reachability Analyzer's code for that.
    pub explanation_code: Option<String>,
    /// Whether the answer, not the packet, died.
    pub reply_dropped: bool,
    /// The instances that are assumed to forward what is not addressed to them.
    #[serde(default)]
    pub forwarders: Vec<String>,
    /// All stages, for people.
    pub text: String,
    /// All stages, for programs.
    pub steps: Vec<TraceStage>,
}

/// One stage of a trace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceStage {
    /// `forward` or `reply`.
    pub leg: String,
    /// Where: a name or identifier.
    pub at: Option<String>,
    /// What decided: an identifier.
    pub by: Option<String>,
    /// The stage.
    pub stage: String,
    /// `ingress` or `egress`.
    pub direction: Option<String>,
    /// `allow`, `pass` or `deny`.
    pub outcome: String,
    /// The rule or route.
    pub detail: String,
}

/// What `hamlet capture` asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaptureRequest {
    /// An instance, interface, Name tag, `laptop`, `internet` or `services`.
    pub target: String,
}

/// A refusal, in one sentence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong and what to do.
    pub problem: String,
}

/// Serves the socket until the program ends.
pub async fn serve(listener: UnixListener, running: Arc<Running>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        if !is_owner(&stream) {
            continue;
        }
        let running = Arc::clone(&running);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let running = Arc::clone(&running);
                async move { Ok::<_, std::convert::Infallible>(answer(&running, request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

/// The data directory lets nobody else come as far as this; a mode that somebody changed later changes nothing here.
fn is_owner(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| [own, 0].contains(&peer.uid()))
}

async fn answer(running: &Arc<Running>, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return problem(StatusCode::BAD_REQUEST, "the request is too long"),
    };
    match (head.method, head.uri.path()) {
        (Method::GET, "/status") => json(&status(running).await),
        (Method::GET, "/metrics") => json(&metrics::metrics(running).await),
        (Method::GET, "/env") => json(&environment(running)),
        (Method::GET, "/certificate") => match certificate(running).await {
            Ok(certificate) => json(&certificate),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        },
        (Method::POST, "/trace") => match serde_json::from_slice(&body) {
            Ok(request) => match trace(running, &request) {
                Ok(answer) => json(&answer),
                Err(sentence) => problem(StatusCode::NOT_FOUND, &sentence),
            },
            Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        (Method::POST, "/capture") => match serde_json::from_slice(&body) {
            Ok(request) => capture_of(running, &request).await,
            Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        (Method::POST, "/down") => {
            running.quit.notify_one();
            json(&())
        }
        (Method::POST, "/reset") => match running.reset().await {
            Ok(()) => json(&()),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        },
        _ => problem(StatusCode::NOT_FOUND, "no such question"),
    }
}

async fn capture_of(running: &Running, request: &CaptureRequest) -> Response<Body> {
    let Some(datapath) = running.datapath() else {
        return problem(StatusCode::NOT_FOUND, "no packets move: Hamlet was started with --instances none");
    };
    let (world, target) = (running.state.snapshot(), request.target.clone());
    let started = tokio::task::spawn_blocking(move || {
        let scope = capture::scope(&world, &datapath, &target)?;
        capture::start(&datapath, scope).map_err(|error| error.to_string())
    });
    match started.await {
        Ok(Ok(captured)) => Response::new(Either::Right(captured)),
        Ok(Err(sentence)) => problem(StatusCode::NOT_FOUND, &sentence),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(text) => Response::new(Either::Left(Full::new(Bytes::from(text)))),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn problem(status: StatusCode, sentence: &str) -> Response<Body> {
    let text = serde_json::to_vec(&Problem { problem: sentence.to_owned() }).unwrap_or_default();
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text))));
    *response.status_mut() = status;
    response
}

async fn status(running: &Running) -> Status {
    let world = running.state.snapshot();
    let moved = running.data_plane().await;
    let instances =
        world.network.instances.values().filter(|it| it.state != model::InstanceState::Terminated);
    Status {
        api: running.api,
        data: running.config.data.clone(),
        account: running.config.account.to_string(),
        region: running.config.region.to_string(),
        pid: std::process::id(),
        machines: running.config.instances != crate::config::Instances::None,
        revision: world.revision,
        generation: world.network.generation,
        resources: resources(&world),
        instances: instances.map(|it| instance_status(&world, running, it)).collect(),
        instance_connect_endpoints: world
            .instance_connect_endpoints
            .values()
            .filter(|it| !it.state.has_ended())
            .map(|it| endpoint_status(running, it))
            .collect(),
        controllers: running.controllers.status(Instant::now()),
        connections: moved.as_ref().map_or(0, |moved| moved.connections),
        nesting: running.config.nesting,
        boundary: running.boundary(),
        ports: moved.iter().flat_map(|moved| &moved.links).map(|link| port_status(&world, link)).collect(),
        drops: moved
            .iter()
            .flat_map(|moved| &moved.drops)
            .map(|(reason, count)| (reason.name().to_owned(), *count))
            .collect(),
        refused_requests: running.refused_requests.counts(),
        refusals: refusals(running, moved.as_ref()),
    }
}

fn refusals(running: &Running, moved: Option<&datapath::Status>) -> BTreeMap<String, u64> {
    let displaced = moved.map_or(0, |moved| moved.displaced_connections);
    let connections = (displaced > 0).then(|| ("connection-displaced".to_owned(), displaced));
    running.refusals.nonzero().into_iter().chain(connections).collect()
}

/// What users have made, by type: what comes with default VPCs, and what every VPC has, does not count.
fn resources(world: &World) -> BTreeMap<String, usize> {
    let default = |vpc: &model::VpcId| world.network.vpcs.get(vpc).is_none_or(|vpc| vpc.is_default);
    let is_main = |table: &model::RouteTable| {
        world.network.vpcs.get(&table.vpc).is_some_and(|vpc| vpc.main_route_table == table.id)
    };
    let counts = [
        ("vpcs", world.network.vpcs.values().filter(|it| !it.is_default).count()),
        ("subnets", world.network.subnets.values().filter(|it| !it.default_for_zone).count()),
        ("route tables", world.network.route_tables.values().filter(|it| !is_main(it)).count()),
        (
            "internet gateways",
            world
                .network
                .internet_gateways
                .values()
                .filter(|it| it.vpc.is_none_or(|vpc| !default(&vpc)))
                .count(),
        ),
        ("egress-only internet gateways", world.network.egress_only_internet_gateways.len()),
        ("nat gateways", world.network.nat_gateways.values().filter(|it| it.is_available()).count()),
        (
            "peering connections",
            world.network.vpc_peering_connections.values().filter(|it| it.is_active()).count(),
        ),
        ("prefix lists", world.network.prefix_lists.len()),
        (
            "private hosted zones",
            world
                .private_hosted_zones
                .values()
                .filter(|it| matches!(it.owner, ZoneOwner::Account(_)))
                .count(),
        ),
        ("security groups", world.network.security_groups.values().filter(|it| !it.is_default()).count()),
        ("network acls", world.network.network_acls.values().filter(|it| !it.is_default).count()),
        (
            "instance connect endpoints",
            world.instance_connect_endpoints.values().filter(|it| !it.state.has_ended()).count(),
        ),
        ("network interfaces", world.network.network_interfaces.len()),
        ("elastic ips", world.network.elastic_ips.len()),
        ("key pairs", world.key_pairs.len()),
        ("roles", world.roles.len()),
        ("instance profiles", world.instance_profiles.len()),
        (
            "instances",
            world
                .network
                .instances
                .values()
                .filter(|it| it.state != model::InstanceState::Terminated)
                .count(),
        ),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), count)).collect()
}

fn instance_status(world: &World, running: &Running, instance: &Instance) -> InstanceStatus {
    let primary = instance.interfaces.first().and_then(|id| world.network.network_interfaces.get(id));
    InstanceStatus {
        id: instance.id.to_string(),
        name: model::tags::name(&instance.tags).map(str::to_owned),
        state: instance.state.name().to_owned(),
        region: instance.scope.region.to_string(),
        account: instance.scope.account.to_string(),
        vpc: primary.map(|it| it.vpc.to_string()).unwrap_or_default(),
        subnet: primary.map(|it| it.subnet.to_string()).unwrap_or_default(),
        private_ip: primary.and_then(|it| it.addresses().next()),
        public_ip: primary.and_then(public_address),
        pid: running.controllers.machines.pid(instance.id),
        key_name: instance.key_name.clone(),
        problem: running.controllers.problem_of_instance(instance.id),
    }
}

fn endpoint_status(running: &Running, endpoint: &InstanceConnectEndpoint) -> EndpointStatus {
    EndpointStatus {
        id: endpoint.id.to_string(),
        state: endpoint.state.name().to_owned(),
        takes_tunnels: endpoint.state.takes_tunnels(),
        vpc: endpoint.vpc.to_string(),
        subnet: endpoint.subnet.to_string(),
        dns_name: endpoint.dns_name(),
        region: endpoint.scope.region.to_string(),
        account: endpoint.scope.account.to_string(),
        problem: running.controllers.problem_of_endpoint(endpoint.id),
    }
}

fn public_address(interface: &NetworkInterface) -> Option<IpAddr> {
    interface.primary_address().and_then(|own| interface.public_address_of(own)).map(IpAddr::V4)
}

fn port_status(world: &World, link: &datapath::LinkStatus) -> PortStatus {
    let counters = link.counters;
    let name = match &link.kind {
        engine::PortKind::Interface(id) => names::of_interface(world, *id),
        engine::PortKind::Internet(hosts) => match hosts.first() {
            Some(first) if first.addr() == IpAddr::V4(crate::namespaces::LAPTOP) => "laptop".to_owned(),
            _ => "internet".to_owned(),
        },
        engine::PortKind::Services => "services".to_owned(),
    };
    PortStatus {
        name,
        packets_in: counters.packets_in,
        bytes_in: counters.bytes_in,
        packets_out: counters.packets_out,
        bytes_out: counters.bytes_out,
    }
}

/// The variables with which AWS's tools find this Hamlet.
pub fn environment(running: &Running) -> Environment {
    let key = &running.root;
    let variables = [
        ("AWS_ENDPOINT_URL", format!("http://{}", running.api)),
        ("AWS_ACCESS_KEY_ID", key.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", key.secret_access_key.clone()),
        ("AWS_REGION", running.config.region.to_string()),
        ("AWS_DEFAULT_REGION", running.config.region.to_string()),
    ];
    Environment { variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
}

async fn certificate(running: &Running) -> std::io::Result<Certificate> {
    Ok(Certificate { pem: running.identity.key().await?.certificate()? })
}

fn trace(running: &Running, request: &TraceRequest) -> Result<TraceAnswer, String> {
    let world = running.state.snapshot();
    let from = names::find(&world, &request.from)?;
    let to = names::find(&world, &request.to)?;
    let question = question(&world, request, &from, &to)?;
    let story = explain::trace(&world, &running.internet_ports(), &question);
    let namer = |id: model::ResourceId| names::of_resource(&world, id);
    Ok(TraceAnswer {
        reachable: story.reachable(),
        dropped: story.forward_drop.or(story.reply_drop).map(|reason| reason.name().to_owned()),
        explanation_code: story
            .forward_drop
            .or(story.reply_drop)
            .and_then(|reason| reason.explanation_code())
            .map(str::to_owned),
        reply_dropped: story.reply_drop.is_some(),
        forwarders: story.forwarders.iter().map(|id| namer((*id).into())).collect(),
        text: engine::render::story(&story, &namer),
        steps: stages(&story, &namer),
    })
}

/// An ephemeral port, such as a client's system would choose.
const CLIENT_PORT: u16 = 40000;

fn question(
    world: &World,
    request: &TraceRequest,
    from: &names::Endpoint,
    to: &names::Endpoint,
) -> Result<Question, String> {
    let number = match request.protocol.as_str() {
        "tcp" => protocol::TCP,
        "udp" => protocol::UDP,
        "icmp" => protocol::ICMP,
        "icmpv6" | "icmp6" => protocol::ICMPV6,
        other => {
            other.parse().map_err(|_| format!("'{other}' is no protocol: tcp, udp, icmp or a number"))?
        }
    };
    let has_ports = matches!(number, protocol::TCP | protocol::UDP);
    let port = match (has_ports, request.port) {
        (true, None) => return Err(format!("{} needs a port, as in tcp/22", request.protocol)),
        (true, Some(port)) => port,
        (false, _) => 0,
    };
    let (source, destination) = names::addresses(world, from, to, number == protocol::ICMPV6)?;
    let icmp = match number {
        protocol::ICMP => Some((8, 0)),
        protocol::ICMPV6 => Some((128, 0)),
        _ => None,
    };
    let source_port = if has_ports { CLIENT_PORT } else { 0 };
    Ok(Question {
        sender: from.interface,
        flow: wire::Flow { source, destination, protocol: number, source_port, destination_port: port },
        icmp,
    })
}

fn stages(story: &Story, namer: &impl Fn(model::ResourceId) -> String) -> Vec<TraceStage> {
    let legs = [("forward", &story.forward), ("reply", &story.reply)];
    let all = legs.into_iter().flat_map(|(leg, steps)| steps.iter().map(move |step| (leg, step)));
    all.map(|(leg, step)| TraceStage {
        leg: leg.to_owned(),
        at: step.at.map(namer),
        by: step.by.map(|by| by.to_string()),
        stage: step.stage.to_string(),
        direction: step.direction.map(|direction| direction.to_string()),
        outcome: match step.outcome {
            engine::Outcome::Allow => "allow".to_owned(),
            engine::Outcome::Pass => "pass".to_owned(),
            engine::Outcome::Deny(_) => "deny".to_owned(),
        },
        detail: step.detail.clone(),
    })
    .collect()
}
