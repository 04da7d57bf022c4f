//! What a service gives to the server: its description, its table, and what is done once around all of its calls.

use crate::action::{self, Action};
use crate::authorization::Touches;
use crate::call::Call;
use crate::error::AwsError;
use crate::ids::IdSource;
use crate::input::Input;
use crate::reply::Output;
use crate::service::Service;
use crate::tokens::{ClientToken, Tokens};
use model::Scope;

/// A service: what each service crate exports once.
pub struct Api<S: 'static> {
    /// What it is called, and how it is spoken to.
    pub service: &'static Service,
    /// What it can do.
    pub actions: &'static [Action<S>],
    /// What it can be asked of which there are none (`crate::vacant`).
    pub vacant: &'static [Action<S>],
    /// How it remembers client tokens.
    pub tokens: &'static (dyn Tokens<S> + Sync),
    /// What there is for an account in a Region from its first call on.
    pub first_use: Option<FirstUse<S>>,
    /// Which resources a call touches.
    pub touches: Touches<S>,
}

/// What is made when an account uses a service in a Region for the first time, such as its default VPC.
pub struct FirstUse<S: 'static> {
    /// Whether it was made.
    pub is_made: fn(&S, Scope) -> bool,
    /// Makes it.
    pub make: fn(&mut S, Scope, &mut IdSource),
}

