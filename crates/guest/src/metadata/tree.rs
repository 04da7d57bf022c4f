//! The metadata as data: values by path. Folders and their listings follow from the paths, so that what is listed can be
//! read and what can be read is listed.

use std::collections::BTreeMap;

/// Values by path, without slashes at the ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    values: BTreeMap<String, Vec<u8>>,
    /// Folders that their parent's listing writes in another way than with a slash.
    spellings: BTreeMap<String, String>,
}

impl Tree {
    /// Puts a value in. An empty one is a value too.
    pub(super) fn put(&mut self, path: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.values.insert(path.into(), value.into());
    }

    /// Puts a value in if there is one.
    pub(super) fn put_some(&mut self, path: impl Into<String>, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.put(path, value.to_string());
        }
    }

    /// Puts values in as lines; none are no value at all.
    pub(super) fn put_lines(
        &mut self,
        path: impl Into<String>,
        values: impl IntoIterator<Item = impl ToString>,
    ) {
        let lines: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        self.put_some(path, (!lines.is_empty()).then(|| lines.join("\n")));
    }

    /// Says how a folder is written in its parent's listing.
    pub(super) fn spell(&mut self, folder: impl Into<String>, written: impl Into<String>) {
        self.spellings.insert(folder.into(), written.into());
    }

    /// The value at a path, or the listing of the folder there; an empty path is the root.
    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        match self.values.get(path) {
            Some(value) => Some(value.clone()),
            None => self.listing(path).map(String::into_bytes),
        }
    }

    fn listing(&self, folder: &str) -> Option<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut children: Vec<String> = Vec::new();
        for (path, _) in self.values.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix))
        {
            let child = self.child(&prefix, &path[prefix.len()..]);
            if !children.contains(&child) {
                children.push(child);
            }
        }
        (!children.is_empty()).then(|| children.join("\n"))
    }

    fn child(&self, prefix: &str, rest: &str) -> String {
        match rest.split_once('/') {
            Some((folder, _)) => {
                let spelling = self.spellings.get(&format!("{prefix}{folder}"));
                spelling.cloned().unwrap_or_else(|| format!("{folder}/"))
            }
            None => rest.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_follow_from_the_paths() {
        let mut tree = Tree::default();
        tree.put("a/b/c", "1");
        tree.put("a/b/d", "2");
        tree.put("a/e", "");
        tree.spell("a", "ay");
        let text = |path: &str| tree.get(path).map(|value| String::from_utf8(value).unwrap());
        assert_eq!(text("").as_deref(), Some("ay"));
        assert_eq!(text("a").as_deref(), Some("b/\ne"));
        assert_eq!(text("a/b").as_deref(), Some("c\nd"));
        assert_eq!(text("a/e").as_deref(), Some(""));
        assert_eq!(text("a/b/c/d"), None);
        assert_eq!(text("a/x"), None);
    }
}
