//! Whether the caller of an action may do it, and why or why not.
//!
//! Follows "Policy evaluation logic" (IAM User Guide). What is asked about each resource that a call touches is a
//! [`Question`], a value of its own: it is decided at once by [`policy::decide`], and explained when somebody asks
//! ([`Ledger`], `hamlet why-denied`). The root of an account is not asked where neither a resource nor the VPC endpoint on
//! the way has a policy, nor is
//! anybody about an action that no policy decides.
//!
//! | file | what |
//! |---|---|
//! | `standing`, `standings` | the policies that a caller has, and those of who called lately |
//! | `role` | what a role may do in whose name a service acts |
//! | `context` | the condition keys of a call |
//! | `question` | what is asked about one resource |
//! | `refusal` | the service's own words for a refusal |
//! | `message` | what EC2 seals into them |
//! | `ledger`, `told` | what was decided lately, and the reasoning for people |

mod context;
mod ledger;
mod message;
mod question;
mod refusal;
mod role;
#[cfg(test)]
mod simulated;
mod standing;
mod standings;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use ledger::Ledger;
pub(crate) use question::Question;
pub(crate) use standings::Standings;
pub(crate) use told::tell;

use awsproto::sigv4::SignedRequest;
use awsproto::{Action, Api, AwsError, Call, Input, Origin, OwnPolicy, Principal, Sender, Service, Touched};
use model::{Region, Scope, Timestamp, World};
use policy::Decision;
use std::sync::Arc;

use ledger::Judged;
use refusal::refusal;
pub(crate) use refusal::sentence;
pub(crate) use role::RoleSession;
use standing::{Asker, Standing};
use standings::Known;

/// What a call is about: what policies are asked.
pub(crate) struct Matter<'a> {
    /// Who asks, of which state.
    pub(crate) asking: Asking<'a>,
    /// The service.
    pub(crate) service: &'static Api<World>,
    /// What they want done.
    pub(crate) action: &'static Action<World>,
    /// With what.
    pub(crate) input: &'a Input,
}

/// Who asks, and who decides.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// The state that decides.
    pub(crate) world: &'a World,
    /// The policies of those who asked lately.
    pub(crate) standings: &'a Standings,
    /// Who asks.
    pub(crate) call: &'a Call,
    /// How it came.
    pub(crate) request: &'a SignedRequest<'a>,
}

/// Asks about everything that a call touches; `None` if nothing is to be asked.
pub(crate) fn questions(matter: &Matter<'_>) -> Option<Vec<Question>> {
    let authorization = matter.action.authorization;
    let Asking { world, call, .. } = matter.asking;
    let is_root = matches!(call.principal, Principal::Root(_));
    // Of the root's requests, too, a VPC endpoint lets through what its policy says.
    let is_asked = matter.action.asks_resource || endpoint_policy(world, &call.origin).is_some();
    if !authorization.is_decided || is_root && !is_asked {
        return None;
    }
    let mut touched = (matter.service.touches)(world, call, matter.action, matter.input);
    if touched.iter().all(|touched| touched.action.is_some()) {
        touched.insert(0, Touched::new("*".to_owned(), None));
    }
    Some(about(matter.asking, authorization.actions, touched))
}

/// Asks for leave to do all of these to each of what is touched, or what that says itself.
pub(crate) fn about(asking: Asking<'_>, actions: &[&'static str], touched: Vec<Touched>) -> Vec<Question> {
    let Asking { world, standings, call, request } = asking;
    let standing = Arc::new(Standing::of(world, call, standings));
    let Known { asker, described } = standings.known(world, call);
    let known = Arc::new(context::of_call(world, call, request, described));
    let endpoint = endpoint_policy(world, &call.origin);
    ask(&Askers { asker, standing, known, endpoint }, actions, touched)
}

/// By which way a call came, whoever calls.
pub(crate) struct Way {
    /// From where.
    pub(crate) origin: Origin,
    /// The Region that is called.
    pub(crate) region: Region,
    /// The moment.
    pub(crate) now: Timestamp,
}

