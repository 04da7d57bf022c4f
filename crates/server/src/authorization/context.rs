//! The condition keys of a call. Follows "AWS global condition context keys" (IAM User Guide).

use awsproto::sigv4::SignedRequest;
use awsproto::{Call, Origin, Principal, Sender, Session, Touched};
use model::{Tags, World};
use policy::{Context, Values};
use std::sync::Arc;

use super::Way;
use super::standing::Asker;

/// What follows from who calls.
pub(super) fn of_asker(world: &World, call: &Call, asker: &Asker) -> Context {
    let mut context = Context::new();
    asker.principal().describe(&mut context);
    for (key, value) in principal_tags(world, call) {
        context.set(format!("aws:PrincipalTag/{key}"), value);
    }
    context
}

/// What is known of the whole call, beside who calls.
pub(super) fn of_call(
    world: &World,
    call: &Call,
    request: &SignedRequest<'_>,
    described: Arc<Context>,
) -> Context {
    let mut context = Context::over(described);
    of_way(
        &mut context,
        world,
        &Way { origin: call.origin, region: call.scope.region, now: call.now },
        request,
    );
    if let Some(session) = &call.session {
        of_session(&mut context, world, call, session);
    }
    context
}

/// What is known of a call whoever calls.
pub(super) fn of_way(context: &mut Context, world: &World, way: &Way, request: &SignedRequest<'_>) {
    let Way { origin, region, now } = way;
    of_origin(context, world, origin);
    context.set("aws:SecureTransport", origin.is_secure);
    context.set("aws:ViaAWSService", false);
    context.set("aws:CurrentTime", now.to_the_second());
    context.set("aws:EpochTime", now.as_secs().to_string());
    context.set("aws:RequestedRegion", region.name());
    for (key, header) in [("aws:UserAgent", "user-agent"), ("aws:Referer", "referer")] {
        if let Some(value) = request.header(header) {
            context.set(key, value.to_owned());
        }
    }
}

/// From where: "the key is not in the request context if the request is made through a VPC endpoint" (aws:SourceIp), and the
/// keys of endpoints are only then.
fn of_origin(context: &mut Context, world: &World, origin: &Origin) {
    match origin.sender {
        Sender::Interface { vpc, endpoint: Some(endpoint), .. } => {
            // Over a peering connection the caller is in another one.
            let vpc = world.network.vpc_endpoints.get(&endpoint).map_or(vpc, |endpoint| endpoint.vpc);
            context.set("aws:SourceVpc", vpc.to_string());
            context.set("aws:SourceVpce", endpoint.to_string());
            context.set("aws:VpcSourceIp", origin.seen_as.to_string());
        }
        Sender::Interface { endpoint: None, .. } | Sender::UsersMachine | Sender::Unknown => {
            context.set("aws:SourceIp", origin.seen_as.to_string());
        }
    }
}

/// What there is only with temporary credentials.
fn of_session(context: &mut Context, world: &World, call: &Call, session: &Session) {
    context.set("aws:TokenIssueTime", session.issued.to_the_second());
    context.set("aws:MultiFactorAuthPresent", session.mfa.is_some());
    if let Some(shown) = session.mfa {
        context.set("aws:MultiFactorAuthAge", call.now.since(shown).as_secs().to_string());
    }
    if let Some(identity) = &session.source_identity {
        context.set("aws:SourceIdentity", identity.clone());
    }
    if let Some(federation) = &session.federation {
        context.set("aws:FederatedProvider", federation.provider.clone());
        for (key, values) in &federation.keys {
            context.set(key.clone(), values_of(key, values.clone()));
        }
    }
    let Some(instance) = session.instance.and_then(|id| world.network.instances.get(&id)) else { return };
    context.set("ec2:RoleDelivery", "2.0");
    let arn =
        instance.scope.region.arn("ec2", instance.scope.account, format_args!("instance/{}", instance.id));
    context.set("ec2:SourceInstanceARN", arn);
    let Some(interface) = world.interfaces_of(instance).next() else { return };
    context.set("aws:Ec2InstanceSourceVpc", interface.vpc.to_string());
    if let Some(address) = interface.primary_address() {
        context.set("aws:Ec2InstanceSourcePrivateIPv4", address.to_string());
    }
}

/// The tags of a user or a role; those that a session was given come first.
fn principal_tags(world: &World, call: &Call) -> Tags {
    let own = match &call.principal {
        Principal::User { user, .. } => world.users.get(user).map(|user| user.tags.clone()),
        Principal::AssumedRole { role, .. } => world.roles.get(role).map(|role| role.tags.clone()),
        Principal::Root(_) | Principal::FederatedUser { .. } | Principal::WebIdentity { .. } => None,
    };
    let mut tags = own.unwrap_or_default();
    if let Some(session) = &call.session {
        tags.extend(session.tags.clone());
    }
    tags
}

/// What is known of one resource beside it.
pub(super) fn of_resource(call: &Arc<Context>, touched: Touched) -> Arc<Context> {
    if touched.account.is_none() && touched.keys.is_empty() {
        return Arc::clone(call);
    }
    let mut context = Context::over(Arc::clone(call));
    if let Some(account) = touched.account {
        context.set("aws:ResourceAccount", account.to_string());
    }
    for (key, values) in touched.keys {
        context.set(key.clone(), values_of(&key, values));
    }
    Arc::new(context)
}

/// One value, or several of the keys that may have several.
fn values_of(key: &str, mut values: Vec<String>) -> Values {
    match values.len() {
        1 if !key.eq_ignore_ascii_case("aws:TagKeys") => Values::from(values.remove(0)),
        _ => Values::from(values),
    }
}
