//! The AWS services there are: each one's table of actions, called with the state that it works on.

use awsproto::action::{dispatch_read, dispatch_write, find};
use awsproto::route::Route;
use awsproto::{AwsError, Call, Input, Output, Service, Tokens};
use ec2::request_tokens::RequestTokens;
use model::{Region, Scope, World};
use store::StoreError;

use crate::callers::Proof;
use crate::writer::{Applied, State};

/// All services, for telling requests apart.
pub static ALL: &[&Service] = &[
    &ec2::shapes::SERVICE,
    &ec2::instance_connect::shapes::SERVICE,
    &iam::shapes::SERVICE,
    &route53::shapes::SERVICE,
    &sts::shapes::SERVICE,
    &ssm::shapes::SERVICE,
];

/// Answers a call. Who lacks proof has not used anything, and gets nothing made for it; nor may it ask for changes, which
/// the caller sees to.
pub async fn answer(
    state: &State,
    scope: Scope,
    proof: Proof,
    route: &Route,
    input: Input,
    mut call: Call,
) -> Result<Output, AwsError> {
    let name = route.service.name;
    if name == sts::shapes::SERVICE.name {
        let action = find(route.service, sts::ACTIONS, &route.operation)?;
        return dispatch_read(action, &mut call, &(), &input);
    }
    if name == ssm::shapes::SERVICE.name {
        let action = find(route.service, ssm::ACTIONS, &route.operation)?;
        return dispatch_read(action, &mut call, &public_parameters(scope.region), &input);
    }
    if name == route53::shapes::SERVICE.name {
        let action = find(route.service, route53::ACTIONS, &route.operation)?;
        return with_world(state, RequestTokens, action, input, call).await;
    }
    if name == iam::shapes::SERVICE.name {
        let action = find(route.service, iam::ACTIONS, &route.operation)?;
        return with_world(state, (), action, input, call).await;
    }
    let table = match name == ec2::shapes::SERVICE.name {
        true => ec2::ACTIONS,
        false => ec2::instance_connect::ACTIONS,
    };
    let action = find(route.service, table, &route.operation)?;
    if proof == Proof::Shown {
        first_use(state, scope).await?;
    }
    with_world(state, RequestTokens, action, input, call).await
}

/// Whether a request asks for a change.
pub fn is_change(route: &Route) -> bool {
    let asked = |row: &Row| row.service == route.service.name && row.name == route.operation;
    rows().iter().any(|row| row.write && asked(row))
}

/// Calls an action with the published snapshot, or with the writer's own.
async fn with_world(
    state: &State,
    tokens: impl Tokens<World> + Send + 'static,
    action: &'static awsproto::Action<World>,
    input: Input,
    mut call: Call,
) -> Result<Output, AwsError> {
    if !action.is_write() {
        return dispatch_read(action, &mut call, &*state.snapshot(), &input);
    }
    let changed = state.change(move |world| {
        let result = dispatch_write(&tokens, action, &mut call, world, &input);
        let applied = if result.is_ok() { Applied::Keep } else { Applied::TakeBack };
        (applied, result)
    });
    changed.await.unwrap_or_else(|error| Err(not_stored(&error)))
}

/// An account gets its default VPC in a Region with its first call there.
async fn first_use(state: &State, scope: Scope) -> Result<(), AwsError> {
    if state.snapshot().scopes.contains(&model::world::ScopeKey(scope)) {
        return Ok(());
    }
    let mut ids = crate::clock::ids();
    let made = state.change(move |world| {
        world.ensure_scope(scope, &mut model::Ids::new(&mut || ids.hex17()));
        (Applied::Keep, ())
    });
    made.await.map_err(|error| not_stored(&error))
}

/// The sentence names the trouble; AWS's own says nothing, and would leave the user without a way out.
fn not_stored(error: &StoreError) -> AwsError {
    match error {
        StoreError::DiskFull => {
            AwsError::new("Unavailable", format!("The change was not made. {error}")).with_status(503)
        }
        _ => AwsError::new("InternalError", format!("The change was not made. {error}")).with_status(500),
    }
}

fn public_parameters(region: Region) -> ssm::PublicParameters {
    let images = model::image::aliases(region).map(|(alias, image)| (alias, image.to_string()));
    let published = awsproto::Timestamp::parse(model::image::CREATED);
    ssm::PublicParameters::new(images, published.expect("the catalogue's date is a date"))
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
    let instance_connect = ec2::instance_connect::ACTIONS;
    let ec2 = ec2::ACTIONS.iter().chain(instance_connect).map(row);
    let others = ssm::ACTIONS.iter().map(row).chain(sts::ACTIONS.iter().map(row));
    let global = iam::ACTIONS.iter().chain(route53::ACTIONS).map(row);
    ec2.chain(global).chain(others).collect()
}

fn row<S>(action: &awsproto::Action<S>) -> Row {
    Row {
        service: action.service.name,
        name: action.name,
        iam_action: action.iam_action,
        required: action.required,
        dry_run: action.dry_run,
        write: action.is_write(),
    }
}
