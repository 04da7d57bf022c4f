//! A caller for tests: sends what the `aws` CLI sends through the table of actions, and reads the answer.

use awsproto::Call;
use awsproto::testing::{self, XmlAnswer};
use model::{Scope, World};
use std::ops::{Deref, DerefMut};

use crate::API;

/// A world with a default VPC, and somebody who calls.
pub(crate) struct Caller(testing::Caller);

impl Deref for Caller {
    type Target = testing::Caller;
    fn deref(&self) -> &testing::Caller {
        &self.0
    }
}

impl DerefMut for Caller {
    fn deref_mut(&mut self) -> &mut testing::Caller {
        &mut self.0
    }
}

impl Caller {
    /// A caller in us-west-2 with a default VPC, at noon of 2024-09-24.
    pub(crate) fn new() -> Self {
        let mut caller = Caller(testing::Caller::new(&API, "us-west-2"));
        caller.move_to("us-west-2");
        caller
    }

    /// Calls from another Region from now on.
    pub(crate) fn move_to(&mut self, region: &str) {
        self.call.scope.region = region.parse().unwrap();
        let scope = self.scope();
        let (world, call) = self.parts();
        call.with_ids(|ids| world.ensure_scope(scope, ids));
        world.commit();
    }

    /// Calls for another account from now on.
    pub(crate) fn acting_as(&mut self, account: &str) {
        self.call.scope.account = account.parse().unwrap();
        let region = self.scope().region.to_string();
        self.move_to(&region);
    }

    /// World and call, to be borrowed at once.
    pub(crate) fn parts(&mut self) -> (&mut World, &mut Call) {
        let testing::Caller { world, call, .. } = &mut self.0;
        (world, call)
    }

    /// The caller's account and Region.
    pub(crate) fn scope(&self) -> Scope {
        self.call.scope
    }
}

/// Instances.
impl Caller {
    /// Launches one t2.micro with Amazon Linux 2023, in the default VPC unless `more` says where; it is pending.
    #[track_caller]
    pub(crate) fn launch(&mut self, more: &[(&str, &str)]) -> XmlAnswer {
        let image = self.image();
        self.ok("RunInstances", &launch_of(&image, more))
    }

    /// Why the same is refused.
    #[track_caller]
    pub(crate) fn refused_launch(&mut self, more: &[(&str, &str)]) -> String {
        let image = self.image();
        self.refused("RunInstances", &launch_of(&image, more))
    }

    /// The image that launches take unless they say otherwise.
    pub(crate) fn image(&self) -> String {
        model::image::all(self.scope().region).next().unwrap().id().to_string()
    }

    /// Does what was asked of instances and endpoints, as whoever makes them real does.
    pub(crate) fn settle(&mut self) {
        use model::InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        let now = self.call.now;
        let all: Vec<_> =
            self.world.network.instances.values().map(|it| (it.id, it.boot, it.state)).collect();
        for (id, boot, state) in all {
            match state {
                Pending => self.world.instance_is_running(id, boot, now),
                Stopping => self.world.instance_is_stopped(id, now),
                ShuttingDown => self.world.instance_is_terminated(id, now),
                Running | Stopped | Terminated => {}
            }
        }
        let endpoints: Vec<_> = self.world.instance_connect_endpoints.values().map(|it| it.id).collect();
        for id in endpoints {
            self.world.endpoint_is_ready(id);
            self.world.endpoint_is_gone(id, now);
        }
        self.world.commit();
    }

    /// Launches one instance as [`Caller::launch`] does, and waits until it runs; its id.
    #[track_caller]
    pub(crate) fn running(&mut self, more: &[(&str, &str)]) -> String {
        let id = self.launch(more).text("instanceId");
        self.settle();
        id
    }
}

fn launch_of<'a>(image: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![("ImageId", image), ("MinCount", "1"), ("MaxCount", "1")];
    if !more.iter().any(|(name, _)| *name == "InstanceType") {
        parameters.push(("InstanceType", "t2.micro"));
    }
    parameters.extend_from_slice(more);
    parameters
}

/// A caller and a group of the default VPC.
pub(crate) fn web() -> (Caller, String) {
    let mut caller = Caller::new();
    let parameters = [("GroupName", "web"), ("GroupDescription", "web servers")];
    let web = caller.ok("CreateSecurityGroup", &parameters).text("groupId");
    (caller, web)
}

/// The parameters that let ssh into a group, from everywhere.
pub(crate) fn ssh(group: &str) -> Vec<(&str, &str)> {
    vec![
        ("GroupId", group),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ]
}
