//! Who looks at events as they come: sessions of live tail. Follows StartLiveTail (Amazon CloudWatch Logs API Reference) and
//! "CloudWatch Logs quotas" (User Guide).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use model::Scope;
use model::log_group::LogGroup;
use tokio::time::Instant;

use super::updates::{EVENTS_MAX, Tailed, Update, Updates};
use crate::pattern::Pattern;

/// Sessions of an account in a Region at once: "15 concurrent Live Tail sessions".
const SESSIONS_MAX: usize = 15;
/// Sessions of all accounts at once, each of which may have some megabytes waiting.
const SESSIONS_IN_ALL_MAX: usize = 64;

/// All sessions. One ends when whoever began it drops it.
#[derive(Default)]
pub(crate) struct Tails(Mutex<Vec<Weak<Session>>>);

/// What a session looks at.
pub(crate) struct Looking {
    pub(crate) scope: Scope,
    /// Numbers and ARNs of groups.
    pub(crate) groups: Vec<(u64, Arc<str>)>,
    /// Names of streams; all streams if there is neither a name nor a prefix.
    pub(crate) streams: Vec<String>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) pattern: Pattern,
}

/// A session.
pub(crate) struct Session {
    looking: Looking,
    updates: Mutex<Updates>,
}

/// Events for a session.
pub(super) struct Tail {
    session: Arc<Session>,
    events: Vec<Tailed>,
    are_all: bool,
}

/// There are as many sessions as there can be.
#[derive(Debug)]
pub(crate) struct TooManySessions;

impl Tails {
    fn sessions(&self) -> MutexGuard<'_, Vec<Weak<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session.
    pub(crate) fn begin(&self, looking: Looking, now: Instant) -> Result<Arc<Session>, TooManySessions> {
        let mut sessions = self.sessions();
        sessions.retain(|it| it.strong_count() > 0);
        let own = sessions.iter().filter_map(Weak::upgrade).filter(|it| it.looking.scope == looking.scope);
        if own.count() >= SESSIONS_MAX || sessions.len() >= SESSIONS_IN_ALL_MAX {
            return Err(TooManySessions);
        }
        let session = Arc::new(Session { looking, updates: Mutex::new(Updates::new(now)) });
        sessions.push(Arc::downgrade(&session));
        Ok(session)
    }

    /// What comes for whom, before it is stored.
    pub(super) fn look(
        &self,
        group: &LogGroup,
        stream: &str,
        ingested: i64,
        events: &[(i64, String)],
    ) -> Vec<Tail> {
        let sessions: Vec<Arc<Session>> = self.sessions().iter().filter_map(Weak::upgrade).collect();
        sessions.into_iter().filter_map(|it| it.look(group, stream, ingested, events)).collect()
    }
}

impl Looking {
    /// The ARN of a group, if events of a stream of it are asked for.
    fn asks_for(&self, group: &LogGroup, stream: &str) -> Option<Arc<str>> {
        let (_, arn) = self.groups.iter().find(|it| it.0 == group.id.number())?;
        let is_named = self.streams.iter().any(|it| it == stream)
            || self.prefixes.iter().any(|it| stream.starts_with(it.as_str()))
            || self.streams.is_empty() && self.prefixes.is_empty();
        is_named.then(|| Arc::clone(arn))
    }
}

impl Session {
    fn updates(&self) -> MutexGuard<'_, Updates> {
        self.updates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next update; when there will be one, if there is none yet.
    pub(crate) fn take(&self, now: Instant) -> Result<Update, Instant> {
        self.updates().take(now)
    }

    fn look(
        self: Arc<Self>,
        group: &LogGroup,
        stream: &str,
        ingested: i64,
        events: &[(i64, String)],
    ) -> Option<Tail> {
        let group = self.looking.asks_for(group, stream)?;
        let stream: Arc<str> = Arc::from(stream);
        let mut matched = events.iter().filter(|it| self.looking.pattern.matches(&it.1));
        let tailed = |(time, message): &(i64, String)| Tailed {
            group: Arc::clone(&group),
            stream: Arc::clone(&stream),
            time: *time,
            ingested,
            message: message.clone(),
        };
        // An update has no more anyway.
        let events: Vec<Tailed> = matched.by_ref().take(EVENTS_MAX).map(tailed).collect();
        let are_all = matched.next().is_none();
        (!events.is_empty()).then(|| Tail { session: Arc::clone(&self), events, are_all })
    }
}

impl Tail {
    /// Has it wait for the client.
    pub(super) fn tell(self, now: Instant) {
        self.session.updates().add(self.events, self.are_all, now);
    }
}
