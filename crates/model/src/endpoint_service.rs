//! AWS's own services that interface endpoints lead to.
//!
//! Follows "AWS services that integrate with AWS PrivateLink" (AWS PrivateLink Guide). Those that people make endpoints for,
//! whether or not Hamlet has the service: which is not here says so at the other end. Not those with FIPS names, nor the ones
//! that have cells, data planes or partners' names of their own.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::partition::Partition;
use crate::place::Region;

/// A service that interface endpoints can be made for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointService(&'static (&'static str, &'static str));

/// What the names of services end with, and what the names of their public endpoints begin with; sorted.
#[rustfmt::skip] // One a line, so that a service is a line.
static ALL: &[(&str, &str)] = &[
    ("access-analyzer", "access-analyzer"),
    ("account", "account"),
    ("acm", "acm"),
    ("acm-pca", "acm-pca"),
    ("apigateway", "apigateway"),
    ("appconfig", "appconfig"),
    ("appconfigdata", "appconfigdata"),
    ("application-autoscaling", "application-autoscaling"),
    ("appmesh", "appmesh"),
    ("apprunner", "apprunner"),
    ("athena", "athena"),
    ("auditmanager", "auditmanager"),
    ("autoscaling", "autoscaling"),
    ("autoscaling-plans", "autoscaling-plans"),
    ("backup", "backup"),
    ("backup-gateway", "backup-gateway"),
    ("batch", "batch"),
    ("bedrock", "bedrock"),
    ("bedrock-agent", "bedrock-agent"),
    ("bedrock-agent-runtime", "bedrock-agent-runtime"),
    ("bedrock-runtime", "bedrock-runtime"),
    ("cassandra", "cassandra"),
    ("ce", "ce"),
    ("cloudcontrolapi", "cloudcontrolapi"),
    ("cloudformation", "cloudformation"),
    ("cloudhsmv2", "cloudhsmv2"),
    ("cloudtrail", "cloudtrail"),
    ("codeartifact.api", "codeartifact"),
    ("codebuild", "codebuild"),
    ("codecommit", "codecommit"),
    ("codedeploy", "codedeploy"),
    ("codepipeline", "codepipeline"),
    ("cognito-idp", "cognito-idp"),
    ("comprehend", "comprehend"),
    ("config", "config"),
    ("databrew", "databrew"),
    ("dataexchange", "dataexchange"),
    ("datasync", "datasync"),
    ("datazone", "datazone"),
    ("dms", "dms"),
    ("dynamodb", "dynamodb"),
    ("ebs", "ebs"),
    ("ec2", "ec2"),
    ("ec2messages", "ec2messages"),
    ("ecr.api", "api.ecr"),
    ("ecr.dkr", "dkr.ecr"),
    ("ecs", "ecs"),
    ("ecs-agent", "ecs-agent"),
    ("ecs-telemetry", "ecs-telemetry"),
    ("eks", "eks"),
    ("eks-auth", "eks-auth"),
    ("elasticache", "elasticache"),
    ("elasticbeanstalk", "elasticbeanstalk"),
    ("elasticfilesystem", "elasticfilesystem"),
    ("elasticloadbalancing", "elasticloadbalancing"),
    ("elasticmapreduce", "elasticmapreduce"),
    ("email", "email"),
    ("emr-containers", "emr-containers"),
    ("emr-serverless", "emr-serverless"),
    ("events", "events"),
    ("execute-api", "execute-api"),
    ("fis", "fis"),
    ("fsx", "fsx"),
    ("glue", "glue"),
    ("grafana", "grafana"),
    ("guardduty", "guardduty"),
    ("imagebuilder", "imagebuilder"),
    ("inspector2", "inspector2"),
    ("kafka", "kafka"),
    ("kendra", "kendra"),
    ("kinesis-firehose", "firehose"),
    ("kinesis-streams", "kinesis"),
    ("kms", "kms"),
    ("lakeformation", "lakeformation"),
    ("lambda", "lambda"),
    ("license-manager", "license-manager"),
    ("logs", "logs"),
    ("macie2", "macie2"),
    ("medialive", "medialive"),
    ("monitoring", "monitoring"),
    ("network-firewall", "network-firewall"),
    ("polly", "polly"),
    ("profile", "profile"),
    ("ram", "ram"),
    ("rds", "rds"),
    ("rds-data", "rds-data"),
    ("redshift", "redshift"),
    ("redshift-data", "redshift-data"),
    ("rekognition", "rekognition"),
    ("resource-groups", "resource-groups"),
    ("rolesanywhere", "rolesanywhere"),
    ("s3", "s3"),
    ("sagemaker.api", "api.sagemaker"),
    ("sagemaker.runtime", "runtime.sagemaker"),
    ("scheduler", "scheduler"),
    ("secretsmanager", "secretsmanager"),
    ("securityhub", "securityhub"),
    ("servicecatalog", "servicecatalog"),
    ("servicediscovery", "servicediscovery"),
    ("servicequotas", "servicequotas"),
    ("sns", "sns"),
    ("sqs", "sqs"),
    ("ssm", "ssm"),
    ("ssm-contacts", "ssm-contacts"),
    ("ssm-incidents", "ssm-incidents"),
    ("ssmmessages", "ssmmessages"),
    ("states", "states"),
    ("storagegateway", "storagegateway"),
    ("sts", "sts"),
    ("swf", "swf"),
    ("synthetics", "synthetics"),
    ("tagging", "tagging"),
    ("textract", "textract"),
    ("transcribe", "transcribe"),
    ("transfer", "transfer"),
    ("translate", "translate"),
    ("verifiedpermissions", "verifiedpermissions"),
    ("vpc-lattice", "vpc-lattice"),
    ("wellarchitected", "wellarchitected"),
    ("workspaces", "workspaces"),
    ("xray", "xray"),
];

