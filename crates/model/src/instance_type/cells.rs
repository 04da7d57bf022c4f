//! Reading the table of instance types: texts with separators between. The table is part of the program, and the tests
//! read all of it.

use std::str::FromStr;

/// Texts, one after the other.
pub(super) struct Cells {
    left: &'static str,
    separator: char,
}

impl Cells {
    pub(super) fn between(text: &'static str, separator: char) -> Cells {
        Cells { left: text, separator }
    }

    /// The next text. Nothing at the end of a line is not written.
    pub(super) fn text(&mut self) -> &'static str {
        let (text, left) = self.left.split_once(self.separator).unwrap_or((self.left, ""));
        self.left = left;
        text
    }

    /// The next text as a number that is always there.
    pub(super) fn number<T: FromStr>(&mut self) -> T {
        self.maybe().expect("the tests read the whole table")
    }

    /// The next text as a number, if there is one.
    pub(super) fn maybe<T: FromStr>(&mut self) -> Option<T> {
        self.text().parse().ok()
    }

    /// The next text as a list.
    pub(super) fn list(&mut self) -> Vec<&'static str> {
        let text = self.text();
        text.split(',').filter(|it| !it.is_empty()).collect()
    }

    /// All that is left, separators included.
    pub(super) fn rest(self) -> &'static str {
        self.left
    }
}

/// Rows, of which equal ones are written once, with their number before: `2*…;1*…`.
pub(super) fn repeated<T: Clone>(text: &'static str, read: impl Fn(&mut Cells) -> T) -> Vec<T> {
    let mut rows = Vec::new();
    for group in text.split(';').filter(|group| !group.is_empty()) {
        let (count, row) = group.split_once('*').unwrap_or(("1", group));
        let row = read(&mut Cells::between(row, '|'));
        rows.extend(std::iter::repeat_n(row, count.parse().expect("the tests read the whole table")));
    }
    rows
}

/// Numbers as runs of equal steps: `1-4`, `2-48/2`, `8`.
pub(super) fn numbers(text: &str) -> Vec<u32> {
    text.split(',').filter(|run| !run.is_empty()).flat_map(run).collect()
}

fn run(text: &str) -> impl Iterator<Item = u32> + use<> {
    let number = |text: &str| -> u32 { text.parse().expect("the tests read the whole table") };
    let (span, step) = text.split_once('/').unwrap_or((text, "1"));
    let (first, last) = span.split_once('-').unwrap_or((span, span));
    let step = usize::try_from(number(step)).expect("a step is small");
    (number(first)..=number(last)).step_by(step)
}
