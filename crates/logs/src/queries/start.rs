//! StartQuery: what may be asked, and of which groups.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ::query::{CompileError, End, LogGroups, Plan};
use analytics::Window;
use awsproto::{AwsError, Call};
use model::log_group::{LogGroup, LogGroupClass};
use model::{Scope, World};
use serde_json::json;

use super::run::{Task, run_later};
use super::{Queries, Query, QueryState, TooManyOpen};
use crate::GroupSource;
use crate::shapes::*;
use crate::{errors, names};

/// "You can specify up to 50 log groups".
const GROUPS_MAX: usize = 50;
/// "If the query would need more than 10,000 log groups, it fails" (SOURCE).
const SELECTED_MAX: usize = 10_000;
const ROWS_MAX: i32 = 100_000;
/// Times above are milliseconds, as clients send them too; in seconds it would be the year 5138.
const SECONDS_MAX: i64 = 99_999_999_999;

pub(crate) async fn start(
    mut call: Call,
    world: Arc<World>,
    queries: Arc<Queries>,
    request: StartQueryRequest,
) -> Result<StartQueryResponse, AwsError> {
    let StartQueryRequest {
        end_time,
        limit,
        log_group_identifiers,
        log_group_name,
        log_group_names,
        query_language,
        query_string,
        start_time,
    } = request;
    check_language(query_language.as_deref())?;
    let text = query_string.ok_or_else(|| errors::missing("queryString"))?;
    let (from_ms, to_ms) = times(start_time, end_time)?;
    let limit = limit.map(|limit| crate::paging::limit(Some(limit), "limit", ROWS_MAX)).transpose()?;
    let plan = ::query::compile(&text, limit).map_err(malformed)?;
    let named = named(&call, log_group_name, log_group_names, log_group_identifiers)?;
    let groups = groups(&call, &world, &plan, &named)?;
    check_classes(&plan, &groups)?;
    let id = call.ids.uuid();
    let query = Arc::new(Query {
        id: id.clone(),
        number: queries.started.fetch_add(1, Ordering::Relaxed),
        scope: call.scope,
        text: shown(&groups, from_ms, to_ms, &text),
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        created_ms: call.now.0,
        cancelled: AtomicBool::new(false),
        state: Mutex::new(QueryState::Scheduled),
    });
    queries.remember(Arc::clone(&query)).map_err(|TooManyOpen| errors::too_many())?;
    let source = |group: &&LogGroup| GroupSource::new(Arc::clone(&queries.events), group, call.now);
    let groups = groups.iter().map(source).collect();
    let window = Window { from_ms, to_ms, now_ms: call.now.0 };
    run_later(queries, query, Task { plan, window, groups });
    Ok(StartQueryResponse { query_id: Some(id) })
}

/// "CWLI", the default. The others are languages of OpenSearch.
fn check_language(language: Option<&str>) -> Result<(), AwsError> {
    match language {
        None | Some("CWLI") => Ok(()),
        Some(language @ ("SQL" | "PPL")) => {
            let message =
                format!("Queries in the language {language} are not supported here; the language CWLI is");
            Err(malformed(CompileError { message, location: None }))
        }
        Some(other) => {
            Err(errors::violated(other, "queryLanguage", "satisfy enum value set: [CWLI, SQL, PPL]"))
        }
    }
}

/// A query that is none: `queryCompileError` says where.
pub(super) fn malformed(error: CompileError) -> AwsError {
    let CompileError { message, location } = error;
    let mut compile_error = json!({"message": message});
    if let Some(location) = location {
        compile_error["location"] = json!({"startCharOffset": location.start, "endCharOffset": location.end});
    }
    AwsError::new("MalformedQueryException", message)
        .with_members(json!({"queryCompileError": compile_error}))
}

/// "The range is inclusive", in seconds.
fn times(start: Option<i64>, end: Option<i64>) -> Result<(i64, i64), AwsError> {
    let start = start.ok_or_else(|| errors::missing("startTime"))?;
    let end = end.ok_or_else(|| errors::missing("endTime"))?;
    for (time, member) in [(start, "startTime"), (end, "endTime")] {
        if time < 0 {
            return Err(errors::violated(time, member, "have value greater than or equal to 0"));
        }
    }
    let from_ms = if start > SECONDS_MAX { start } else { start * 1000 };
    let to_ms = if end > SECONDS_MAX { end } else { end * 1000 + 999 };
    if to_ms < from_ms {
        let message = "end date and time is either before the log groups creation time or exceeds the log groups log \
                       retention settings";
        return Err(malformed(CompileError { message: message.to_owned(), location: None }));
    }
    Ok((from_ms, to_ms))
}