/// The one service without Regions: its endpoints are in the Region that its partition's global services are in.
static IAM: (&str, &str) = ("iam", "iam");

/// Services that have a name for each bucket, or each registry.
const WITH_NAMES_BELOW: [&str; 2] = ["s3", "ecr.dkr"];

impl EndpointService {
    /// All that a Region has.
    pub fn all(region: Region) -> impl Iterator<Item = EndpointService> {
        let global = (region == region.partition().global_region()).then_some(EndpointService(&IAM));
        ALL.iter().map(EndpointService).chain(global)
    }

    /// The one of a name such as `com.amazonaws.us-west-2.sns`, in a Region.
    pub fn named(region: Region, name: &str) -> Option<EndpointService> {
        EndpointService::all(region).find(|service| service.name(region) == name)
    }

    /// The name by which endpoints for it are asked for.
    pub fn name(self, region: Region) -> String {
        match self.is_global() {
            true => format!("com.amazonaws.{}", self.own_name()),
            false => format!("com.amazonaws.{region}.{}", self.own_name()),
        }
    }

    /// `sns`, `ecr.api`.
    pub fn own_name(self) -> &'static str {
        self.0.0
    }

    /// What the names of its public endpoints begin with: `sns`, `api.ecr`.
    pub fn prefix(self) -> &'static str {
        self.0.1
    }

    /// The name that private DNS answers for, as AWS shows it.
    pub fn private_name(self, region: Region) -> String {
        match self.has_names_below() {
            true => format!("*.{}", self.zone(region)),
            false => self.zone(region),
        }
    }

    /// Whether private DNS answers for a name, in lower case and without the final dot.
    pub fn answers_for(self, region: Region, name: &str) -> bool {
        let Some(before) = name.strip_suffix(&self.zone(region)) else { return false };
        before.is_empty() || self.has_names_below() && before.ends_with('.')
    }

    /// Whether there are names below its own: of buckets, of registries.
    pub fn has_names_below(self) -> bool {
        WITH_NAMES_BELOW.contains(&self.own_name())
    }

    /// Whether there are gateway endpoints for it, too.
    pub fn has_gateway_endpoints(self) -> bool {
        ["s3", "dynamodb"].contains(&self.own_name())
    }

    /// The zone of its names in a Region, which is its public name.
    pub fn zone(self, region: Region) -> String {
        let domain = region.partition().domain();
        match self.is_global() {
            true => format!("{}.{domain}", self.prefix()),
            false => format!("{}.{region}.{domain}", self.prefix()),
        }
    }

    fn is_global(self) -> bool {
        *self.0 == IAM
    }
}

