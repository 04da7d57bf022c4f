//! The log, bounded however often things go wrong: equal lines are counted, there are only so many in a second, and a file
//! that has grown to its bound begins anew.
//!
//! Sits between the program's events and the file that they are written to. Time is an argument of what decides.

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, ftruncate};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// How many lines may come at once, and how many in a second in the long run.
const LINES_AT_ONCE: u32 = 200;
const LINES_PER_SECOND: u32 = 10;
/// What a line costs, so that every microsecond earns something.
const A_LINE: u64 = 1_000_000;
/// The longest line.
const LINE_BYTES_MAX: usize = 16 << 10;

/// How large the log's file grows.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// What becomes of lines.
#[derive(Debug)]
pub struct Filter {
    /// The last line without its time, and how often it came again unsaid.
    last: Vec<u8>,
    repeats: u64,
    /// Lines that may still come now, in millionths.
    budget: u64,
    refilled: Option<Instant>,
    /// Lines that were too many.
    left_out: u64,
}

impl Default for Filter {
    fn default() -> Self {
        let budget = u64::from(LINES_AT_ONCE) * A_LINE;
        Filter { last: Vec::new(), repeats: 0, budget, refilled: None, left_out: 0 }
    }
}

impl Filter {
    /// What to write for a line that begins with its time and a space. Nothing for one that was said just before, or when
    /// there were too many; how many those were comes with the next one.
    pub fn pass(&mut self, line: &[u8], now: Instant) -> Vec<u8> {
        let line = &line[..line.len().min(LINE_BYTES_MAX)];
        let said = without_time(line);
        if said == self.last {
            self.repeats += 1;
            return Vec::new();
        }
        if !self.may_write(now) {
            self.left_out += 1;
            return Vec::new();
        }
        let mut text = self.debts();
        self.last = said.to_vec();
        text.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            text.push(b'\n');
        }
        text
    }

    /// What is still to be said of lines that were not written.
    fn debts(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        match std::mem::take(&mut self.repeats) {
            0 => {}
            times => text.extend(format!("the same {times} times more\n").bytes()),
        }
        match std::mem::take(&mut self.left_out) {
            0 => {}
            lines => text.extend(format!("{lines} more lines were left out\n").bytes()),
        }
        text
    }

    fn may_write(&mut self, now: Instant) -> bool {
        let passed =
            now.saturating_duration_since(self.refilled.unwrap_or(now)).min(Duration::from_secs(3600));
        let earned = u64::try_from(passed.as_micros()).unwrap_or(0) * u64::from(LINES_PER_SECOND);
        self.budget = (self.budget + earned).min(u64::from(LINES_AT_ONCE) * A_LINE);
        self.refilled = Some(now);
        let may = self.budget >= A_LINE;
        self.budget -= if may { A_LINE } else { 0 };
        may
    }
}

fn without_time(line: &[u8]) -> &[u8] {
    line.iter().position(|byte| *byte == b' ').map_or(line, |space| &line[space..])
}

/// What events are written to, each with one call: the standard error, behind a filter.
#[derive(Debug, Default)]
pub struct Log(Filter);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = self.0.pass(line, Instant::now());
        if !text.is_empty() {
            let mut file = io::stderr();
            if begins_anew(&file, FILE_BYTES_MAX) {
                file.write_all(b"the log had grown to its bound and begins anew\n")?;
            }
            file.write_all(&text)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Empties a file that has grown to `bytes_max`. Only one that is appended to, as Hamlet's own is: in another the next line
/// would leave a hole.
fn begins_anew(file: impl AsFd, bytes_max: u64) -> bool {
    let is_appended = fcntl_getfl(&file).is_ok_and(|flags| flags.contains(OFlags::APPEND));
    let is_large = fstat(&file).is_ok_and(|found| {
        FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
            && u64::try_from(found.st_size).is_ok_and(|size| size >= bytes_max)
    });
    is_appended && is_large && ftruncate(&file, 0).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(filter: &mut Filter, line: &str, now: Instant) -> String {
        String::from_utf8(filter.pass(line.as_bytes(), now)).unwrap()
    }

    #[test]
    fn equal_lines_are_written_once_and_counted_whatever_their_time() {
        let (mut filter, now) = (Filter::default(), Instant::now());
        assert_eq!(pass(&mut filter, "12:00 eth1 is taken\n", now), "12:00 eth1 is taken\n");
        for _ in 0..1234 {
            assert_eq!(pass(&mut filter, "12:01 eth1 is taken\n", now), "");
        }
        assert_eq!(pass(&mut filter, "12:02 another\n", now), "the same 1234 times more\n12:02 another\n");
        assert_eq!(pass(&mut filter, "12:03 eth1 is taken\n", now), "12:03 eth1 is taken\n");
    }

    #[test]
    fn however_many_different_lines_there_are_only_some_are_written_and_the_rest_counted() {
        let (mut filter, start) = (Filter::default(), Instant::now());
        let (mut written, mut bytes) = (0, 0);
        // Eight thousand a second, for a minute.
        for number in 0..480_000u64 {
            let now = start + Duration::from_micros(125 * number);
            let text = pass(&mut filter, &format!("12:00 error {number}\n"), now);
            written += u64::from(!text.is_empty());
            bytes += text.len();
        }
        assert!((700..=810).contains(&written), "{written} lines");
        assert!(bytes < 64 << 10, "{bytes} bytes");
        let later = start + Duration::from_secs(120);
        let text = pass(&mut filter, "12:02 at last\n", later);
        assert!(text.ends_with("more lines were left out\n12:02 at last\n"), "{text}");
    }

    #[test]
    fn a_line_has_an_end_and_a_length() {
        let mut filter = Filter::default();
        let long = format!("12:00 {}", "x".repeat(100_000));
        let text = pass(&mut filter, &long, Instant::now());
        assert_eq!((text.len(), text.ends_with("x\n")), (LINE_BYTES_MAX + 1, true));
    }

    #[test]
    fn a_file_of_ours_that_is_full_begins_anew_and_no_other_does() {
        let path = std::env::temp_dir().join(format!("hamlet-log-{}", std::process::id()));
        let mut file = std::fs::File::options().create(true).append(true).open(&path).unwrap();
        file.write_all(b"0123456789").unwrap();
        assert!(!begins_anew(&file, 11));
        assert!(begins_anew(&file, 10));
        file.write_all(b"x").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
        let mut written = std::fs::File::create(&path).unwrap();
        written.write_all(b"0123456789").unwrap();
        assert!(!begins_anew(&written, 10), "it would get a hole");
        std::fs::remove_file(path).unwrap();
    }
}
