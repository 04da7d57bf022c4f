//! Actions on tags of any resource.
//!
//! Follows "Tag your Amazon EC2 resources" (EC2 User Guide), CreateTags, DeleteTags and DescribeTags (EC2 API Reference).

use awsproto::filter::{Filterable, Tagged};
use awsproto::{AwsError, Call, tags};
use model::tags::TagToDelete;
use model::{ResourceId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{Describe, text_values};
use crate::shapes::*;

pub(crate) fn create(call: &mut Call, world: &mut World, request: CreateTagsRequest) -> Result<(), AwsError> {
    let CreateTagsRequest { resources, tags } = request;
    let resources = parse_resources(&resources)?;
    if tags.iter().any(|tag| tag.value.is_none()) {
        return Err(AwsError::invalid_parameter_value("Tag value cannot be null. Use empty string instead."));
    }
    let new = tags::checked(tags.into_iter().map(|tag| (tag.key, tag.value)))?;
    world.create_tags(call.scope, &resources, &new).map_err(refused)
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteTagsRequest) -> Result<(), AwsError> {
    let DeleteTagsRequest { resources, tags } = request;
    let resources = parse_resources(&resources)?;
    let mut which = Vec::new();
    for tag in tags {
        let key = tag.key.unwrap_or_default();
        tags::check_key(&key)?;
        which.push(TagToDelete { key, value: tag.value });
    }
    world.delete_tags(call.scope, &resources, &which).map_err(refused)
}

fn parse_resources(texts: &[String]) -> Result<Vec<ResourceId>, AwsError> {
    let invalid = |text: &str| AwsError::new("InvalidID", format!("The ID '{text}' is not valid"));
    texts.iter().map(|text| text.parse().map_err(|_| invalid(text))).collect()
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeTagsRequest,
) -> Result<DescribeTagsResult, AwsError> {
    let DescribeTagsRequest { filters, max_results, next_token } = request;
    let mut rows = Vec::new();
    for (id, tags) in world.tagged_resources(call.scope) {
        rows.extend(tags.iter().map(|(key, value)| Row::new(id, key, value)));
    }
    let describe = Describe { kind: "resource", ids: &[], filters, max_results, next_token };
    let (rows, next_token) = describe.page(rows, |row: &Row| Some(&row.position))?;
    Ok(DescribeTagsResult { next_token, tags: rows.into_iter().map(|row| row.tag).collect() })
}

/// A tag, and where it stands among all: by resource, then by key.
#[derive(Default)]
struct Row {
    position: String,
    tag: TagDescription,
}

impl Row {
    fn new(id: ResourceId, key: &str, value: &str) -> Self {
        let tag = TagDescription {
            key: Some(key.to_owned()),
            resource_id: Some(id.to_string()),
            resource_type: Some(id.type_name().to_owned()),
            value: Some(value.to_owned()),
        };
        Row { position: format!("{id}/{key}"), tag }
    }
}

impl Filterable for Row {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "key" => text_values(&self.tag.key),
            "value" => text_values(&self.tag.value),
            "resource-id" => text_values(&self.tag.resource_id),
            "resource-type" => text_values(&self.tag.resource_type),
            _ => return None,
        })
    }
}