/// A number that a name has for ever, for identifiers of AWS's own that are not known.
pub fn number_of(name: &str) -> u64 {
    name.bytes().fold(7, |sum, byte| sum.wrapping_mul(131) ^ u64::from(byte))
}

impl fmt::Debug for EndpointService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own_name())
    }
}

impl Serialize for EndpointService {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.own_name())
    }
}

impl<'de> Deserialize<'de> for EndpointService {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EndpointService, D::Error> {
        let text = String::deserialize(deserializer)?;
        let home = Partition::Commercial.global_region();
        let found = EndpointService::all(home).find(|service| service.own_name() == text);
        found.ok_or_else(|| serde::de::Error::custom(format!("no service of endpoints is called {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oregon() -> Region {
        "us-west-2".parse().unwrap()
    }

    #[test]
    fn names_are_aws_own() {
        for (name, prefix, private) in [
            ("com.amazonaws.us-west-2.sns", "sns", "sns.us-west-2.amazonaws.com"),
            ("com.amazonaws.us-west-2.ecr.api", "api.ecr", "api.ecr.us-west-2.amazonaws.com"),
            ("com.amazonaws.us-west-2.kinesis-streams", "kinesis", "kinesis.us-west-2.amazonaws.com"),
            ("com.amazonaws.us-west-2.s3", "s3", "*.s3.us-west-2.amazonaws.com"),
        ] {
            let service = EndpointService::named(oregon(), name).unwrap();
            assert_eq!((service.prefix(), service.private_name(oregon()).as_str()), (prefix, private));
        }
        for unknown in
            ["sns", "com.amazonaws.us-east-1.sns", "com.amazonaws.iam", "com.amazonaws.us-west-2.route53"]
        {
            assert_eq!(EndpointService::named(oregon(), unknown), None, "{unknown}");
        }
        let virginia = "us-east-1".parse().unwrap();
        let iam = EndpointService::named(virginia, "com.amazonaws.iam").unwrap();
        assert_eq!(iam.private_name(virginia), "iam.amazonaws.com");
    }

    #[test]
    fn private_dns_answers_for_the_regions_own_name_and_buckets() {
        let named = |name: &str| EndpointService::named(oregon(), name).unwrap();
        let (sts, s3) = (named("com.amazonaws.us-west-2.sts"), named("com.amazonaws.us-west-2.s3"));
        assert!(sts.answers_for(oregon(), "sts.us-west-2.amazonaws.com"));
        for other in [
            "sts.amazonaws.com",
            "sts.us-east-1.amazonaws.com",
            "a.sts.us-west-2.amazonaws.com",
            "xsts.us-west-2.amazonaws.com",
        ] {
            assert!(!sts.answers_for(oregon(), other), "{other}");
        }
        assert!(s3.answers_for(oregon(), "my.bucket.s3.us-west-2.amazonaws.com"));
        assert!(!s3.answers_for(oregon(), "my-s3.us-west-2.amazonaws.com"));
    }

    #[test]
    fn the_list_is_sorted_and_each_is_stored_by_its_own_name() {
        assert!(ALL.is_sorted_by(|a, b| a.0 < b.0));
        for service in EndpointService::all("us-east-1".parse().unwrap()) {
            let text = serde_json::to_string(&service).unwrap();
            assert_eq!(serde_json::from_str::<EndpointService>(&text).unwrap(), service);
        }
    }
}
