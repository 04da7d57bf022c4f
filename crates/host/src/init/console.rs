//! The console log: what an instance prints, bounded.
//!
//! GetConsoleOutput answers the last 64 KiB; the file is cut back to that whenever it has twice as much.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::Instant;

pub(super) struct Console {
    file: File,
    length: u64,
    kept: u64,
    started: Instant,
}

impl Console {
    /// Goes on with an empty log, of which at least the last `kept` bytes stay.
    pub(super) fn new(file: File, kept: u64) -> Self {
        Self { file, length: 0, kept, started: Instant::now() }
    }

    /// One line of our own, with the time since boot as the kernel prints it.
    pub(super) fn print(&mut self, line: &str) {
        let time = self.started.elapsed();
        self.write(format!("[{:5}.{:06}] {line}\r\n", time.as_secs(), time.subsec_micros()).as_bytes());
    }

    /// What the instance printed. A full disk loses it, and nothing else.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let added = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.length.saturating_add(added) > self.kept * 2 {
            let _ = self.cut();
        }
        if self.file.write_all(bytes).is_ok() {
            self.length += added;
        }
    }

    fn cut(&mut self) -> std::io::Result<()> {
        let mut tail = Vec::new();
        self.file.seek(SeekFrom::Start(self.length.saturating_sub(self.kept)))?;
        (&mut self.file).take(self.kept).read_to_end(&mut tail)?;
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.length = 0;
        self.file.write_all(&tail)?;
        self.length = u64::try_from(tail.len()).unwrap_or(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_its_end_and_stays_small() {
        let path = std::env::temp_dir().join(format!("hamlet-console-{}", std::process::id()));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let mut console = Console::new(file, 1000);
        for number in 0..1000 {
            console.write(format!("line {number:04}\n").as_bytes());
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.len() <= 2000 && text.len() >= 1000, "{} bytes", text.len());
        assert!(text.ends_with("line 0998\nline 0999\n"));
        std::fs::remove_file(path).unwrap();
    }
}
