//! What calls touch, by kind of call, with the exact ARNs and keys.

use awsproto::{Input, Protocol, Touched, encode_uri_component};
use model::Tags;
use model::role::NewRole;

use crate::API;
use crate::testing::Caller;

/// What is before the names of most.
const OURS: &str = "arn:aws:ec2:us-west-2:123456789012";

#[test]
fn a_question_about_all_is_about_everything() {
    let mut caller = Caller::new();
    let touched = touched(&mut caller, "DescribeVpcs", &[("VpcId.1", "vpc-00000001")]);
    assert_eq!(shown(&touched), ["*"]);
    assert_eq!(touched[0].values("ec2:Region").unwrap(), ["us-west-2"]);
}

#[test]
fn what_is_made_has_no_name_yet_and_the_tags_that_it_is_to_have() {
    let mut caller = Caller::new();
    let vpc = touched(&mut caller, "CreateVpc", &[("CidrBlock", "10.0.0.0/16")]);
    assert_eq!(shown(&vpc), [format!("{OURS}:vpc/*")]);
    assert_eq!(vpc[0].values("aws:TagKeys"), None);
    let tags = [
        ("CidrBlock", "10.0.0.0/16"),
        ("TagSpecification.1.ResourceType", "vpc"),
        ("TagSpecification.1.Tag.1.Key", "Owner"),
        ("TagSpecification.1.Tag.1.Value", "ada"),
        ("TagSpecification.1.Tag.2.Key", "Team"),
    ];
    let vpc = touched(&mut caller, "CreateVpc", &tags);
    assert_eq!(shown(&vpc), [format!("{OURS}:vpc/*"), format!("ec2:CreateTags {OURS}:vpc/*")]);
    for touched in &vpc {
        assert_eq!(touched.values("aws:RequestTag/Owner").unwrap(), ["ada"]);
        assert_eq!(touched.values("aws:RequestTag/Team").unwrap(), [""]);
        assert_eq!(touched.values("aws:TagKeys").unwrap(), ["Owner", "Team"]);
    }
    assert_eq!(vpc[1].values("ec2:CreateAction").unwrap(), ["CreateVpc"]);
    assert_eq!(vpc[0].values("ec2:CreateAction"), None);
}

#[test]
fn what_is_made_somewhere_touches_the_place_too() {
    let mut caller = Caller::new();
    let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
    caller.ok("CreateTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", "Team"), ("Tag.1.Value", "net")]);
    let parameters =
        [("VpcId", vpc.as_str()), ("CidrBlock", "172.31.64.0/20"), ("AvailabilityZone", "us-west-2b")];
    let subnet = touched(&mut caller, "CreateSubnet", &parameters);
    assert_eq!(shown(&subnet), [format!("{OURS}:subnet/*"), format!("{OURS}:vpc/{vpc}")]);
    assert_eq!(subnet[1].values("ec2:Tenancy").unwrap(), ["default"]);
    assert_eq!(subnet[1].values("aws:ResourceTag/Team").unwrap(), ["net"]);
    assert_eq!(subnet[1].values("ec2:ResourceTag/Team").unwrap(), ["net"]);
    assert_eq!(subnet[1].values("ec2:VpcID").unwrap(), [vpc.as_str()]);
    let group = [("GroupName", "web"), ("GroupDescription", "web")];
    let group = touched(&mut caller, "CreateSecurityGroup", &group);
    assert_eq!(shown(&group), [format!("{OURS}:security-group/*"), format!("{OURS}:vpc/{vpc}")]);
}

