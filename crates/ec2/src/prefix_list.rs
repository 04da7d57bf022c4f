//! Actions on managed prefix lists: the caller's own, and those of AWS, which can only be looked at.
//!
//! Follows "Managed prefix lists" (VPC User Guide) and the actions of that name in the EC2 API Reference. Changes are
//! complete when the answer arrives, though the answer says, as on AWS, that they are in progress. No IPAM.

use awsproto::filter::{Filterable, Sieve, Tagged};
use awsproto::page::Page;
use awsproto::{AwsError, Call, Filters, tags};
use model::aws_prefix_list::AwsPrefixList;
use model::prefix_list::{LastChange, NewPrefixList, PrefixListChange};
use model::quotas::ENTRIES_PER_PREFIX_LIST_MAX;
use model::refusal::PrefixListRefusal;
use model::{IdKind, IpNet, Link, PrefixListId, ResourceId, Scope, World};
use std::borrow::Cow;

use crate::errors::{self, refused};
use crate::request::{refuse_unsupported, render_tags, required_id, text_values};
use crate::shapes::{self, *};

/// How many entries, associations and lists one page holds.
const PAGE: std::ops::RangeInclusive<i32> = 1..=100;
/// How many entries a request creates, adds or removes: "You can specify up to 100 entries" (CreateManagedPrefixList).
const ENTRIES_PER_REQUEST_MAX: usize = 100;
/// Longest name of a list, in characters.
const NAME_LENGTH_MAX: usize = 255;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateManagedPrefixListRequest,
) -> Result<CreateManagedPrefixListResult, AwsError> {
    let CreateManagedPrefixListRequest {
        address_family,
        // Answered around the table of actions.
        client_token: _,
        entries,
        max_entries,
        prefix_list_name,
        tag_specifications,
    } = request;
    check_entry_count(entries.len())?;
    let scope = call.scope;
    let new = NewPrefixList {
        name: parse_name(prefix_list_name.unwrap_or_default())?,
        ipv6: parse_family(address_family.as_deref().unwrap_or_default())?,
        max_entries: parse_max_entries(max_entries.unwrap_or_default())?,
        entries: entries.into_iter().map(parse_entry).collect::<Result<_, _>>()?,
        tags: tags::specified(tag_specifications, "prefix-list")?,
    };
    let list = call.with_ids(|ids| world.create_prefix_list(scope, new, ids)).map_err(refused)?;
    Ok(CreateManagedPrefixListResult { prefix_list: Some(render(list, "create-in-progress")) })
}

fn parse_name(name: String) -> Result<String, AwsError> {
    if name.starts_with("com.amazonaws") {
        let reason = "A prefix list name cannot start with com.amazonaws.";
        return Err(AwsError::invalid_value("prefixListName", &name, reason));
    }
    match name.chars().count() {
        1..=NAME_LENGTH_MAX => Ok(name),
        _ => {
            let reason = "A prefix list name has 1 to 255 characters.";
            Err(AwsError::invalid_value("prefixListName", &name, reason))
        }
    }
}

/// Reads the address family: whether it is IPv6.
fn parse_family(text: &str) -> Result<bool, AwsError> {
    match text {
        "IPv4" => Ok(false),
        "IPv6" => Ok(true),
        other => Err(AwsError::invalid_value("addressFamily", other, "Valid values are IPv4 and IPv6.")),
    }
}

fn parse_max_entries(count: i32) -> Result<u32, AwsError> {
    let within = |count: &u32| {
        usize::try_from(*count).is_ok_and(|count| (1..=ENTRIES_PER_PREFIX_LIST_MAX).contains(&count))
    };
    u32::try_from(count).ok().filter(within).ok_or_else(|| {
        AwsError::invalid_value("maxEntries", &count.to_string(), "It must be between 1 and 1000.")
    })
}

fn parse_entry(entry: AddPrefixListEntry) -> Result<model::prefix_list::PrefixListEntry, AwsError> {
    let cidr = parse_block(entry.cidr.as_deref().unwrap_or_default())?;
    let description = entry.description.unwrap_or_default();
    if description.chars().count() > 255 {
        return Err(AwsError::invalid_value("description", &description, "It has at most 255 characters."));
    }
    Ok(model::prefix_list::PrefixListEntry { cidr, description })
}

