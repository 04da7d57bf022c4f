//! The AWS services there are. Adding one is a line here; `docs/add-a-service.md` has the steps.

use awsproto::{Action, Api, Service};
use model::World;

use crate::buckets;

/// All services.
#[rustfmt::skip] // One a line, so that a service is a line.
pub static ALL: &[&Api<World>] = &[
    &ec2::API,
    &ec2::instance_connect::API,
    &iam::API,
    &route53::API,
    &sts::API,
    &sns::API,
    &ssm::API,
    &service_quotas::API,
    &cloudtrail::API,
    &account::API,
    &tagging::API,
    &sqs::API,
    &logs::API,
    &cloudwatch::API,
];

/// Some of them in a further protocol, which newer or older clients speak.
pub static IN_OTHER_PROTOCOLS: &[&Api<World>] =
    &[&tagging::API_IN_CBOR, &sqs::API_IN_QUERY, &cloudwatch::API_IN_CBOR, &cloudwatch::API_IN_QUERY];

/// The descriptions of all of them, in each of their protocols.
pub fn descriptions() -> Vec<&'static Service> {
    ALL.iter().chain(IN_OTHER_PROTOCOLS).map(|api| api.service).collect()
}

/// One action, for lists of what there is.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Row {
    /// The service, as requests are signed for it: `ec2`.
    pub service: &'static str,
    /// `CreateVpc`.
    pub name: &'static str,
    /// `ec2:CreateVpc`.
    pub iam_action: &'static str,
    /// The parameters that must be there.
    pub required: &'static [&'static str],
    /// Whether it can be tried without being done.
    pub dry_run: bool,
    /// Whether it changes anything.
    pub write: bool,
}

/// Every action there is.
pub fn rows() -> Vec<Row> {
    let of_s3 =
        s3::operations::OPERATIONS.iter().filter(|it| it.name != s3::operations::ASKED_ALONE).map(row_of_s3);
    ALL.iter().flat_map(|api| api.actions).map(row).chain(of_s3).collect()
}

fn row_of_s3(operation: &s3::operations::Operation) -> Row {
    Row {
        service: buckets::SERVICE.name,
        name: operation.name,
        iam_action: operation.action,
        // s3s knows, and says so.
        required: &[],
        dry_run: false,
        write: !operation.is_read(),
    }
}

/// Every operation that answers that there are none, of these services and of others.
pub fn vacant_rows() -> Vec<Row> {
    let all = ALL.iter().chain(awsproto::vacant::ALL);
    all.flat_map(|api| api.vacant).map(row).collect()
}

fn row(action: &Action<World>) -> Row {
    Row {
        service: action.service.name,
        name: action.name,
        iam_action: action.authorization.action(),
        required: action.required,
        dry_run: action.dry_run,
        write: action.is_write(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::{AccessLevel, Authorization};

    fn all() -> impl Iterator<Item = (&'static Api<World>, &'static Action<World>)> {
        let apis = ALL.iter().chain(awsproto::vacant::ALL).copied();
        apis.flat_map(|api| api.actions.iter().chain(api.vacant).map(move |action| (api, action)))
    }

    /// SQS's batches ask for what each of their entries does.
    fn once<'a>(api: &Api<World>, name: &'a str) -> &'a str {
        name.strip_suffix("Batch").filter(|_| ["sns", "sqs"].contains(&api.service.name)).unwrap_or(name)
    }

    fn authorization(service: &str, name: &str) -> &'static Authorization {
        let mut rows = all().filter(|(api, action)| api.service.name == service && action.name == name);
        rows.next().expect("there is such a row").1.authorization
    }

    #[test]
    fn every_row_says_what_a_caller_must_be_allowed() {
        for (api, action) in all() {
            let asked = action.authorization;
            let own = asked
                .action()
                .split_once(':')
                .is_some_and(|(prefix, name)| prefix == api.service.name && name == once(api, action.name));
            let is_elsewhere = ["apigateway", "monitoring", "tagging"].contains(&api.service.name);
            assert!(own || is_elsewhere, "{} asks {:?}", action.name, asked.actions);
            let names = asked.actions.iter().chain(asked.dependent_actions);
            assert!(names.clone().all(|name| name.split(':').count() == 2), "{asked:?}");
            let arns = asked.resources.iter().map(|resource| resource.of.arn("aws", "us-east-1", "1", "*"));
            assert!(arns.clone().all(|arn| arn.starts_with("arn:aws:") && !arn.contains('$')), "{asked:?}");
        }
    }

    #[test]
    fn a_launch_is_about_many_resources_and_two_further_actions() {
        let launch = authorization("ec2", "RunInstances");
        let required = launch.resources.iter().filter(|resource| resource.is_required);
        let required: Vec<&str> = required.map(|resource| resource.of.name).collect();
        assert_eq!(required, ["image", "instance", "network-interface", "security-group", "subnet"]);
        assert!(["ec2:CreateTags", "iam:PassRole"].iter().all(|it| launch.dependent_actions.contains(it)));
        let image = launch.resource("image").unwrap();
        assert_eq!(
            image.of.arn("aws", "us-east-1", "111122223333", "ami-1"),
            "arn:aws:ec2:us-east-1::image/ami-1"
        );
        assert!(image.keys.has("ec2:Owner") && !image.keys.has("ec2:Vpc"));
        assert!(launch.keys.has("ec2:Region"));
    }

    #[test]
    fn classes_of_access_are_the_references() {
        let access = |service, name| authorization(service, name).access;
        assert_eq!(access("ec2", "CreateTags"), AccessLevel::Tagging);
        assert_eq!(access("ec2", "DescribeVpcs"), AccessLevel::List);
        assert_eq!(access("iam", "CreateRole"), AccessLevel::PermissionsManagement);
        assert_eq!(access("route53", "GetHostedZone"), AccessLevel::List);
        assert_eq!(access("ssm", "GetParameter"), AccessLevel::Read);
        assert!(!authorization("sts", "GetCallerIdentity").is_decided);
    }
}
