//! A caller for tests: sends what the `aws` CLI sends through the table of actions, and reads the answer.

use awsproto::{AwsError, Call, Input, Protocol, testing};
use model::{Scope, World};

use crate::API;

/// A world, and somebody who calls it.
pub(crate) struct Caller {
    /// What is called.
    pub world: World,
    /// Who calls.
    pub call: Call,
}

impl Caller {
    /// A caller in us-west-2 with a default VPC, at noon of 2024-09-24.
    pub(crate) fn new() -> Self {
        let call = testing::call("us-west-2", 7);
        let mut caller = Caller { world: World::default(), call };
        caller.move_to("us-west-2");
        caller
    }

    /// Calls from another Region from now on.
    pub(crate) fn move_to(&mut self, region: &str) {
        self.call.scope.region = region.parse().unwrap();
        let scope = self.scope();
        let world = &mut self.world;
        crate::request::with_ids(&mut self.call, |ids| world.ensure_scope(scope, ids));
        self.world.commit();
    }

    /// The caller's account and Region.
    pub(crate) fn scope(&self) -> Scope {
        self.call.scope
    }

    /// Calls an action. A failed call changes nothing, as in the server.
    pub(crate) fn send(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<String, AwsError> {
        let escaped = |text: &str| -> String {
            text.bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect()
        };
        let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = std::iter::once(format!("Action={action}&Version=2016-11-15"))
            .chain(pairs)
            .collect::<Vec<_>>()
            .join("&");
        let input = Input::parse(Protocol::Ec2, "", body.as_bytes()).unwrap();
        match API.perform(action, &mut self.call, &mut self.world, &input) {
            Ok(output) => {
                self.world.commit();
                Ok(output.body)
            }
            Err(error) => {
                self.world.roll_back();
                Err(error)
            }
        }
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        match self.send(action, parameters) {
            Ok(body) => Answer(body),
            Err(error) => panic!("{action} was refused: {}: {}", error.code, error.message),
        }
    }

    /// Calls an action that must fail; gives `Code: message`.
    #[track_caller]
    pub(crate) fn refused(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        match self.send(action, parameters) {
            Ok(body) => panic!("{action} was not refused: {body}"),
            Err(error) => format!("{}: {}", error.code, error.message),
        }
    }
}

/// Instances.
impl Caller {
    /// Launches one t2.micro with Amazon Linux 2023, in the default VPC unless `more` says where; it is pending.
    #[track_caller]
    pub(crate) fn launch(&mut self, more: &[(&str, &str)]) -> Answer {
        let image = model::image::all(self.scope().region).next().unwrap().id().to_string();
        let mut parameters = vec![("ImageId", image.as_str()), ("MinCount", "1"), ("MaxCount", "1")];
        if !more.iter().any(|(name, _)| *name == "InstanceType") {
            parameters.push(("InstanceType", "t2.micro"));
        }
        parameters.extend_from_slice(more);
        self.ok("RunInstances", &parameters)
    }

    /// Does what was asked of instances and endpoints, as whoever makes them real does.
    pub(crate) fn settle(&mut self) {
        use model::InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        let now = crate::request::now(&self.call);
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

/// The inside of an XML answer.
#[derive(Debug)]
pub(crate) struct Answer(pub String);

impl Answer {
    /// The text of the first element of this name.
    #[track_caller]
    pub(crate) fn text(&self, element: &str) -> String {
        self.texts(element).into_iter().next().unwrap_or_else(|| panic!("no <{element}> in {}", self.0))
    }

    /// The inside of all elements of this name.
    pub(crate) fn texts(&self, element: &str) -> Vec<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let parts = self.0.split(&open).skip(1);
        parts.filter_map(|part| Some(part.split_once(&close)?.0.to_owned())).collect()
    }
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