#[test]
fn what_is_named_is_touched_with_what_is_known_of_it() {
    let mut caller = Caller::new();
    let launched = caller.launch(&[]);
    let (instance, subnet) = (launched.text("instanceId"), launched.text("subnetId"));
    caller.ok("CreateTags", &[("ResourceId.1", &instance), ("Tag.1.Key", "Owner"), ("Tag.1.Value", "ada")]);
    let other = "i-00000000000000001";
    let stopped =
        touched(&mut caller, "StopInstances", &[("InstanceId.1", &instance), ("InstanceId.2", other)]);
    assert_eq!(shown(&stopped), [format!("{OURS}:instance/{instance}"), format!("{OURS}:instance/{other}")]);
    assert_eq!(stopped[0].values("ec2:InstanceType").unwrap(), ["t2.micro"]);
    assert_eq!(stopped[0].values("ec2:ResourceTag/Owner").unwrap(), ["ada"]);
    assert_eq!(stopped[0].values("ec2:MetadataHttpTokens").unwrap(), ["required"]);
    assert_eq!(stopped[1].values("aws:ResourceTag/Owner"), None);
    assert_eq!(stopped[1].values("ec2:Region").unwrap(), ["us-west-2"]);
    let interface = launched.text("networkInterfaceId");
    let assigned = touched(&mut caller, "AssignPrivateIpAddresses", &[("NetworkInterfaceId", &interface)]);
    assert_eq!(assigned[0].values("ec2:Subnet").unwrap(), [format!("{OURS}:subnet/{subnet}")]);
    assert_eq!(assigned[0].account, Some(caller.scope().account));
}

#[test]
fn text_that_looks_like_an_identifier_touches_nothing() {
    let mut caller = Caller::new();
    let group = caller.world.default_vpc(caller.scope()).unwrap().default_security_group.to_string();
    let parameters = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.Groups.1.GroupId", "sg-00000000000000001"),
        ("IpPermissions.1.Groups.1.Description", "sg-00000000000000002"),
    ];
    let rules = touched(&mut caller, "AuthorizeSecurityGroupIngress", &parameters);
    assert_eq!(shown(&rules), [format!("{OURS}:security-group/{group}")]);
    let named = touched(
        &mut caller,
        "RevokeSecurityGroupIngress",
        &[("GroupName", "default"), ("CidrIp", "0.0.0.0/0")],
    );
    assert_eq!(shown(&named), [format!("{OURS}:security-group/{group}")]);
}

#[test]
fn rules_are_touched_when_they_are_tagged_or_modified() {
    let mut caller = Caller::new();
    let group = caller.world.default_vpc(caller.scope()).unwrap().default_security_group.to_string();
    let tagged = [
        ("GroupId", group.as_str()),
        ("IpProtocol", "tcp"),
        ("TagSpecification.1.ResourceType", "security-group-rule"),
        ("TagSpecification.1.Tag.1.Key", "Team"),
    ];
    let touched_by_tags = shown(&touched(&mut caller, "AuthorizeSecurityGroupEgress", &tagged));
    let [own, rule] = [format!("{OURS}:security-group/{group}"), format!("{OURS}:security-group-rule/*")];
    assert_eq!(touched_by_tags, [own.clone(), rule.clone(), format!("ec2:CreateTags {rule}")]);
    let id = "sgr-00000000000000001";
    let modified = [("GroupId", group.as_str()), ("SecurityGroupRule.1.SecurityGroupRuleId", id)];
    let modified = shown(&touched(&mut caller, "ModifySecurityGroupRules", &modified));
    assert_eq!(modified, [own, format!("{OURS}:security-group-rule/{id}")]);
}

#[test]
fn routes_are_about_their_table_alone() {
    let mut caller = Caller::new();
    let vpc = caller.world.default_vpc(caller.scope()).unwrap();
    let (table, vpc) = (vpc.main_route_table.to_string(), vpc.id.to_string());
    let gateway = [("GatewayId", "igw-00000000000000001")];
    for action in ["CreateRoute", "ReplaceRoute", "DeleteRoute"] {
        let parameters =
            [("RouteTableId", table.as_str()), ("DestinationCidrBlock", "0.0.0.0/0"), gateway[0]];
        let route = touched(&mut caller, action, &parameters);
        assert_eq!(shown(&route), [format!("{OURS}:route-table/{table}")]);
        assert_eq!(route[0].values("ec2:Vpc").unwrap(), [format!("{OURS}:vpc/{vpc}")]);
    }
}

