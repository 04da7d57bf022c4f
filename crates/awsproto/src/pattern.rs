//! The regular expressions of models, matched whole.
//!
//! Nearly all of them are one set of letters, repeated: those are read as they are. The few others are written out as
//! functions. No regular expression of a caller's is ever run.

/// Whether a pattern of a model matches the whole of a text. A test asks for every pattern that there is.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    if let Some(written_out) = written_out(pattern) {
        return written_out(text);
    }
    let Some((set, min)) = repeated_set(pattern) else { return false };
    text.chars().count() >= min && text.chars().all(|letter| set.iter().any(|part| part.has(letter)))
}

/// Whether a pattern is known.
pub(crate) fn is_known(pattern: &str) -> bool {
    written_out(pattern).is_some() || repeated_set(pattern).is_some()
}

/// Patterns that are more than a repeated set.
fn written_out(pattern: &str) -> Option<fn(&str) -> bool> {
    Some(match pattern {
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" => is_path,
        r"((/[A-Za-z0-9\.,\+@=_-]+)*)/" => is_policy_path,
        r"\u002F[\u0021-\u007F]*" => is_path_prefix,
        r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?" => is_version,
        r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$" => is_alias,
        r"\d{12}" | r"^\d{12}$" => is_account,
        r"[^:].*" => |text| !text.is_empty() && !text.starts_with(':') && !text.contains(['\n', '\r']),
        r"[^:*]*" => |text| !text.contains([':', '*']),
        r"[^:*$]*" => |text| !text.contains([':', '*', '$']),
        r"\S{36,128}" => is_client_token,
        r"^[a-zA-Z_][a-zA-Z0-9_]*" => is_variable,
        r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$" => |text| matches(TAG_KEY, text),
        r"^!?\*?([\p{L}\p{Z}\p{N}_.:/=+\-@]*)\*?$" => is_tag_value_filter,
        r"(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}" => is_log_group_filter,
        r"[+][\s0-9()-]+" => is_international_number,
        r"[\s]*[\w+=.#|!&-]+@[\w.-]+\.[\w]+[\s]*" => is_email_address,
        _ => return None,
    })
}

/// Letters of tags' keys.
const TAG_KEY: &str = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+";

