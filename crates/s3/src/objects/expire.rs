//! What lifecycle rules end.
//!
//! Follows "Expiring objects" and "Lifecycle configuration elements" (Amazon S3 User Guide): "Amazon S3 calculates the time by
//! adding the number of days specified in the rule to the object creation time and rounding up the resulting time to the next
//! day at midnight UTC".

use model::bucket::{Expiration, LifecycleRule};
use model::timestamp::Timestamp;

use super::delete::{delete_current, delete_version};
use super::index::is_due;
use super::list::{Listed, Listing, Page, Position};
use super::put::Keep;
use super::row::Version;
use super::{Objects, Refusal, multipart, read};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How many are looked at between two looks at what else waits.
const STEP: usize = 1000;

/// What is due.
#[derive(Clone, Debug, PartialEq)]
enum Due {
    /// The current version ends.
    Current(String, Box<Version>),
    /// A version goes away.
    Version(String, String),
    /// An upload is given up.
    Upload(String, u128),
}

impl Objects {
    /// Ends what is due by a bucket's rules, and says how much that was.
    ///
    /// # Errors
    /// The disk fails.
    pub async fn expire(
        &self,
        bucket: u64,
        rules: &[LifecycleRule],
        keep: Keep,
        now: Timestamp,
    ) -> Result<usize, Refusal> {
        let mut ended = 0;
        let mut after = None;
        let mut newer = None;
        loop {
            let listing = Listing { max: STEP, after: after.clone(), ..Listing::default() };
            let page = self.list_versions(bucket, &listing)?;
            let due = due_versions(rules, &page, &mut newer, now);
            ended += due.len();
            self.end(bucket, due, keep, now).await?;
            after = self.next(&page);
            if after.is_none() {
                break;
            }
        }
        let listing = Listing { max: STEP, ..Listing::default() };
        let due = due_uploads(rules, &self.list_uploads(bucket, &listing)?, now);
        ended += due.len();
        self.end(bucket, due, keep, now).await?;
        Ok(ended)
    }

    fn next(&self, page: &Page<Version>) -> Option<Position> {
        match page.entries.last().filter(|_| page.is_truncated)? {
            Listed::Row { name, row, .. } => {
                let id = row.id.clone().unwrap_or_else(|| read::NULL.to_owned());
                Some(Position::AfterVersion(name.clone(), id))
            }
            Listed::Prefix(_) => None,
        }
    }

    async fn end(&self, bucket: u64, due: Vec<Due>, keep: Keep, now: Timestamp) -> Result<(), Refusal> {
        if due.is_empty() {
            return Ok(());
        }
        let end = move |changes: &mut super::Changes<'_>| {
            for it in due {
                let done = match it {
                    // Somebody may have written it again since.
                    Due::Current(name, seen) => match changes.current(bucket, &name)? {
                        Some((_, current)) if current == *seen => {
                            delete_current(changes, bucket, &name, keep, now).map(drop)
                        }
                        _ => Ok(()),
                    },
                    Due::Version(name, id) => {
                        delete_version(changes, bucket, &name, id, false, now).map(drop)
                    }
                    Due::Upload(name, id) => multipart::abort(changes, bucket, &name, id),
                };
                match done {
                    Ok(()) | Err(Refusal::Locked | Refusal::NoSuchUpload | Refusal::InvalidVersion) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(())
        };
        self.queue.change(end).await
    }
}

/// `newer` is the version before, with its key: since when this one is a former one.
fn due_versions(
    rules: &[LifecycleRule],
    page: &Page<Version>,
    newer: &mut Option<(String, Timestamp)>,
    now: Timestamp,
) -> Vec<Due> {
    let mut due = Vec::new();
    for (at, entry) in page.entries.iter().enumerate() {
        let Listed::Row { name, row, is_latest } = entry else { continue };
        let matching = || rules.iter().filter(|it| it.enabled && matches(it, name, row));
        let since = newer.take().filter(|(of, _)| of == name).map(|(_, since)| since);
        *newer = Some((name.clone(), row.written));
        let is_alone = *is_latest && !is_named(page.entries.get(at + 1), name) && at + 1 < page.entries.len()
            || *is_latest && at + 1 == page.entries.len() && !page.is_truncated;
        let is_marker = row.object.is_none() && is_alone && matching().any(ends_markers);
        let ends = |since| matching().any(|it| ends_former(it, since, now));
        if *is_latest && row.object.is_some() && matching().any(|it| ends_current(it, row, now)) {
            due.push(Due::Current(name.clone(), Box::new(row.clone())));
        } else if is_marker || !*is_latest && since.is_some_and(ends) {
            due.push(Due::Version(name.clone(), id_of(row)));
        }
    }
    due
}

fn due_uploads(rules: &[LifecycleRule], page: &Page<(u128, super::Upload)>, now: Timestamp) -> Vec<Due> {
    let mut due = Vec::new();
    for entry in &page.entries {
        let Listed::Row { name, row: (id, upload), .. } = entry else { continue };
        let ends = |it: &&LifecycleRule| {
            let days = it.abort_upload_days.filter(|_| it.enabled && name.starts_with(&it.prefix));
            days.is_some_and(|days| is_due(midnight_after(upload.begun, days), now))
        };
        if rules.iter().any(|it| ends(&it)) {
            due.push(Due::Upload(name.clone(), *id));
        }
    }
    due
}

fn id_of(version: &Version) -> String {
    version.id.clone().unwrap_or_else(|| read::NULL.to_owned())
}

fn is_named(entry: Option<&Listed<Version>>, name: &str) -> bool {
    matches!(entry, Some(Listed::Row { name: other, .. }) if other == name)
}

fn matches(rule: &LifecycleRule, name: &str, version: &Version) -> bool {
    let has = |(key, value): (&String, &String)| {
        version.object.as_ref().is_some_and(|it| it.tags.get(key) == Some(value))
    };
    name.starts_with(&rule.prefix) && rule.tags.iter().all(has)
}

fn ends_current(rule: &LifecycleRule, version: &Version, now: Timestamp) -> bool {
    match rule.expiration {
        Some(Expiration::Days(days)) => is_due(midnight_after(version.written, days), now),
        Some(Expiration::Date(date)) => is_due(date, now),
        Some(Expiration::LoneDeleteMarker) | None => false,
    }
}

fn ends_markers(rule: &LifecycleRule) -> bool {
    // "Amazon S3 automatically deletes any expired object delete markers" where current versions end by days, too.
    matches!(rule.expiration, Some(Expiration::LoneDeleteMarker | Expiration::Days(_)))
}

fn ends_former(rule: &LifecycleRule, since: Timestamp, now: Timestamp) -> bool {
    rule.noncurrent_days.is_some_and(|days| is_due(midnight_after(since, days), now))
}

fn midnight_after(of: Timestamp, days: i32) -> Timestamp {
    let at = of.as_millis() + i64::from(days) * DAY_MS;
    Timestamp::from_millis(
        at.div_euclid(DAY_MS) * DAY_MS + if at.rem_euclid(DAY_MS) == 0 { 0 } else { DAY_MS },
    )
}