#[test]
fn an_association_stands_for_what_it_is_of() {
    let mut caller = Caller::new();
    let vpc = caller.world.default_vpc(caller.scope()).unwrap().id;
    let subnet = caller.world.network.subnets.values().find(|it| it.vpc == vpc).unwrap().id.to_string();
    let table = caller.ok("CreateRouteTable", &[("VpcId", &vpc.to_string())]).text("routeTableId");
    let pair = [("RouteTableId", table.as_str()), ("SubnetId", subnet.as_str())];
    let association = caller.ok("AssociateRouteTable", &pair).text("associationId");
    let left = shown(&touched(&mut caller, "DisassociateRouteTable", &[("AssociationId", &association)]));
    assert_eq!(left, [format!("{OURS}:route-table/{table}"), format!("{OURS}:subnet/{subnet}")]);
    let launched = caller.launch(&[]);
    let (instance, interface) = (launched.text("instanceId"), launched.text("networkInterfaceId"));
    let attachment =
        [("AttachmentId", launched.texts("attachmentId")[0].as_str())].map(|(k, v)| (k, v.to_owned()));
    let attachment = [(attachment[0].0, attachment[0].1.as_str())];
    let detached = shown(&touched(&mut caller, "DetachNetworkInterface", &attachment));
    assert_eq!(
        detached,
        [format!("{OURS}:instance/{instance}"), format!("{OURS}:network-interface/{interface}")]
    );
}

#[test]
fn a_volume_is_detached_from_an_instance_that_need_not_be_named() {
    let mut caller = Caller::new();
    let launched = caller.launch(&[]);
    let instance = launched.text("instanceId");
    let volume = caller.world.volumes.values().next().unwrap().id.to_string();
    let detached = touched(&mut caller, "DetachVolume", &[("VolumeId", &volume)]);
    assert_eq!(shown(&detached), [format!("{OURS}:instance/{instance}"), format!("{OURS}:volume/{volume}")]);
    assert_eq!(detached[1].values("ec2:Encrypted").unwrap(), ["false"]);
    assert_eq!(detached[1].values("ec2:VolumeSize").unwrap(), ["8"]);
}

#[test]
fn volumes_and_snapshots_that_are_made_say_what_of() {
    let mut caller = Caller::new();
    let size =
        [("AvailabilityZone", "us-west-2a"), ("Size", "100"), ("VolumeType", "gp3"), ("Encrypted", "true")];
    let made = touched(&mut caller, "CreateVolume", &size);
    assert_eq!(shown(&made), [format!("{OURS}:volume/*")]);
    assert_eq!(made[0].values("ec2:VolumeSize").unwrap(), ["100"]);
    assert_eq!(made[0].values("ec2:Encrypted").unwrap(), ["true"]);
    assert_eq!(made[0].values("ec2:AvailabilityZone").unwrap(), ["us-west-2a"]);
    let volume = caller.ok("CreateVolume", &size).text("volumeId");
    let snapshot = touched(&mut caller, "CreateSnapshot", &[("VolumeId", &volume)]);
    assert_eq!(
        shown(&snapshot),
        ["arn:aws:ec2:us-west-2::snapshot/*".to_owned(), format!("{OURS}:volume/{volume}")]
    );
    assert_eq!(snapshot[0].values("ec2:ParentVolume").unwrap(), [format!("{OURS}:volume/{volume}")]);
}

#[test]
fn key_pairs_and_placement_groups_go_by_name() {
    let mut caller = Caller::new();
    let key = touched(&mut caller, "CreateKeyPair", &[("KeyName", "ada"), ("KeyType", "ed25519")]);
    assert_eq!(shown(&key), [format!("{OURS}:key-pair/ada")]);
    assert_eq!(key[0].values("ec2:KeyPairType").unwrap(), ["ed25519"]);
    let id = caller.ok("CreateKeyPair", &[("KeyName", "ada"), ("KeyType", "ed25519")]).text("keyPairId");
    for named in [("KeyPairId", id.as_str()), ("KeyName", "ada")] {
        assert_eq!(shown(&touched(&mut caller, "DeleteKeyPair", &[named])), [format!("{OURS}:key-pair/ada")]);
    }
    caller.ok("CreatePlacementGroup", &[("GroupName", "near"), ("Strategy", "cluster")]);
    let group = touched(&mut caller, "DeletePlacementGroup", &[("GroupName", "near")]);
    assert_eq!(shown(&group), [format!("{OURS}:placement-group/near")]);
    assert_eq!(group[0].values("ec2:PlacementGroupStrategy").unwrap(), ["cluster"]);
}