fn parse_block(text: &str) -> Result<IpNet, AwsError> {
    let block: Result<IpNet, _> = text.parse();
    block
        .map(|block| block.trunc())
        .map_err(|_| AwsError::invalid_parameter_value(format!("The CIDR block {text} is malformed.")))
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyManagedPrefixListRequest,
) -> Result<ModifyManagedPrefixListResult, AwsError> {
    let ModifyManagedPrefixListRequest {
        add_entries,
        current_version,
        ipam_prefix_list_resolver_sync_enabled,
        max_entries,
        prefix_list_id,
        prefix_list_name,
        remove_entries,
    } = request;
    let scope = call.scope;
    let id = required_id(prefix_list_id.as_deref())?;
    let resolver = ipam_prefix_list_resolver_sync_enabled.is_some();
    refuse_unsupported(&[("IpamPrefixListResolverSyncEnabled", resolver)])?;
    let changes_entries = !add_entries.is_empty() || !remove_entries.is_empty();
    if changes_entries && current_version.is_none() {
        return Err(AwsError::missing_parameter("currentVersion"));
    }
    if changes_entries && max_entries.is_some() {
        return Err(AwsError::invalid_parameter_combination(
            "You cannot modify the entries and the maximum entries for the prefix list in the same request.",
        ));
    }
    check_entry_count(add_entries.len())?;
    check_entry_count(remove_entries.len())?;
    let remove = remove_entries.iter().map(|entry| parse_block(entry.cidr.as_deref().unwrap_or_default()));
    let change = PrefixListChange {
        name: prefix_list_name.map(parse_name).transpose()?,
        max_entries: max_entries.map(parse_max_entries).transpose()?,
        current_version: current_version.map(parse_version).transpose()?,
        add: add_entries.into_iter().map(parse_entry).collect::<Result<_, _>>()?,
        remove: remove.collect::<Result<_, _>>()?,
    };
    check_apart(&change)?;
    let list = world.modify_prefix_list(scope, id, change).map_err(refused)?;
    Ok(ModifyManagedPrefixListResult { prefix_list: Some(render(list, "modify-in-progress")) })
}

fn check_entry_count(count: usize) -> Result<(), AwsError> {
    if count <= ENTRIES_PER_REQUEST_MAX {
        return Ok(());
    }
    Err(AwsError::invalid_parameter_value(format!(
        "The number of entries per request cannot exceeds limit ({ENTRIES_PER_REQUEST_MAX})."
    )))
}

/// No block is added and removed at once.
fn check_apart(change: &PrefixListChange) -> Result<(), AwsError> {
    let twice = change.add.iter().find(|entry| change.remove.contains(&entry.cidr));
    twice.map_or(Ok(()), |entry| {
        Err(AwsError::invalid_parameter_value(format!(
            "Request cannot contain Cidr {} in both AddPrefixListEntries and RemovePrefixListEntries",
            entry.cidr
        )))
    })
}

/// Reads a version number; what can be none is the number of no version.
fn parse_version(version: i64) -> Result<u64, AwsError> {
    u64::try_from(version).map_err(|_| refused(PrefixListRefusal::Version(0)))
}

