//! A caller for tests: sends what the `aws` CLI sends through routing and the table of actions, and reads the answer.

use awsproto::route::{Incoming, route};
use awsproto::sigv4::CredentialScope;
use awsproto::testing::{self, XmlAnswer};
use awsproto::{AwsError, Reply};
use model::vpc::{NewVpc, Tenancy};
use model::{AccountId, Tags};

use crate::API;
use crate::shapes::SERVICE;

/// A world with a VPC in us-west-2, and somebody who calls it.
pub(crate) struct Caller {
    inner: testing::Caller,
    /// The VPC.
    pub(crate) vpc: String,
    made: u32,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let mut caller =
            Caller { inner: testing::Caller::new(&API, "us-east-1"), vpc: String::new(), made: 0 };
        caller.vpc = caller.another_vpc();
        caller
    }

    pub(crate) fn another_vpc(&mut self) -> String {
        let scope = model::Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let cidr = "10.0.0.0/16".parse().unwrap();
        let new = NewVpc { cidr, amazon_ipv6: false, tenancy: Tenancy::Default, tags: Tags::new() };
        let testing::Caller { world, call, .. } = &mut self.inner;
        let made = call.with_ids(|ids| world.create_vpc(scope, new, ids)).unwrap();
        world.commit();
        made.to_string()
    }

    /// The body that asks for a zone in the VPC.
    pub(crate) fn new_zone(&self, name: &str, reference: &str) -> String {
        format!(
            "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Name>{name}</Name>\
             <VPC><VPCRegion>us-west-2</VPCRegion><VPCId>{}</VPCId></VPC>\
             <CallerReference>{reference}</CallerReference></CreateHostedZoneRequest>",
            self.vpc
        )
    }

    /// Makes a zone; its identifier.
    pub(crate) fn zone(&mut self, name: &str) -> String {
        self.made += 1;
        let body = self.new_zone(name, &format!("zone-{}", self.made));
        let told = self.ok("POST", "hostedzone", &body);
        self.zone_of(&told)
    }

    pub(crate) fn zone_of(&self, told: &str) -> String {
        texts(told, "Id").iter().find_map(|id| id.strip_prefix("/hostedzone/")).unwrap().to_owned()
    }

    fn send(&mut self, method: &str, target: &str, body: &str) -> Result<Reply, AwsError> {
        let scope = CredentialScope::parse("AKID/20260101/us-east-1/route53/aws4_request").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = format!("/2013-04-01/{path}");
        let incoming = Incoming {
            scope: Some(&scope),
            method,
            path: &path,
            query,
            body: body.as_bytes(),
            ..Incoming::default()
        };
        let route = route(&incoming, &[&SERVICE]).expect("the request has a route");
        let name = API.find(&route.operation)?.name;
        let output = self.inner.perform(name, &route.input(&incoming)?)?;
        Ok(output.render(&SERVICE, name, "r-1"))
    }

    /// The whole answer to a request that must succeed.
    pub(crate) fn reply(&mut self, method: &str, target: &str, body: &str) -> Reply {
        self.send(method, target, body).unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }

    /// The body of the answer to a request that must succeed.
    pub(crate) fn ok(&mut self, method: &str, target: &str, body: &str) -> String {
        self.reply(method, target, body).text().into_owned()
    }

    /// Status, code and sentence of a request that must be refused.
    pub(crate) fn refused(&mut self, method: &str, target: &str, body: &str) -> String {
        match self.send(method, target, body) {
            Ok(reply) => panic!("{method} {target} was not refused: {}", reply.text()),
            Err(error) => format!("{} {error}", error.status),
        }
    }
}

/// The texts of all elements of this name.
pub(crate) fn texts(xml: &str, name: &str) -> Vec<String> {
    XmlAnswer(xml.to_owned()).texts(name)
}
