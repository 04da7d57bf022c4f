//! When services were last called, by whom. Follows GenerateServiceLastAccessedDetails, GetServiceLastAccessedDetails and
//! GetServiceLastAccessedDetailsWithEntities in the IAM API Reference.
//!
//! A report is there at once, and shows what is known when it is read. Roots are not in it: no policy lets them do anything.

use std::collections::{BTreeMap, BTreeSet};

use awsproto::{AwsError, Call};
use model::last_access::{Access, Accessor, LastAccessReport};
use model::{Entity, PolicyRef, PolicyUsage, World, managed_policy};
use policy::Document;

use crate::arn::EntityArn;
use crate::errors::{no_such_entity, refused};
use crate::listing::{Asked, Listed, asked};
use crate::shapes::*;
use crate::{service_access, service_names};

pub(crate) fn generate(
    call: &mut Call,
    world: &mut World,
    request: GenerateServiceLastAccessedDetailsRequest,
) -> Result<GenerateServiceLastAccessedDetailsResponse, AwsError> {
    let GenerateServiceLastAccessedDetailsRequest { arn, granularity } = request;
    let arn = arn.unwrap_or_default();
    Subject::of_arn(call, world, &arn)?;
    let id = call.ids.uuid();
    let by_action = granularity.as_deref() == Some(ACTION_LEVEL);
    let report = LastAccessReport { id: id.clone(), arn, by_action, created: call.now };
    world.note_last_access_report(call.scope.account, report);
    Ok(GenerateServiceLastAccessedDetailsResponse { job_id: Some(id) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetServiceLastAccessedDetailsRequest,
) -> Result<GetServiceLastAccessedDetailsResponse, AwsError> {
    let GetServiceLastAccessedDetailsRequest { job_id, marker, max_items } = request;
    let report = report(call, world, job_id)?;
    let subject = Subject::of_arn(call, world, &report.arn)?;
    let documents = subject.documents(call, world);
    let reached = service_names::all()
        .filter(|(namespace, _)| documents.iter().any(|document| document.grants_service(namespace)));
    let listed =
        Listed::of_sorted(reached, asked(max_items, marker), |(namespace, _)| (*namespace).to_owned())?;
    let accessors = subject.accessors(call, world);
    let known = Known::of(world, &accessors);
    let listed =
        listed.map(|(namespace, name)| known.service(call, world, namespace, name, report.by_action));
    Ok(GetServiceLastAccessedDetailsResponse {
        error: None,
        is_truncated: listed.is_truncated(),
        job_completion_date: Some(report.created),
        job_creation_date: Some(report.created),
        job_status: Some(COMPLETED.to_owned()),
        job_type: Some(if report.by_action { ACTION_LEVEL } else { SERVICE_LEVEL }.to_owned()),
        marker: listed.marker,
        services_last_accessed: listed.items,
    })
}

pub(crate) fn get_with_entities(
    call: &mut Call,
    world: &World,
    request: GetServiceLastAccessedDetailsWithEntitiesRequest,
) -> Result<GetServiceLastAccessedDetailsWithEntitiesResponse, AwsError> {
    let GetServiceLastAccessedDetailsWithEntitiesRequest { job_id, marker, max_items, service_namespace } =
        request;
    let report = report(call, world, job_id)?;
    let namespace = service_namespace.unwrap_or_default();
    if !service_names::is_known(&namespace) {
        return Err(AwsError::new(
            "InvalidInput",
            format!("The service namespace {namespace} is not valid."),
        ));
    }
    let subject = Subject::of_arn(call, world, &report.arn)?;
    let reaches = subject.documents(call, world).iter().any(|document| document.grants_service(&namespace));
    let accessors = if reaches { subject.accessors(call, world) } else { BTreeSet::new() };
    let listed = entities(call, world, &accessors, &namespace, asked(max_items, marker))?;
    Ok(GetServiceLastAccessedDetailsWithEntitiesResponse {
        error: None,
        is_truncated: listed.is_truncated(),
        job_completion_date: Some(report.created),
        job_creation_date: Some(report.created),
        job_status: Some(COMPLETED.to_owned()),
        marker: listed.marker,
        entity_details_list: listed.items,
    })
}

const COMPLETED: &str = "COMPLETED";
const SERVICE_LEVEL: &str = "SERVICE_LEVEL";
const ACTION_LEVEL: &str = "ACTION_LEVEL";

fn report<'a>(call: &Call, world: &'a World, id: Option<String>) -> Result<&'a LastAccessReport, AwsError> {
    let id = id.unwrap_or_default();
    let reports = world.account_settings_of(call.scope.account).map(|it| it.last_access_reports.as_slice());
    let found = reports.unwrap_or_default().iter().find(|report| report.id == id);
    found.ok_or_else(|| no_such_entity(format!("The job with id {id} cannot be found.")))
}

