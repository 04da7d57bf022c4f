//! Which VPCs see a zone. Follows AssociateVPCWithHostedZone and DisassociateVPCFromHostedZone.

use awsproto::{AwsError, Call};
use model::World;

use crate::change;
use crate::errors::refused;
use crate::request::{zone_id, zone_vpc};
use crate::shapes::*;

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateVPCWithHostedZoneRequest,
) -> Result<AssociateVPCWithHostedZoneResponse, AwsError> {
    let AssociateVPCWithHostedZoneRequest { comment, hosted_zone_id, vpc } = request;
    let (account, id, vpc) = (call.scope.account, zone_id(hosted_zone_id)?, zone_vpc(call, vpc)?);
    world.associate_private_hosted_zone(account, id, vpc).map_err(refused)?;
    let change_info = Some(change::made(call, world, comment)?);
    Ok(AssociateVPCWithHostedZoneResponse { change_info })
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateVPCFromHostedZoneRequest,
) -> Result<DisassociateVPCFromHostedZoneResponse, AwsError> {
    let DisassociateVPCFromHostedZoneRequest { comment, hosted_zone_id, vpc } = request;
    let (account, id, vpc) = (call.scope.account, zone_id(hosted_zone_id)?, zone_vpc(call, vpc)?);
    world.disassociate_private_hosted_zone(account, id, vpc).map_err(refused)?;
    let change_info = Some(change::made(call, world, comment)?);
    Ok(DisassociateVPCFromHostedZoneResponse { change_info })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn a_zone_is_shown_to_vpcs_and_hidden_but_from_the_last() {
        let mut caller = Caller::new();
        let id = caller.zone("corp.internal");
        let (first, second) = (caller.vpc.clone(), caller.another_vpc());
        let body = |vpc: &str| {
            format!(
                "<R><VPC><VPCRegion>us-west-2</VPCRegion><VPCId>{vpc}</VPCId></VPC><Comment>c</Comment></R>"
            )
        };
        let (associate, disassociate) =
            (format!("hostedzone/{id}/associatevpc"), format!("hostedzone/{id}/disassociatevpc"));
        assert_eq!(
            caller.refused("POST", &disassociate, &body(&first)),
            "400 LastVPCAssociation: Cannot remove last VPC association for the private zone"
        );
        assert!(
            caller.refused("POST", &disassociate, &body(&second)).starts_with("404 VPCAssociationNotFound: ")
        );
        assert!(caller.ok("POST", &associate, &body(&second)).contains("<Comment>c</Comment>"));
        assert!(
            caller.refused("POST", &associate, &body(&second)).starts_with("400 ConflictingDomainExists: ")
        );
        caller.ok("POST", &disassociate, &body(&first));
        let found = caller.ok("GET", &format!("hostedzone/{id}"), "");
        assert!(found.contains(&second) && !found.contains(&first), "{found}");
    }

    #[test]
    fn no_vpc_is_where_nobody_has_opted_in_nor_in_another_partition() {
        let mut caller = Caller::new();
        let associate = format!("hostedzone/{}/associatevpc", caller.zone("corp.internal"));
        let vpc = caller.vpc.clone();
        let mut refused = |region: &str| {
            let vpc = format!("<VPC><VPCRegion>{region}</VPCRegion><VPCId>{vpc}</VPCId></VPC>");
            caller.refused("POST", &associate, &format!("<R>{vpc}</R>"))
        };
        assert_eq!(
            refused("eu-south-1"),
            format!(
                "400 InvalidVPCId: The VPC: {vpc} in region: eu-south-1 that you provided does not exist."
            )
        );
        assert_eq!(
            refused("cn-north-1"),
            "400 InvalidInput: There is no Region 'cn-north-1' in this partition."
        );
    }
}
