//! Service Quotas: how much there may be of what Hamlet limits, and more of it on request.
//!
//! Follows the Service Quotas API Reference. An increase is granted at once. No templates, no support cases, no reports of
//! what is used, no tags.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod change;
mod quota;
pub mod shapes;
#[cfg(test)]
mod testing;
mod touches;

use awsproto::{Action, Api, read, write};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    read!(ListServices, quota::services),
    read!(ListServiceQuotas, quota::list),
    read!(GetServiceQuota, quota::get),
    read!(ListAWSDefaultServiceQuotas, quota::list_defaults),
    read!(GetAWSDefaultServiceQuota, quota::get_default),
    write!(RequestServiceQuotaIncrease, change::request),
    read!(GetRequestedServiceQuotaChange, change::get),
    read!(ListRequestedServiceQuotaChangeHistory, change::history),
    read!(ListRequestedServiceQuotaChangeHistoryByQuota, change::history_by_quota),
];
