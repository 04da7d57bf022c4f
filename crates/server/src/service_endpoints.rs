//! AWS's services by their own names, inside: the API at their public addresses, over TLS and without.
//!
//! A client that resolves `ec2.us-west-2.amazonaws.com` in an instance, on the laptop or behind a NAT gateway finds an
//! address of Hamlet's, and comes here by the way that its network leaves it. The network is asked once, when the connection
//! is there, which interface has begun it; that holds for all of its requests. It is answered by the service that it names, at
//! an address of that service, and nowhere else.
//!
//! Who comes from inside is a guest, and no guest is taken for an administrator: keys that nobody knows are refused, in open
//! mode too. The laptop is the user's own, and has what the API's own port has.

use awsproto::sigv4::{CredentialScope, SignatureError};
use awsproto::{Origin, Sender, Service};
use datapath::Datapath;
use guest::service_endpoints::ServiceEndpoint;
use hyper::http::request::Parts;
use model::rule::protocol;
use model::vpc_endpoint_name::VpcEndpointName;
use model::{VpcEndpointId, World};
use rustls::ProtocolVersion;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use wire::Flow;

use crate::api::{Api, Client};
use crate::config::Auth;
use crate::host_name::{addressed, name_in};
use crate::listener;
use crate::namespaces::{LAPTOP, LAPTOP_V6};
use crate::places::{self, Places};
use crate::refusal::{Reason, Refusal};
use crate::shares::Holder;

/// How many connections there are at once: in all, and from one address. Whoever is behind a NAT gateway shares its.
pub(crate) const CONNECTIONS_MAX: usize = 1024;
/// The share of one address.
pub(crate) const CONNECTIONS_PER_ADDRESS_MAX: usize = 128;
/// How long a client may take until its connection is secured.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Serves them at a port.
pub(crate) async fn serve(
    listener: TcpListener,
    places: Arc<Places<IpAddr>>,
    api: Arc<Api>,
    datapath: Arc<Datapath>,
    tls: Option<TlsAcceptor>,
) {
    let serve_one = |stream, _| answer(stream, Arc::clone(&api), Arc::clone(&datapath), tls.clone());
    places::admit(listener, places, |peer| Some(peer.ip()), serve_one).await;
}

async fn answer(
    stream: TcpStream,
    api: Arc<Api>,
    datapath: Arc<Datapath>,
    tls: Option<TlsAcceptor>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    // HTTP ends in order, and its last answer must not be thrown away with the connection.
    places::reset_when_dropped(&stream, false)?;
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let sender = sender(datapath, local, peer).await;
    let origin = Origin { sender, seen_as: seen_as(sender, peer.ip()), is_secure: tls.is_some() };
    let client = client(&api, origin, peer.ip(), local.ip());
    match tls {
        None => listener::serve(stream, client, api, ()).await,
        Some(tls) => {
            let secured = timeout(HANDSHAKE_MAX, tls.accept(stream)).await??;
            let tls = version(secured.get_ref().1.protocol_version());
            listener::serve(secured, Client { tls, ..client }, api, ()).await;
        }
    }
    Ok(())
}

/// A version as policies name it.
fn version(spoken: Option<ProtocolVersion>) -> Option<&'static str> {
    // Nothing older is spoken.
    let known = [(ProtocolVersion::TLSv1_2, "1.2"), (ProtocolVersion::TLSv1_3, "1.3")];
    known.into_iter().find(|(it, _)| Some(*it) == spoken).map(|(_, name)| name)
}

/// Who has begun a connection. The datapath's thread is asked from one that may wait.
async fn sender(datapath: Arc<Datapath>, local: SocketAddr, peer: SocketAddr) -> Sender {
    if is_laptop(peer.ip()) {
        return Sender::UsersMachine;
    }
    let answers = Flow {
        source: local.ip(),
        destination: peer.ip(),
        protocol: protocol::TCP,
        source_port: local.port(),
        destination_port: peer.port(),
    };
    let asked = spawn_blocking(move || datapath.with_engine(move |engine| engine.origin(&answers)));
    match asked.await {
        Ok(Some(engine::Origin { interface, vpc, address, endpoint })) => {
            Sender::Interface { id: interface, vpc, address, endpoint }
        }
        Ok(None) | Err(_) => Sender::Unknown,
    }
}