impl Tagged for Row {
    fn tag_pairs(&self) -> Vec<(&str, &str)> {
        self.tag.key.as_deref().zip(self.tag.value.as_deref()).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn any_resource_can_be_tagged_and_its_tags_found() {
        let mut caller = Caller::new();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap();
        let (vpc, acl, group) =
            (vpc.id.to_string(), vpc.default_network_acl.to_string(), vpc.default_security_group.to_string());
        let rule = caller.ok("DescribeSecurityGroupRules", &[]).text("securityGroupRuleId");
        caller.ok(
            "CreateTags",
            &[
                ("ResourceId.1", &vpc),
                ("ResourceId.2", &acl),
                ("ResourceId.3", &group),
                ("ResourceId.4", &rule),
                ("Tag.1.Key", "Name"),
                ("Tag.1.Value", "city"),
                ("Tag.2.Key", "tier"),
                ("Tag.2.Value", ""),
            ],
        );
        let filter = [("Filter.1.Name", "key"), ("Filter.1.Value.1", "Name")];
        let mut types = caller.ok("DescribeTags", &filter).texts("resourceType");
        types.sort();
        assert_eq!(types, ["network-acl", "security-group", "security-group-rule", "vpc"]);
        let filter = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "c?ty"), ("MaxResults", "5")];
        assert_eq!(caller.ok("DescribeTags", &filter).texts("resourceId").len(), 4);
        let shown =
            caller.ok("DescribeNetworkAcls", &[("Filter.1.Name", "tag-key"), ("Filter.1.Value.1", "tier")]);
        assert_eq!(shown.texts("networkAclId").first(), Some(&acl));
    }

    #[test]
    fn a_tag_is_deleted_with_its_value_or_whatever_its_value() {
        let mut caller = Caller::new();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        caller.ok("CreateTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", "Name"), ("Tag.1.Value", "city")]);
        caller.ok("DeleteTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", "Name"), ("Tag.1.Value", "")]);
        assert_eq!(caller.ok("DescribeTags", &[]).texts("value"), ["city"]);
        caller.ok("DeleteTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", "Name")]);
        assert_eq!(caller.ok("DescribeTags", &[]).texts("value"), [""; 0]);
    }

    #[test]
    fn refusals_have_the_words_of_aws() {
        let mut caller = Caller::new();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        let mut refused = |resource: &str, rest: &[(&str, &str)]| {
            let all: Vec<_> = [("ResourceId.1", resource)].into_iter().chain(rest.iter().copied()).collect();
            caller.refused("CreateTags", &all)
        };
        let good = [("Tag.1.Key", "a"), ("Tag.1.Value", "b")];
        assert_eq!(refused("city", &good), "InvalidID: The ID 'city' is not valid");
        assert_eq!(
            refused("subnet-00000000000000001", &good),
            "InvalidSubnetID.NotFound: The subnet ID 'subnet-00000000000000001' does not exist"
        );
        assert_eq!(
            refused(&vpc, &[("Tag.1.Key", "a")]),
            "InvalidParameterValue: Tag value cannot be null. Use empty string instead."
        );
        assert_eq!(
            refused(&vpc, &[("Tag.1.Key", "aws:a"), ("Tag.1.Value", "b")]),
            "InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use"
        );
        for number in 0..50 {
            let key = number.to_string();
            caller.ok("CreateTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", &key), ("Tag.1.Value", "")]);
        }
        let all: Vec<_> = [("ResourceId.1", vpc.as_str())].into_iter().chain(good).collect();
        assert_eq!(
            caller.refused("CreateTags", &all),
            "TagLimitExceeded: The maximum number of Tags for a resource has been reached."
        );
    }

    #[test]
    fn every_kind_of_resource_takes_tags_and_shows_them() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let in_vpc = [("VpcId", vpc.as_str())];
        let subnet = caller.ok("CreateSubnet", &[in_vpc[0], ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        let list = [("PrefixListName", "offices"), ("AddressFamily", "IPv4"), ("MaxEntries", "1")];
        let group = [("GroupName", "web"), ("GroupDescription", "web servers"), in_vpc[0]];
        let options =
            [("DhcpConfiguration.1.Key", "domain-name"), ("DhcpConfiguration.1.Value.1", "example.com")];
        let made = [
            (caller.ok("CreateRouteTable", &in_vpc).text("routeTableId"), "route-table"),
            (caller.ok("CreateInternetGateway", &[]).text("internetGatewayId"), "internet-gateway"),
            (
                caller.ok("CreateEgressOnlyInternetGateway", &in_vpc).text("egressOnlyInternetGatewayId"),
                "egress-only-internet-gateway",
            ),
            (caller.ok("CreateManagedPrefixList", &list).text("prefixListId"), "prefix-list"),
            (caller.ok("CreateSecurityGroup", &group).text("groupId"), "security-group"),
            (caller.ok("DescribeSecurityGroupRules", &[]).text("securityGroupRuleId"), "security-group-rule"),
            (caller.ok("CreateNetworkAcl", &in_vpc).text("networkAclId"), "network-acl"),
            (
                caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId"),
                "network-interface",
            ),
            (caller.ok("AllocateAddress", &[]).text("allocationId"), "elastic-ip"),
            (
                caller.ok("CreateKeyPair", &[("KeyName", "ada"), ("KeyType", "ed25519")]).text("keyPairId"),
                "key-pair",
            ),
            (caller.ok("CreateDhcpOptions", &options).text("dhcpOptionsId"), "dhcp-options"),
            (
                caller
                    .ok("CreateVpcEndpoint", &[in_vpc[0], ("ServiceName", "com.amazonaws.us-west-2.s3")])
                    .text("vpcEndpointId"),
                "vpc-endpoint",
            ),
            (subnet, "subnet"),
            (vpc, "vpc"),
        ];
        for (id, kind) in made {
            caller.ok("CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "Name"), ("Tag.1.Value", kind)]);
            let filter = [("Filter.1.Name", "resource-id"), ("Filter.1.Value.1", id.as_str())];
            let shown = caller.ok("DescribeTags", &filter);
            assert_eq!((shown.text("resourceType"), shown.text("value")), (kind.into(), kind.into()));
            caller.ok("DeleteTags", &[("ResourceId.1", &id)]);
            assert_eq!(caller.ok("DescribeTags", &filter).texts("value"), [""; 0]);
        }
    }
}
