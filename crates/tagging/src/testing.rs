//! Somebody who calls the service with JSON, about a VPC with a subnet.

use awsproto::{AwsError, Input, testing};
use model::Tags;
use serde_json::Value;

/// Who calls.
pub(crate) struct Caller {
    pub(crate) inner: testing::Caller,
}

impl Caller {
    /// In the Region where what is in none is found.
    pub(crate) fn new() -> Self {
        let mut inner = testing::Caller::new(&crate::API, "us-east-1");
        let scope = inner.call.scope;
        inner.call.with_ids(|ids| inner.world.create_default_vpc(scope, ids)).expect("there is none yet");
        inner.world.commit();
        Caller { inner }
    }

    pub(crate) fn move_to(&mut self, region: &str) {
        self.inner.call.scope.region = region.parse().expect("a Region");
    }

    /// The ARNs of the VPC and of a subnet.
    pub(crate) fn arns(&self) -> [String; 2] {
        let vpc = self.inner.world.default_vpc(self.inner.call.scope).expect("it was made");
        let subnet = self.inner.world.network.subnets.values().next().expect("it has some");
        [self.arn(format_args!("vpc/{}", vpc.id)), self.arn(format_args!("subnet/{}", subnet.id))]
    }

    /// The ARN of the VPC's network ACL.
    pub(crate) fn acl(&self) -> String {
        let vpc = self.inner.world.default_vpc(self.inner.call.scope).expect("it was made");
        self.arn(format_args!("network-acl/{}", vpc.default_network_acl))
    }

    fn arn(&self, resource: std::fmt::Arguments<'_>) -> String {
        let scope = self.inner.call.scope;
        scope.region.arn("ec2", scope.account, resource)
    }

    /// Makes an instance profile, and gives its ARN.
    pub(crate) fn instance_profile(&mut self, name: &str) -> String {
        let (scope, now) = (self.inner.call.scope, self.inner.call.now);
        let world = &mut self.inner.world;
        let make = |ids: &mut model::Ids<'_>| {
            world.create_instance_profile(scope.account, "/team/", name, Tags::new(), ids, now)
        };
        self.inner.call.with_ids(make).expect("a free name");
        self.inner.world.commit();
        let profile = self.inner.world.instance_profile_named(scope.account, name).expect("it was made");
        profile.arn(scope.region.partition())
    }

    fn send(&mut self, action: &str, body: &Value) -> Result<Value, AwsError> {
        let output = self.inner.perform(action, &Input::Json(body.clone()))?;
        Ok(serde_json::from_str(&output.body).expect("answers are JSON"))
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, action: &str, body: Value) -> Value {
        self.send(action, &body).unwrap_or_else(|error| panic!("{action} was refused: {error}"))
    }

    /// Calls an action that must fail; gives `Code: message`.
    #[track_caller]
    pub(crate) fn refused(&mut self, action: &str, body: Value) -> String {
        match self.send(action, &body) {
            Ok(answer) => panic!("{action} was not refused: {answer}"),
            Err(error) => error.to_string(),
        }
    }
}