impl<S> Api<S> {
    /// The row for an action, or why there is none.
    pub fn find(&self, name: &str) -> Result<&'static Action<S>, AwsError> {
        let mut rows = self.actions.iter().chain(self.vacant);
        rows.find(|action| action.name == name).ok_or_else(|| action::not_here(self.service, name))
    }

    /// Calls an action by name: all that is done around it but signatures, authorization and storing, for tests.
    pub fn perform(
        &self,
        name: &str,
        call: &mut Call,
        state: &mut S,
        input: &Input,
    ) -> Result<Output, AwsError> {
        let action = self.find(name)?;
        let request = (action.decode)(input)?;
        action.check_dry_run(input)?;
        match ClientToken::of(action, call, input)? {
            Some(token) => {
                let now = call.now;
                token.once(self.tokens, now, state, |state| action.write(call, state, request))
            }
            None => action.write(call, state, request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Operation, Pages};
    use crate::authorization::{AccessLevel, Authorization, touches_nothing};
    use crate::params::{At, Fields, FromParams, Node};
    use crate::protocol::ec2;
    use crate::service::Protocol;
    use crate::tokens::{Remembered, TokenKey};
    use crate::{read, testing, write};
    use model::Timestamp;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct World {
        vpcs: Vec<String>,
        tokens: BTreeMap<u128, Remembered>,
    }

    struct RequestTokens;

    impl Tokens<World> for RequestTokens {
        fn remembered(&self, world: &World, key: &TokenKey, _: Timestamp) -> Option<Remembered> {
            world.tokens.get(&key.digest()).cloned()
        }
        fn remember(&self, world: &mut World, key: TokenKey, call: Remembered, _: Timestamp) {
            world.tokens.insert(key.digest(), call);
        }
    }

    static ACTIONS: &[Action<World>] = &[read!(DescribeVpcs, describe), write!(CreateVpc, create)];
    static API: Api<World> = Api {
        service: &SERVICE,
        actions: ACTIONS,
        vacant: &[],
        tokens: &RequestTokens,
        first_use: None,
        touches: touches_nothing,
    };

    fn describe(_: &mut Call, world: &World, _: Vpc) -> Result<(), AwsError> {
        Err(AwsError::new("Seen", world.vpcs.join(",")))
    }

    fn create(call: &mut Call, world: &mut World, request: Vpc) -> Result<String, AwsError> {
        world.vpcs.push(request.cidr.unwrap_or_default());
        Ok(call.ids.id("vpc"))
    }

    #[test]
    fn a_repeated_token_gets_the_first_answer_and_changes_nothing() {
        let mut world = World::default();
        let first = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&ClientToken=t").unwrap();
        let again = go(&mut world, "CreateVpc", "ClientToken=t&Cidr=10.0.0.0/16").unwrap();
        assert_eq!(first, again);
        assert_eq!(world.vpcs, ["10.0.0.0/16"]);
        let other = go(&mut world, "CreateVpc", "Cidr=10.1.0.0/16&ClientToken=t").unwrap_err();
        assert_eq!(other.code, "IdempotentParameterMismatch");
        assert_ne!(go(&mut world, "CreateVpc", "Cidr=10.1.0.0/16").unwrap(), first);
        let long = format!("Cidr=10.0.0.0/16&ClientToken={}", "t".repeat(65));
        assert_eq!(go(&mut world, "CreateVpc", &long).unwrap_err().code, "InvalidParameterValue");
    }

    #[test]
    fn a_dry_run_is_decoded_and_goes_no_further() {
        let mut world = World::default();
        let would = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&DryRun=true&ClientToken=t").unwrap_err();
        assert_eq!((would.code.as_ref(), would.status), ("DryRunOperation", 412));
        assert_eq!(go(&mut world, "CreateVpc", "DryRun=true").unwrap_err().code, "MissingParameter");
        assert_eq!(
            go(&mut world, "CreateVpc", "Cidr=1&DryRun=maybe").unwrap_err().code,
            "InvalidParameterValue"
        );
        assert!(world.vpcs.is_empty() && world.tokens.is_empty());
        assert!(go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&ClientToken=t").is_ok());
        let again = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&DryRun=true&ClientToken=t");
        assert_eq!(again.unwrap_err().code, "DryRunOperation");
    }

    #[test]
    fn readers_see_what_writers_did_and_cannot_be_confused_with_them() {
        let mut world = World::default();
        go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16").unwrap();
        assert_eq!(go(&mut world, "DescribeVpcs", "Cidr=x").unwrap_err().message, "10.0.0.0/16");
        let writer = API.find("CreateVpc").unwrap();
        assert!(writer.is_write() && !API.find("DescribeVpcs").unwrap().is_write());
        let request = (writer.decode)(&input("Cidr=x")).unwrap();
        let refused = writer.read(&mut testing::call("us-east-1", 1), &world, request).unwrap_err();
        assert_eq!(refused.code, "InternalError");
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown_or_not_implemented() {
        let mut world = World::default();
        assert_eq!(go(&mut world, "MakeVpc", "").unwrap_err().code, "InvalidAction");
        assert_eq!(go(&mut world, "DeleteVpc", "").unwrap_err().code, "NotImplemented");
    }

    struct Vpc {
        cidr: Option<String>,
    }

    impl FromParams for Vpc {
        fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
            let mut fields = Fields::of(node, at);
            fields.optional::<bool>("DryRun")?;
            fields.optional::<String>("ClientToken")?;
            let value = Vpc { cidr: fields.required("Cidr")? };
            fields.close()?;
            Ok(value)
        }
    }

    static SERVICE: Service = Service {
        name: "ec2",
        protocol: Protocol::Ec2,
        api_version: "1",
        xml_namespace: "urn:x",
        target_prefix: "",
        title: "Amazon EC2",
        known_operations: &["CreateVpc", "DeleteVpc", "DescribeVpcs"],
        routes: &[],
    };

    mod op {
        use super::*;
        pub(super) struct CreateVpc;
        impl Operation for CreateVpc {
            const NAME: &'static str = "CreateVpc";
            const AUTHORIZATION: &'static Authorization =
                &Authorization::plain(&["ec2:CreateVpc"], AccessLevel::Write);
            const SERVICE: &'static Service = &SERVICE;
            const CLIENT_TOKEN: Option<&'static str> = Some("ClientToken");
            const PAGES: Option<Pages> = None;
            const REQUIRED: &'static [&'static str] = &["Cidr"];
            const DRY_RUN: bool = true;
            type Request = Vpc;
            type Response = String;
            fn decode(input: &Input) -> Result<Vpc, AwsError> {
                ec2::decode(input)
            }
            fn encode(response: &String) -> Output {
                ec2::encode(Self::NAME, response)
            }
        }
        pub(super) struct DescribeVpcs;
        impl Operation for DescribeVpcs {
            const NAME: &'static str = "DescribeVpcs";
            const AUTHORIZATION: &'static Authorization =
                &Authorization::plain(&["ec2:DescribeVpcs"], AccessLevel::List);
            const SERVICE: &'static Service = &SERVICE;
            const CLIENT_TOKEN: Option<&'static str> = None;
            const PAGES: Option<Pages> = None;
            const REQUIRED: &'static [&'static str] = &["Cidr"];
            const DRY_RUN: bool = true;
            type Request = Vpc;
            type Response = ();
            fn decode(input: &Input) -> Result<Vpc, AwsError> {
                ec2::decode(input)
            }
            fn encode(response: &()) -> Output {
                ec2::encode_nothing(response)
            }
        }
    }

    fn go(world: &mut World, name: &str, form: &str) -> Result<Output, AwsError> {
        let mut call = testing::call("us-east-1", 1);
        // Each request is another one.
        call.ids = IdSource::new(u64::try_from(world.vpcs.len()).unwrap());
        API.perform(name, &mut call, world, &input(form))
    }

    fn input(form: &str) -> Input {
        Input::parse(Protocol::Ec2, "", form.as_bytes()).unwrap()
    }
}