pub(crate) fn restore_version(
    call: &mut Call,
    world: &mut World,
    request: RestoreManagedPrefixListVersionRequest,
) -> Result<RestoreManagedPrefixListVersionResult, AwsError> {
    let RestoreManagedPrefixListVersionRequest { current_version, prefix_list_id, previous_version } =
        request;
    let scope = call.scope;
    let id = required_id(prefix_list_id.as_deref())?;
    let previous = parse_version(previous_version.unwrap_or_default())?;
    let current = parse_version(current_version.unwrap_or_default())?;
    let list = world.restore_prefix_list_version(scope, id, previous, current).map_err(refused)?;
    Ok(RestoreManagedPrefixListVersionResult { prefix_list: Some(render(list, "restore-in-progress")) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteManagedPrefixListRequest,
) -> Result<DeleteManagedPrefixListResult, AwsError> {
    let DeleteManagedPrefixListRequest { prefix_list_id } = request;
    let id = required_id(prefix_list_id.as_deref())?;
    let list = world.delete_prefix_list(call.scope, id).map_err(refused)?;
    Ok(DeleteManagedPrefixListResult { prefix_list: Some(render(&list, "delete-in-progress")) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeManagedPrefixListsRequest,
) -> Result<DescribeManagedPrefixListsResult, AwsError> {
    let DescribeManagedPrefixListsRequest { filters, max_results, next_token, prefix_list_ids } = request;
    let scope = call.scope;
    let own = world.network.prefix_lists.linked(Link::Scope(scope));
    let mut rows: Vec<ManagedPrefixList> = AwsPrefixList::all(scope.region).map(render_aws).collect();
    // One that is named and does not match is no error, as one would be that is not there.
    let sieve = Sieve::new(filters.iter().filter(|_| prefix_list_ids.is_empty()));
    let own = own.filter(|list| {
        sieve.lets_through(&[("prefix-list-name", &list.name), ("prefix-list-id", &list.id)], &list.tags)
    });
    rows.extend(own.map(|list| render(list, settled_state(list))));
    let rows = only_named(rows, &prefix_list_ids, |list| &list.prefix_list_id)?;
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let rows = Filters::new(filters)?.select(rows)?;
    let (prefix_lists, next_token) = page.cut(rows, |list| list.prefix_list_id.clone().unwrap_or_default());
    Ok(DescribeManagedPrefixListsResult { next_token, prefix_lists })
}

/// The state of a list in which nothing is in progress, which tells what was done last.
fn settled_state(list: &model::PrefixList) -> &'static str {
    match list.last_change {
        LastChange::Created if list.version == 1 => "create-complete",
        LastChange::Created | LastChange::Modified => "modify-complete",
        LastChange::Restored => "restore-complete",
        LastChange::DeletionFailed => "delete-failed",
    }
}

/// The rows that were named, or all. One unknown name fails the call.
fn only_named<T>(
    mut rows: Vec<T>,
    named: &[String],
    id: impl Fn(&T) -> &Option<String>,
) -> Result<Vec<T>, AwsError> {
    let is_there = |name: &str| rows.iter().any(|row| id(row).as_deref() == Some(name));
    let missing: Vec<&str> = named.iter().map(String::as_str).filter(|name| !is_there(name)).collect();
    if !missing.is_empty() {
        return Err(errors::not_found(IdKind::PrefixList, &missing));
    }
    if !named.is_empty() {
        rows.retain(|row| id(row).as_ref().is_some_and(|id| named.contains(id)));
    }
    Ok(rows)
}

/// The lists of AWS's services, with their blocks.
pub(crate) fn describe_aws(
    call: &mut Call,
    _: &World,
    request: DescribePrefixListsRequest,
) -> Result<DescribePrefixListsResult, AwsError> {
    let DescribePrefixListsRequest { filters, max_results, next_token, prefix_list_ids } = request;
    let lists = AwsPrefixList::all(call.scope.region).map(|list| shapes::PrefixList {
        cidrs: list.blocks().map(|block| block.to_string()).collect(),
        prefix_list_id: Some(list.id().to_string()),
        prefix_list_name: Some(list.name()),
    });
    let rows = only_named(lists.collect(), &prefix_list_ids, |list| &list.prefix_list_id)?;
    let page = Page::new(max_results, next_token.as_deref(), awsproto::page::EC2)?;
    let rows = Filters::new(filters)?.select(rows)?;
    let (prefix_lists, next_token) = page.cut(rows, |list| list.prefix_list_id.clone().unwrap_or_default());
    Ok(DescribePrefixListsResult { next_token, prefix_lists })
}

pub(crate) fn entries(
    call: &mut Call,
    world: &World,
    request: GetManagedPrefixListEntriesRequest,
) -> Result<GetManagedPrefixListEntriesResult, AwsError> {
    let GetManagedPrefixListEntriesRequest { max_results, next_token, prefix_list_id, target_version } =
        request;
    let scope = call.scope;
    let id: PrefixListId = required_id(prefix_list_id.as_deref())?;
    let rows = match AwsPrefixList::find(scope.region, id) {
        Some(list) => list.blocks().map(|block| render_entry(block, "")).collect(),
        None => entries_of_version(world, scope, id, target_version)?,
    };
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let (entries, next_token) =
        page.cut(rows, |entry: &shapes::PrefixListEntry| entry.cidr.clone().unwrap_or_default());
    Ok(GetManagedPrefixListEntriesResult { entries, next_token })
}

fn entries_of_version(
    world: &World,
    scope: Scope,
    id: PrefixListId,
    version: Option<i64>,
) -> Result<Vec<shapes::PrefixListEntry>, AwsError> {
    let list = world.prefix_list(scope, id).map_err(refused)?;
    let version = version.map(parse_version).transpose()?.unwrap_or(list.version);
    let missing = || refused(PrefixListRefusal::NoSuchVersion(version));
    let entries = list.entries_of(version).ok_or_else(missing)?;
    Ok(entries.iter().map(|entry| render_entry(entry.cidr, &entry.description)).collect())
}

fn render_entry(cidr: IpNet, description: &str) -> shapes::PrefixListEntry {
    let description = Some(description.to_owned()).filter(|text| !text.is_empty());
    shapes::PrefixListEntry { cidr: Some(cidr.to_string()), description }
}

pub(crate) fn associations(
    call: &mut Call,
    world: &World,
    request: GetManagedPrefixListAssociationsRequest,
) -> Result<GetManagedPrefixListAssociationsResult, AwsError> {
    let GetManagedPrefixListAssociationsRequest { max_results, next_token, prefix_list_id } = request;
    let scope = call.scope;
    let id: PrefixListId = required_id(prefix_list_id.as_deref())?;
    let id = world.prefix_list(scope, id).map_err(refused)?.id;
    let association = |user: ResourceId| PrefixListAssociation {
        resource_id: Some(user.to_string()),
        resource_owner: Some(scope.account.to_string()),
    };
    let rows = world.prefix_list_users(scope, id).into_iter().map(association).collect();
    let page = Page::new(max_results, next_token.as_deref(), 5..=255)?;
    let (prefix_list_associations, next_token) =
        page.cut(rows, |row: &PrefixListAssociation| row.resource_id.clone().unwrap_or_default());
    Ok(GetManagedPrefixListAssociationsResult { next_token, prefix_list_associations })
}

/// Why a list could not be deleted.
const STILL_IN_USE: &str = "The prefix list is referenced by other resources.";

fn render(list: &model::PrefixList, state: &str) -> ManagedPrefixList {
    let (region, owner) = (list.scope.region, list.scope.account);
    ManagedPrefixList {
        address_family: Some(if list.ipv6 { "IPv6" } else { "IPv4" }.to_owned()),
        max_entries: i32::try_from(list.max_entries).ok(),
        owner_id: Some(owner.to_string()),
        prefix_list_arn: Some(region.arn("ec2", owner, format_args!("prefix-list/{}", list.id))),
        prefix_list_id: Some(list.id.to_string()),
        prefix_list_name: Some(list.name.clone()),
        state: Some(state.to_owned()),
        state_message: (state == "delete-failed").then(|| STILL_IN_USE.to_owned()),
        tags: render_tags(&list.tags),
        version: i64::try_from(list.version).ok(),
        ..Default::default()
    }
}

/// A list of AWS: it has an owner that is no account, no version, and no number of entries to be filled.
fn render_aws(list: AwsPrefixList) -> ManagedPrefixList {
    ManagedPrefixList {
        address_family: Some("IPv4".to_owned()),
        owner_id: Some("AWS".to_owned()),
        prefix_list_arn: Some(list.region.arn("ec2", "aws", format_args!("prefix-list/{}", list.id()))),
        prefix_list_id: Some(list.id().to_string()),
        prefix_list_name: Some(list.name()),
        state: Some("create-complete".to_owned()),
        ..Default::default()
    }
}

impl Filterable for ManagedPrefixList {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "owner-id" => text_values(&self.owner_id),
            "prefix-list-id" => text_values(&self.prefix_list_id),
            "prefix-list-name" => text_values(&self.prefix_list_name),
            _ => return None,
        })
    }
}

