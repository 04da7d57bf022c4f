//! Lists of members of structures of which something is true that AWS's models do not say: `xtask/members/*.txt`.
//!
//! A line has a structure and a member as the model names them, perhaps further words, and after a `#` how that is known:
//!
//! ```text
//! Tag.Value   # "The value of the tag"; CreateTags wants it written, though it may be empty.
//! ```

use crate::root;
use std::collections::BTreeMap;

/// The folder with the lists.
const FOLDER: &str = "xtask/members";

/// Structures and members that a list has, each with its further words.
pub(super) struct Members(BTreeMap<(String, String), String>);

impl Members {
    /// Reads a list.
    pub(super) fn read(list: &str) -> Result<Self, String> {
        let path = root().join(FOLDER).join(format!("{list}.txt"));
        let text = std::fs::read_to_string(&path).map_err(|error| super::trouble("read", &path, &error))?;
        parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))
    }

    /// Every member as it is written, and its further words.
    pub(super) fn iter(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().map(|((structure, member), words)| (format!("{structure}.{member}"), words.as_str()))
    }

    /// The further words of a member, if the list has it.
    pub(super) fn get(&self, structure: &str, member: &str) -> Option<&str> {
        self.0.get(&(structure.to_owned(), member.to_owned())).map(String::as_str)
    }
}

fn parse(text: &str) -> Result<Members, String> {
    let mut members = BTreeMap::new();
    for line in text.lines() {
        let (said, source) = line.split_once('#').unwrap_or((line, ""));
        let Some((name, words)) = said.trim().split_once(' ').or(Some((said.trim(), ""))) else { continue };
        if name.is_empty() {
            continue;
        }
        let (structure, member) =
            name.split_once('.').ok_or_else(|| format!("{name} is no structure and member"))?;
        if source.trim().is_empty() {
            return Err(format!("{name} has no source"));
        }
        let key = (structure.to_owned(), member.to_owned());
        if members.insert(key, words.trim().to_owned()).is_some() {
            return Err(format!("{name} is listed twice"));
        }
    }
    Ok(Members(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_member_its_words_and_how_that_is_known() {
        let members = parse("# About.\nTag.Value   # why\n\nVpc.Tags  absent  # a recording\n").unwrap();
        assert_eq!((members.get("Tag", "Value"), members.get("Vpc", "Tags")), (Some(""), Some("absent")));
        assert_eq!(members.get("Tag", "Key"), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text| parse(text).err().unwrap();
        assert_eq!(wrong("Tag # why"), "Tag is no structure and member");
        assert_eq!(wrong("Tag.Value"), "Tag.Value has no source");
        assert_eq!(wrong("Tag.Value # why\nTag.Value # why"), "Tag.Value is listed twice");
    }
}
