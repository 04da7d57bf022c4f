//! The life of an API call: its steps, in the order in which they happen.
//!
//! Every call goes through [`LIFE`] from the top. A step leaves what it found in the [`Exchange`], or ends the call with an
//! error; what must happen either way, the last two steps, happens then. Each step is a file.

use awsproto::AwsError;
use futures_util::future::BoxFuture;

use crate::api::Api;
use crate::refusal::Refusal;

mod admit;
mod answer;
mod audit;
mod authorize;
mod decode;
mod dry_run;
mod durable;
mod exchange;
mod find;
mod first_use;
mod handle;
mod identify;
mod needs;
mod passing;
mod prove;
mod read_body;
mod route;
mod signature;
#[cfg(test)]
mod tests;
mod token;
mod vouch;

pub(crate) use exchange::Exchange;

/// The steps.
pub(crate) static LIFE: &[Step] = &[
    Step { name: "signature", take: Take::Now(signature::step) },
    Step { name: "admit", take: Take::Now(admit::step) },
    Step { name: "read body", take: Take::Waiting(read_body::step) },
    Step { name: "route", take: Take::Now(route::step) },
    Step { name: "identify", take: Take::Now(identify::step) },
    Step { name: "find", take: Take::Now(find::step) },
    Step { name: "prove", take: Take::Now(prove::step) },
    Step { name: "decode", take: Take::Now(decode::step) },
    Step { name: "vouch", take: Take::Waiting(vouch::step) },
    Step { name: "authorize", take: Take::Now(authorize::step) },
    Step { name: "dry run", take: Take::Now(dry_run::step) },
    Step { name: "token", take: Take::Now(token::step) },
    Step { name: "needs", take: Take::Waiting(needs::step) },
    Step { name: "first use", take: Take::Waiting(first_use::step) },
    Step { name: "passing", take: Take::Waiting(passing::step) },
    Step { name: "handle", take: Take::Waiting(handle::step) },
    Step { name: "durable", take: Take::Waiting(durable::step) },
    Step { name: "audit", take: Take::Always(audit::step) },
    Step { name: "answer", take: Take::Always(answer::step) },
];

/// One step.
pub(crate) struct Step {
    /// Its name in the log, and in ARCHITECTURE.md.
    pub(crate) name: &'static str,
    take: Take,
}

enum Take {
    /// At once.
    Now(for<'a> fn(&'a Api, &'a mut Exchange<'_>) -> Result<(), Ended>),
    /// It may wait: for the client, for the disk, for the writer.
    Waiting(for<'a, 'r> fn(&'a Api, &'a mut Exchange<'r>) -> BoxFuture<'a, Result<(), Ended>>),
    /// Also for a call that an earlier step has ended.
    Always(for<'a> fn(&'a Api, &'a mut Exchange<'_>)),
}

/// Why a call went no further.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The service's answer is an error.
    Error(AwsError),
    /// Nobody asked what it wants.
    Refused(Refusal),
}

impl From<AwsError> for Ended {
    fn from(error: AwsError) -> Ended {
        Ended::Error(error)
    }
}

/// Lives a call to its answer.
pub(crate) async fn live(api: &Api, exchange: &mut Exchange<'_>) {
    for step in LIFE {
        let is_on = exchange.outcome.is_none();
        let taken = match step.take {
            Take::Now(take) if is_on => take(api, exchange),
            Take::Waiting(take) if is_on => take(api, exchange).await,
            Take::Now(_) | Take::Waiting(_) => continue,
            Take::Always(take) => {
                take(api, exchange);
                continue;
            }
        };
        exchange.last_step = step.name;
        if let Err(ended) = taken {
            exchange.outcome = Some(Err(ended));
        }
    }
}