fn is_client_token(text: &str) -> bool {
    (36..=128).contains(&text.chars().count()) && !text.contains(char::is_whitespace)
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

fn is_tag_value_filter(text: &str) -> bool {
    let text = text.strip_prefix('!').unwrap_or(text);
    let text = text.strip_prefix('*').unwrap_or(text);
    let text = text.strip_suffix('*').unwrap_or(text);
    text.is_empty() || matches(TAG_KEY, text)
}

fn is_log_group_filter(text: &str) -> bool {
    let letter = |it: u8| it.is_ascii_alphanumeric() || b".-_/#".contains(&it);
    let is_part = |part: &str| {
        let part = part.strip_prefix('^').unwrap_or(part);
        (3..=24).contains(&part.len()) && part.bytes().all(letter)
    };
    text.split('|').count() <= 5 && text.split('|').all(is_part)
}

fn is_international_number(text: &str) -> bool {
    let letter = |it: char| it.is_whitespace() || it.is_ascii_digit() || "()-".contains(it);
    text.strip_prefix('+').is_some_and(|rest| !rest.is_empty() && rest.chars().all(letter))
}

fn is_email_address(text: &str) -> bool {
    let of = |letter: char, more: &str| letter.is_alphanumeric() || letter == '_' || more.contains(letter);
    let Some((name, host)) = text.trim().split_once('@') else { return false };
    let Some((domain, top)) = host.rsplit_once('.') else { return false };
    let is_all = |part: &str, more: &str| !part.is_empty() && part.chars().all(|it| of(it, more));
    is_all(name, "+=.#|!&-") && is_all(domain, ".-") && is_all(top, "")
}

fn is_path(text: &str) -> bool {
    let inside = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
    text == "/" || inside.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn is_policy_path(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".,+@=_-".contains(&byte);
    let folders = text.strip_suffix('/').map(|text| text.split('/'));
    folders.is_some_and(|mut folders| {
        folders.next() == Some("") && folders.all(|it| !it.is_empty() && it.bytes().all(letter))
    })
}

fn is_path_prefix(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| matches!(byte, 0x21..=0x7f))
}

fn is_version(text: &str) -> bool {
    let Some(text) = text.strip_prefix('v') else { return false };
    let (number, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && !number.starts_with('0') && rest.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn is_alias(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let at_ends = !text.starts_with('-') && !text.ends_with('-');
    (3..=63).contains(&text.len()) && text.bytes().all(letter) && at_ends && !text.contains("--")
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Part of a set of letters.
enum Part {
    Range(char, char),
    Word,
    Space,
    Digit,
    Letter,
    Number,
    Separator,
}

impl Part {
    fn has(&self, letter: char) -> bool {
        match self {
            Part::Range(first, last) => (*first..=*last).contains(&letter),
            Part::Word => letter.is_ascii_alphanumeric() || letter == '_',
            Part::Space => letter.is_ascii_whitespace(),
            Part::Digit => letter.is_ascii_digit(),
            Part::Letter => letter.is_alphabetic(),
            Part::Number => letter.is_numeric(),
            Part::Separator => letter.is_whitespace() && !letter.is_control(),
        }
    }
}

/// `[…]+` or `[…]*`: the set, and how many letters there are at least.
fn repeated_set(pattern: &str) -> Option<(Vec<Part>, usize)> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let (set, min) = match pattern.strip_suffix('+') {
        Some(set) => (set, 1),
        None => (pattern.strip_suffix('*')?, 0),
    };
    let inside = set.strip_prefix('[')?.strip_suffix(']')?;
    (!inside.contains(['[', ']'])).then(|| parts(inside))?.map(|parts| (parts, min))
}

fn parts(mut text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let named = [
            (r"\w", Part::Word),
            (r"\s", Part::Space),
            (r"\d", Part::Digit),
            (r"\p{L}", Part::Letter),
            (r"\p{N}", Part::Number),
            (r"\p{Z}", Part::Separator),
        ];
        if let Some((name, part)) = named.into_iter().find(|(name, _)| text.starts_with(name)) {
            parts.push(part);
            text = &text[name.len()..];
            continue;
        }
        let (first, rest) = letter(text)?;
        match rest.strip_prefix('-').filter(|rest| !rest.is_empty()).and_then(letter) {
            Some((last, rest)) if first < last => {
                parts.push(Part::Range(first, last));
                text = rest;
            }
            Some(_) | None => {
                parts.push(Part::Range(first, first));
                text = rest;
            }
        }
    }
    Some(parts)
}

/// One letter, as itself, by its number, or behind a backslash.
fn letter(text: &str) -> Option<(char, &str)> {
    if let Some(numbered) = text.strip_prefix(r"\u") {
        let number = u32::from_str_radix(numbered.get(..4)?, 16).ok()?;
        return Some((char::from_u32(number)?, &numbered[4..]));
    }
    let text = text.strip_prefix('\\').unwrap_or(text);
    let letter = text.chars().next()?;
    Some((letter, &text[letter.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_letters_are_read_as_they_are_written() {
        let name = r"[\w+=,.@-]+";
        assert!(matches(name, "A-z_0+=,.@"));
        assert!(["", "a b", "é", "a/b"].iter().all(|text| !matches(name, text)));
        let description = r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*";
        assert!(matches(description, "") && matches(description, "tab\tand é"));
        assert!(!matches(description, "\u{7f}") && !matches(description, "€"));
        let tag = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+";
        assert!(matches(tag, "Größe 1/2-x") && !matches(tag, "a\nb") && !matches(tag, "a%"));
        assert!(matches("[^:*]*", "a b") && !matches("[^:*]*", "a:b"));
        assert!(
            is_log_group_filter("^/aws|vpc") && !is_log_group_filter("ab") && !is_log_group_filter("abc|")
        );
        assert!(
            is_tag_value_filter("!*web*")
                && !is_tag_value_filter("a%")
                && is_variable("_a1")
                && !is_variable("1a")
        );
        assert!(matches("[ -;=?-~]+", "A & co.") && !matches("[ -;=?-~]+", "<b>"));
        assert!(matches(r"[\s0-9()+-]+", "+1 (2)") && !matches(r"[\s0-9()+-]+", "x"));
        assert!(matches("[ -~]+", "a~ ") && !matches("[ -~]+", "é"));
        assert!(matches(r"[\w+=/:,.@-]+", "arn:aws:iam::1:mfa/x") && matches("[A-Z0-9]+", "A1"));
    }

    #[test]
    fn what_is_more_than_a_set_is_written_out() {
        let path = r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)";
        assert!(["/", "/division/team/"].iter().all(|text| matches(path, text)));
        assert!(["", "//x", "team/", "/team", "/te am/", "/é/"].iter().all(|text| !matches(path, text)));
        let policy_path = r"((/[A-Za-z0-9\.,\+@=_-]+)*)/";
        assert!(["/", "/a/", "/a/b.c/"].iter().all(|text| matches(policy_path, text)));
        assert!(["", "a/", "/a", "//", "/a!/"].iter().all(|text| !matches(policy_path, text)));
        let version = r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?";
        assert!(["v1", "v10", "v1.a-b"].iter().all(|text| matches(version, text)));
        assert!(["", "1", "v", "v0", "v1x"].iter().all(|text| !matches(version, text)));
        let alias = r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
        assert!(["abc", "my-company"].iter().all(|text| matches(alias, text)));
        assert!(["ab", "-abc", "abc-", "a--b", "Abc"].iter().all(|text| !matches(alias, text)));
        let number = r"[+][\s0-9()-]+";
        assert!(["+1", "+49 (0)30-1"].iter().all(|text| matches(number, text)));
        assert!(["", "+", "49", "+x"].iter().all(|text| !matches(number, text)));
        let email = r"[\s]*[\w+=.#|!&-]+@[\w.-]+\.[\w]+[\s]*";
        assert!(["a@b.c", " a+b@mail.example.com "].iter().all(|text| matches(email, text)));
        assert!(["", "a", "a@b", "@b.c", "a@.c@d.e", "a b@c.d"].iter().all(|text| !matches(email, text)));
        assert!(!is_known("(a|b)+") && !matches("(a|b)+", "a"));
    }
}