/// The names that a request has, of which one member may be there.
fn named(
    call: &Call,
    name: Option<String>,
    names: Vec<String>,
    identifiers: Vec<String>,
) -> Result<Vec<String>, AwsError> {
    let given = [name.is_some(), !names.is_empty(), !identifiers.is_empty()];
    if given.iter().filter(|given| **given).count() > 1 {
        return Err(errors::invalid(
            "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers may be given.",
        ));
    }
    let mut all: Vec<String> = name.into_iter().chain(names).collect();
    for identifier in identifiers {
        let name =
            names::of_identifier(call.scope, &identifier).ok_or_else(|| not_there(call, &identifier))?;
        all.push(name.to_owned());
    }
    if all.len() > GROUPS_MAX {
        let rule = format!("have length less than or equal to {GROUPS_MAX}");
        return Err(errors::violated("[…]", "logGroupNames", &rule));
    }
    for name in &all {
        names::checked_group(&Some(name.clone()), "logGroupName")?;
    }
    Ok(all)
}

/// The groups that are asked, each once.
fn groups<'w>(
    call: &Call,
    world: &'w World,
    plan: &Plan,
    named: &[String],
) -> Result<Vec<&'w LogGroup>, AwsError> {
    match &plan.source {
        Some(_) if !named.is_empty() => {
            Err(errors::invalid("A query with SOURCE names its log groups itself."))
        }
        Some(source) => {
            let selected = selected(call.scope, world, source)?;
            match selected.len() <= SELECTED_MAX {
                true => Ok(selected),
                false => Err(errors::invalid(format!("SOURCE selects more than {SELECTED_MAX} log groups."))),
            }
        }
        None if named.is_empty() => Err(errors::invalid("No log group is given to query.")),
        None => {
            let names: BTreeSet<&String> = named.iter().collect();
            let group = |name: &String| world.log_group(call.scope, name).map_err(|_| not_there(call, name));
            names.into_iter().map(group).collect()
        }
    }
}

/// Those that SOURCE selects, of the caller's own.
fn selected<'w>(scope: Scope, world: &'w World, source: &LogGroups) -> Result<Vec<&'w LogGroup>, AwsError> {
    let own = scope.account.to_string();
    if let Some(other) = source.account_identifiers.iter().find(|account| **account != own) {
        return Err(errors::invalid(format!(
            "Log groups of the account {other} cannot be queried from here."
        )));
    }
    let standard = [LogGroupClass::Standard.as_str().to_owned()];
    let classes: &[String] = if source.classes.is_empty() { &standard } else { &source.classes };
    let mut groups = world.log_groups_of(scope);
    groups.retain(|group| {
        let prefixes = &source.name_prefixes;
        let is_named = prefixes.is_empty() || prefixes.iter().any(|prefix| group.name.starts_with(prefix));
        is_named && classes.iter().any(|class| class == group.class.as_str())
    });
    Ok(groups)
}

/// The names of the groups that a request asks, for whoever decides about it. A request that is wrong asks none.
pub(crate) fn group_names(call: &Call, world: &World, request: &serde_json::Value) -> Vec<String> {
    let texts = |member: &str| -> Vec<String> {
        let list = request.get(member).and_then(|it| it.as_array());
        list.into_iter().flatten().filter_map(|it| it.as_str()).map(str::to_owned).collect()
    };
    let name = request.get("logGroupName").and_then(|it| it.as_str()).map(str::to_owned);
    let named = named(call, name, texts("logGroupNames"), texts("logGroupIdentifiers")).unwrap_or_default();
    let text = request.get("queryString").and_then(|it| it.as_str()).unwrap_or_default();
    match ::query::compile(text, None) {
        Ok(Plan { source: Some(source), .. }) => {
            let selected = selected(call.scope, world, &source).unwrap_or_default();
            selected.into_iter().map(|group| group.name.clone()).collect()
        }
        Ok(_) | Err(_) => named,
    }
}

/// As AWS's own call of its store says it.
fn not_there(call: &Call, name: &str) -> AwsError {
    errors::not_found(format!(
        "Log group '{name}' does not exist for account ID '{}' (Service: AWSLogs; Status Code: 400; Error Code: \
         ResourceNotFoundException; Request ID: {}; Proxy: null)",
        call.scope.account, call.request_id
    ))
}

/// "Infrequent Access: queries without pattern, diff, filterIndex and unmask"; Delivery has none.
fn check_classes(plan: &Plan, groups: &[&LogGroup]) -> Result<(), AwsError> {
    let has_pattern = plan.phases.iter().any(|phase| matches!(phase.end, End::Patterns(_)));
    for group in groups {
        let refused = match group.class {
            LogGroupClass::Standard => false,
            LogGroupClass::InfrequentAccess => has_pattern,
            LogGroupClass::Delivery => true,
        };
        if refused {
            let what = if has_pattern { "The command pattern" } else { "StartQuery" };
            let class = group.class.as_str();
            return Err(errors::invalid(format!(
                "{what} is not supported for log groups of the {class} class."
            )));
        }
    }
    Ok(())
}

/// The stored text: `SOURCE "app" START=…000 END=…999 | fields @message`.
fn shown(groups: &[&LogGroup], from_ms: i64, to_ms: i64, text: &str) -> String {
    let names: Vec<String> = groups.iter().map(|group| format!("\"{}\"", group.name)).collect();
    format!("SOURCE {} START={from_ms} END={to_ms} | {text}", names.join(" "))
}