#[test]
fn tags_touch_each_resource_with_those_that_it_has_and_gets() {
    let mut caller = Caller::new();
    let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
    let image = caller.image();
    caller.ok("CreateTags", &[("ResourceId.1", &vpc), ("Tag.1.Key", "Team"), ("Tag.1.Value", "net")]);
    let parameters = [
        ("ResourceId.1", vpc.as_str()),
        ("ResourceId.2", &image),
        ("Tag.1.Key", "Owner"),
        ("Tag.1.Value", "ada"),
    ];
    let tagged = touched(&mut caller, "CreateTags", &parameters);
    let mut arns = shown(&tagged);
    arns.sort();
    assert_eq!(arns, [format!("{OURS}:vpc/{vpc}"), format!("arn:aws:ec2:us-west-2::image/{image}")]);
    let vpc = tagged.iter().find(|it| it.arn.contains(":vpc/")).unwrap();
    assert_eq!(vpc.values("aws:RequestTag/Owner").unwrap(), ["ada"]);
    assert_eq!(vpc.values("aws:ResourceTag/Team").unwrap(), ["net"]);
    let deleted = touched(&mut caller, "DeleteTags", &parameters);
    assert!(deleted.iter().all(|it| it.values("aws:TagKeys").unwrap() == ["Owner"]));
}

