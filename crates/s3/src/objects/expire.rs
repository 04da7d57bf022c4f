//! What lifecycle rules end.
//!
//! Follows "Expiring objects" and "Lifecycle configuration elements" (Amazon S3 User Guide): "Amazon S3 calculates the time by
//! adding the number of days specified in the rule to the object creation time and rounding up the resulting time to the next
//! day at midnight UTC".

use model::bucket::{
    Bucket, Expiration, LifecycleRule, NoncurrentTransition, Transition, TransitionMinimum, TransitionTime,
};
use model::timestamp::Timestamp;

use super::delete::{Heard, delete_current, delete_version};
use super::event::{Event, Telling};
use super::index::is_due;
use super::list::{Listed, Listing, Page, Position};
use super::put::Keep;
use super::row::Version;
use super::{Changes, Objects, Refusal, multipart, read};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How many are looked at between two looks at what else waits.
const STEP: usize = 1000;
/// Bytes below which objects stay where they are.
const MOVED_MIN: u64 = 128 * 1024;
/// Storage classes in the order in which objects move through them.
const CLASSES: [&str; 7] =
    ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// What is due.
#[derive(Clone, Debug, PartialEq)]
enum Due {
    /// The current version ends.
    Current(String, Box<Version>),
    /// A version goes away.
    Version(String, String),
    /// A version gets another storage class.
    Move(String, String, String),
    /// An upload is given up.
    Upload(String, u128),
}

/// What is due by a bucket's rules, version by version.
struct Look<'a> {
    rules: &'a [LifecycleRule],
    minimum: TransitionMinimum,
    now: Timestamp,
    /// The version before, if it has the same key.
    newer: Option<Newer>,
    /// A current delete marker, with its identifier: it is due if nothing is behind it.
    marker: Option<(String, String)>,
    due: Vec<Due>,
}

/// The version before, which is newer.
struct Newer {
    name: String,
    /// When it was written: since then the next is a former one.
    written: Timestamp,
    /// How many former versions are newer than the next.
    former: i32,
}

impl Objects {
    /// Ends what is due by a bucket's rules, and says how much that was.
    ///
    /// # Errors
    /// The disk fails.
    pub async fn apply_lifecycle(
        &self,
        bucket: &Bucket,
        now: Timestamp,
        telling: Option<&Telling>,
    ) -> Result<usize, Refusal> {
        let look = Look::new(&bucket.lifecycle, bucket.transition_minimum, now);
        self.tend(bucket.objects, look, Keep::of(bucket), telling).await
    }

    /// The same of rules alone.
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
        self.tend(bucket, Look::new(rules, TransitionMinimum::default(), now), keep, None).await
    }

    async fn tend(
        &self,
        bucket: u64,
        mut look: Look<'_>,
        keep: Keep,
        telling: Option<&Telling>,
    ) -> Result<usize, Refusal> {
        let mut ended = 0;
        let mut listing = Listing { max: STEP, ..Listing::default() };
        loop {
            let page = self.list_versions(bucket, &listing)?;
            look.versions(&page);
            listing.after = last(&page, |name, row| Position::AfterVersion(name, id_of(row)));
            if listing.after.is_none() {
                look.marker_is_alone();
            }
            ended += look.due.len();
            self.end(bucket, std::mem::take(&mut look.due), keep, look.now, telling).await?;
            if listing.after.is_none() {
                break;
            }
        }
        loop {
            let page = self.list_uploads(bucket, &listing)?;
            look.uploads(&page);
            listing.after = last(&page, |name, (id, _)| Position::AfterUpload(name, *id));
            ended += look.due.len();
            self.end(bucket, std::mem::take(&mut look.due), keep, look.now, telling).await?;
            if listing.after.is_none() {
                return Ok(ended);
            }
        }
    }

    async fn end(
        &self,
        bucket: u64,
        due: Vec<Due>,
        keep: Keep,
        now: Timestamp,
        telling: Option<&Telling>,
    ) -> Result<(), Refusal> {
        if due.is_empty() {
            return Ok(());
        }
        let telling = telling.cloned();
        let end = move |changes: &mut Changes<'_>| {
            let telling = telling.as_ref();
            changes.check_untold(telling)?;
            let heard = Heard::by_rule(telling);
            for it in due {
                let done = match it {
                    // Somebody may have written it again since.
                    Due::Current(name, seen) => match changes.current(bucket, &name)? {
                        Some((_, current)) if current == *seen => {
                            delete_current(changes, (bucket, &name), keep, now, heard).map(drop)
                        }
                        _ => Ok(()),
                    },
                    Due::Version(name, id) => {
                        delete_version(changes, (bucket, &name), id, false, now, heard).map(drop)
                    }
                    Due::Move(name, id, class) => change_class(changes, (bucket, &name), &id, class, telling),
                    Due::Upload(name, id) => multipart::abort(changes, bucket, &name, id),
                };
                match done {
                    Ok(())
                    | Err(
                        Refusal::Locked
                        | Refusal::NoSuchUpload
                        | Refusal::NoSuchVersion
                        | Refusal::InvalidVersion,
                    ) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(())
        };
        self.queue.change(end).await
    }
}

