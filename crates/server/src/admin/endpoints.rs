//! EC2 Instance Connect Endpoints in `hamlet status`.

use model::{InstanceConnectEndpoint, World};
use serde::{Deserialize, Serialize};

use crate::running::Running;

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

/// Those that have not ended.
pub(super) fn all(world: &World, running: &Running) -> Vec<EndpointStatus> {
    let endpoints = world.instance_connect_endpoints.values().filter(|it| !it.state.has_ended());
    endpoints.map(|it| endpoint_status(running, it)).collect()
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
