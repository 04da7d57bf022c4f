//! How many files this process may have open. Connections are files: when there are no more, nobody is served.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Enough for every place at every service, the API's connections, and a thousand instances. No more than that: what is
/// started from here inherits the limit, and some old programs close every descriptor that they could have.
const WANTED: u64 = 16_384;

/// Raises the limit to what is wanted, as far as the system allows, and returns what it is.
pub(crate) fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(u64::MAX);
    let mut raised = limit;
    raised.current = limit.current.map(|current| current.max(WANTED.min(allowed)));
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current.unwrap_or(u64::MAX),
        Err(_) => limit.current.unwrap_or(u64::MAX),
    }
}

/// How many connections one service may have when it would have `wanted` and this process may have so many files open: an
/// eighth of them at most, so that the services together leave room for everything else.
pub(crate) fn part(wanted: usize, descriptors: u64) -> usize {
    usize::try_from(descriptors / 8).map_or(wanted, |part| part.clamp(1, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_have_fewer_places_where_few_files_may_be_open() {
        assert_eq!(part(1024, WANTED), 1024);
        assert_eq!(part(1024, u64::MAX), 1024);
        assert_eq!(part(1024, 1024), 128);
        assert_eq!(part(1024, 3), 1);
    }

    #[test]
    fn the_limit_is_raised_and_never_lowered() {
        let before = getrlimit(Resource::Nofile);
        let raised = raise();
        assert!(before.current.is_none_or(|current| raised >= current), "{raised} after {before:?}");
        assert!(raised >= WANTED.min(before.maximum.unwrap_or(u64::MAX)));
    }
}
