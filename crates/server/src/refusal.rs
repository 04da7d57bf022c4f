//! What the API refuses before it asks what is wanted: by whom, by which way, or because it is too much. Each reason has a
//! sentence, a status and a counter, which `hamlet status` shows.

use awsproto::{AwsError, ErrorNames, Reply, Service};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Another user of this machine asks.
    OtherUser,
    /// The kernel does not tell who asks.
    UnknownUser,
    /// The request is spoken to a host that is not ours.
    UnknownHost,
    /// A browser asks for a page of another origin.
    WebPage,
    /// A change is asked for in a way that any link could.
    Unproven,
    /// There are as many connections as may be.
    TooManyConnections,
    /// A body is longer than any that means something.
    LongBody,
    /// A body comes too slowly.
    SlowBody,
    /// The bodies of all requests take as much memory as they may.
    TooManyBodies,
    /// What came over a connection is no HTTP.
    Unintelligible,
}

impl Reason {
    /// All of them, in the order of the enum.
    const ALL: [Reason; 10] = [
        Reason::OtherUser,
        Reason::UnknownUser,
        Reason::UnknownHost,
        Reason::WebPage,
        Reason::Unproven,
        Reason::TooManyConnections,
        Reason::LongBody,
        Reason::SlowBody,
        Reason::TooManyBodies,
        Reason::Unintelligible,
    ];

    /// What the counter is called.
    pub fn name(self) -> &'static str {
        match self {
            Reason::OtherUser => "OtherUser",
            Reason::UnknownUser => "UnknownUser",
            Reason::UnknownHost => "UnknownHost",
            Reason::WebPage => "WebPage",
            Reason::Unproven => "Unproven",
            Reason::TooManyConnections => "TooManyConnections",
            Reason::LongBody => "LongBody",
            Reason::SlowBody => "SlowBody",
            Reason::TooManyBodies => "TooManyBodies",
            Reason::Unintelligible => "Unintelligible",
        }
    }

    fn status(self) -> u16 {
        match self {
            Reason::OtherUser
            | Reason::UnknownUser
            | Reason::UnknownHost
            | Reason::WebPage
            | Reason::Unproven => 403,
            Reason::Unintelligible => 400,
            Reason::SlowBody => 408,
            Reason::LongBody => 413,
            Reason::TooManyConnections | Reason::TooManyBodies => 503,
        }
    }

    fn code(self, names: ErrorNames) -> &'static str {
        match (self, names) {
            (Reason::Unintelligible, _) => "BadRequest",
            (Reason::SlowBody, _) => "RequestTimeout",
            (Reason::LongBody, _) => "RequestEntityTooLarge",
            (Reason::TooManyConnections | Reason::TooManyBodies, _) => "RequestLimitExceeded",
            (
                Reason::OtherUser
                | Reason::UnknownUser
                | Reason::UnknownHost
                | Reason::WebPage
                | Reason::Unproven,
                names,
            ) => match names {
                ErrorNames::Exceptions => "AccessDeniedException",
                ErrorNames::Ec2 | ErrorNames::Plain => "AccessDenied",
            },
        }
    }
}

/// A request that is refused, and what its sender is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What to do about it, in one sentence.
    pub sentence: String,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, sentence: impl Into<String>) -> Refusal {
        Refusal { reason, sentence: sentence.into() }
    }

    /// The refusal as clients of a service read it. The status is the reason's own also where a service answers everything
    /// with 400: who only looks at that must not take it for a slip in the request.
    pub(crate) fn reply(&self, service: &Service, request_id: &str) -> Reply {
        let error = AwsError::new(self.reason.code(service.protocol.error_names()), self.sentence.as_str());
        let status = self.reason.status();
        Reply { status, ..error.with_status(status).render(service, request_id) }
    }
}

/// How often each reason was met since the start.
#[derive(Debug, Default)]
pub struct RefusedRequests([AtomicU64; Reason::ALL.len()]);

impl RefusedRequests {
    pub(crate) fn count(&self, reason: Reason) {
        self.0[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// The reasons that were met, by name.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let counts = Reason::ALL.iter().zip(&self.0).map(|(it, count)| (it, count.load(Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0).map(|(it, count)| (it.name().to_owned(), count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        let refusals = RefusedRequests::default();
        assert!(refusals.counts().is_empty());
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place, "{reason:?}");
            refusals.count(reason);
        }
        assert_eq!(refusals.counts().len(), Reason::ALL.len());
        assert!(refusals.counts().values().all(|count| *count == 1));
    }

    #[test]
    fn a_refusal_speaks_as_the_service_does() {
        let refusal = Refusal::new(Reason::OtherUser, "No.");
        let json = refusal.reply(&ssm::shapes::SERVICE, "r");
        assert_eq!(json.status, 403);
        assert!(json.text().contains(r#""__type":"AccessDeniedException""#), "{json:?}");
        let xml = refusal.reply(&ec2::shapes::SERVICE, "r");
        assert_eq!(xml.status, 403);
        assert!(xml.text().contains("<Code>AccessDenied</Code><Message>No.</Message>"), "{xml:?}");
    }
}