/// Where a list goes on; `None` if it does not.
fn last<R>(page: &Page<R>, position: impl Fn(String, &R) -> Position) -> Option<Position> {
    match page.entries.last().filter(|_| page.is_truncated)? {
        Listed::Row { name, row, .. } => Some(position(name.clone(), row)),
        Listed::Prefix(_) => None,
    }
}

fn change_class(
    changes: &mut Changes<'_>,
    (bucket, name): (u64, &str),
    id: &str,
    class: String,
    telling: Option<&Telling>,
) -> Result<(), Refusal> {
    let (number, mut version) = changes.version(bucket, name, id)?;
    if let Some(object) = &mut version.object {
        object.said.storage_class = Some(class);
    }
    changes.put(bucket, name, number, &version)?;
    changes.tell(telling, Event::Transition, name, &version)
}

impl<'a> Look<'a> {
    fn new(rules: &'a [LifecycleRule], minimum: TransitionMinimum, now: Timestamp) -> Look<'a> {
        Look { rules, minimum, now, newer: None, marker: None, due: Vec::new() }
    }

    fn versions(&mut self, page: &Page<Version>) {
        for entry in &page.entries {
            if let Listed::Row { name, row, is_latest } = entry {
                match is_latest {
                    true => self.current(name, row),
                    false => self.former(name, row),
                }
            }
        }
    }

    /// The rules that are about a version.
    fn matching(&self, name: &str, row: &Version) -> Vec<&'a LifecycleRule> {
        self.rules.iter().filter(|it| it.enabled && matches(it, name, row)).collect()
    }

    fn current(&mut self, name: &str, row: &Version) {
        // Another key comes: nothing was behind the marker of the last.
        self.marker_is_alone();
        self.newer = Some(Newer { name: name.to_owned(), written: row.written, former: 0 });
        let rules = self.matching(name, row);
        if row.object.is_none() {
            let ends = rules.into_iter().any(ends_markers);
            self.marker = ends.then(|| (name.to_owned(), id_of(row)));
        } else if rules.iter().any(|it| ends_current(it, row, self.now)) {
            self.due.push(Due::Current(name.to_owned(), Box::new(row.clone())));
        } else {
            let moves = rules.iter().flat_map(|rule| rule.transitions.iter().map(move |it| (*rule, it)));
            let due = moves.filter(|(_, it)| is_move_due(it, row, self.now));
            self.go(name, row, due.map(|(rule, it)| (rule, it.class.as_str())).collect());
        }
    }

    fn former(&mut self, name: &str, row: &Version) {
        self.marker = self.marker.take().filter(|(of, _)| of != name);
        let newer = self.newer.take().filter(|it| it.name == name);
        let Some(Newer { name, written: since, former }) = newer else { return };
        let now = self.now;
        let rules = self.matching(&name, row);
        if rules.iter().any(|it| ends_former(it, since, former, now)) {
            self.due.push(Due::Version(name.clone(), id_of(row)));
        } else {
            let moves =
                rules.iter().flat_map(|rule| rule.noncurrent_transitions.iter().map(move |it| (*rule, it)));
            let due = moves.filter(|(_, it)| is_former_move_due(it, since, former, now));
            self.go(&name, row, due.map(|(rule, it)| (rule, it.class.as_str())).collect());
        }
        self.newer = Some(Newer { name, written: row.written, former: former.saturating_add(1) });
    }

