//! Operations that answer that there are none: reading ones, of what nobody can have here, because nothing of the kind can
//! be made.
//!
//! They are the third kind beside those that are served and those that are not there. Which ones they are is a list for
//! each service (`xtask/vacant`); what they take and answer follows from AWS's models. Their rows are like all others, so
//! that a call of one takes the same steps. Who asks by name for one that cannot exist is told as AWS tells that it does
//! not; parameters that only narrow down what is shown are read, and change nothing.

mod answer;
mod asked;
mod form;
mod json;
pub(crate) mod services;
mod xml;

use crate::action::{Action, BodyRule, Handler};
use crate::authorization::Authorization;
use crate::call::Need;
use crate::service::{Protocol, Service};
use asked::Asked;
use model::World;

pub use services::ALL;

/// One such operation. Generated.
#[derive(Debug)]
pub struct Vacant {
    /// `DescribeVpnGateways`.
    pub name: &'static str,
    /// What a caller must be allowed.
    pub authorization: Authorization,
    /// The protocol of its model.
    pub protocol: Protocol,
    /// What it may be asked.
    pub members: &'static [Member],
    /// The names on the wire of what must be there.
    pub required: &'static [&'static str],
    /// How one may be asked for that cannot exist.
    pub named: &'static [Named],
    /// Parameters that Hamlet does not act upon, so that they are refused.
    pub unsupported: &'static [&'static str],
    /// The parameter with filters, and the names that these may have.
    pub filters: Option<(&'static str, &'static [&'static str])>,
    /// The parameter with the token of a further page, and the code for one that nobody was given.
    pub token: Option<(&'static str, &'static str)>,
    /// Whether it can be tried without being done.
    pub dry_run: bool,
    /// What it answers.
    pub answer: &'static [Given],
}

/// A member of a request.
#[derive(Debug)]
pub struct Member {
    /// What the API calls it.
    pub name: &'static str,
    /// What it is called where it is.
    pub wire: &'static str,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether it is text in path, query string or header, whatever its type.
    pub is_text: bool,
    /// Its type.
    pub shape: Shape,
}

/// The type of a member.
#[derive(Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number and its bounds.
    Whole(i64, i64),
    /// A number.
    Number,
    /// A moment.
    Moment,
    /// Bytes.
    Bytes,
    /// Members of its own.
    Structure(&'static [Member]),
    /// Members of one type; the name of a level between, where forms have one.
    List(Option<&'static str>, &'static Shape),
    /// Something that is not looked into.
    Any,
}

/// A parameter that names what cannot exist, and what is said then.
#[derive(Debug)]
pub struct Named {
    /// The parameter; without one, it is said always: there can only be one, and it does not exist.
    pub parameter: Option<&'static str>,
    /// The code.
    pub code: &'static str,
    /// The sentence; `{}` stands for the name, `{account}`, `{region}` and `{partition}` for these.
    pub sentence: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// A member of an answer.
#[derive(Debug)]
pub struct Given {
    /// Its name on the wire.
    pub wire: &'static str,
    /// What it holds.
    pub value: Value,
}

/// What a member of an answer holds.
#[derive(Debug)]
pub enum Value {
    /// A list without members. A flat one is not there in XML.
    NoMembers {
        /// Whether it is flat.
        is_flat: bool,
    },
    /// A map without members.
    NoEntries,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Whole(i64),
    /// Text; `{account}`, `{region}` and `{partition}` stand for these.
    Text(&'static str),
    /// What a parameter was, or else a text.
    Asked(&'static str, &'static str),
    /// Members of its own.
    Structure(&'static [Given]),
}

/// What a row is made of.
pub trait Vacancy {
    /// The operation.
    const OPERATION: &'static Vacant;
}

/// The row of an operation.
pub const fn row<V: Vacancy>(service: &'static Service) -> Action<World> {
    Action {
        name: V::OPERATION.name,
        authorization: &V::OPERATION.authorization,
        service,
        decode: |input| Ok(Box::new(Asked::read(V::OPERATION, input)?)),
        handler: Handler::Read(|call, _, request| {
            let asked: Box<Asked> = request.downcast().expect("the row's own decoder has made it");
            answer::answer(V::OPERATION, &asked, call)
        }),
        asks_resource: false,
        need: Need::Nothing,
        passing: None,
        body: BodyRule::Whole,
        idempotent: None,
        pages: None,
        required: V::OPERATION.required,
        dry_run: V::OPERATION.dry_run,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Api;
    use crate::error::AwsError;
    use crate::incoming::Incoming;
    use crate::testing;
    use services::{elbv2, kms, lambda, rds};

    #[test]
    fn there_are_none_in_each_notation() {
        assert_eq!(form(&rds::QUERY_API, "DescribeDBInstances", "").unwrap(), "<DBInstances/>");
        assert_eq!(json(&kms::JSON11_API, "ListKeys", "{}").unwrap(), r#"{"Keys":[],"Truncated":false}"#);
    }

    #[test]
    fn who_asks_by_name_is_told_that_it_does_not_exist() {
        let error = form(&rds::QUERY_API, "DescribeDBInstances", "DBInstanceIdentifier=db").unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.status),
            ("DBInstanceNotFound: DBInstance db not found.", 404)
        );
        let path = "/2015-03-31/functions/f/configuration";
        let input = lambda::RESTJSON.read(&Incoming { method: "GET", path, ..Incoming::default() }).unwrap();
        let error = ask(&lambda::RESTJSON_API, "GetFunctionConfiguration", &input).unwrap_err();
        assert_eq!(error.message, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:f");
    }

    #[test]
    fn what_is_unknown_malformed_missing_or_too_much_is_refused() {
        let code =
            |form: &str| self::form(&elbv2::QUERY_API, "DescribeLoadBalancers", form).unwrap_err().code;
        assert_eq!(code("Colour=red"), "UnknownParameter");
        assert_eq!(code("PageSize=many"), "MalformedInput");
        assert_eq!(code("PageSize=401"), "ValidationError");
        assert_eq!(code("Names.1=flat"), "UnknownParameter");
        assert_eq!(code("Names.member.1=x"), "LoadBalancerNotFound");
        assert_eq!(code("Marker=strange"), "ValidationError");
        let code = |body: &str| json(&kms::JSON11_API, "ListKeys", body).unwrap_err().code;
        assert_eq!(code(r#"{"Limit": "many"}"#), "SerializationException");
        assert_eq!(code(r#"{"Limit": 0}"#), "ValidationException");
        let missing = form(&elbv2::QUERY_API, "DescribeTargetHealth", "").unwrap_err();
        assert_eq!(missing.code, "ValidationError");
    }

    fn form(api: &Api<World>, name: &str, form: &str) -> Result<String, AwsError> {
        ask(api, name, &crate::Input::parse(Protocol::Query, "", form.as_bytes())?)
    }

    fn json(api: &Api<World>, name: &str, body: &str) -> Result<String, AwsError> {
        ask(api, name, &crate::Input::parse(Protocol::Json11, "", body.as_bytes())?)
    }

    fn ask(api: &Api<World>, name: &str, input: &crate::Input) -> Result<String, AwsError> {
        let mut call = testing::call("us-east-1", 1);
        api.perform(name, &mut call, &mut World::default(), input).map(|output| output.body)
    }
}