fn is_laptop(source: IpAddr) -> bool {
    source == IpAddr::V4(LAPTOP) || source == IpAddr::V6(LAPTOP_V6)
}

/// As what policies see it: through a VPC endpoint it has come with a private address, for which `peer` only stands.
fn seen_as(sender: Sender, peer: IpAddr) -> IpAddr {
    match sender {
        Sender::Interface { address, endpoint: Some(_), .. } => address,
        Sender::Interface { endpoint: None, .. } | Sender::UsersMachine | Sender::Unknown => peer,
    }
}

/// Who is held to what: by the address on the wire. A private one is whatever somebody has chosen for his VPC.
fn client(api: &Api, origin: Origin, peer: IpAddr, endpoint: IpAddr) -> Client {
    Client {
        origin,
        holder: Holder::at(peer),
        refused: None,
        auth: if is_laptop(peer) { api.config.auth } else { Auth::Strict },
        endpoint: Some(endpoint),
        tls: None,
    }
}

/// Why a request that has come to this address is not answered, if it is spoken to a name that does not lead there.
pub(crate) fn refusal(world: &World, client: &Client, address: IpAddr, head: &Parts) -> Option<Refusal> {
    let text = match addressed(head) {
        Ok(text) => text,
        Err(refusal) => return Some(refusal),
    };
    let door = door(world, &client.origin);
    let leads_here = name_in(&text).is_some_and(|name| leads_to(&name, door, address));
    (!leads_here)
        .then(|| Refusal::new(Reason::UnknownHost, format!("Nothing at {address} is called {text}.")))
}

/// The interface endpoint that a connection has come through.
fn door(world: &World, origin: &Origin) -> Option<VpcEndpointId> {
    let Sender::Interface { endpoint: Some(id), .. } = origin.sender else { return None };
    let endpoint = world.network.vpc_endpoints.get(&id)?;
    endpoint.interface_endpoint().map(|_| id)
}

/// Whether a name leads to an address: a public one to what it stands for, and through an interface endpoint to either
/// address of the service; an endpoint's own only through that.
fn leads_to(name: &str, door: Option<VpcEndpointId>, address: IpAddr) -> bool {
    let Some(endpoint) = ServiceEndpoint::spoken_to(name) else { return false };
    let named = VpcEndpointName::parse(name).map(|it| it.endpoint);
    match door {
        Some(door) => {
            named.is_none_or(|named| named == door)
                && (address == IpAddr::V4(endpoint.v4()) || address == IpAddr::V6(endpoint.v6()))
        }
        None => named.is_none() && endpoint.addresses().any(|it| it == address),
    }
}

/// The endpoint that a request is spoken to, by its host and port.
fn endpoint_in(addressed: &str) -> Option<ServiceEndpoint> {
    ServiceEndpoint::spoken_to(&name_in(addressed)?)
}