impl Tagged for shapes::PrefixList {}

impl Filterable for shapes::PrefixList {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "prefix-list-id" => text_values(&self.prefix_list_id),
            "prefix-list-name" => text_values(&self.prefix_list_name),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    /// A caller and a list with one office in it.
    fn offices() -> (Caller, String) {
        let mut caller = Caller::new();
        let parameters = [
            ("PrefixListName", "offices"),
            ("AddressFamily", "IPv4"),
            ("MaxEntries", "2"),
            ("Entry.1.Cidr", "10.1.2.3/16"),
            ("Entry.1.Description", "north"),
        ];
        let created = caller.ok("CreateManagedPrefixList", &parameters);
        assert_eq!(
            (created.text("state"), created.text("version")),
            ("create-in-progress".into(), "1".into())
        );
        let id = created.text("prefixListId");
        (caller, id)
    }

    #[test]
    fn the_lists_of_aws_are_shown_beside_the_callers_own_and_cannot_be_changed() {
        let (mut caller, own) = offices();
        let shown = caller.ok("DescribeManagedPrefixLists", &[]);
        let mut names = shown.texts("prefixListName");
        names.sort();
        assert_eq!(
            names,
            [
                "com.amazonaws.us-west-2.dynamodb",
                "com.amazonaws.us-west-2.ec2-instance-connect",
                "com.amazonaws.us-west-2.s3",
                "offices",
            ]
        );
        assert_eq!(
            caller.ok("DescribeManagedPrefixLists", &[("PrefixListId.1", &own)]).text("state"),
            "create-complete"
        );
        let s3 = [("PrefixListId", "pl-68a54001")];
        assert!(caller.refused("DeleteManagedPrefixList", &s3).starts_with("UnsupportedOperation: "));
        assert_eq!(caller.ok("GetManagedPrefixListEntries", &s3).texts("cidr").len(), 1);
        let filter = [("Filter.1.Name", "prefix-list-name"), ("Filter.1.Value.1", "*.s3")];
        assert_eq!(caller.ok("DescribePrefixLists", &filter).texts("prefixListId"), ["pl-68a54001"]);
    }

