//! Asks who somebody is that has no credentials, but the token of an identity provider: the provider's keys are brought
//! ([`crate::oidc_issuer`]), and the service believes the token or not.

use awsproto::{AwsError, Need, Principal};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use std::sync::Arc;
use sts::web_identity::{self, Presented};

use super::identify::identified;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::callers::Caller;
use crate::clock;
use crate::oidc_issuer::{self, NoKeys};

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    match exchange.action().need {
        Need::Voucher => vouch(api, exchange).boxed(),
        Need::Nothing | Need::Secret(_) | Need::ConsoleOutput(_) | Need::Events => ready(Ok(())).boxed(),
    }
}

async fn vouch(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let now = clock::now();
    let region = api.region_named(exchange.route().region.as_deref())?;
    let presented = Presented::of(&api.state.snapshot(), region.partition(), exchange.input(), now)?;
    let keys = oidc_issuer::keys(&api.config.oidc_issuers, &presented.issuer()).await.map_err(refused)?;
    let account = presented.account();
    let identity = Arc::new(presented.believed(&keys)?);
    let caller = Caller::shown(Principal::WebIdentity { account, identity });
    let (service, region) = (exchange.service(), exchange.route().region.as_deref());
    let scope = api.scope_of(&api.state.snapshot(), &caller, service, region)?;
    identified(api, exchange, caller, String::new(), scope, now);
    Ok(())
}

fn refused(why: NoKeys) -> AwsError {
    match why {
        NoKeys::Nowhere => web_identity::no_verification_key(),
        NoKeys::NoAnswer => web_identity::no_answer(),
    }
}