/// Asks for somebody who has no credentials, and whom only a resource's own policy lets do anything.
pub(crate) fn about_for_anybody(
    world: &World,
    way: &Way,
    request: &SignedRequest<'_>,
    actions: &[&'static str],
    touched: Vec<Touched>,
) -> Vec<Question> {
    let mut known = policy::Context::new();
    policy::Principal::Anonymous.describe(&mut known);
    context::of_way(&mut known, world, way, request);
    let asker = Arc::new(Asker::anybody());
    let endpoint = endpoint_policy(world, &way.origin);
    ask(&Askers { asker, standing: Arc::default(), known: Arc::new(known), endpoint }, actions, touched)
}

/// The policy of the endpoint that a call came through; one that is gone by now lets nothing through.
fn endpoint_policy(world: &World, origin: &Origin) -> Option<Arc<OwnPolicy>> {
    let Sender::Interface { endpoint: Some(id), .. } = origin.sender else { return None };
    let (arn, document) = match world.network.vpc_endpoints.get(&id) {
        Some(endpoint) => {
            let Scope { account, region } = endpoint.scope;
            (region.arn("ec2", account, format_args!("vpc-endpoint/{id}")), endpoint.policy.clone()?)
        }
        None => (id.to_string(), policy::Document::stored("{}")),
    };
    Some(Arc::new(OwnPolicy { arn, document }))
}

/// Who asks, with what there is of them.
struct Askers {
    asker: Arc<Asker>,
    standing: Arc<Standing>,
    known: Arc<policy::Context>,
    endpoint: Option<Arc<OwnPolicy>>,
}

fn ask(who: &Askers, actions: &[&'static str], touched: Vec<Touched>) -> Vec<Question> {
    let Askers { asker, standing, known, endpoint } = who;
    let mut questions = Vec::with_capacity(touched.len());
    for touched in touched {
        let actions = match touched.action {
            Some(other) => vec![other],
            None => actions.to_vec(),
        };
        let account = touched.account.map(|account| account.to_string());
        let (trust, policy) = (touched.trust.clone(), touched.policy.clone().map(Arc::new));
        let arn: Arc<str> = touched.arn.as_str().into();
        let context = context::of_resource(known, touched);
        questions.extend(actions.into_iter().map(|action| Question {
            action,
            resource: Arc::clone(&arn),
            resource_account: account.clone(),
            asker: Arc::clone(asker),
            standing: Arc::clone(standing),
            trust: trust.clone(),
            policy: policy.clone(),
            endpoint: endpoint.clone(),
            context: Arc::clone(&context),
        }));
    }
    questions
}

/// What is asked before a call goes on.
pub(crate) struct Asked<'a> {
    /// The call.
    pub(crate) call: &'a Call,
    /// Of which service.
    pub(crate) service: &'static Service,
    /// What was called.
    pub(crate) operation: &'static str,
    /// The questions.
    pub(crate) questions: Vec<Question>,
}

/// Decides, keeps what was asked and, of a refusal, says it in the service's words.
pub(crate) fn judge(ledger: &Ledger, asked: Asked<'_>) -> Result<(), AwsError> {
    let Asked { call, service, operation, questions } = asked;
    let matter = Weighed {
        request_id: &call.request_id,
        origin: call.origin,
        at: call.now,
        service: service.name,
        operation,
        questions,
    };
    weigh(ledger, matter, |question, decision| refusal(call, service, question, decision))
}

/// What is asked of whom, caller or not.
pub(crate) struct Weighed<'a> {
    /// The request's UUID.
    pub(crate) request_id: &'a str,
    /// By which way it has come.
    pub(crate) origin: Origin,
    /// When.
    pub(crate) at: Timestamp,
    /// Of which service.
    pub(crate) service: &'static str,
    /// What was called.
    pub(crate) operation: &'static str,
    /// The questions.
    pub(crate) questions: Vec<Question>,
}

/// Decides, keeps what was asked and, of a refusal, has it said.
pub(crate) fn weigh<E>(
    ledger: &Ledger,
    matter: Weighed<'_>,
    refuse: impl FnOnce(&Question, &Decision) -> E,
) -> Result<(), E> {
    let Weighed { request_id, origin, at, service, operation, questions } = matter;
    let verdict = verdict(&questions);
    let refused = verdict.as_ref().map(|(place, decision)| refuse(&questions[*place], decision));
    ledger.write(Judged {
        request_id: request_id.to_owned(),
        origin,
        at,
        service,
        operation,
        questions,
        refused: verdict.map(|(place, _)| place),
    });
    refused.map_or(Ok(()), Err)
}

/// The decision that a call is told: the first explicit deny among those about all it touches, or else the first that is no
/// allow; with the question's place.
fn verdict(questions: &[Question]) -> Option<(usize, Decision)> {
    let mut implicit = None;
    for (place, question) in questions.iter().enumerate() {
        match question.decide() {
            Decision::Allowed(_) => {}
            Decision::ExplicitDeny(by, arn) => return Some((place, Decision::ExplicitDeny(by, arn))),
            Decision::ImplicitDeny(by) => implicit = implicit.or(Some((place, Decision::ImplicitDeny(by)))),
        }
    }
    implicit
}