    #[test]
    fn entries_change_from_a_known_version_to_the_next() {
        let (mut caller, id) = offices();
        let add =
            [("PrefixListId", id.as_str()), ("CurrentVersion", "1"), ("AddEntry.1.Cidr", "10.2.0.0/16")];
        assert_eq!(caller.ok("ModifyManagedPrefixList", &add).text("version"), "2");
        assert_eq!(
            caller.refused("ModifyManagedPrefixList", &add),
            "PrefixListVersionMismatch: The prefix list has the incorrect version number."
        );
        let more =
            [("PrefixListId", id.as_str()), ("CurrentVersion", "2"), ("AddEntry.1.Cidr", "10.3.0.0/16")];
        assert_eq!(
            caller.refused("ModifyManagedPrefixList", &more),
            "PrefixListMaxEntriesExceeded: You've reached the maximum number of entries for the prefix list."
        );
        let first = [("PrefixListId", id.as_str()), ("TargetVersion", "1")];
        assert_eq!(caller.ok("GetManagedPrefixListEntries", &first).texts("cidr"), ["10.1.0.0/16"]);
        let restore = [("PrefixListId", id.as_str()), ("PreviousVersion", "1"), ("CurrentVersion", "2")];
        assert_eq!(caller.ok("RestoreManagedPrefixListVersion", &restore).text("version"), "3");
        assert_eq!(
            caller.ok("GetManagedPrefixListEntries", &[("PrefixListId", &id)]).texts("cidr"),
            ["10.1.0.0/16"]
        );
    }

    fn state(caller: &mut Caller, id: &str) -> String {
        caller.ok("DescribeManagedPrefixLists", &[("PrefixListId.1", id)]).text("state")
    }

    #[test]
    fn the_state_tells_what_was_done_last() {
        let (mut caller, id) = offices();
        let of = ("PrefixListId", id.as_str());
        caller.ok("ModifyManagedPrefixList", &[of, ("MaxEntries", "3")]);
        assert_eq!(state(&mut caller, &id), "modify-complete");
        let add = [of, ("CurrentVersion", "1"), ("AddEntry.1.Cidr", "10.2.0.0/16")];
        caller.ok("ModifyManagedPrefixList", &add);
        let restore = [of, ("PreviousVersion", "1"), ("CurrentVersion", "2")];
        caller.ok("RestoreManagedPrefixListVersion", &restore);
        assert_eq!(state(&mut caller, &id), "restore-complete");
        caller.ok("ModifyManagedPrefixList", &[of, ("PrefixListName", "branches")]);
        assert_eq!(state(&mut caller, &id), "modify-complete");
    }

