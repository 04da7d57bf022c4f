//! Asks the queues of other accounts whether they want the messages of the topics that they were subscribed to.
//!
//! What waits for an answer is in the state; who was asked is not. After a restart all that wait are asked again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::link::Link;
use model::subscription::SubscriptionId;
use sns::Publishing;

use crate::clock;
use crate::writer::State;

/// How often a queue that was not there, or whose policy did not let the topic, is asked: "retries" of AWS's are up to 23 days
/// long, and a subscription waits two.
const ATTEMPTS: u32 = 50;
/// The pause between two looks at what could not be asked.
const PAUSE: Duration = Duration::from_secs(20);

/// Asks for ever.
pub(crate) async fn ask_for_ever(publishing: Arc<Publishing>, state: State) {
    let mut published = state.published();
    let mut asked: HashMap<SubscriptionId, u32> = HashMap::new();
    loop {
        let world = state.snapshot();
        let now = clock::now();
        asked.retain(|id, _| world.subscriptions.get(id).is_some_and(|it| !it.is_confirmed()));
        for subscription in world.subscriptions.linked(Link::Unconfirmed).filter(|it| !it.has_lapsed(now)) {
            let attempts = asked.entry(subscription.id).or_default();
            if *attempts >= ATTEMPTS {
                continue;
            }
            let is_told = publishing.ask_to_confirm(&world, subscription, clock::ids().uuid(), now).await;
            *attempts = if is_told { ATTEMPTS } else { *attempts + 1 };
        }
        drop(world);
        let waits = asked.values().any(|attempts| *attempts < ATTEMPTS);
        let pause = if waits { PAUSE } else { Duration::from_secs(u64::from(u32::MAX)) };
        // A change is looked at when it comes; what failed, after a pause.
        if let Ok(Err(_)) = tokio::time::timeout(pause, published.changed()).await {
            return;
        }
    }
}
