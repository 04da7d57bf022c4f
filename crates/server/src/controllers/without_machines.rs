//! What becomes of wishes where nobody has to fulfil them: with `--instances none` a state has changed before the call that
//! asked for it is answered.

use model::{InstanceConnectEndpointId, InstanceId, InstanceState, Timestamp, World};

/// Fulfils every wish. To be called in the change that made it, after what the caller is told was written down: that says
/// `pending` as AWS does, and whoever asks next sees `running`.
pub fn settle(world: &mut World, now: Timestamp) {
    let instances: Vec<(InstanceId, InstanceState, u64)> =
        world.network.instances.values().map(|it| (it.id, it.state, it.boot)).collect();
    for (id, state, boot) in instances {
        match state {
            InstanceState::Pending => world.instance_is_running(id, boot, now),
            InstanceState::Stopping => world.instance_is_stopped(id, now),
            InstanceState::ShuttingDown => world.instance_is_terminated(id, now),
            InstanceState::Running | InstanceState::Stopped | InstanceState::Terminated => {}
        }
    }
    let endpoints: Vec<InstanceConnectEndpointId> =
        world.instance_connect_endpoints.values().map(|it| it.id).collect();
    for id in endpoints {
        world.endpoint_is_ready(id);
        world.endpoint_is_gone(id, now);
    }
}
