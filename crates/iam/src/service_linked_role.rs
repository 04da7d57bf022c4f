//! Roles that belong to AWS services. Follows CreateServiceLinkedRole, DeleteServiceLinkedRole and their neighbours in the
//! IAM API Reference, and "AWS services that work with IAM" (IAM User Guide) for what the roles are called.

use awsproto::{AwsError, Call};
use model::managed_policy::aws;
use model::role::NewRole;
use model::{Entity, PolicyRef, Tags, World};
use policy::Document;

use crate::errors::{no_such_entity, refused};
use crate::shapes::*;
use crate::{entity, role};

/// How the services' principals end; here is what is before that.
const DOMAIN: &str = ".amazonaws.com";
/// How long sessions of such roles last at most.
const MAX_SESSION_DURATION_S: u32 = 3600;

/// A service, what its role is called behind `AWSServiceRoleFor`, and the policy that the role has.
const SERVICES: &[(&str, &str, &str)] = &[
    ("access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
    ("autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"),
    ("batch", "Batch", "BatchServiceRolePolicy"),
    ("cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy"),
    ("config", "Config", "AWSConfigServiceRolePolicy"),
    (
        "custom-resource.application-autoscaling",
        "ApplicationAutoScaling_CustomResource",
        "AWSApplicationAutoScalingCustomResourcePolicy",
    ),
    (
        "dynamodb.application-autoscaling",
        "ApplicationAutoScaling_DynamoDBTable",
        "AWSApplicationAutoscalingDynamoDBTablePolicy",
    ),
    ("ec2-instance-connect", "Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"),
    ("ec2fleet", "EC2Fleet", "AWSEC2FleetServiceRolePolicy"),
    ("ecs", "ECS", "AmazonECSServiceRolePolicy"),
    (
        "ecs.application-autoscaling",
        "ApplicationAutoScaling_ECSService",
        "AWSApplicationAutoscalingECSServicePolicy",
    ),
    ("eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"),
    ("eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
    ("elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy"),
    ("elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
    ("elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
    ("guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    ("ipam", "IPAM", "AWSIPAMServiceRolePolicy"),
    ("opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
    ("organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"),
    ("rds", "RDS", "AmazonRDSServiceRolePolicy"),
    ("securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy"),
    ("spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"),
    ("spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
    ("ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy"),
    ("support", "Support", "AWSSupportServiceRolePolicy"),
    ("transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy"),
    ("trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
];
/// Services that may have several roles, told apart by what is behind their name.
const WITH_SUFFIX: &[&str] = &["autoscaling"];

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateServiceLinkedRoleRequest,
) -> Result<CreateServiceLinkedRoleResponse, AwsError> {
    let CreateServiceLinkedRoleRequest { aws_service_name, custom_suffix, description } = request;
    let principal = aws_service_name.unwrap_or_default();
    let (service, name, policy) = service(&principal)?;
    if custom_suffix.is_some() && !WITH_SUFFIX.contains(&service) {
        return Err(invalid(format!("Custom suffix is not allowed for {principal}")));
    }
    let suffix = custom_suffix.map(|suffix| format!("_{suffix}")).unwrap_or_default();
    let name = format!("AWSServiceRoleFor{name}{suffix}");
    if world.role_named(call.scope.account, &name).is_ok() {
        return Err(invalid(format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        )));
    }
    let new = NewRole {
        path: format!("/aws-service-role/{principal}/"),
        name,
        description: description.filter(|text| !text.is_empty()),
        trust_policy: trust(&principal),
        max_session_duration_s: MAX_SESSION_DURATION_S,
        boundary: None,
        tags: Tags::new(),
    };
    let (account, now) = (call.scope.account, call.now);
    let id = call.with_ids(|ids| world.create_role(account, new, ids, now)).map_err(refused)?;
    world.attach_policy(Entity::Role(id), policy).map_err(refused)?;
    Ok(CreateServiceLinkedRoleResponse {
        role: world.roles.get(&id).map(|made| role::render(call, world, made)),
    })
}

/// What is before the domain of a service's principal, what its role is called, and which policy that has.
fn service(principal: &str) -> Result<(&'static str, &'static str, PolicyRef), AwsError> {
    let service = principal.strip_suffix(DOMAIN).unwrap_or_default();
    let known = SERVICES.iter().find(|(known, _, _)| *known == service);
    let found = known.and_then(|(service, name, policy)| Some((*service, *name, aws::named(policy)?)));
    let (service, name, policy) = found.ok_or_else(|| {
        invalid(format!("Service-linked roles of the service {principal} cannot be created."))
    })?;
    Ok((service, name, PolicyRef::Aws(policy.name)))
}

fn trust(principal: &str) -> Document {
    Document::stored(&format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    ))
}

/// Nothing of the services' uses these roles here, so that they are deleted at once.
pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteServiceLinkedRoleRequest,
) -> Result<DeleteServiceLinkedRoleResponse, AwsError> {
    let DeleteServiceLinkedRoleRequest { role_name } = request;
    let (account, name) = (call.scope.account, role_name.unwrap_or_default());
    let found = world.role_named(account, &name).map_err(refused)?;
    if !entity::is_service_linked(found) {
        return Err(refused(model::IamRefusal::NoSuch(model::IamNoun::Role, name)));
    }
    let (id, task) = (found.id, format!("task{}{}/{}", found.path, found.name, call.ids.uuid()));
    let attached = found.permissions.attached.clone();
    for policy in attached {
        world.detach_policy(Entity::Role(id), policy);
    }
    world.delete_role(account, &name).map_err(refused)?;
    world.note_deletion_task(account, task.clone(), call.now);
    Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: Some(task) })
}

pub(crate) fn deletion_status(
    call: &mut Call,
    world: &World,
    request: GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<GetServiceLinkedRoleDeletionStatusResponse, AwsError> {
    let GetServiceLinkedRoleDeletionStatusRequest { deletion_task_id } = request;
    let id = deletion_task_id.unwrap_or_default();
    let tasks = world.account_settings_of(call.scope.account).map(|it| it.deletion_tasks.as_slice());
    match tasks.unwrap_or_default().iter().any(|task| task.id == id) {
        true => Ok(GetServiceLinkedRoleDeletionStatusResponse {
            reason: None,
            status: Some("SUCCEEDED".to_owned()),
        }),
        false => Err(no_such_entity(format!("Deletion task {id} cannot be found."))),
    }
}

fn invalid(sentence: String) -> AwsError {
    AwsError::new("InvalidInput", sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_every_service_is_in_the_catalogue() {
        let unknown: Vec<&str> =
            SERVICES.iter().map(|(_, _, policy)| *policy).filter(|it| aws::named(it).is_none()).collect();
        assert_eq!(unknown, [""; 0]);
    }
}
