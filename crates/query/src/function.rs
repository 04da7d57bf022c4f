//! The functions of "Boolean, comparison, numeric, datetime, and other functions" (CloudWatch Logs User Guide).

/// A function over values. `bin`, `datefloor`, `dateceil` and those about subnets are expressions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Function {
    Abs,
    Ceil,
    Floor,
    Greatest,
    Least,
    Log,
    Round,
    Sqrt,
    ToNumber,
    IsPresent,
    IsNumeric,
    Coalesce,
    If,
    Case,
    JsonParse,
    JsonStringify,
    IsEmpty,
    IsBlank,
    Concat,
    LeftTrim,
    RightTrim,
    Trim,
    Length,
    MessageSize,
    ToUpper,
    ToLower,
    Substring,
    Replace,
    Contains,
    StartsWith,
    EndsWith,
    FromMillis,
    ToMillis,
    Now,
    QueryStartTime,
    QueryEndTime,
    QueryTimeRange,
    IsValidIp,
    IsValidIpV4,
    IsValidIpV6,
    /// `histogram(f, width)`: the least value of the range of that width that a number lies in.
    Histogram,
}

/// What a parameter takes. Fields may hold anything, so that only what stands in the query can be of a wrong kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Number,
    Text,
}

/// A function's name, how many arguments it takes, and of which kind.
pub(crate) struct Signature {
    pub name: &'static str,
    pub function: Function,
    pub least: usize,
    pub most: usize,
    pub kind: Kind,
}

const MANY: usize = 64;
/// "Supports up to 10 branches", and a default (case).
const CASE_MAX: usize = 21;

const fn row(name: &'static str, function: Function, least: usize, most: usize, kind: Kind) -> Signature {
    Signature { name, function, least, most, kind }
}

/// In the order of AWS's page.
const SIGNATURES: &[Signature] = &[
    row("abs", Function::Abs, 1, 1, Kind::Number),
    row("ceil", Function::Ceil, 1, 1, Kind::Number),
    row("floor", Function::Floor, 1, 1, Kind::Number),
    row("greatest", Function::Greatest, 1, MANY, Kind::Number),
    row("least", Function::Least, 1, MANY, Kind::Number),
    row("log", Function::Log, 1, 1, Kind::Number),
    row("round", Function::Round, 1, 2, Kind::Number),
    row("sqrt", Function::Sqrt, 1, 1, Kind::Number),
    row("toNumber", Function::ToNumber, 1, 1, Kind::Any),
    row("toDouble", Function::ToNumber, 1, 1, Kind::Any),
    row("fromMillis", Function::FromMillis, 1, 1, Kind::Number),
    row("toMillis", Function::ToMillis, 1, 1, Kind::Any),
    row("now", Function::Now, 0, 0, Kind::Any),
    row("ispresent", Function::IsPresent, 1, 1, Kind::Any),
    row("coalesce", Function::Coalesce, 1, MANY, Kind::Any),
    row("case", Function::Case, 2, CASE_MAX, Kind::Any),
    row("if", Function::If, 3, 3, Kind::Any),
    row("isNumeric", Function::IsNumeric, 1, 1, Kind::Any),
    row("messageSize", Function::MessageSize, 1, 1, Kind::Text),
    row("queryStartTime", Function::QueryStartTime, 0, 0, Kind::Any),
    row("queryEndTime", Function::QueryEndTime, 0, 0, Kind::Any),
    row("queryTimeRange", Function::QueryTimeRange, 0, 0, Kind::Any),
    row("jsonParse", Function::JsonParse, 1, 1, Kind::Text),
    row("jsonStringify", Function::JsonStringify, 1, 1, Kind::Any),
    row("isValidIp", Function::IsValidIp, 1, 1, Kind::Text),
    row("isValidIpV4", Function::IsValidIpV4, 1, 1, Kind::Text),
    row("isValidIpV6", Function::IsValidIpV6, 1, 1, Kind::Text),
    row("isempty", Function::IsEmpty, 1, 1, Kind::Any),
    row("isblank", Function::IsBlank, 1, 1, Kind::Any),
    row("concat", Function::Concat, 1, MANY, Kind::Any),
    row("ltrim", Function::LeftTrim, 1, 2, Kind::Text),
    row("rtrim", Function::RightTrim, 1, 2, Kind::Text),
    row("trim", Function::Trim, 1, 2, Kind::Text),
    row("strlen", Function::Length, 1, 1, Kind::Text),
    row("toupper", Function::ToUpper, 1, 1, Kind::Text),
    row("tolower", Function::ToLower, 1, 1, Kind::Text),
    row("substr", Function::Substring, 2, 3, Kind::Any),
    row("replace", Function::Replace, 3, 3, Kind::Text),
    row("strcontains", Function::Contains, 2, 3, Kind::Any),
    row("startsWith", Function::StartsWith, 2, 2, Kind::Text),
    row("endsWith", Function::EndsWith, 2, 2, Kind::Text),
    row("histogram", Function::Histogram, 2, 2, Kind::Number),
];

/// What Logs Insights has and this does not run.
const NOT_RUN: &[&str] = &[
    "haversine",
    "toInt",
    "toLong",
    "parseDate",
    "formatDate",
    "strftime",
    "jsonArraySize",
    "jsonArrayContains",
    "ipv4ToNumber",
    "isPrivateIP",
    "isPublicIP",
    "isReservedIP",
    "regexReplace",
    "regex_replace",
    "urlencode",
    "urldecode",
    "base64encode",
    "base64decode",
    "split",
    "hexToAscii",
    "hexToDec",
    "decToHex",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "rate",
    "values",
];

/// The function of that name, in whatever letters: AWS's examples have `BIN(5m)` and `SUM(Fault)`.
pub(crate) fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.name.eq_ignore_ascii_case(name))
}

/// Whether AWS has a function of that name.
pub(crate) fn is_not_run(name: &str) -> bool {
    NOT_RUN.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Function {
    /// Whether it is 1 or 0, or true or false, so that it can be a condition.
    pub(crate) fn is_condition(self) -> bool {
        matches!(
            self,
            Function::IsPresent
                | Function::IsNumeric
                | Function::IsEmpty
                | Function::IsBlank
                | Function::Contains
                | Function::StartsWith
                | Function::EndsWith
                | Function::IsValidIp
                | Function::IsValidIpV4
                | Function::IsValidIpV6
        )
    }
}
