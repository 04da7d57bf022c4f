//! The web console's files as they were built from `console/`, packed into the program; none where it was not built.
//!
//! `make up` builds it. `cargo build` alone never does, and works without.

/// A file of the console.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path: `assets/index-4f2a.js`.
    pub path: &'static str,
    /// What is in it, as gzip has packed it.
    pub gzip: &'static [u8],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The page itself.
const PAGE: &str = "index.html";
/// Where the files lie whose names change with what is in them.
const NAMED_BY_CONTENT: &str = "assets/";

/// Whether the console was there when the program was built.
pub fn is_built() -> bool {
    !FILES.is_empty()
}

/// The file at a path below the console's own; the page at the empty one.
pub fn file(path: &str) -> Option<File> {
    let path = if path.is_empty() { PAGE } else { path };
    FILES.iter().find(|file| file.path == path).copied()
}

impl File {
    /// Its media type, by the end of its name.
    pub fn content_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map(|(_, extension)| extension) {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("json") => "application/json",
            Some("woff2") => "font/woff2",
            Some("txt") => "text/plain; charset=utf-8",
            Some(_) | None => "application/octet-stream",
        }
    }

    /// Whether a browser may keep it for as long as it likes.
    pub fn is_named_by_content(&self) -> bool {
        self.path.starts_with(NAMED_BY_CONTENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_the_end_of_their_name() {
        let file = |path| File { path, gzip: &[] };
        assert_eq!(file("index.html").content_type(), "text/html; charset=utf-8");
        assert_eq!(file("assets/index-1.js").content_type(), "text/javascript; charset=utf-8");
        assert_eq!(file("assets/readme").content_type(), "application/octet-stream");
        assert!(file("assets/index-1.js").is_named_by_content() && !file("index.html").is_named_by_content());
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(file("../Cargo.toml").is_none() && file("assets/").is_none());
        assert_eq!(file("").is_some(), is_built());
    }
}
