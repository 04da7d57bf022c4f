//! GetParameter, GetParameters and GetParametersByPath for public parameters.
//!
//! Follows the Systems Manager API Reference. A public parameter has one version and no labels.

use crate::parameter_filter::{ParameterFilter, folder, is_below};
use crate::public_parameters::{PublicParameter, PublicParameters};
use crate::shapes::*;
use awsproto::{AwsError, Call, Page};
use model::World;

/// "Maximum number of 10 items" in both a list of names and a page.
const ITEMS_MAX: usize = 10;
/// Characters of a name, as a request may write it.
const NAME_MAX: usize = 2048;

pub(crate) fn one(
    call: &mut Call,
    _: &World,
    request: GetParameterRequest,
) -> Result<GetParameterResult, AwsError> {
    // "This flag is ignored for String and StringList parameter types" (GetParameter), and public ones are Strings.
    let GetParameterRequest { name, with_decryption: _ } = request;
    let parameters = &PublicParameters::of(call.scope.region);
    let name = name.unwrap_or_default();
    let parameter = find(call, parameters, &name)?;
    let parameter = parameter.ok_or_else(|| AwsError::new("ParameterNotFound", ""))?;
    Ok(GetParameterResult { parameter: Some(parameter) })
}

pub(crate) fn several(
    call: &mut Call,
    _: &World,
    request: GetParametersRequest,
) -> Result<GetParametersResult, AwsError> {
    // Ignored, as for one parameter.
    let GetParametersRequest { names, with_decryption: _ } = request;
    let parameters = &PublicParameters::of(call.scope.region);
    if !(1..=ITEMS_MAX).contains(&names.len()) {
        return Err(constraint(
            &format!("[{}]", names.join(", ")),
            "names",
            "Member must have length less than or equal to 10",
        ));
    }
    names.iter().try_for_each(|name| check_length(name, "names"))?;
    let mut result = GetParametersResult::default();
    for name in names {
        match find(call, parameters, &name) {
            Ok(Some(parameter)) => result.parameters.push(parameter),
            Ok(None) | Err(_) => result.invalid_parameters.push(name),
        }
    }
    Ok(result)
}

pub(crate) fn by_path(
    call: &mut Call,
    _: &World,
    request: GetParametersByPathRequest,
) -> Result<GetParametersByPathResult, AwsError> {
    let GetParametersByPathRequest {
        max_results,
        next_token,
        parameter_filters,
        path,
        recursive,
        // Ignored, as for one parameter.
        with_decryption: _,
    } = request;
    let parameters = &PublicParameters::of(call.scope.region);
    let filters = parameter_filters.into_iter().map(ParameterFilter::read_by_path);
    let filters: Vec<ParameterFilter> = filters.collect::<Result<_, _>>()?;
    let path = path.unwrap_or_default();
    let folder = folder(&path)?;
    let limit = max_results.unwrap_or(10);
    let page = Page::new(Some(limit), next_token.as_deref(), 1..=10).map_err(in_words_of_ssm)?;
    let recursive = recursive.unwrap_or(false);
    let found = parameters.iter().filter(|(name, _)| is_below(name, &folder, recursive));
    let found = found.filter(|(name, one)| filters.iter().all(|filter| filter.matches(name, one)));
    let found = found.map(|(name, one)| parameter(call, name, one)).collect();
    let (parameters, next_token) = page.cut(found, |one: &Parameter| one.name.clone().unwrap_or_default());
    Ok(GetParametersByPathResult { parameters, next_token })
}

/// A parameter by name, by ARN, or by either and `:version`.
fn find(call: &Call, parameters: &PublicParameters, asked: &str) -> Result<Option<Parameter>, AwsError> {
    check_length(asked, "name")?;
    let name = match asked.split_once(":parameter/") {
        Some((arn, name)) if arn.starts_with("arn:") => format!("/{name}"),
        Some(_) | None => asked.to_owned(),
    };
    let (name, selector) =
        name.split_once(':').map_or((name.as_str(), None), |(name, selector)| (name, Some(selector)));
    check_name(name)?;
    let Some(found) = parameters.named(name) else {
        return Ok(None);
    };
    if selector.is_some_and(|selector| selector != "1") {
        return Err(AwsError::new(
            "ParameterVersionNotFound",
            format!("Systems Manager could not find version {} of {name}.", selector.unwrap_or_default()),
        ));
    }
    let found = parameter(call, name, found);
    Ok(Some(Parameter { selector: selector.map(|selector| format!(":{selector}")), ..found }))
}

fn parameter(call: &Call, name: &str, parameter: &PublicParameter) -> Parameter {
    Parameter {
        arn: Some(arn(call, name)),
        name: Some(name.to_owned()),
        r#type: Some("String".to_owned()),
        value: Some(parameter.value.clone()),
        version: Some(1),
        last_modified_date: Some(parameter.modified),
        data_type: Some(parameter.data_type.to_owned()),
        selector: None,
        source_result: None,
    }
}

