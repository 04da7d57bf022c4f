//! What is to be told of changes. It is written down in the change's own commit, so that whoever was told that something is
//! done can rely on that others hear of it, whatever happens in between; and taken away once it was handed over, so that a
//! crash has somebody hear of something twice rather than never: "at least once".

use model::place::AccountId;
use redb::{ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::{Deserialize, Serialize};

use super::event::{Event, Telling};
use super::index::{Changes, reader};
use super::row::{self, Version};
use super::{Objects, Refusal};

pub(super) const OUTBOX: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("outbox");

/// What waits to be told. It grows only while nothing can be handed over; then changes of which somebody has to hear wait, too.
pub const UNTOLD_MAX: u64 = 100_000;

/// Something that is to be told to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// To whom: an ARN.
    pub to: String,
    /// The bucket's ARN.
    pub bucket: String,
    /// Whose the bucket is.
    pub owner: AccountId,
    /// What is told.
    pub body: String,
}

impl Changes<'_> {
    /// Refuses a change of which somebody has to hear while too much is untold.
    pub(super) fn check_untold(&self, telling: Option<&Telling>) -> Result<(), Refusal> {
        match telling.is_some() && self.outbox.len()? >= UNTOLD_MAX {
            true => Err(Refusal::TooManyUntold),
            false => Ok(()),
        }
    }

    /// Writes down what is to be told of something that has happened to a version.
    pub(super) fn tell(
        &mut self,
        telling: Option<&Telling>,
        event: Event,
        name: &str,
        of: &Version,
    ) -> Result<(), Refusal> {
        let Some(telling) = telling else { return Ok(()) };
        for rule in telling.hearing(event, name) {
            let number = self.next_number()?;
            let notice = Notice {
                to: rule.arn.clone(),
                bucket: telling.bucket_arn.clone(),
                owner: telling.owner,
                body: telling.told(event, rule, name, of, number),
            };
            self.outbox.insert(number, row::to_bytes(&notice).as_slice())?;
            self.has_news = true;
        }
        Ok(())
    }
}

impl Objects {
    /// What is to be told next, the oldest first, each with its number.
    ///
    /// # Errors
    /// The index fails.
    pub fn untold(&self, max: usize) -> Result<Vec<(u64, Notice)>, Refusal> {
        let table = reader(&self.database)?.open_table(OUTBOX)?;
        let read = table.iter()?.take(max).map(|entry| {
            let (number, notice) = entry?;
            Ok((number.value(), row::from_bytes(notice.value())?))
        });
        read.collect()
    }

    /// Takes away what was told.
    ///
    /// # Errors
    /// The disk fails.
    pub async fn told(&self, numbers: Vec<u64>) -> Result<(), Refusal> {
        let settle = move |changes: &mut Changes<'_>| {
            for number in numbers {
                changes.outbox.remove(number)?;
            }
            Ok(())
        };
        self.queue.change(settle).await
    }

    /// Returns when there may be something to tell.
    pub async fn news(&self) {
        self.news.notified().await;
    }
}
