//! The policies that AWS manages, and everybody may attach: all of them, as they are today.
//!
//! Follows "AWS managed policies" (IAM User Guide) and the AWS Managed Policy Reference. The files beside this one are
//! generated (`cargo xtask managed-policies`): an index, which is read when it is first asked, and the texts, packed in
//! blocks, of which those are unpacked and read that somebody has. Their descriptions are not among them.

use std::sync::{LazyLock, OnceLock};

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use policy::Document;

use crate::partition::Partition;
use crate::timestamp::Timestamp;

/// A line a policy, sorted by name: name, path, identifier, when it was made and changed, default version.
const INDEX: &str = include_str!("aws.tsv");

/// The texts in the order of the index.
const TEXTS: &[u8] = include_bytes!("aws.deflate");

/// How many texts a block has, as the generator has it.
const TEXTS_IN_BLOCK: usize = 32;

/// What is between the texts of a block.
const SEPARATOR: char = '\0';

/// What ARNs in the texts begin with, which are those of the commercial partition.
const COMMERCIAL_ARNS: &str = "arn:aws:";

/// The longest block, unpacked; the longest there is has some 600 kB.
const BLOCK_BYTES_MAX: usize = 4 << 20;

/// A policy that AWS manages.
#[derive(Debug)]
pub struct AwsManagedPolicy {
    /// The folder that its ARN shows.
    pub path: &'static str,
    /// Its name, by which it is found in every partition.
    pub name: &'static str,
    /// Its identifier: AWS's where it is known, else one of that form which is always the same.
    pub id: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// When its newest version was made.
    pub updated: Timestamp,
    /// The version that holds: `v1`.
    pub default_version: &'static str,
    /// Its line in the index.
    line: usize,
    /// What it says in each partition.
    documents: [OnceLock<Document>; Partition::ALL.len()],
}

static ALL: LazyLock<Vec<AwsManagedPolicy>> =
    LazyLock::new(|| INDEX.lines().enumerate().filter_map(|(line, text)| read(line, text)).collect());

/// All of them, by name.
pub fn policies() -> &'static [AwsManagedPolicy] {
    &ALL
}

/// The one of this name.
pub fn named(name: &str) -> Option<&'static AwsManagedPolicy> {
    let found = ALL.binary_search_by(|policy| policy.name.cmp(name)).ok()?;
    ALL.get(found)
}

/// The one with this ARN, in any partition.
pub fn policy(arn: &str) -> Option<&'static AwsManagedPolicy> {
    let policy = named(arn.rsplit('/').next()?)?;
    Partition::ALL.iter().any(|partition| policy.arn(*partition) == arn).then_some(policy)
}

impl AwsManagedPolicy {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", "aws", format_args!("policy{}{}", self.path, self.name))
    }

    /// What it says in a partition: ARNs there have its name. It is read when it is first asked.
    pub fn document(&self, partition: Partition) -> &Document {
        let place = match partition {
            Partition::Commercial => 0,
            Partition::China => 1,
            Partition::GovCloud => 2,
        };
        self.documents[place].get_or_init(|| {
            let arns = format!("arn:{}:", partition.name());
            Document::stored(&text(self.line).replace(COMMERCIAL_ARNS, &arns))
        })
    }
}

fn read(line: usize, text: &'static str) -> Option<AwsManagedPolicy> {
    let mut columns = text.split('\t');
    let mut next = || columns.next();
    Some(AwsManagedPolicy {
        name: next()?,
        path: next()?,
        id: next()?,
        created: Timestamp::parse(next()?)?,
        updated: Timestamp::parse(next()?)?,
        default_version: next()?,
        line,
        documents: Default::default(),
    })
}

/// The text of a line of the index.
fn text(line: usize) -> String {
    let block = block(line / TEXTS_IN_BLOCK).expect("the index has lines of texts that are there");
    let unpacked = decompress_to_vec_with_limit(block, BLOCK_BYTES_MAX).expect("the generator has packed it");
    let unpacked = String::from_utf8(unpacked).expect("texts were packed");
    unpacked.split(SEPARATOR).nth(line % TEXTS_IN_BLOCK).unwrap_or_default().to_owned()
}