/// Why a call that is spoken to a service's name is not answered, if it is signed for another service or Region; and the
/// service that says so. Of services that are not here only those are known that are: nobody reaches them by another's name.
pub(crate) fn wrong_scope(
    head: &Parts,
    scope: &CredentialScope,
    services: &[&'static Service],
) -> Option<(&'static Service, SignatureError)> {
    let endpoint = endpoint_in(&addressed(head).ok()?)?;
    let named = |name: &str| services.iter().copied().find(|service| service.name == name);
    let service = named(endpoint.service).or_else(|| named(&scope.service))?;
    if scope.service != endpoint.service {
        let sentence = format!("Credential should be scoped to correct service: '{}'. ", endpoint.service);
        return Some((service, SignatureError::WrongScope(sentence)));
    }
    (scope.region != endpoint.region.name()).then(|| {
        let sentence = format!("Credential should be scoped to a valid region, not '{}'. ", scope.region);
        (service, SignatureError::WrongScope(sentence))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn is_refused(address: IpAddr, host: &str) -> bool {
        !leads_to(&name_in(host).unwrap_or_default(), None, address)
    }

    #[test]
    fn through_an_interface_endpoint_its_own_names_lead_to_the_service_and_nobody_elses() {
        let door: VpcEndpointId = "vpce-0e25b8cdd720f900e".parse().unwrap();
        let other: VpcEndpointId = "vpce-0e25b8cdd720f9000".parse().unwrap();
        let sns = ServiceEndpoint::named("sns.us-west-2.amazonaws.com").unwrap();
        let own = "vpce-0e25b8cdd720f900e-0123abcd-us-west-2a.sns.us-west-2.vpce.amazonaws.com";
        for address in [IpAddr::V4(sns.v4()), IpAddr::V6(sns.v6())] {
            assert!(leads_to(own, Some(door), address));
            assert!(leads_to("sns.us-west-2.amazonaws.com", Some(door), address));
            assert!(!leads_to(own, Some(other), address) && !leads_to(own, None, address));
            assert!(!leads_to("sqs.us-west-2.amazonaws.com", Some(door), address));
        }
    }

    #[test]
    fn a_service_is_spoken_to_by_its_own_names_where_they_lead() {
        let of = |name: &str| ServiceEndpoint::named(name).unwrap();
        let (ec2, dual) = (of("ec2.us-west-2.amazonaws.com"), of("ec2.us-west-2.api.aws"));
        let at = IpAddr::V4(ec2.v4());
        for host in
            ["ec2.us-west-2.amazonaws.com", "EC2.us-west-2.amazonaws.com:443", "ec2.us-west-2.api.aws"]
        {
            assert!(!is_refused(at, host), "{host}");
        }
        assert!(!is_refused(IpAddr::V6(dual.v6()), "ec2.us-west-2.api.aws"));
        assert!(
            is_refused(IpAddr::V6(dual.v6()), "ec2.us-west-2.amazonaws.com"),
            "that name has no IPv6 address"
        );
        for host in [
            "iam.amazonaws.com",
            "ec2.eu-west-1.amazonaws.com",
            "localhost",
            "example.com",
            &at.to_string(),
            "",
        ] {
            assert!(is_refused(at, host), "{host}");
        }
    }

    #[test]
    fn a_call_is_signed_for_the_service_and_the_region_that_it_is_spoken_to() {
        let services = crate::services::descriptions();
        let refused = |host: &str, scope: &str| {
            let head = Request::builder().header("host", host).body(()).unwrap().into_parts().0;
            let scope = CredentialScope::parse(&format!("AKID/20260101/{scope}/aws4_request")).unwrap();
            let (service, error) = wrong_scope(&head, &scope, &services)?;
            Some(error.to_aws(service.protocol).to_string())
        };
        for (host, scope) in [
            ("sts.us-west-2.amazonaws.com", "us-west-2/sts"),
            ("sts.amazonaws.com", "us-east-1/sts"),
            ("iam.amazonaws.com", "us-east-1/iam"),
            ("ec2.us-west-2.api.aws:443", "us-west-2/ec2"),
            ("s3.us-west-2.amazonaws.com", "us-west-2/s3"),
        ] {
            assert_eq!(refused(host, scope), None, "{host} {scope}");
        }
        let service = |name| format!("Credential should be scoped to correct service: '{name}'. ");
        let region = |name| format!("Credential should be scoped to a valid region, not '{name}'. ");
        for (host, scope, answer) in [
            (
                "sts.us-west-2.amazonaws.com",
                "us-west-2/iam",
                format!("SignatureDoesNotMatch: {}", service("sts")),
            ),
            (
                "ssm.us-west-2.amazonaws.com",
                "us-west-2/ec2",
                format!("InvalidSignatureException: {}", service("ssm")),
            ),
            (
                "polly.us-west-2.amazonaws.com",
                "us-west-2/iam",
                format!("SignatureDoesNotMatch: {}", service("polly")),
            ),
            ("iam.amazonaws.com", "us-west-2/iam", format!("SignatureDoesNotMatch: {}", region("us-west-2"))),
            (
                "ssm.us-west-2.amazonaws.com",
                "us-east-1/ssm",
                format!("InvalidSignatureException: {}", region("us-east-1")),
            ),
            (
                "ec2.us-west-2.amazonaws.com",
                "us-west-2/sts",
                "AuthFailure: AWS was not able to validate the provided access credentials".to_owned(),
            ),
        ] {
            assert_eq!(refused(host, scope), Some(answer), "{host} {scope}");
        }
    }
}
