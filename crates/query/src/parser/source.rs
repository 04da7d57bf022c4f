//! `SOURCE logGroups(namePrefix: ['a'], accountIdentifiers: ['…'], class: ['STANDARD'])`, before the first command.

use super::Parser;
use crate::compile_error::CompileError;
use crate::plan::LogGroups;
use crate::token::{Symbol, TokenKind};

/// "Up to five prefixes", "as many as 20 accounts" (SOURCE).
const PREFIXES_MAX: usize = 5;
const ACCOUNTS_MAX: usize = 20;
/// A prefix has at least three characters (SOURCE).
const PREFIX_CHARACTERS_MIN: usize = 3;

impl Parser<'_> {
    pub(super) fn source(&mut self) -> Result<Option<LogGroups>, CompileError> {
        if !self.take_word("source")? {
            return Ok(None);
        }
        self.expect_word("logGroups")?;
        self.expect(Symbol::Open)?;
        let mut groups = LogGroups::default();
        if !self.at(Symbol::Close) {
            self.selection(&mut groups)?;
            while self.take(Symbol::Comma)? {
                self.selection(&mut groups)?;
            }
        }
        self.expect(Symbol::Close)?;
        Ok(Some(groups))
    }

    fn selection(&mut self, groups: &mut LogGroups) -> Result<(), CompileError> {
        let span = self.next.span;
        let key = self.name()?.text().to_ascii_lowercase();
        self.expect(Symbol::Colon)?;
        let values = self.texts()?;
        match key.as_str() {
            "nameprefix" if values.len() > PREFIXES_MAX => {
                Err(self.error(span, format!("SOURCE takes up to {PREFIXES_MAX} prefixes")))
            }
            "nameprefix" if values.iter().any(|prefix| prefix.chars().count() < PREFIX_CHARACTERS_MIN) => {
                Err(self.error(
                    span,
                    format!("A prefix in SOURCE has at least {PREFIX_CHARACTERS_MIN} characters"),
                ))
            }
            "accountidentifiers" if values.len() > ACCOUNTS_MAX => {
                Err(self.error(span, format!("SOURCE takes up to {ACCOUNTS_MAX} accounts")))
            }
            "nameprefix" => {
                groups.name_prefixes = values;
                Ok(())
            }
            "accountidentifiers" => {
                groups.account_identifiers = values;
                Ok(())
            }
            "class" => {
                groups.classes = values;
                Ok(())
            }
            _ => Err(CompileError::unexpected(self.text, span)),
        }
    }

    /// `['a', 'b']`, or one text alone.
    fn texts(&mut self) -> Result<Vec<String>, CompileError> {
        if !self.take(Symbol::OpenList)? {
            return Ok(vec![self.quoted()?]);
        }
        let texts = self.list(Parser::quoted)?;
        self.expect(Symbol::CloseList)?;
        Ok(texts)
    }

    fn quoted(&mut self) -> Result<String, CompileError> {
        let TokenKind::Text(text) = &self.next.kind else { return Err(self.unexpected()) };
        let text = text.clone();
        self.advance()?;
        Ok(text)
    }
}
