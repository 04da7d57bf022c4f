//! The AWS services there are. Adding one is a line here; `docs/add-a-service.md` has the steps.

use awsproto::{Action, Api};
use model::World;

/// All services.
#[rustfmt::skip] // One a line, so that a service is a line.
pub static ALL: &[&Api<World>] = &[
    &ec2::API,
    &ec2::instance_connect::API,
    &iam::API,
    &route53::API,
    &sts::API,
    &ssm::API,
    &service_quotas::API,
];

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
    ALL.iter().flat_map(|api| api.actions).map(row).collect()
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
        iam_action: action.iam_action,
        required: action.required,
        dry_run: action.dry_run,
        write: action.is_write(),
    }
}