#[test]
fn a_peering_says_whose_vpcs_it_joins() {
    let mut caller = Caller::new();
    let own = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
    let peer = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
    let sides = [("VpcId", own.as_str()), ("PeerVpcId", peer.as_str()), ("PeerOwnerId", "111122223333")];
    let asked = touched(&mut caller, "CreateVpcPeeringConnection", &sides);
    assert_eq!(shown(&asked), [format!("{OURS}:vpc/{own}"), format!("{OURS}:vpc-peering-connection/*")]);
    assert_eq!(asked[1].values("ec2:RequesterVpc").unwrap(), [format!("{OURS}:vpc/{own}")]);
    let other = format!("arn:aws:ec2:us-west-2:111122223333:vpc/{peer}");
    assert_eq!(asked[1].values("ec2:AccepterVpc").unwrap(), [other]);
    let id = caller.ok("CreateVpcPeeringConnection", &sides[..2]).text("vpcPeeringConnectionId");
    let accepted = touched(&mut caller, "AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
    assert_eq!(
        shown(&accepted),
        [format!("{OURS}:vpc/{peer}"), format!("{OURS}:vpc-peering-connection/{id}")]
    );
    assert_eq!(accepted[1].values("ec2:AccepterVpc").unwrap(), [format!("{OURS}:vpc/{peer}")]);
}

#[test]
fn a_change_says_which_attribute_it_changes() {
    let mut caller = Caller::new();
    let instance = caller.launch(&[]).text("instanceId");
    let change = [("InstanceId", instance.as_str()), ("DisableApiTermination.Value", "true")];
    let changed = touched(&mut caller, "ModifyInstanceAttribute", &change);
    assert_eq!(shown(&changed), [format!("{OURS}:instance/{instance}")]);
    assert_eq!(changed[0].values("ec2:Attribute").unwrap(), ["DisableApiTermination"]);
    assert_eq!(changed[0].values("ec2:Attribute/DisableApiTermination").unwrap(), ["true"]);
}

#[test]
fn an_identifier_that_is_none_leaves_any_of_its_type() {
    let mut caller = Caller::new();
    assert_eq!(
        shown(&touched(&mut caller, "TerminateInstances", &[("InstanceId.1", "x")])),
        [format!("{OURS}:instance/*")]
    );
    assert_eq!(shown(&touched(&mut caller, "ReleaseAddress", &[])), ["*"]);
}

#[test]
fn a_launch_touches_all_that_it_uses_and_makes() {
    let mut caller = Caller::new();
    caller.ok("CreateKeyPair", &[("KeyName", "ada"), ("KeyType", "ed25519")]);
    let image = caller.image();
    let vpc = caller.world.default_vpc(caller.scope()).unwrap();
    let (group, vpc) = (vpc.default_security_group, vpc.id);
    let subnets = caller.world.network.subnets.values().filter(|it| it.vpc == vpc);
    let subnet = subnets.filter(|it| it.zone.to_string() == "us-west-2b").map(|it| it.id).next().unwrap();
    let parameters = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("KeyName", "ada"),
        ("Placement.AvailabilityZone", "us-west-2b"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Owner"),
        ("TagSpecification.1.Tag.1.Value", "ada"),
    ];
    let launch = touched(&mut caller, "RunInstances", &parameters);
    let expected = [
        format!("arn:aws:ec2:us-west-2::image/{image}"),
        format!("{OURS}:instance/*"),
        format!("{OURS}:network-interface/*"),
        format!("{OURS}:security-group/{group}"),
        format!("{OURS}:subnet/{subnet}"),
        format!("{OURS}:volume/*"),
        format!("{OURS}:key-pair/ada"),
        format!("ec2:CreateTags {OURS}:instance/*"),
    ];
    assert_eq!(shown(&launch), expected);
    let keys = |place: usize, key: &str| launch[place].values(key).map(<[String]>::concat);
    assert_eq!(keys(0, "ec2:Owner").as_deref(), Some("137112412989"));
    assert_eq!(keys(0, "ec2:Public").as_deref(), Some("true"));
    assert_eq!(keys(1, "ec2:InstanceType").as_deref(), Some("t3.micro"));
    assert_eq!(keys(1, "ec2:AvailabilityZone").as_deref(), Some("us-west-2b"));
    assert_eq!(keys(1, "ec2:Tenancy").as_deref(), Some("default"));
    assert_eq!(keys(1, "ec2:MetadataHttpTokens").as_deref(), Some("required"));
    assert_eq!(keys(1, "aws:RequestTag/Owner").as_deref(), Some("ada"));
    assert_eq!(keys(1, "ec2:LaunchTemplate"), None);
    assert_eq!(keys(2, "ec2:Subnet"), Some(format!("{OURS}:subnet/{subnet}")));
    assert_eq!(keys(3, "ec2:Vpc"), Some(format!("{OURS}:vpc/{vpc}")));
    assert_eq!(keys(5, "ec2:VolumeSize").as_deref(), Some("8"));
    assert_eq!(keys(5, "ec2:Encrypted").as_deref(), Some("false"));
    assert_eq!(keys(5, "aws:RequestTag/Owner"), None);
    assert_eq!(keys(7, "ec2:CreateAction").as_deref(), Some("RunInstances"));
    assert!(launch.iter().all(|it| it.values("ec2:Region").unwrap() == ["us-west-2"]));
}

#[test]
fn a_launch_template_is_touched_with_all_that_it_brings() {
    let mut caller = Caller::new();
    let image = caller.image();
    let group = caller.world.default_vpc(caller.scope()).unwrap().default_security_group.to_string();
    let template = [
        ("LaunchTemplateName", "web"),
        ("LaunchTemplateData.ImageId", image.as_str()),
        ("LaunchTemplateData.InstanceType", "t3.small"),
        ("LaunchTemplateData.SecurityGroupId.1", &group),
        ("LaunchTemplateData.TagSpecification.1.ResourceType", "volume"),
        ("LaunchTemplateData.TagSpecification.1.Tag.1.Key", "Team"),
        ("LaunchTemplateData.TagSpecification.1.Tag.1.Value", "net"),
    ];
    let made = touched(&mut caller, "CreateLaunchTemplate", &template);
    assert_eq!(shown(&made), [format!("{OURS}:launch-template/*")]);
    let id = caller.ok("CreateLaunchTemplate", &template).text("launchTemplateId");
    let parameters = [
        ("LaunchTemplate.LaunchTemplateName", "web"),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
    ];
    let launch = touched(&mut caller, "RunInstances", &parameters);
    let arns = shown(&launch);
    let named = format!("{OURS}:launch-template/{id}");
    assert!(arns.contains(&named) && arns.contains(&format!("{OURS}:security-group/{group}")), "{arns:?}");
    assert!(arns.contains(&format!("ec2:CreateTags {OURS}:volume/*")), "{arns:?}");
    let of_template = |arn: &str, value: &str| {
        let one = launch.iter().find(|it| it.arn.contains(arn)).unwrap();
        assert_eq!(one.values("ec2:LaunchTemplate").unwrap(), [named.as_str()], "{arn}");
        assert_eq!(one.values("ec2:IsLaunchTemplateResource").unwrap(), [value], "{arn}");
    };
    of_template("image/", "true");
    of_template("security-group/", "true");
    of_template(":instance/", "false");
    let instance = launch.iter().find(|it| it.arn.contains(":instance/")).unwrap();
    assert_eq!(instance.values("ec2:InstanceType").unwrap(), ["t3.micro"]);
}

#[test]
fn a_role_that_an_instance_is_to_have_must_be_passed() {
    let mut caller = Caller::new();
    let instance = caller.launch(&[]).text("instanceId");
    let account = caller.scope().account;
    give_profile(&mut caller);
    let profile_arn = format!("arn:aws:iam::{account}:instance-profile/web");
    let role_arn = format!("arn:aws:iam::{account}:role/servers/web");
    for named in [("IamInstanceProfile.Name", "web"), ("IamInstanceProfile.Arn", &profile_arn)] {
        let passed = touched(&mut caller, "AssociateIamInstanceProfile", &[("InstanceId", &instance), named]);
        assert_eq!(
            shown(&passed),
            [format!("{OURS}:instance/{instance}"), format!("iam:PassRole {role_arn}")]
        );
        assert_eq!(passed[1].values("iam:PassedToService").unwrap(), ["ec2.amazonaws.com"]);
        assert_eq!(passed[1].values("ec2:Region"), None);
    }
    let image = caller.image();
    let launch = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("IamInstanceProfile.Name", "web"),
    ];
    let launch = touched(&mut caller, "RunInstances", &launch);
    assert_eq!(shown(&launch).last(), Some(&format!("iam:PassRole {role_arn}")));
    assert_eq!(launch[1].values("ec2:InstanceProfile").unwrap(), [profile_arn]);
    let none = touched(
        &mut caller,
        "AssociateIamInstanceProfile",
        &[("InstanceId", &instance), ("IamInstanceProfile.Name", "no")],
    );
    assert_eq!(none.len(), 1);
}

