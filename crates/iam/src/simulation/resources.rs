//! With what it is tried: resources, whose they are, and those that a scenario needs.

use awsproto::AwsError;
use policy::Request;

use super::caller::Caller;
use super::invalid;

/// All resources: what is tried where none are named.
const ALL: &str = "*";

/// With what it is tried.
#[derive(Clone, Debug)]
pub(super) struct Resources {
    arns: Vec<String>,
    /// Whose those are whose ARNs do not say it.
    owner: Option<String>,
}

impl Resources {
    pub(super) fn new(
        arns: Vec<String>,
        owner: Option<String>,
        scenario: Option<String>,
    ) -> Result<Resources, AwsError> {
        let malformed: Vec<&str> = arns.iter().map(String::as_str).filter(|arn| !is_resource(arn)).collect();
        if !malformed.is_empty() {
            let listed = malformed.join(", ");
            return Err(invalid(format!("ResourceNames are not in a valid ARN format: {listed}.")));
        }
        let owner = owner.map(|owner| account_of_owner(&owner)).transpose()?;
        if let Some(scenario) = scenario {
            check_scenario(&scenario, &arns)?;
        }
        Ok(Resources { arns: if arns.is_empty() { vec![ALL.to_owned()] } else { arns }, owner })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.arns.len()
    }

    /// The ARNs that were named; nothing where it is tried with all resources.
    pub(super) fn named(&self) -> Option<&[String]> {
        (self.arns != [ALL]).then_some(&self.arns)
    }

    /// Whose a resource is, if that is known: as its ARN says, or else as the request does. Without a caller it is nobody
    /// else's.
    pub(super) fn account_of<'a>(&'a self, arn: &'a str, caller: &Caller) -> Option<&'a str> {
        let said = arn.split(':').nth(4).filter(|account| is_account(account));
        said.or(self.owner.as_deref()).filter(|_| caller.is_somebody())
    }
}

/// What is asked about one of them.
pub(super) fn is_across_accounts(request: &Request<'_>) -> bool {
    request.resource_account.is_some() && request.resource_account != request.principal.account()
}

fn is_resource(arn: &str) -> bool {
    arn == ALL || (arn.starts_with("arn:") && arn.split(':').count() >= 6)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// "The ARN for an account uses the following syntax: arn:aws:iam::AWS-account-ID:root" (SimulateCustomPolicy).
fn account_of_owner(owner: &str) -> Result<String, AwsError> {
    let parts: Vec<&str> = owner.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] if is_account(account) => Ok((*account).to_owned()),
        _ => Err(invalid(format!("'{owner}' is not a valid as a Resource Owner."))),
    }
}

/// The types of EC2's resources that each of the documented scenarios needs.
const SCENARIOS: [(&str, &[&str]); 4] = [
    ("EC2-VPC-InstanceStore", &["instance", "image", "security-group", "network-interface"]),
    ("EC2-VPC-InstanceStore-Subnet", &["instance", "image", "security-group", "network-interface", "subnet"]),
    ("EC2-VPC-EBS", &["instance", "image", "security-group", "network-interface", "volume"]),
    ("EC2-VPC-EBS-Subnet", &["instance", "image", "security-group", "network-interface", "subnet", "volume"]),
];

/// "You enable the policy simulator to enforce the presence of the required resources" (SimulateCustomPolicy).
fn check_scenario(scenario: &str, arns: &[String]) -> Result<(), AwsError> {
    let (_, needed) = SCENARIOS
        .iter()
        .find(|(name, _)| *name == scenario)
        .ok_or_else(|| invalid(format!("'{scenario}' is not a valid Resource Handling Option.")))?;
    let has = |kind: &str| {
        arns.iter().any(|arn| {
            arn.split(':').nth(2) == Some("ec2")
                && arn.splitn(6, ':').nth(5).and_then(|resource| resource.split('/').next()) == Some(kind)
        })
    };
    match needed.iter().find(|kind| !has(kind)) {
        None => Ok(()),
        Some(kind) => Err(invalid(format!("The scenario {scenario} needs a resource of the type {kind}."))),
    }
}