    /// The farthest of the classes that a version is to be moved to, if it is farther than where it is.
    fn go(&mut self, name: &str, row: &Version, to: Vec<(&LifecycleRule, &str)>) {
        let Some(object) = &row.object else { return };
        let rank = |class: &str| CLASSES.iter().position(|it| *it == class);
        let from = rank(object.said.storage_class.as_deref().unwrap_or("STANDARD"));
        let may = |(rule, class): &(&LifecycleRule, &str)| {
            let has_sizes = rule.larger_than.is_some() || rule.smaller_than.is_some();
            let is_archive = matches!(*class, "GLACIER" | "DEEP_ARCHIVE");
            let is_free = has_sizes || is_archive && self.minimum == TransitionMinimum::VariesByClass;
            is_free || object.size >= MOVED_MIN
        };
        let farthest = to.into_iter().filter(may).filter_map(|(_, it)| rank(it)).max();
        if let Some(to) = farthest.filter(|it| from.is_some_and(|from| from < *it)) {
            self.due.push(Due::Move(name.to_owned(), id_of(row), CLASSES[to].to_owned()));
        }
    }

    fn marker_is_alone(&mut self) {
        self.due.extend(self.marker.take().map(|(name, id)| Due::Version(name, id)));
    }

    fn uploads(&mut self, page: &Page<(u128, super::Upload)>) {
        for entry in &page.entries {
            let Listed::Row { name, row: (id, upload), .. } = entry else { continue };
            let ends = |it: &LifecycleRule| {
                let days = it.abort_upload_days.filter(|_| it.enabled && name.starts_with(&it.prefix));
                days.is_some_and(|days| is_due(midnight_after(upload.begun, days), self.now))
            };
            if self.rules.iter().any(ends) {
                self.due.push(Due::Upload(name.clone(), *id));
            }
        }
    }
}

fn id_of(version: &Version) -> String {
    version.id.clone().unwrap_or_else(|| read::NULL.to_owned())
}

fn matches(rule: &LifecycleRule, name: &str, version: &Version) -> bool {
    let has = |(key, value): (&String, &String)| {
        version.object.as_ref().is_some_and(|it| it.tags.get(key) == Some(value))
    };
    // A delete marker has no bytes.
    let size = version.object.as_ref().and_then(|it| i64::try_from(it.size).ok()).unwrap_or(0);
    name.starts_with(&rule.prefix)
        && rule.tags.iter().all(has)
        && rule.larger_than.is_none_or(|it| size > it)
        && rule.smaller_than.is_none_or(|it| size < it)
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

fn ends_former(rule: &LifecycleRule, since: Timestamp, former: i32, now: Timestamp) -> bool {
    rule.noncurrent_days.is_some_and(|days| is_due(midnight_after(since, days), now))
        && rule.noncurrent_kept.is_none_or(|kept| former >= kept)
}

fn is_move_due(it: &Transition, version: &Version, now: Timestamp) -> bool {
    match it.when {
        TransitionTime::Days(days) => is_due(midnight_after(version.written, days), now),
        TransitionTime::Date(date) => is_due(date, now),
    }
}

fn is_former_move_due(it: &NoncurrentTransition, since: Timestamp, former: i32, now: Timestamp) -> bool {
    is_due(midnight_after(since, it.days), now) && it.kept.is_none_or(|kept| former >= kept)
}

fn midnight_after(of: Timestamp, days: i32) -> Timestamp {
    let at = of.as_millis() + i64::from(days) * DAY_MS;
    Timestamp::from_millis(
        at.div_euclid(DAY_MS) * DAY_MS + if at.rem_euclid(DAY_MS) == 0 { 0 } else { DAY_MS },
    )
}