/// Public parameters belong to no account: the ARN's fifth part is empty.
pub(crate) fn arn(call: &Call, name: &str) -> String {
    call.scope.region.arn("ssm", "", format_args!("parameter{name}"))
}

/// Refuses a text that is longer than names are.
fn check_length(name: &str, member: &str) -> Result<(), AwsError> {
    match name.chars().count() {
        0..=NAME_MAX => Ok(()),
        _ => {
            let sentence = format!("Member must have length less than or equal to {NAME_MAX}");
            Err(constraint(name, member, &sentence))
        }
    }
}

/// Refuses a name that no parameter can have.
fn check_name(name: &str) -> Result<(), AwsError> {
    if name.is_empty() {
        return Err(constraint("", "name", "Member must have length greater than or equal to 1"));
    }
    match name.chars().all(|it| it.is_ascii_alphanumeric() || "/.-_".contains(it)) {
        true => Ok(()),
        false => Err(AwsError::new(
            "ValidationException",
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
             sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        )),
    }
}

pub(crate) fn in_words_of_ssm(error: AwsError) -> AwsError {
    match error.code.as_ref() {
        "InvalidNextToken" => AwsError::new("InvalidNextToken", "The specified token isn't valid."),
        _ => AwsError::new("ValidationException", error.message),
    }
}

