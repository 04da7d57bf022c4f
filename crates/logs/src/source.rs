//! A log group as queries of Logs Insights read it: in columns that the store lends.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use analytics::{Batch, Layout, Source, SourceError, Streams};
use model::Timestamp;
use model::log_group::LogGroup;

use crate::events::{Events, Part, Problem};

/// The events of a log group that it still keeps.
pub struct GroupSource {
    events: Arc<Events>,
    group: u64,
    /// `ACCOUNT:GROUP`.
    log: String,
    /// From when on it keeps events.
    oldest: i64,
}

impl GroupSource {
    /// Those of a group at a moment.
    pub fn new(events: Arc<Events>, group: &LogGroup, now: Timestamp) -> GroupSource {
        GroupSource {
            events,
            group: group.id.number(),
            log: format!("{}:{}", group.scope.account, group.name),
            oldest: group.oldest(now).unwrap_or(i64::MIN),
        }
    }
}

impl Source for GroupSource {
    fn scan(
        &self,
        from_ms: i64,
        to_ms: i64,
        each: &mut dyn FnMut(&Batch<'_>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let mut layouts = HashMap::<String, Layout>::new();
        // Every event of a block is in its one stream.
        let mut first_of_one: Vec<u32> = Vec::new();
        let within = (from_ms.max(self.oldest), to_ms);
        let scanned = self.events.scan(self.group, within, &mut |part: &Part<'_>| {
            let count = part.timestamps.len();
            if first_of_one.len() < count {
                first_of_one.resize(count, 0);
            }
            if let Some(text) = part.layout.filter(|it| !layouts.contains_key(*it)) {
                layouts.insert(text.to_owned(), layout(text));
            }
            each(&Batch {
                timestamps: part.timestamps,
                streams: Streams { names: &[part.stream], by_event: &first_of_one[..count] },
                columns: part.columns,
                log: &self.log,
                layout: match part.layout {
                    Some(text) => layouts.get(text),
                    // The store has taken apart what it has recognized.
                    None => part.columns.fields().map(|_| Layout::of_default_format()),
                },
            })
        });
        match scanned {
            Ok(_) => Ok(()),
            Err(Problem::Storage(problem)) => Err(SourceError(problem)),
            Err(problem) => Err(SourceError(format!("{problem:?}"))),
        }
    }

    fn parts(&self, from_ms: i64, to_ms: i64, parts: usize) -> Vec<(i64, i64)> {
        self.events.parts(self.group, (from_ms, to_ms), parts)
    }
}

/// The layout of a flow log's format: `${version} ${account-id} …`.
pub(crate) fn layout(format: &str) -> Layout {
    let field = |it: &str| it.trim_start_matches("${").trim_end_matches('}').to_owned();
    let fields: Vec<String> = format.split_whitespace().map(field).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    Layout::flow_log(&fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::NewEvents;
    use crate::events::testing::Folder;
    use model::{AccountId, Ids, Scope};

    #[test]
    fn a_query_sees_columns_with_names_of_fields_and_nothing_too_old() {
        let folder = Folder::new();
        let events = Arc::new(Events::open(folder.path()).unwrap());
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let day = 24 * 60 * 60 * 1000;
        let mut group = LogGroup::new(scope, "flows", Timestamp(1), &mut Ids::new(&mut || 7 << 64));
        group.retention_days = Some(1);
        let new = NewEvents {
            stream: "eni-1-all".to_owned(),
            make: true,
            layout: Some("${srcaddr} ${action}".to_owned()),
            now: 3 * day,
            events: vec![(1, "10.0.0.1 ACCEPT".to_owned()), (3 * day, "10.0.0.2 REJECT".to_owned())],
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(events.put(group.id.number(), new)).unwrap();
        let source = GroupSource::new(Arc::clone(&events), &group, Timestamp(3 * day));
        let mut seen = Vec::new();
        source
            .scan(0, i64::MAX, &mut |batch| {
                for event in 0..batch.len() {
                    let message = String::from_utf8(batch.columns.message(event).into_owned()).unwrap();
                    let action = batch.layout.and_then(|it| it.position("action"));
                    seen.push((message, batch.streams.name(event).to_owned(), batch.log.to_owned(), action));
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        let wanted = ("10.0.0.2 REJECT", "eni-1-all", "123456789012:flows");
        let [(message, stream, log, action)] = &seen[..] else { panic!("{seen:?}") };
        assert_eq!((message.as_str(), stream.as_str(), log.as_str()), wanted);
        assert_eq!(*action, Some(1));
    }
}
