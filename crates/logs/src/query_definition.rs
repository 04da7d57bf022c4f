//! Queries that are kept. Follows PutQueryDefinition, DescribeQueryDefinitions and DeleteQueryDefinition (Amazon CloudWatch Logs API
//! Reference). What they ask is read when it is asked.

use awsproto::{AwsError, Call};
use model::World;
use model::log_settings::{self, QueryDefinitionId};

use crate::shapes::*;
use crate::{errors, names, paging};

const PAGE_MAX: i32 = 1000;
const NAME_MAX: usize = 255;
const QUERY_MAX: usize = 10_000;
const PARAMETERS_MAX: usize = 20;
const LANGUAGES: [&str; 3] = ["CWLI", "SQL", "PPL"];

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutQueryDefinitionRequest,
) -> Result<PutQueryDefinitionResponse, AwsError> {
    let PutQueryDefinitionRequest {
        // Who sends a call again keeps the query twice, as without a token.
        client_token: _,
        log_group_names,
        name,
        parameters,
        query_definition_id,
        query_language,
        query_string,
    } = request;
    let name = length(name, "name", NAME_MAX)?;
    let query = length(query_string, "queryString", QUERY_MAX)?;
    let language = language(query_language)?.unwrap_or_else(|| LANGUAGES[0].to_owned());
    for group in &log_group_names {
        names::checked_group(&Some(group.clone()), "logGroupNames")?;
    }
    if parameters.len() > PARAMETERS_MAX {
        let rule = format!("have length less than or equal to {PARAMETERS_MAX}");
        return Err(errors::violated("[…]", "parameters", &rule));
    }
    let id = match query_definition_id {
        Some(id) => {
            let id = read_id(&id)?;
            world.query_definition(call.scope, id).map_err(|it| errors::settings_refused(it, NOT_THERE))?;
            id
        }
        None => read_id(&call.ids.uuid())?,
    };
    let parameters = parameters.into_iter().map(|it| {
        let QueryParameter { default_value, description, name } = it;
        Ok(log_settings::QueryParameter {
            name: length(name, "parameters", 128)?,
            default_value,
            description,
        })
    });
    let definition = log_settings::QueryDefinition {
        id,
        scope: call.scope,
        name,
        query,
        language,
        log_groups: log_group_names,
        parameters: parameters.collect::<Result<_, AwsError>>()?,
        modified: call.now,
    };
    world.put_query_definition(definition).map_err(|it| errors::settings_refused(it, NOT_THERE))?;
    Ok(PutQueryDefinitionResponse { query_definition_id: Some(id.to_string()) })
}

const NOT_THERE: &str = "The specified query definition does not exist.";

fn read_id(id: &str) -> Result<QueryDefinitionId, AwsError> {
    id.parse().map_err(|_| errors::not_found(NOT_THERE))
}

fn length(text: Option<String>, member: &str, most: usize) -> Result<String, AwsError> {
    let text = text.ok_or_else(|| errors::missing(member))?;
    match text.chars().count() {
        0 => Err(errors::violated("", member, "have length greater than or equal to 1")),
        count if count > most => {
            Err(errors::violated(text, member, &format!("have length less than or equal to {most}")))
        }
        _ => Ok(text),
    }
}

fn language(word: Option<String>) -> Result<Option<String>, AwsError> {
    match word {
        Some(word) if !LANGUAGES.contains(&word.as_str()) => {
            let rule = format!("satisfy enum value set: [{}]", LANGUAGES.join(", "));
            Err(errors::violated(word, "queryLanguage", &rule))
        }
        word => Ok(word),
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeQueryDefinitionsRequest,
) -> Result<DescribeQueryDefinitionsResponse, AwsError> {
    let DescribeQueryDefinitionsRequest {
        max_results,
        next_token,
        query_definition_name_prefix,
        query_language,
    } = request;
    let language = language(query_language)?;
    paging::limit(max_results, "maxResults", PAGE_MAX)?;
    let prefix = query_definition_name_prefix.unwrap_or_default();
    let all = world.query_definitions_of(call.scope).into_iter();
    let meant = all.filter(|it| {
        it.name.starts_with(&prefix) && language.as_ref().is_none_or(|word| *word == it.language)
    });
    let key = |it: &&log_settings::QueryDefinition| format!("{}\0{}", it.name, it.id);
    let (page, next_token) = paging::page(meant, key, (max_results, PAGE_MAX), next_token.as_deref())?;
    Ok(DescribeQueryDefinitionsResponse {
        next_token,
        query_definitions: page.into_iter().map(shown).collect(),
    })
}

fn shown(definition: &log_settings::QueryDefinition) -> QueryDefinition {
    let log_settings::QueryDefinition {
        id,
        scope: _,
        name,
        query,
        language,
        log_groups,
        parameters,
        modified,
    } = definition;
    let parameter = |it: &log_settings::QueryParameter| QueryParameter {
        default_value: it.default_value.clone(),
        description: it.description.clone(),
        name: Some(it.name.clone()),
    };
    QueryDefinition {
        last_modified: Some(modified.0),
        log_group_names: log_groups.clone(),
        name: Some(name.clone()),
        parameters: parameters.iter().map(parameter).collect(),
        query_definition_id: Some(id.to_string()),
        query_language: Some(language.clone()),
        query_string: Some(query.clone()),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteQueryDefinitionRequest,
) -> Result<DeleteQueryDefinitionResponse, AwsError> {
    let DeleteQueryDefinitionRequest { query_definition_id } = request;
    let id = read_id(&query_definition_id.ok_or_else(|| errors::missing("queryDefinitionId"))?)?;
    world
        .delete_query_definition(call.scope, id)
        .map_err(|refusal| errors::settings_refused(refusal, NOT_THERE))?;
    Ok(DeleteQueryDefinitionResponse { success: Some(true) })
}