pub(crate) fn constraint(value: &str, member: &str, sentence: &str) -> AwsError {
    AwsError::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {sentence}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::API;
    use awsproto::AwsError;
    use awsproto::testing::JsonCaller;
    use model::image;
    use serde_json::{Value, json};

    const DEFAULT: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

    #[test]
    fn the_alias_of_a_tutorial_names_an_image() {
        let answer = ask("GetParameter", json!({ "Name": DEFAULT })).unwrap();
        let parameter = &answer["Parameter"];
        assert_eq!(parameter["Value"], image_of("al2023-ami-kernel-default-x86_64"));
        assert_eq!(parameter["ARN"], format!("arn:aws:ssm:us-east-1::parameter{DEFAULT}"));
        assert_eq!(parameter["LastModifiedDate"], 1_790_809_166);
        let by_arn = ask("GetParameter", json!({ "Name": parameter["ARN"] })).unwrap();
        assert_eq!(by_arn["Parameter"]["Value"], parameter["Value"]);
    }

    #[test]
    fn an_unknown_name_is_not_found_and_a_missing_one_is_invalid() {
        assert_eq!(ask("GetParameter", json!({ "Name": "/x" })).unwrap_err().code, "ParameterNotFound");
        assert_eq!(ask("GetParameter", json!({})).unwrap_err().code, "ValidationException");
        assert_eq!(ask("GetParameter", json!({ "Name": 7 })).unwrap_err().code, "SerializationException");
        let version = format!("{DEFAULT}:2");
        assert_eq!(
            ask("GetParameter", json!({ "Name": version })).unwrap_err().code,
            "ParameterVersionNotFound"
        );
    }

    #[test]
    fn several_are_sorted_into_found_and_invalid() {
        let answer = ask("GetParameters", json!({ "Names": [DEFAULT, "/x"] })).unwrap();
        assert_eq!(answer["Parameters"][0]["Value"], image_of("al2023-ami-kernel-default-x86_64"));
        assert_eq!(answer["InvalidParameters"], json!(["/x"]));
        assert!(ask("GetParameters", json!({ "Names": [] })).is_err());
        assert!(ask("GetParameters", json!({ "Names": vec!["x"; 11] })).is_err());
    }

    #[test]
    fn a_name_that_cannot_be_is_not_one_that_is_not_there() {
        for name in ["My App", "{x}", ""] {
            let refused = ask("GetParameter", json!({ "Name": name })).unwrap_err();
            assert_eq!(refused.code, "ValidationException", "{name}");
        }
        let refused = ask("GetParameter", json!({ "Name": "{x}" })).unwrap_err();
        assert!(refused.message.ends_with("letters, numbers and the following 3 symbols .-_"), "{refused}");
    }

    #[test]
    fn a_path_is_read_page_by_page() {
        let path = "/aws/service/ami-amazon-linux-latest";
        let first = ask("GetParametersByPath", json!({ "Path": path, "MaxResults": 1 })).unwrap();
        assert_eq!(first["Parameters"][0]["Value"], image_of("al2023-ami-kernel-6.1-arm64"));
        let token = &first["NextToken"];
        let second =
            ask("GetParametersByPath", json!({ "Path": path, "MaxResults": 1, "NextToken": token })).unwrap();
        assert_eq!(second["Parameters"][0]["Value"], image_of("al2023-ami-kernel-6.1-x86_64"));
        let shallow = ask("GetParametersByPath", json!({ "Path": "/aws/service" })).unwrap();
        assert_eq!(shallow["Parameters"], json!([]));
        assert!(ask("GetParametersByPath", json!({ "Path": "aws" })).is_err());
        let below = all_below(path);
        assert!(below.contains(&format!("{path}/amzn2-ami-kernel-5.10-hvm-x86_64-gp2")) && below.len() > 30);
        assert!(all_below("/aws/service").len() > below.len());
    }

    #[test]
    fn every_publisher_has_its_path() {
        for name in [
            "canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "canonical/ubuntu/server/jammy/stable/current/arm64/hvm/ebs-gp2/ami-id",
            "debian/release/13/latest/amd64",
            "debian/release/bookworm/latest/arm64",
            "ecs/optimized-ami/amazon-linux-2/recommended/image_id",
            "ami-windows-latest/Windows_Server-2022-English-Full-Base",
        ] {
            let answer = ask("GetParameter", json!({ "Name": format!("/aws/service/{name}") })).unwrap();
            let id = answer["Parameter"]["Value"].as_str().unwrap();
            assert!(image::find("us-east-1".parse().unwrap(), id.parse().unwrap()).is_some(), "{name}");
        }
        let debian =
            ask("GetParameter", json!({ "Name": "/aws/service/debian/release/12/latest/amd64" })).unwrap();
        assert_eq!(debian["Parameter"]["DataType"], "aws:ec2:image");
        let longer = "/aws/service/global-infrastructure/regions/us-east-1/longName";
        let answer = ask("GetParameter", json!({ "Name": longer })).unwrap();
        assert_eq!(answer["Parameter"]["Value"], "US East (N. Virginia)");
    }

    #[test]
    fn an_account_has_no_parameters_and_sees_public_ones_when_it_asks_for_them() {
        let described = |filters: Value| {
            let answer = ask("DescribeParameters", json!({ "ParameterFilters": filters })).unwrap();
            answer["Parameters"].as_array().unwrap().len()
        };
        assert_eq!(described(json!([])), 0);
        assert_eq!(described(json!([{ "Key": "Type", "Values": ["String"] }])), 0);
        let path = json!({ "Key": "Path", "Values": ["/aws/service/debian"] });
        assert_eq!(described(json!([path])), 8);
        assert_eq!(described(json!([path, { "Key": "DataType", "Values": ["text"] }])), 0);
        let one_level = json!({ "Key": "Path", "Option": "OneLevel", "Values": ["/aws/service/debian"] });
        assert_eq!(described(json!([one_level])), 0);
        let begins =
            json!({ "Key": "Name", "Option": "BeginsWith", "Values": ["/aws/service/debian/release/12"] });
        assert_eq!(described(json!([begins])), 2);
        let refused = |filter: Value| {
            ask("DescribeParameters", json!({ "ParameterFilters": [filter] })).unwrap_err().code.to_string()
        };
        assert_eq!(refused(json!({ "Key": "Nonsense", "Values": ["x"] })), "ValidationException");
        assert_eq!(
            refused(json!({ "Key": "Path", "Option": "Equals", "Values": ["/x"] })),
            "InvalidFilterOption"
        );
        assert_eq!(refused(json!({ "Key": "Name" })), "InvalidFilterValue");
        let by_path = json!({ "Path": "/x", "ParameterFilters": [{ "Key": "Name", "Values": ["x"] }] });
        assert_eq!(ask("GetParametersByPath", by_path).unwrap_err().code, "InvalidFilterKey");
    }

    fn all_below(path: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut body = json!({ "Path": path, "Recursive": true });
            if token.is_string() {
                body["NextToken"] = token;
            }
            let answer = ask("GetParametersByPath", body).unwrap();
            let page = answer["Parameters"].as_array().unwrap();
            names.extend(page.iter().map(|one| one["Name"].as_str().unwrap().to_owned()));
            token = answer["NextToken"].clone();
            if !token.is_string() {
                return names;
            }
        }
    }

    #[test]
    fn what_aws_has_and_we_lack_is_told_from_what_nobody_has() {
        assert_eq!(ask("PutParameter", json!({})).unwrap_err().code, "NotImplementedException");
        assert_eq!(ask("PutParametre", json!({})).unwrap_err().code, "UnknownOperationException");
    }

    fn image_of(alias: &str) -> String {
        let name = format!("/aws/service/ami-amazon-linux-latest/{alias}");
        image::named_by("us-east-1".parse().unwrap(), &name).unwrap().id().to_string()
    }

    fn ask(operation: &str, body: Value) -> Result<Value, AwsError> {
        JsonCaller::new(&API, "us-east-1").send(operation, &body)
    }
}