/// About whom or what a report is.
enum Subject {
    Entity(Entity),
    Policy(PolicyRef),
}

impl Subject {
    fn of_arn(call: &Call, world: &World, arn: &str) -> Result<Subject, AwsError> {
        if EntityArn::parse(arn).is_some() {
            return service_access::of_arn(call, world, arn).map(Subject::Entity);
        }
        let found = managed_policy::find(world, call.scope.account, arn);
        found.map(|policy| Subject::Policy(policy.reference())).map_err(|refusal| match refusal {
            model::IamRefusal::MalformedArn => AwsError::new("InvalidInput", format!("Invalid ARN: {arn}")),
            other => refused(other),
        })
    }

    /// What says which services it reaches.
    fn documents<'a>(&self, call: &Call, world: &'a World) -> Vec<&'a Document> {
        let partition = call.partition();
        match self {
            Subject::Entity(entity) => {
                world.policies_for(*entity, partition).into_iter().map(|(_, document)| document).collect()
            }
            Subject::Policy(policy) => {
                world.managed_policy(*policy).map(|policy| policy.document(partition)).into_iter().collect()
            }
        }
    }

    /// The users and roles that call by it, of the account alone.
    fn accessors(&self, call: &Call, world: &World) -> BTreeSet<Accessor> {
        match self {
            Subject::Entity(entity) => accessors_of(world, *entity).collect(),
            Subject::Policy(policy) => {
                let using = world.entities_with_policy(*policy);
                let own = Some(call.scope.account);
                let attached = using.filter(|(entity, usage)| {
                    *usage == PolicyUsage::PermissionsPolicy && world.account_of(*entity) == own
                });
                attached.flat_map(|(entity, _)| accessors_of(world, entity)).collect()
            }
        }
    }
}

fn accessors_of(world: &World, entity: Entity) -> Box<dyn Iterator<Item = Accessor> + '_> {
    match entity {
        Entity::User(id) => Box::new(std::iter::once(Accessor::User(id))),
        Entity::Role(id) => Box::new(std::iter::once(Accessor::Role(id))),
        Entity::Group(id) => Box::new(world.users_in(id).map(|user| Accessor::User(user.id))),
    }
}

/// What is known of calls, by service and action: the last one, and who called at all.
struct Known<'a>(BTreeMap<&'a str, OfService<'a>>);

#[derive(Default)]
struct OfService<'a> {
    accessors: BTreeSet<Accessor>,
    actions: BTreeMap<&'a str, (Accessor, &'a Access)>,
}

