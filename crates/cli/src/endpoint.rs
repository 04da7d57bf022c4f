//! The EC2 Instance Connect Endpoint through which an instance is reached.

use server::admin::{EndpointStatus, InstanceStatus, Status};

use crate::failure::{Failure, Result};
use crate::instance::title;

/// The endpoint of this identifier.
pub(crate) fn find<'a>(status: &'a Status, id: &str) -> Result<&'a EndpointStatus> {
    let found = status.instance_connect_endpoints.iter().find(|endpoint| endpoint.id == id);
    let endpoint =
        found.ok_or_else(|| Failure::new(format!("there is no EC2 Instance Connect Endpoint '{id}'")))?;
    match endpoint.takes_tunnels {
        true => Ok(endpoint),
        false => {
            let state = &endpoint.state;
            Err(Failure::new(format!("{id} is in the state {state}, in which it takes no connections")))
        }
    }
}

/// The endpoint of an instance's VPC, best one in its own subnet, as the AWS CLI chooses it.
pub(crate) fn near<'a>(status: &'a Status, instance: &InstanceStatus) -> Option<&'a EndpointStatus> {
    let in_vpc = |it: &&EndpointStatus| it.takes_tunnels && it.vpc == instance.vpc;
    let in_subnet = |it: &&EndpointStatus| it.subnet == instance.subnet;
    let mut near = status.instance_connect_endpoints.iter().filter(in_vpc);
    near.clone().find(in_subnet).or_else(|| near.next())
}

/// Said where an instance's VPC has no endpoint.
pub(crate) fn none_near(instance: &InstanceStatus) -> Failure {
    Failure::new(format!(
        "the VPC of {} has no EC2 Instance Connect Endpoint: create one with `aws ec2 \
         create-instance-connect-endpoint --subnet-id {}`, or use `hamlet exec`",
        title(instance),
        instance.subnet
    ))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::instance::tests::status;

    /// An endpoint as a running Hamlet tells of it.
    pub(crate) fn endpoint(id: &str, vpc: &str, subnet: &str, takes_tunnels: bool) -> EndpointStatus {
        EndpointStatus {
            id: id.into(),
            state: if takes_tunnels { "create-complete" } else { "delete-in-progress" }.into(),
            takes_tunnels,
            vpc: vpc.into(),
            subnet: subnet.into(),
            dns_name: "name".into(),
            region: "us-east-1".into(),
            account: "123456789012".into(),
            problem: None,
        }
    }

    #[test]
    fn the_endpoint_of_the_vpc_is_taken_and_best_that_of_the_subnet() {
        let mut status = status(&[("i-1", "db")]);
        let db = status.instances[0].clone();
        assert!(near(&status, &db).is_none());
        status.instance_connect_endpoints = vec![
            endpoint("eice-1", "vpc-2", "subnet-1", true),
            endpoint("eice-2", "vpc-1", "subnet-2", true),
            endpoint("eice-3", "vpc-1", "subnet-1", false),
        ];
        assert_eq!(near(&status, &db).unwrap().id, "eice-2");
        status.instance_connect_endpoints[2].takes_tunnels = true;
        assert_eq!(near(&status, &db).unwrap().id, "eice-3");
        assert!(none_near(&db).sentence.contains("create-instance-connect-endpoint --subnet-id subnet-1"));
    }

    #[test]
    fn an_endpoint_that_is_named_must_take_connections() {
        let mut status = status(&[]);
        status.instance_connect_endpoints = vec![endpoint("eice-1", "vpc-1", "subnet-1", false)];
        assert_eq!(
            find(&status, "eice-1").unwrap_err().sentence,
            "eice-1 is in the state delete-in-progress, in which it takes no connections"
        );
        assert_eq!(
            find(&status, "eice-2").unwrap_err().sentence,
            "there is no EC2 Instance Connect Endpoint 'eice-2'"
        );
    }
}