/// A block, which follows its length.
fn block(number: usize) -> Option<&'static [u8]> {
    let mut rest = TEXTS;
    for _ in 0..number {
        rest = cut(rest)?.1;
    }
    Some(cut(rest)?.0)
}

/// The first block, and what follows it.
fn cut(blocks: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = blocks.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn everybody_knows_what_an_administrator_may() {
        let policy = policy("arn:aws:iam::aws:policy/AdministratorAccess").unwrap();
        assert_eq!((policy.id, policy.default_version), ("ANPAIWMBCKSKIEE64ZLYK", "v1"));
        assert_eq!(policy.created.to_string(), "2015-02-06T18:39:46.000Z");
        let text = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \
                    \"Allow\",\n            \"Action\": \"*\",\n            \"Resource\": \"*\"\n        }\n    ]\n}";
        assert_eq!(policy.document(Partition::Commercial).text(), text);
    }

    #[test]
    fn published_policies_allow_what_is_published() {
        assert!(actions("ReadOnlyAccess").contains("ec2:Describe*"));
        assert!(!actions("ReadOnlyAccess").iter().any(|action| action.starts_with("ec2:Create")));
        let managed = actions("AmazonSSMManagedInstanceCore");
        let channels =
            ["ssm:UpdateInstanceInformation", "ssmmessages:OpenDataChannel", "ec2messages:GetMessages"];
        assert!(channels.iter().all(|action| managed.contains(*action)), "{managed:?}");
        let agent = actions("CloudWatchAgentServerPolicy");
        assert!(
            ["cloudwatch:PutMetricData", "logs:PutLogEvents", "ssm:GetParameter"]
                .iter()
                .all(|it| agent.contains(*it))
        );
        let vpc = actions("AmazonVPCFullAccess");
        assert!(
            vpc.contains("ec2:CreateVpc")
                && vpc.contains("ec2:DeleteNatGateway")
                && !vpc.contains("ec2:RunInstances")
        );
    }

    #[test]
    fn each_is_a_policy_under_a_name_and_an_identifier_of_its_own() {
        assert!(policies().len() > 1500 && policies().len() == INDEX.lines().count());
        assert!(policies().is_sorted_by_key(|policy| policy.name));
        let ids: BTreeSet<&str> = policies().iter().map(|policy| policy.id).collect();
        assert_eq!(ids.len(), policies().len());
        for one in policies() {
            assert!(one.id.len() == 21 && one.id.starts_with("ANPA"), "{}", one.id);
            let document: Value = serde_json::from_str(one.document(Partition::Commercial).text()).unwrap();
            assert!(document["Version"].is_string() && document.get("Statement").is_some(), "{}", one.name);
            assert_eq!(policy(&one.arn(Partition::China)).map(|found| found.name), Some(one.name));
        }
    }

    #[test]
    fn arns_in_a_policy_are_those_of_its_partition() {
        let mut with_arns = 0;
        for one in policies() {
            let text = |partition| one.document(partition).text().to_owned();
            let (commercial, china) = (text(Partition::Commercial), text(Partition::China));
            assert!(!china.contains("arn:aws:"), "{}", one.name);
            assert_eq!(
                china.replace("arn:aws-cn:", "arn:aws:"),
                commercial.replace("arn:aws-cn:", "arn:aws:")
            );
            with_arns += usize::from(china != commercial);
        }
        assert!(with_arns > 300, "{with_arns}");
        let managed = named("CloudWatchAgentServerPolicy").unwrap();
        let of = |partition| managed.document(partition).text().to_owned();
        assert!(of(Partition::GovCloud).contains("arn:aws-us-gov:ssm:*:*:parameter/AmazonCloudWatch-*"));
        assert!(of(Partition::Commercial).contains("arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"));
    }

    #[test]
    fn tutorials_and_modules_find_those_they_name() {
        for name in NAMED.split_whitespace() {
            assert!(named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn an_arn_names_its_folder_and_a_partition() {
        let arns = [
            "arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess",
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        ];
        assert!(arns.iter().all(|arn| policy(arn).is_some_and(|policy| policy.name == "ViewOnlyAccess")));
        let none = [
            "arn:aws:iam::aws:policy/ViewOnlyAccess",
            "arn:aws-eu:iam::aws:policy/AdministratorAccess",
            "AdministratorAccess",
            "arn:aws:iam::111122223333:policy/AdministratorAccess",
            "arn:aws:iam::aws:policy/administratoraccess",
            "",
        ];
        assert!(none.iter().all(|arn| policy(arn).is_none()));
    }

    /// What the statements of a policy allow.
    fn actions(name: &str) -> BTreeSet<String> {
        let document: Value =
            serde_json::from_str(named(name).unwrap().document(Partition::Commercial).text()).unwrap();
        let statements =
            document["Statement"].as_array().unwrap().iter().filter(|it| it["Effect"] == "Allow");
        let actions = statements.flat_map(|statement| {
            let actions = &statement["Action"];
            actions.as_array().cloned().unwrap_or_else(|| vec![actions.clone()])
        });
        actions.filter_map(|action| action.as_str().map(str::to_owned)).collect()
    }

    const NAMED: &str = "AdministratorAccess PowerUserAccess ReadOnlyAccess ViewOnlyAccess SecurityAudit Billing \
        DatabaseAdministrator DataScientist NetworkAdministrator SupportUser SystemAdministrator AmazonEC2FullAccess \
        AmazonEC2ReadOnlyAccess AmazonVPCFullAccess AmazonVPCReadOnlyAccess AmazonVPCCrossAccountNetworkInterfaceOperations \
        AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonS3OutpostsFullAccess CloudWatchFullAccess CloudWatchFullAccessV2 \
        CloudWatchReadOnlyAccess CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess CloudWatchAgentServerPolicy \
        CloudWatchAgentAdminPolicy IAMFullAccess IAMReadOnlyAccess IAMUserChangePassword IAMUserSSHKeys AmazonSNSFullAccess \
        AmazonSNSReadOnlyAccess AmazonSQSFullAccess AmazonSQSReadOnlyAccess AmazonDynamoDBFullAccess \
        AmazonDynamoDBReadOnlyAccess AWSKeyManagementServicePowerUser SecretsManagerReadWrite AmazonSSMManagedInstanceCore \
        AmazonSSMFullAccess AmazonSSMReadOnlyAccess AmazonSSMPatchAssociation AmazonEC2RoleforSSM AmazonSSMAutomationRole \
        AmazonEC2ContainerServiceforEC2Role AmazonEC2ContainerServiceRole AmazonEC2ContainerRegistryReadOnly \
        AmazonEC2ContainerRegistryFullAccess AmazonEC2ContainerRegistryPowerUser AmazonECSTaskExecutionRolePolicy \
        AmazonECS_FullAccess AmazonEKSClusterPolicy AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy \
        AmazonEKSVPCResourceController AmazonEBSCSIDriverPolicy AutoScalingFullAccess AutoScalingReadOnlyAccess \
        AutoScalingServiceRolePolicy AutoScalingNotificationAccessRole ElasticLoadBalancingFullAccess \
        ElasticLoadBalancingReadOnly AWSElasticLoadBalancingServiceRolePolicy AmazonRDSFullAccess AmazonRDSReadOnlyAccess \
        AmazonRDSEnhancedMonitoringRole AWSLambdaBasicExecutionRole AWSLambdaVPCAccessExecutionRole AWSLambda_FullAccess \
        AWSLambda_ReadOnlyAccess AmazonRoute53FullAccess AmazonRoute53ReadOnlyAccess AmazonRoute53ResolverFullAccess \
        AWSCloudTrail_FullAccess AWSCloudTrail_ReadOnlyAccess AWS_ConfigRole AWSSupportAccess \
        AWSBackupServiceRolePolicyForBackup AmazonEC2SpotFleetTaggingRole AmazonElasticFileSystemFullAccess \
        AmazonKinesisFullAccess AWSDirectConnectFullAccess EC2InstanceConnect \
        Ec2InstanceConnectEndpoint AWSVPCTransitGatewayServiceRolePolicy ServiceQuotasFullAccess \
        ResourceGroupsandTagEditorReadOnlyAccess AWSAccountManagementFullAccess CloudFrontFullAccess";
}
