//! What a shell has said: what the page has not got yet, and a little of what it has, for one that is loaded anew.

use std::collections::VecDeque;

/// How much may be on its way to the screen. More is not read from the instance, where whatever prints it waits.
const UNSEEN_MAX: usize = 256 << 10;
/// How much of what was seen is kept.
const SEEN_MAX: usize = 64 << 10;

/// Bytes by their number, from the shell's first on.
#[derive(Default)]
pub(super) struct Output {
    kept: VecDeque<u8>,
    /// The number of the first that is kept.
    begin: u64,
    /// How many the page has on its screen.
    seen: u64,
}

impl Output {
    /// Whether more may be read.
    pub(super) fn has_room(&self) -> bool {
        self.end() - self.seen < UNSEEN_MAX as u64
    }

    /// Adds what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        self.forget();
    }

    /// The page has so many, of all that there were.
    pub(super) fn saw(&mut self, count: u64) {
        self.seen = count.clamp(self.seen, self.end());
        self.forget();
    }

    /// For a page that has the first `from` bytes: where what can be sent to it begins, and that.
    pub(super) fn since(&self, from: u64) -> (u64, Vec<u8>) {
        let from = from.clamp(self.begin, self.end());
        let skipped = usize::try_from(from - self.begin).unwrap_or(usize::MAX);
        (from, self.kept.iter().skip(skipped).copied().collect())
    }

    fn end(&self) -> u64 {
        self.begin + self.kept.len() as u64
    }

    fn forget(&mut self) {
        let seen = usize::try_from(self.seen.saturating_sub(self.begin)).unwrap_or(usize::MAX);
        let gone = seen.saturating_sub(SEEN_MAX);
        self.kept.drain(..gone);
        self.begin += gone as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_comes_back_gets_what_it_has_not_seen() {
        let mut output = Output::default();
        output.push(b"hello ");
        output.push(b"world");
        output.saw(6);
        assert_eq!(output.since(6), (6, b"world".to_vec()));
        assert_eq!(output.since(0), (0, b"hello world".to_vec()), "a page that was loaded anew");
        assert_eq!(output.since(99), (11, Vec::new()), "nobody has seen what was not said");
    }

    #[test]
    fn a_flood_is_not_read_faster_than_it_is_seen_and_not_kept() {
        let mut output = Output::default();
        let piece = vec![b'x'; 32 << 10];
        while output.has_room() {
            output.push(&piece);
        }
        assert!(output.kept.len() <= UNSEEN_MAX + piece.len(), "{}", output.kept.len());
        let all = output.end();
        output.saw(all);
        assert!(output.has_room());
        assert_eq!(output.kept.len(), SEEN_MAX);
        output.saw(3);
        assert_eq!(output.seen, all, "what was seen stays seen");
        output.saw(u64::MAX);
        assert_eq!(output.seen, all, "no more can be seen than was said");
    }
}
