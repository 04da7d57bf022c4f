//! What a call touches: nothing of its own. "CloudWatch does not support … resource-based", and metrics have no ARN; who may put
//! numbers where is told by the namespace ("Actions, resources, and condition keys for Amazon CloudWatch").

use awsproto::{Action, Call, Input, Operation as _, Touched};
use model::World;

use crate::shapes::op;

/// What a call touches.
pub(crate) fn touches(_: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let namespace = input.text("Namespace").filter(|_| action.name == op::PutMetricData::NAME);
    let touched =
        |it: &str| Touched::new("*".to_owned(), Some(call.scope.account)).with("cloudwatch:namespace", it);
    namespace.map(touched).into_iter().collect()
}
