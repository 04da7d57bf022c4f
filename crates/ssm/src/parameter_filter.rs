//! Filters of parameters. Follows ParameterStringFilter (Systems Manager API Reference): filters are joined by AND, values
//! of one by OR.

use awsproto::AwsError;

use crate::get_parameter::constraint;
use crate::public_parameters::{PublicParameter, ROOT};
use crate::shapes::ParameterStringFilter;

/// Characters of an option.
const OPTION_MAX: usize = 10;
/// Values of a filter.
const VALUES_MAX: usize = 50;
/// Characters of a value.
const VALUE_MAX: usize = 1024;

/// A checked filter.
#[derive(Clone, Debug)]
pub(crate) enum ParameterFilter {
    /// By name.
    Name(NameOption, Vec<String>),
    /// Below paths, which end with a slash: all of it, or one level.
    Path { paths: Vec<String>, recursive: bool },
    /// `Type`.
    Type(Vec<String>),
    /// `DataType`.
    DataType(Vec<String>),
    /// `Tier`.
    Tier(Vec<String>),
    /// Keys, labels and tags, of which public parameters have none.
    Nothing,
}

/// How a name is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameOption {
    Equals,
    BeginsWith,
    Contains,
}

impl ParameterFilter {
    /// Reads a filter of DescribeParameters.
    pub(crate) fn read(filter: ParameterStringFilter) -> Result<Self, AwsError> {
        let ParameterStringFilter { key, option, values } = filter;
        let (key, option) = (key.unwrap_or_default(), option.as_deref());
        check_lengths(option, &values)?;
        if values.is_empty() && !key.starts_with("tag:") {
            let sentence = format!("The following filter values are missing : null for filter key {key}");
            return Err(AwsError::new("InvalidFilterValue", sentence));
        }
        Ok(match key.as_str() {
            "Name" => ParameterFilter::Name(name_option(option)?, values),
            "Path" => {
                let paths = values.iter().map(|path| folder(path)).collect::<Result<_, _>>()?;
                let recursive = one_of(option, "Path", &["Recursive", "OneLevel"])? == "Recursive";
                ParameterFilter::Path { paths, recursive }
            }
            "Type" => {
                one_of(option, "Type", &["Equals", "BeginsWith"])?;
                ParameterFilter::Type(values)
            }
            "DataType" => ParameterFilter::DataType(values),
            "Tier" => ParameterFilter::Tier(values),
            "KeyId" | "Label" => ParameterFilter::Nothing,
            key if key.starts_with("tag:") => ParameterFilter::Nothing,
            key => {
                let sentence = format!(
                    "1 validation error detected: Value '{key}' at 'parameterFilters.1.member.key' failed to satisfy \
                     constraint: Member must satisfy regular expression pattern: \
                     tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType"
                );
                return Err(AwsError::new("ValidationException", sentence));
            }
        })
    }

    /// Reads a filter of GetParametersByPath: "The following Key values are supported for GetParametersByPath: Type, KeyId,
    /// and Label."
    pub(crate) fn read_by_path(filter: ParameterStringFilter) -> Result<Self, AwsError> {
        check_lengths(filter.option.as_deref(), &filter.values)?;
        match filter.key.as_deref() {
            Some("Type" | "KeyId" | "Label") => ParameterFilter::read(filter),
            other => Err(AwsError::new(
                "InvalidFilterKey",
                format!(
                    "The following filter key is not valid: {}. Valid filter keys include: [Type, KeyId, Label].",
                    other.unwrap_or_default()
                ),
            )),
        }
    }

    /// Whether it can only mean public parameters. Without such a filter an account sees its own.
    pub(crate) fn asks_for_public_ones(&self) -> bool {
        match self {
            ParameterFilter::Name(NameOption::Equals | NameOption::BeginsWith, names) => {
                names.iter().any(|name| name.starts_with(ROOT))
            }
            ParameterFilter::Path { paths, .. } => paths.iter().any(|path| path.starts_with(ROOT)),
            ParameterFilter::Name(NameOption::Contains, _)
            | ParameterFilter::Type(_)
            | ParameterFilter::DataType(_)
            | ParameterFilter::Tier(_)
            | ParameterFilter::Nothing => false,
        }
    }

    /// Whether a public parameter is wanted.
    pub(crate) fn matches(&self, name: &str, parameter: &PublicParameter) -> bool {
        match self {
            ParameterFilter::Name(option, values) => values.iter().any(|value| option.matches(name, value)),
            ParameterFilter::Path { paths, recursive } => {
                paths.iter().any(|folder| is_below(name, folder, *recursive))
            }
            ParameterFilter::Type(types) => types.iter().any(|it| it == "String"),
            ParameterFilter::DataType(types) => types.iter().any(|it| it == parameter.data_type),
            ParameterFilter::Tier(tiers) => tiers.iter().any(|it| it == "Standard"),
            ParameterFilter::Nothing => false,
        }
    }
}

/// How long the model lets a filter's option, values and list of values be.
fn check_lengths(option: Option<&str>, values: &[String]) -> Result<(), AwsError> {
    let at_most = |most: usize| format!("Member must have length less than or equal to {most}");
    if let Some(long) = option.filter(|option| option.chars().count() > OPTION_MAX) {
        return Err(constraint(long, "parameterFilters.1.member.option", &at_most(OPTION_MAX)));
    }
    if values.len() > VALUES_MAX {
        let values = format!("[{}]", values.join(", "));
        return Err(constraint(&values, "parameterFilters.1.member.values", &at_most(VALUES_MAX)));
    }
    match values.iter().find(|value| value.chars().count() > VALUE_MAX) {
        Some(long) => Err(constraint(long, "parameterFilters.1.member.values", &at_most(VALUE_MAX))),
        None => Ok(()),
    }
}

impl NameOption {
    fn matches(self, name: &str, value: &str) -> bool {
        match self {
            NameOption::Equals => name == value,
            NameOption::BeginsWith => name.starts_with(value),
            NameOption::Contains => name.contains(value),
        }
    }
}

/// A path with one slash at its end.
pub(crate) fn folder(path: &str) -> Result<String, AwsError> {
    let is_path =
        path.starts_with('/') && path.chars().all(|it| it.is_ascii_alphanumeric() || "/.-_".contains(it));
    match is_path {
        true => Ok(format!("{}/", path.trim_end_matches('/'))),
        false => Err(AwsError::new(
            "ValidationException",
            "Parameter path: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive) except global parameter name \
             path prefixed with \"aws\" (case-sensitive). It should always begin with / symbol.It consists of sub-paths \
             divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 \
             symbols .-_",
        )),
    }
}

/// Whether a parameter is in a folder, or further down.
pub(crate) fn is_below(name: &str, folder: &str, recursive: bool) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| recursive || !rest.contains('/'))
}

fn name_option(option: Option<&str>) -> Result<NameOption, AwsError> {
    Ok(match one_of(option, "Name", &["Equals", "BeginsWith", "Contains"])? {
        "BeginsWith" => NameOption::BeginsWith,
        "Contains" => NameOption::Contains,
        _ => NameOption::Equals,
    })
}

/// The option, which is the first one unless said otherwise.
fn one_of<'a>(option: Option<&'a str>, key: &str, options: &[&'a str]) -> Result<&'a str, AwsError> {
    match option {
        None => Ok(options[0]),
        Some(option) if options.contains(&option) => Ok(option),
        Some(option) => Err(AwsError::new(
            "InvalidFilterOption",
            format!(
                "The following filter option is not valid: {option}. Valid options for the key {key} include: [{}].",
                options.join(", ")
            ),
        )),
    }
}