    #[test]
    fn one_request_adds_or_removes_a_hundred_entries_and_no_entry_twice() {
        let (mut caller, id) = offices();
        let block = |n: usize| format!("10.{n}.0.0/16");
        let many: Vec<(String, String)> = (1..=101).map(|n| (format!("Entry.{n}.Cidr"), block(n))).collect();
        let mut create = vec![("PrefixListName", "many"), ("AddressFamily", "IPv4"), ("MaxEntries", "200")];
        create.extend(many.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let limit = "InvalidParameterValue: The number of entries per request cannot exceeds limit (100).";
        assert_eq!(caller.refused("CreateManagedPrefixList", &create), limit);
        let created = caller.ok("CreateManagedPrefixList", &create[..103]).text("prefixListId");
        let of_version = [("PrefixListId", created.as_str()), ("CurrentVersion", "1")];
        for list in ["AddEntry", "RemoveEntry"] {
            let names: Vec<String> = (1..=101).map(|n| format!("{list}.{n}.Cidr")).collect();
            let mut modify = of_version.to_vec();
            modify.extend(names.iter().zip(&many).map(|(name, (_, value))| (name.as_str(), value.as_str())));
            assert_eq!(caller.refused("ModifyManagedPrefixList", &modify), limit, "{list}");
        }
        let of_version = [("PrefixListId", id.as_str()), ("CurrentVersion", "1")];
        let both = [("AddEntry.1.Cidr", "10.1.0.0/16"), ("RemoveEntry.1.Cidr", "10.1.0.0/16")];
        assert_eq!(
            caller.refused("ModifyManagedPrefixList", &[&of_version[..], &both].concat()),
            "InvalidParameterValue: Request cannot contain Cidr 10.1.0.0/16 in both AddPrefixListEntries and \
             RemovePrefixListEntries"
        );
        let sized = [("MaxEntries", "3"), ("AddEntry.1.Cidr", "10.2.0.0/16")];
        assert_eq!(
            caller.refused("ModifyManagedPrefixList", &[&of_version[..], &sized].concat()),
            "InvalidParameterCombination: You cannot modify the entries and the maximum entries for the prefix list in \
             the same request."
        );
    }

    #[test]
    fn a_list_that_a_rule_names_is_in_use() {
        let (mut caller, id) = offices();
        let group = caller.world.default_vpc(caller.scope()).unwrap().default_security_group.to_string();
        let rule = [
            ("GroupId", group.as_str()),
            ("IpPermissions.1.IpProtocol", "-1"),
            ("IpPermissions.1.PrefixListIds.1.PrefixListId", &id),
        ];
        caller.ok("AuthorizeSecurityGroupIngress", &rule);
        let users = caller.ok("GetManagedPrefixListAssociations", &[("PrefixListId", &id)]);
        assert_eq!(
            (users.text("resourceId"), users.text("resourceOwner")),
            (group.clone(), "123456789012".into())
        );
        let named = [("PrefixListId", id.as_str())];
        assert_eq!(caller.ok("DeleteManagedPrefixList", &named).text("state"), "delete-in-progress");
        assert_eq!(state(&mut caller, &id), "delete-failed");
        // The rule counts for as many rules as the list may have entries.
        assert!(
            caller
                .refused("ModifyManagedPrefixList", &[("PrefixListId", &id), ("MaxEntries", "61")])
                .starts_with("RulesPerSecurityGroupLimitExceeded: ")
        );
        caller.ok("RevokeSecurityGroupIngress", &rule);
        assert_eq!(
            caller.ok("DeleteManagedPrefixList", &[("PrefixListId", &id)]).text("state"),
            "delete-in-progress"
        );
        let refused = caller.refused("DescribeManagedPrefixLists", &[("PrefixListId.1", &id)]);
        assert_eq!(
            refused,
            format!("InvalidPrefixListID.NotFound: The prefix list ID '{id}' does not exist")
        );
    }

    #[test]
    fn names_of_aws_and_blocks_of_the_other_family_are_refused() {
        let mut caller = Caller::new();
        let mut refused = |name, cidr| {
            let parameters = [
                ("PrefixListName", name),
                ("AddressFamily", "IPv6"),
                ("MaxEntries", "5"),
                ("Entry.1.Cidr", cidr),
            ];
            caller.refused("CreateManagedPrefixList", &parameters)
        };
        assert!(
            refused("com.amazonaws.s3", "::/0")
                .starts_with("InvalidParameterValue: Value (com.amazonaws.s3)")
        );
        assert!(refused("offices", "10.0.0.0/8").starts_with("InvalidParameterValue: The CIDR 10.0.0.0/8 "));
        assert!(refused("offices", "here").starts_with("InvalidParameterValue: The CIDR block here "));
    }
}