impl<'a> Known<'a> {
    fn of(world: &'a World, accessors: &BTreeSet<Accessor>) -> Known<'a> {
        let mut services: BTreeMap<&str, OfService<'_>> = BTreeMap::new();
        for accessor in accessors {
            let actions = world.last_accesses.get(accessor).into_iter().flat_map(|known| &known.actions);
            for (action, access) in actions {
                let Some((namespace, name)) = action.split_once(':') else { continue };
                let service = services.entry(namespace).or_default();
                service.accessors.insert(*accessor);
                let last = service.actions.entry(name).or_insert((*accessor, access));
                if last.1.at < access.at {
                    *last = (*accessor, access);
                }
            }
        }
        Known(services)
    }

    fn service(
        &self,
        call: &Call,
        world: &World,
        namespace: &str,
        name: &str,
        by_action: bool,
    ) -> ServiceLastAccessed {
        let known = self.0.get(namespace);
        let last = known.and_then(|known| known.actions.values().max_by_key(|(_, access)| access.at));
        let actions = known.into_iter().flat_map(|known| &known.actions).filter(|_| by_action);
        let tracked = |(action, (who, access)): (&&str, &(Accessor, &Access))| TrackedActionLastAccessed {
            action_name: Some((*action).to_owned()),
            last_accessed_entity: arn_of(call, world, *who),
            last_accessed_region: Some(access.region.clone()),
            last_accessed_time: Some(access.at),
        };
        ServiceLastAccessed {
            last_authenticated: last.map(|(_, access)| access.at),
            last_authenticated_entity: last.and_then(|(who, _)| arn_of(call, world, *who)),
            last_authenticated_region: last.map(|(_, access)| access.region.clone()),
            service_name: Some(name.to_owned()),
            service_namespace: Some(namespace.to_owned()),
            total_authenticated_entities: i32::try_from(known.map_or(0, |known| known.accessors.len())).ok(),
            tracked_actions_last_accessed: actions.map(tracked).collect(),
        }
    }
}

fn entity_of(accessor: Accessor) -> Entity {
    match accessor {
        Accessor::User(id) => Entity::User(id),
        Accessor::Role(id) => Entity::Role(id),
    }
}

fn arn_of(call: &Call, world: &World, accessor: Accessor) -> Option<String> {
    world.arn_of(entity_of(accessor), call.partition())
}

/// "By default, the list of associated entities is sorted by date, with the most recent access listed first"
/// (GetServiceLastAccessedDetailsWithEntities).
fn entities(
    call: &Call,
    world: &World,
    accessors: &BTreeSet<Accessor>,
    namespace: &str,
    asked: Asked,
) -> Result<Listed<EntityDetails>, AwsError> {
    let last = |accessor: &Accessor| {
        let known = world.last_accesses.get(accessor)?;
        known.of_service(namespace).map(|(_, access)| access.at).max()
    };
    let mut all: Vec<_> = accessors.iter().map(|accessor| (last(accessor), *accessor)).collect();
    all.sort_by_key(|(at, accessor)| (std::cmp::Reverse(*at), world.name_of(entity_of(*accessor))));
    let numbered = all.into_iter().enumerate();
    let page = Listed::of_sorted(numbered, asked, |(place, _)| format!("{place:09}"))?;
    Ok(page.map(|(_, (at, accessor))| {
        let entity = entity_of(accessor);
        EntityDetails {
            entity_info: Some(EntityInfo {
                arn: arn_of(call, world, accessor),
                id: Some(entity.unique_id()),
                name: Some(world.name_of(entity)),
                path: world.path_of(entity).map(str::to_owned),
                r#type: Some(service_access::kind(entity)),
            }),
            last_authenticated: at,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::root;
    use awsproto::testing::Caller;
    use model::Timestamp;

    const POLICY: &str = "arn:aws:iam::123456789012:policy/see";

    /// The users `ann` and `bob` in the group `staff`, whose policy lets them see EC2 and all of SQS.
    fn staff() -> Caller {
        let mut caller = root();
        let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ec2:Describe*","sqs:*"],"Resource":"*"}}"#;
        caller.ok("CreatePolicy", &[("PolicyName", "see"), ("PolicyDocument", document)]);
        caller.ok("CreateGroup", &[("GroupName", "staff")]);
        caller.ok("AttachGroupPolicy", &[("GroupName", "staff"), ("PolicyArn", POLICY)]);
        for name in ["ann", "bob"] {
            caller.ok("CreateUser", &[("UserName", name)]);
            caller.ok("AddUserToGroup", &[("GroupName", "staff"), ("UserName", name)]);
        }
        for (name, action, minute) in [
            ("ann", "ec2:DescribeVpcs", 1),
            ("bob", "ec2:DescribeVpcs", 3),
            ("ann", "ec2:DescribeSubnets", 2),
        ] {
            let id = caller.world.user_named(caller.call.scope.account, name).unwrap().id;
            let access = Access { at: Timestamp(minute * 60_000), region: "eu-west-1".into() };
            caller.world.note_access(Accessor::User(id), action, access);
        }
        caller
    }

    fn job(caller: &mut Caller, arn: &str, granularity: &str) -> String {
        caller
            .ok("GenerateServiceLastAccessedDetails", &[("Arn", arn), ("Granularity", granularity)])
            .text("JobId")
    }

    #[test]
    fn a_report_has_the_services_that_policies_reach_and_who_called_last() {
        let mut caller = staff();
        for (arn, last, total) in [
            ("arn:aws:iam::123456789012:group/staff", "bob", "2"),
            (POLICY, "bob", "2"),
            ("arn:aws:iam::123456789012:user/ann", "ann", "1"),
        ] {
            let job = job(&mut caller, arn, SERVICE_LEVEL);
            let answer = caller.ok("GetServiceLastAccessedDetails", &[("JobId", &job)]);
            assert_eq!(answer.texts("ServiceNamespace"), ["ec2", "sqs"], "{arn}");
            assert_eq!(answer.texts("ServiceName"), ["Amazon EC2", "Amazon SQS"]);
            let entity = format!("arn:aws:iam::123456789012:user/{last}");
            assert_eq!(answer.texts("LastAuthenticatedEntity"), [entity]);
            assert_eq!(answer.texts("LastAuthenticatedRegion"), ["eu-west-1"]);
            assert_eq!(answer.texts("TotalAuthenticatedEntities"), [total, "0"]);
            assert!(!answer.0.contains("TrackedActions"), "{}", answer.0);
            assert_eq!(answer.text("JobStatus"), "COMPLETED");
        }
    }

    #[test]
    fn a_report_by_action_has_each_and_one_with_entities_the_latest_first() {
        let mut caller = staff();
        let job = job(&mut caller, POLICY, ACTION_LEVEL);
        let answer = caller.ok("GetServiceLastAccessedDetails", &[("JobId", &job)]);
        assert_eq!(answer.texts("ActionName"), ["DescribeSubnets", "DescribeVpcs"]);
        let times = answer.texts("LastAccessedTime");
        assert_eq!(times, ["1970-01-01T00:02:00.000Z", "1970-01-01T00:03:00.000Z"]);
        let asked = [("JobId", job.as_str()), ("ServiceNamespace", "ec2")];
        let answer = caller.ok("GetServiceLastAccessedDetailsWithEntities", &asked);
        assert_eq!(answer.texts("Name"), ["bob", "ann"]);
        assert_eq!(
            answer.texts("LastAuthenticated"),
            ["1970-01-01T00:03:00.000Z", "1970-01-01T00:02:00.000Z"]
        );
        let never =
            caller.ok("GetServiceLastAccessedDetailsWithEntities", &[asked[0], ("ServiceNamespace", "sqs")]);
        assert_eq!((never.texts("Name").len(), never.texts("LastAuthenticated").len()), (2, 0));
        let beyond =
            caller.ok("GetServiceLastAccessedDetailsWithEntities", &[asked[0], ("ServiceNamespace", "s3")]);
        assert!(beyond.texts("Name").is_empty(), "the policy does not let anybody there");
    }

    #[test]
    fn what_is_not_there_has_no_report() {
        let mut caller = staff();
        for (arn, expected) in [
            ("arn:aws:iam::123456789012:user/none", "NoSuchEntity: The user with name none cannot be found."),
            (
                "arn:aws:iam::123456789012:policy/none",
                "NoSuchEntity: Policy arn:aws:iam::123456789012:policy/none was not found.",
            ),
            ("arn:aws:s3:::bucket/with/a/key", "InvalidInput: Invalid ARN: arn:aws:s3:::bucket/with/a/key"),
        ] {
            assert_eq!(caller.refused("GenerateServiceLastAccessedDetails", &[("Arn", arn)]), expected);
        }
        let id = "00000000-0000-4000-8000-000000000000";
        let expected = format!("NoSuchEntity: The job with id {id} cannot be found.");
        assert_eq!(caller.refused("GetServiceLastAccessedDetails", &[("JobId", id)]), expected);
        let job = job(&mut caller, POLICY, SERVICE_LEVEL);
        let asked = [("JobId", job.as_str()), ("ServiceNamespace", "none")];
        assert_eq!(
            caller.refused("GetServiceLastAccessedDetailsWithEntities", &asked),
            "InvalidInput: The service namespace none is not valid."
        );
    }
}
