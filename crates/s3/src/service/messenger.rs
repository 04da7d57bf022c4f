//! Who tells what happens to objects to those who have asked to hear of it.
//!
//! Follows "Amazon S3 Event Notifications" (Amazon S3 User Guide): at least once, and whoever cannot be reached any more, or
//! does not let S3, has missed it.

use std::sync::Arc;
use std::time::Duration;

use awsproto::delivery::{Courier, Undelivered};
use futures_util::StreamExt;
use hyper::http::Extensions;
use model::bucket::Bucket as Row;
use model::bucket_notifications::Destination;
use model::timestamp::Timestamp;

use super::S3Service;
use super::answer::{Numbers, host_id};
use super::notifications::delivery;
use crate::objects::{Notice, Occasion, Refusal, Telling, random};
use crate::surroundings::Caller;

/// What is told between two looks at what else waits.
const AT_ONCE: usize = 256;
/// How many are on their way at once. They are begun in their order.
const UNDER_WAY: usize = 64;
/// How long what could not be stored waits for another attempt.
const PAUSE: Duration = Duration::from_secs(1);
/// Who changes what lifecycle rules change, and from where.
const LIFECYCLE: &str = "s3.amazonaws.com";

/// How far it went.
enum Told {
    Nothing,
    All,
    NotAll,
}

impl S3Service {
    /// Tells what is to be told, for ever; nothing where there is nobody who could bring it.
    pub async fn tell_for_ever(&self) {
        let Some(courier) = self.around.courier() else { return };
        loop {
            match self.tell_some(&courier).await {
                Ok(Told::Nothing) => self.objects.news().await,
                Ok(Told::All) => {}
                Ok(Told::NotAll) => tokio::time::sleep(PAUSE).await,
                Err(problem) => {
                    tracing::warn!(?problem, "what happens to objects could not be told");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn tell_some(&self, courier: &Arc<dyn Courier>) -> Result<Told, Refusal> {
        let untold = self.objects.untold(AT_ONCE)?;
        if untold.is_empty() {
            return Ok(Told::Nothing);
        }
        let all = untold.len();
        let deliveries = untold.into_iter().map(|(number, notice)| {
            let courier = Arc::clone(courier);
            async move { is_settled(courier.as_ref(), notice).await.then_some(number) }
        });
        let settled: Vec<Option<u64>> =
            futures_util::stream::iter(deliveries).buffered(UNDER_WAY).collect().await;
        let settled: Vec<u64> = settled.into_iter().flatten().collect();
        let told = if settled.len() == all { Told::All } else { Told::NotAll };
        self.objects.told(settled).await?;
        Ok(told)
    }

    /// Who hears of what a request does to a bucket's objects, and what they are told of it; `None` if nobody does.
    pub(super) fn telling(&self, extensions: &Extensions, bucket: &str) -> Option<Telling> {
        let caller = extensions.get::<Caller>()?;
        let Numbers { request_id, host_id } = extensions.get()?;
        let (_, row) = self.bucket_of(extensions, bucket).ok()?;
        self.is_heard(&row).then(|| {
            let principal = caller.user_id.as_ref().map_or("Anonymous".to_owned(), |it| format!("AWS:{it}"));
            let numbers = (request_id.clone(), host_id.clone());
            occasion(row, principal, caller.address.clone(), numbers, self.around.now())
        })
    }

    /// The same of what lifecycle rules do.
    pub(super) fn telling_of_rules(&self, row: &Row, now: Timestamp) -> Option<Telling> {
        self.is_heard(row).then(|| {
            let request_id = format!("{:016X}", random() >> 64);
            let numbers = (request_id, host_id(random()));
            occasion(row.clone(), LIFECYCLE.to_owned(), LIFECYCLE.to_owned(), numbers, now)
        })
    }

    fn is_heard(&self, row: &Row) -> bool {
        row.notifications.to.iter().any(|it| it.kind != Destination::Function)
            && self.around.courier().is_some()
    }
}

fn occasion(
    row: Row,
    principal: String,
    address: String,
    (request_id, host_id): (String, String),
    at: Timestamp,
) -> Telling {
    Arc::new(Occasion {
        bucket_arn: row.arn(),
        bucket: row.name,
        owner: row.account,
        region: row.region,
        rules: row.notifications.to,
        principal,
        address,
        request_id,
        host_id,
        at,
    })
}

/// Whether nothing is left to do: it was told, or it never can be.
async fn is_settled(courier: &dyn Courier, notice: Notice) -> bool {
    let Notice { to, bucket, owner, body } = notice;
    match courier.deliver(delivery(to.clone(), bucket.clone(), owner, body)).await {
        Ok(()) => true,
        Err(Undelivered::NotStored) => false,
        Err(why @ (Undelivered::NotFound | Undelivered::Denied | Undelivered::Refused)) => {
            tracing::warn!(to, bucket, ?why, "a notification of a bucket was not delivered");
            true
        }
    }
}
