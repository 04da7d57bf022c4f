//! Somebody who calls the service with JSON, about a VPC with a subnet.

use awsproto::testing::JsonCaller;
use model::Tags;
use std::ops::{Deref, DerefMut};

/// Who calls.
pub(crate) struct Caller(JsonCaller);

impl Deref for Caller {
    type Target = JsonCaller;
    fn deref(&self) -> &JsonCaller {
        &self.0
    }
}

impl DerefMut for Caller {
    fn deref_mut(&mut self) -> &mut JsonCaller {
        &mut self.0
    }
}

impl Caller {
    /// In the Region where what is in none is found.
    pub(crate) fn new() -> Self {
        let mut caller = JsonCaller::new(&crate::API, "us-east-1");
        let inner = &mut caller.inner;
        let scope = inner.call.scope;
        inner.call.with_ids(|ids| inner.world.create_default_vpc(scope, ids)).expect("there is none yet");
        inner.world.commit();
        Caller(caller)
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
        let inner = &mut self.inner;
        let world = &mut inner.world;
        let make = |ids: &mut model::Ids<'_>| {
            world.create_instance_profile(scope.account, "/team/", name, Tags::new(), ids, now)
        };
        inner.call.with_ids(make).expect("a free name");
        inner.world.commit();
        let profile = inner.world.instance_profile_named(scope.account, name).expect("it was made");
        profile.arn(scope.region.partition())
    }
}
