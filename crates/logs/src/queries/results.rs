//! GetQueryResults, StopQuery and DescribeQueries.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use analytics::Row;
use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::World;

use super::{Found, Queries, Query, QueryState};
use crate::shapes::*;
use crate::{errors, names, paging};

/// Rows of a page at most, and of one whose length is not said.
const ROWS_MAX: i32 = 10_000;
/// Bytes of values of a page; what is further on is the next page's.
const PAGE_BYTES_MAX: usize = 16 << 20;
/// Queries of a page at most.
const QUERIES_MAX: i32 = 1000;
const LANGUAGE: &str = "CWLI";
const STATES: [&str; 7] = ["Scheduled", "Running", "Complete", "Failed", "Cancelled", "Timeout", "Unknown"];

fn find(call: &Call, queries: &Queries, id: Option<String>) -> Result<Arc<Query>, AwsError> {
    let id = id.ok_or_else(|| errors::missing("queryId"))?;
    queries.find(call.scope, &id).ok_or_else(|| errors::not_found("The specified query does not exist."))
}

pub(crate) async fn results(
    call: Call,
    _: Arc<World>,
    queries: Arc<Queries>,
    request: GetQueryResultsRequest,
) -> Result<GetQueryResultsResponse, AwsError> {
    let GetQueryResultsRequest { max_items, next_token, query_id } = request;
    let most = paging::limit(max_items, "maxItems", ROWS_MAX)?;
    let query = find(&call, &queries, query_id)?;
    let first = next_token.as_deref().map(|token| read_token(token, &query.id)).transpose()?.unwrap_or(0);
    let state = query.state();
    let mut response = GetQueryResultsResponse {
        encryption_key: None,
        next_token: None,
        query_language: Some(LANGUAGE.to_owned()),
        results: vec![],
        statistics: Some(statistics(None)),
        status: Some(state.name().to_owned()),
    };
    if let QueryState::Complete(found) = &state {
        let end = page_end(&found.answer.rows, first, most);
        let columns = &found.answer.columns;
        response.results =
            found.answer.rows[first.min(end)..end].iter().map(|row| shown(columns, row)).collect();
        response.statistics = Some(statistics(Some(found)));
        response.next_token = (end < found.answer.rows.len()).then(|| write_token(&query.id, end));
    }
    Ok(response)
}

/// Values that are absent are left out; "each log event … has @ptr" comes last.
fn shown(columns: &[Arc<str>], row: &Row) -> Box<[ResultField]> {
    let field =
        |name: &str, value: &String| ResultField { field: Some(name.to_owned()), value: Some(value.clone()) };
    let values =
        columns.iter().zip(&row.values).filter_map(|(name, value)| Some(field(name, value.as_ref()?)));
    values.chain(row.pointer.iter().map(|pointer| field("@ptr", pointer))).collect()
}

fn page_end(rows: &[Row], first: usize, most: usize) -> usize {
    let last = first.saturating_add(most).min(rows.len());
    let mut bytes = 0;
    for (place, row) in rows.iter().enumerate().take(last).skip(first) {
        bytes += row.values.iter().flatten().map(String::len).sum::<usize>();
        if bytes > PAGE_BYTES_MAX && place > first {
            return place;
        }
    }
    last
}

fn statistics(found: Option<&Arc<Found>>) -> QueryStatistics {
    let of = |count: fn(&Found) -> u64| Some(found.map_or(0.0, |found| count(found) as f64));
    QueryStatistics {
        bytes_scanned: of(|found| found.answer.statistics.bytes_scanned),
        estimated_bytes_skipped: Some(0.0),
        estimated_records_skipped: Some(0.0),
        log_groups_scanned: of(|found| found.groups as u64),
        records_matched: of(|found| found.answer.statistics.records_matched),
        records_scanned: of(|found| found.answer.statistics.records_scanned),
        result_count: of(|found| found.answer.rows.len() as u64),
    }
}

fn write_token(id: &str, place: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("results1:{id}:{place}"))
}

fn read_token(token: &str, id: &str) -> Result<usize, AwsError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (of, place) = text.strip_prefix("results1:")?.split_once(':')?;
        (of == id).then(|| place.parse().ok())?
    };
    read().ok_or_else(errors::invalid_token)
}

pub(crate) async fn stop(
    call: Call,
    _: Arc<World>,
    queries: Arc<Queries>,
    request: StopQueryRequest,
) -> Result<StopQueryResponse, AwsError> {
    let StopQueryRequest { query_id } = request;
    let query = find(&call, &queries, query_id)?;
    if !query.is_open() {
        return Err(errors::invalid(format!("Query with ID {} is not running", query.id)));
    }
    query.cancelled.store(true, Ordering::Relaxed);
    query.set(QueryState::Cancelled);
    Ok(StopQueryResponse { success: Some(true) })
}

pub(crate) async fn describe(
    call: Call,
    world: Arc<World>,
    queries: Arc<Queries>,
    request: DescribeQueriesRequest,
) -> Result<DescribeQueriesResponse, AwsError> {
    let DescribeQueriesRequest { log_group_name, max_results, next_token, query_language, status } = request;
    if let Some(status) = status.as_ref().filter(|status| !STATES.contains(&status.as_str())) {
        return Err(errors::violated(
            status,
            "status",
            &format!("satisfy enum value set: [{}]", STATES.join(", ")),
        ));
    }
    if log_group_name.is_some() {
        names::group(&call, &world, &log_group_name)?;
    }
    let meant = queries.of(call.scope).into_iter().filter(|query| {
        log_group_name.as_ref().is_none_or(|name| query.groups.contains(name))
            && status.as_ref().is_none_or(|status| query.state().name() == status)
            && query_language.as_ref().is_none_or(|language| language == LANGUAGE)
    });
    // The newest first.
    let key = |query: &Arc<Query>| format!("{:020}", u64::MAX - query.number);
    let (page, next_token) = paging::page(meant, key, (max_results, QUERIES_MAX), next_token.as_deref())?;
    let queries = page.iter().map(|query| info(query)).collect();
    Ok(DescribeQueriesResponse { next_token, queries })
}

fn info(query: &Query) -> QueryInfo {
    let state = query.state();
    let found = match &state {
        QueryState::Complete(found) => Some(found),
        _ => None,
    };
    QueryInfo {
        bytes_scanned: found.map(|found| found.answer.statistics.bytes_scanned as f64),
        create_time: Some(query.created_ms),
        log_group_name: query.groups.first().cloned(),
        query_duration: found.map(|found| found.took_ms),
        query_id: Some(query.id.clone()),
        query_language: Some(LANGUAGE.to_owned()),
        query_string: Some(query.text.clone()),
        status: Some(state.name().to_owned()),
        user_identity: None,
    }
}