#[test]
fn a_key_is_sent_to_an_instance_for_a_user() {
    let caller = Caller::new();
    let body = r#"{"InstanceId":"i-0123456789abcdef0","InstanceOSUser":"ec2-user"}"#;
    let input = Input::parse(Protocol::Json11, "", body.as_bytes()).unwrap();
    let api = &crate::instance_connect::API;
    let touched = (api.touches)(&caller.world, &caller.call, &api.actions[0], &input);
    assert_eq!(shown(&touched), [format!("{OURS}:instance/i-0123456789abcdef0")]);
    assert_eq!(touched[0].values("ec2:osuser").unwrap(), ["ec2-user"]);
}

#[test]
fn every_action_says_what_it_touches_whatever_is_asked() {
    let mut caller = Caller::new();
    for action in API.actions {
        let touched = touched(&mut caller, action.name, &[("Tag.1.Key", "a"), ("x.y.1", "vpc-00000001")]);
        assert!(touched.iter().all(|it| it.arn == "*" || it.arn.starts_with("arn:aws:")), "{}", action.name);
        let required = action.authorization.resources.iter().filter(|it| it.is_required);
        let is_launch = action.name == "RunInstances";
        assert!(is_launch || touched.len() >= required.count(), "{}: {touched:?}", action.name);
    }
}

/// Makes an instance profile `web` with a role of that name in a folder.
fn give_profile(caller: &mut Caller) {
    let (account, now) = (caller.scope().account, caller.call.now);
    let role = NewRole {
        path: "/servers/".into(),
        name: "web".into(),
        description: None,
        trust_policy: policy::Document::stored("{}"),
        max_session_duration_s: 3600,
        boundary: None,
        tags: Tags::new(),
    };
    let (world, call) = caller.parts();
    call.with_ids(|ids| {
        world.create_role(account, role, ids, now).unwrap();
        world.create_instance_profile(account, "/", "web", Tags::new(), ids, now).unwrap();
    });
    world.add_role_to_instance_profile(account, "web", "web").unwrap();
    world.commit();
}

/// What a call would touch.
fn touched(caller: &mut Caller, action: &str, parameters: &[(&str, &str)]) -> Vec<Touched> {
    let form: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encode_uri_component(value))).collect();
    let input = Input::parse(Protocol::Ec2, "", form.join("&").as_bytes()).unwrap();
    let row = API.find(action).unwrap();
    (API.touches)(&caller.world, &caller.call, row, &input)
}

/// The ARNs, each behind the action that is another one's.
fn shown(touched: &[Touched]) -> Vec<String> {
    let action = |it: &Touched| it.action.map(|action| format!("{action} ")).unwrap_or_default();
    touched.iter().map(|it| action(it) + &it.arn).collect()
}
