//! GetParameter, GetParameters and GetParametersByPath for public parameters.
//!
//! Follows the Systems Manager API Reference. A public parameter has one version and no labels.

use crate::public_parameters::PublicParameters;
use crate::shapes::*;
use awsproto::{AwsError, Call, Page};
use model::World;

/// "Maximum number of 10 items" in both a list of names and a page.
const ITEMS_MAX: usize = 10;

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
    if !parameter_filters.is_empty() {
        return Err(AwsError::not_implemented_yet("ParameterFilters of GetParametersByPath"));
    }
    let path = path.unwrap_or_default();
    let folder = folder(&path)?;
    let limit = max_results.unwrap_or(10);
    let page = Page::new(Some(limit), next_token.as_deref(), 1..=10).map_err(in_words_of_ssm)?;
    let recursive = recursive.unwrap_or(false);
    let below = |name: &str| {
        let rest = name.strip_prefix(folder.as_str());
        rest.is_some_and(|rest| recursive || !rest.contains('/'))
    };
    let found = parameters.iter().filter(|(name, _)| below(name));
    let found = found.map(|(name, image)| parameter(call, parameters, name, image)).collect();
    let (parameters, next_token) = page.cut(found, |one: &Parameter| one.name.clone().unwrap_or_default());
    Ok(GetParametersByPathResult { parameters, next_token })
}

/// A parameter by name, by ARN, or by either and `:version`.
fn find(call: &Call, parameters: &PublicParameters, asked: &str) -> Result<Option<Parameter>, AwsError> {
    let name = match asked.split_once(":parameter/") {
        Some((arn, name)) if arn.starts_with("arn:") => format!("/{name}"),
        Some(_) | None => asked.to_owned(),
    };
    let (name, selector) =
        name.split_once(':').map_or((name.as_str(), None), |(name, selector)| (name, Some(selector)));
    let Some(image) = parameters.image(name) else {
        return Ok(None);
    };
    if selector.is_some_and(|selector| selector != "1") {
        return Err(AwsError::new(
            "ParameterVersionNotFound",
            format!("Systems Manager could not find version {} of {name}.", selector.unwrap_or_default()),
        ));
    }
    let found = parameter(call, parameters, name, image);
    Ok(Some(Parameter { selector: selector.map(|selector| format!(":{selector}")), ..found }))
}

fn parameter(call: &Call, parameters: &PublicParameters, name: &str, image: &str) -> Parameter {
    Parameter {
        // Public parameters belong to no account: the ARN's fifth part is empty.
        arn: Some(format!("arn:aws:ssm:{}::parameter{name}", call.scope.region)),
        name: Some(name.to_owned()),
        r#type: Some("String".to_owned()),
        value: Some(image.to_owned()),
        version: Some(1),
        last_modified_date: Some(parameters.published()),
        data_type: Some("text".to_owned()),
        selector: None,
        source_result: None,
    }
}

/// A path with one slash at its end.
fn folder(path: &str) -> Result<String, AwsError> {
    match path.starts_with('/') {
        true => Ok(format!("{}/", path.trim_end_matches('/'))),
        false => Err(AwsError::new(
            "ValidationException",
            "The parameter doesn't meet the parameter name requirements. The parameter name must \
             begin with a forward slash \"/\".",
        )),
    }
}

fn in_words_of_ssm(error: AwsError) -> AwsError {
    match error.code.as_ref() {
        "InvalidNextToken" => AwsError::new("InvalidNextToken", "The specified token isn't valid."),
        _ => AwsError::new("ValidationException", error.message),
    }
}

fn constraint(value: &str, member: &str, sentence: &str) -> AwsError {
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
    use awsproto::{AwsError, Input, Protocol, testing};
    use model::{World, image};
    use serde_json::{Value, json};

    const DEFAULT: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

    #[test]
    fn the_alias_of_a_tutorial_names_an_image() {
        let answer = ask("GetParameter", json!({ "Name": DEFAULT })).unwrap();
        let parameter = &answer["Parameter"];
        assert_eq!(parameter["Value"], image_of("al2023-ami-kernel-default-x86_64"));
        assert_eq!(parameter["ARN"], format!("arn:aws:ssm:us-east-1::parameter{DEFAULT}"));
        assert_eq!(parameter["LastModifiedDate"], 1_761_767_784);
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
    fn a_path_is_read_page_by_page() {
        let path = "/aws/service/ami-amazon-linux-latest";
        let first = ask("GetParametersByPath", json!({ "Path": path, "MaxResults": 1 })).unwrap();
        assert_eq!(first["Parameters"][0]["Value"], image_of("al2023-ami-kernel-6.1-arm64"));
        let token = &first["NextToken"];
        let second =
            ask("GetParametersByPath", json!({ "Path": path, "MaxResults": 1, "NextToken": token })).unwrap();
        assert_eq!(second["Parameters"][0]["Value"], image_of("al2023-ami-kernel-6.1-x86_64"));
        let all = ask("GetParametersByPath", json!({ "Path": path })).unwrap();
        assert_eq!(all.get("NextToken"), None);
        let shallow = ask("GetParametersByPath", json!({ "Path": "/aws/service" })).unwrap();
        assert_eq!(shallow["Parameters"], json!([]));
        let deep = ask("GetParametersByPath", json!({ "Path": "/aws/service", "Recursive": true })).unwrap();
        assert_eq!(deep["Parameters"].as_array().unwrap().len(), all["Parameters"].as_array().unwrap().len());
        assert!(ask("GetParametersByPath", json!({ "Path": "aws" })).is_err());
    }

    #[test]
    fn what_aws_has_and_we_lack_is_told_from_what_nobody_has() {
        assert_eq!(ask("PutParameter", json!({})).unwrap_err().code, "NotImplementedException");
        assert_eq!(ask("PutParametre", json!({})).unwrap_err().code, "UnknownOperationException");
    }

    fn image_of(alias: &str) -> String {
        let mut all = image::aliases("us-east-1".parse().unwrap());
        all.find(|(known, _)| *known == alias).unwrap().1.to_string()
    }

    fn ask(operation: &str, body: Value) -> Result<Value, AwsError> {
        let input = Input::parse(Protocol::Json11, "", body.to_string().as_bytes())?;
        let mut call = testing::call("us-east-1", 1);
        let output = API.perform(operation, &mut call, &mut World::default(), &input)?;
        Ok(serde_json::from_str(&output.body).unwrap())
    }
}
