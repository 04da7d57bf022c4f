//! Ten thousand of each resource: what a change beside them costs, and a question about them.
//!
//! One of everything is made through the API and copied below it, with identifiers, names and public addresses of its own,
//! ten thousand times, in one account and Region, whose quotas are raised; where a quota cannot be, another account changes
//! something beside them. Everything is measured in this thread's processor time, which is the same however busy the
//! machine is, with a snapshot held as the server publishes one: what a change touches is copied first. The limit is the
//! same call where there is one of each.

use awsproto::{Api, AwsError, Call, Input, Principal};
use model::World;
use model::service_quota::ServiceQuota;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use crate::{median, row};

const COPIES: u32 = 10_000;
const CHANGES: usize = 25;
const QUESTIONS: usize = 5;
const REGION: &str = "us-west-2";
/// More than anybody makes here.
const RAISED_QUOTA: u64 = 1_000_000;
/// Who has ten thousand of each.
const FULL: &str = "111111111111";
/// Who changes something beside them where they may have no more.
const OTHER: &str = "222222222222";
/// Digits of an identifier, and those of them that number the copies.
const HEX_DIGITS: usize = 17;
const NUMBER_DIGITS: usize = 8;
/// Where the numbers of names begin that are no copies'.
const FIRST_NAME: u64 = 0xf000_0000;
const IMAGE: &str =
    "ImageId=resolve%3Assm%3A%2Faws%2Fservice%2Fami-amazon-linux-latest%2Fal2023-ami-kernel-default-x86_64";
const PUBLIC_KEY: &str = "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSUlUZS94UE0weWRrZy9ZTkNEeFJ5ZGRrR0V2UlRZVXh4QVJD\
    RjBya0lmai8gYmVuY2g%3D";
const TRUST_POLICY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
    %22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

const POLICY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
    %22Action%22%3A%22ec2%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";

/// A resource of which a VPC, or an account, has many: how it is made, what of the answer is its identifier, how it is
/// deleted and found. `{…}` stands for what was made before.
struct Resource {
    name: &'static str,
    api: &'static Api<World>,
    create: &'static str,
    id: &'static str,
    delete: &'static str,
    find: &'static str,
}

const RESOURCES: &[Resource] = &[
    Resource {
        name: "VPC",
        api: &ec2::API,
        create: "Action=CreateVpc&CidrBlock=10.0.0.0%2F16",
        id: "vpcId",
        delete: "Action=DeleteVpc&VpcId={it}",
        find: "Action=DescribeVpcs&Filter.1.Name=tag:Name&Filter.1.Value.1=x",
    },
    Resource {
        name: "subnet",
        api: &ec2::API,
        create: "Action=CreateSubnet&VpcId={VPC}&CidrBlock=10.0.{octet}.0%2F24",
        id: "subnetId",
        delete: "Action=DeleteSubnet&SubnetId={it}",
        find: "Action=DescribeSubnets&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "route table",
        api: &ec2::API,
        create: "Action=CreateRouteTable&VpcId={VPC}",
        id: "routeTableId",
        delete: "Action=DeleteRouteTable&RouteTableId={it}",
        find: "Action=DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "internet gateway",
        api: &ec2::API,
        create: "Action=CreateInternetGateway",
        id: "internetGatewayId",
        delete: "Action=DeleteInternetGateway&InternetGatewayId={it}",
        find: "Action=DescribeInternetGateways&Filter.1.Name=attachment.vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "security group",
        api: &ec2::API,
        create: "Action=CreateSecurityGroup&VpcId={VPC}&GroupName={name}&GroupDescription=d",
        id: "groupId",
        delete: "Action=DeleteSecurityGroup&GroupId={it}",
        find: "Action=DescribeSecurityGroups&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "security group rule",
        api: &ec2::API,
        create: "Action=AuthorizeSecurityGroupIngress&GroupId={security group}&IpProtocol=tcp&FromPort={n}\
         &ToPort={n}&CidrIp=192.0.2.0%2F24",
        id: "securityGroupRuleId",
        delete: "Action=RevokeSecurityGroupIngress&GroupId={security group}&SecurityGroupRuleId.1={it}",
        find: "Action=DescribeSecurityGroupRules&Filter.1.Name=group-id\
         &Filter.1.Value.1={security group}",
    },
    Resource {
        name: "network ACL",
        api: &ec2::API,
        create: "Action=CreateNetworkAcl&VpcId={VPC}",
        id: "networkAclId",
        delete: "Action=DeleteNetworkAcl&NetworkAclId={it}",
        find: "Action=DescribeNetworkAcls&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "network interface",
        api: &ec2::API,
        create: "Action=CreateNetworkInterface&SubnetId={subnet}",
        id: "networkInterfaceId",
        delete: "Action=DeleteNetworkInterface&NetworkInterfaceId={it}",
        find: "Action=DescribeNetworkInterfaces&Filter.1.Name=subnet-id&Filter.1.Value.1={subnet}",
    },
    Resource {
        name: "Elastic IP address",
        api: &ec2::API,
        create: "Action=AllocateAddress",
        id: "allocationId",
        delete: "Action=ReleaseAddress&AllocationId={it}",
        find: "Action=DescribeAddresses&Filter.1.Name=tag:Name&Filter.1.Value.1=x",
    },
    Resource {
        name: "NAT gateway",
        api: &ec2::API,
        create: "Action=CreateNatGateway&SubnetId={subnet}&ConnectivityType=private",
        id: "natGatewayId",
        delete: "Action=DeleteNatGateway&NatGatewayId={it}",
        find: "Action=DescribeNatGateways&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "DHCP option set",
        api: &ec2::API,
        create: "Action=CreateDhcpOptions&DhcpConfiguration.1.Key=domain-name\
         &DhcpConfiguration.1.Value.1=a.example",
        id: "dhcpOptionsId",
        delete: "Action=DeleteDhcpOptions&DhcpOptionsId={it}",
        find: "Action=DescribeDhcpOptions&Filter.1.Name=tag:Name&Filter.1.Value.1=x",
    },
    Resource {
        name: "prefix list",
        api: &ec2::API,
        create: "Action=CreateManagedPrefixList&PrefixListName={name}&AddressFamily=IPv4&MaxEntries=1",
        id: "prefixListId",
        delete: "Action=DeleteManagedPrefixList&PrefixListId={it}",
        find: "Action=DescribeManagedPrefixLists&Filter.1.Name=prefix-list-name&Filter.1.Value.1=x",
    },
    Resource {
        name: "key pair",
        api: &ec2::API,
        create: "Action=ImportKeyPair&KeyName={name}&PublicKeyMaterial={key}",
        id: "keyPairId",
        delete: "Action=DeleteKeyPair&KeyPairId={it}",
        find: "Action=DescribeKeyPairs&Filter.1.Name=key-name&Filter.1.Value.1=x",
    },
    Resource {
        name: "placement group",
        api: &ec2::API,
        create: "Action=CreatePlacementGroup&GroupName={name}&Strategy=spread",
        id: "groupName",
        delete: "Action=DeletePlacementGroup&GroupName={it}",
        find: "Action=DescribePlacementGroups&Filter.1.Name=strategy&Filter.1.Value.1=cluster",
    },
    Resource {
        name: "launch template",
        api: &ec2::API,
        create: "Action=CreateLaunchTemplate&LaunchTemplateName={name}\
         &LaunchTemplateData.InstanceType=t3.nano",
        id: "launchTemplateId",
        delete: "Action=DeleteLaunchTemplate&LaunchTemplateId={it}",
        find: "Action=DescribeLaunchTemplates&Filter.1.Name=tag:Name&Filter.1.Value.1=x",
    },
    Resource {
        name: "volume",
        api: &ec2::API,
        create: "Action=CreateVolume&AvailabilityZone=us-west-2a&Size=1",
        id: "volumeId",
        delete: "Action=DeleteVolume&VolumeId={it}",
        find: "Action=DescribeVolumes&Filter.1.Name=status&Filter.1.Value.1=error",
    },
    Resource {
        name: "snapshot",
        api: &ec2::API,
        create: "Action=CreateSnapshot&VolumeId={volume}",
        id: "snapshotId",
        delete: "Action=DeleteSnapshot&SnapshotId={it}",
        find: "Action=DescribeSnapshots&Filter.1.Name=volume-id&Filter.1.Value.1={volume}",
    },
    Resource {
        name: "image",
        api: &ec2::API,
        create: "Action=RegisterImage&Name={name}&RootDeviceName=%2Fdev%2Fxvda\
         &BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda&BlockDeviceMapping.1.Ebs.SnapshotId={snapshot}",
        id: "imageId",
        delete: "Action=DeregisterImage&ImageId={it}",
        find: "Action=DescribeImages&Owner.1=self&Filter.1.Name=name&Filter.1.Value.1=x",
    },
    Resource {
        name: "instance",
        api: &ec2::API,
        create: "Action=RunInstances&{image of AWS}&InstanceType=t3.nano&MinCount=1&MaxCount=1\
         &SubnetId={subnet}",
        id: "instanceId",
        delete: "Action=TerminateInstances&InstanceId.1={it}",
        find: "Action=DescribeInstances&Filter.1.Name=vpc-id&Filter.1.Value.1={VPC}",
    },
    Resource {
        name: "role",
        api: &iam::API,
        create: "Action=CreateRole&RoleName={name}&AssumeRolePolicyDocument={trust policy}",
        id: "RoleName",
        delete: "Action=DeleteRole&RoleName={it}",
        find: "Action=ListRoles&MaxItems=10",
    },
    Resource {
        name: "instance profile",
        api: &iam::API,
        create: "Action=CreateInstanceProfile&InstanceProfileName={name}",
        id: "InstanceProfileName",
        delete: "Action=DeleteInstanceProfile&InstanceProfileName={it}",
        find: "Action=ListInstanceProfiles&MaxItems=10",
    },
    Resource {
        name: "user",
        api: &iam::API,
        create: "Action=CreateUser&UserName={name}",
        id: "UserName",
        delete: "Action=DeleteUser&UserName={it}",
        find: "Action=ListUsers&MaxItems=100",
    },
    Resource {
        name: "managed policy",
        api: &iam::API,
        create: "Action=CreatePolicy&PolicyName={name}&PolicyDocument={policy}",
        id: "Arn",
        delete: "Action=DeletePolicy&PolicyArn={it}",
        find: "Action=ListPolicies&Scope=Local&MaxItems=100",
    },
];

/// Prints three rows for each resource.
pub(crate) fn ten_thousand_of_each() {
    let mut few = Scene::with_one_of_each();
    let mut many = few.with_copies();
    few.let_other_make_one_of_each();
    many.let_other_make_one_of_each();
    println!("beside 10,000 of each: processor time, medians (limit: beside one of each)");
    for resource in RESOURCES {
        let (beside_one, beside_many) = (few.costs_of(resource), many.costs_of(resource));
        let say = |what: &str, [one, many]: [f64; 2], goal| {
            let (name, ratio) = (resource.name, Some(many / one));
            row(&format!("  {what} {name}, ms"), format!("{many:.2}"), format!("{one:.2}"), ratio, goal);
        };
        // IAM answers in pages; what has no index is looked at row by row.
        let goal = if std::ptr::eq(resource.api, &iam::API) { "<= 5 ms" } else { "<= 50 ms" };
        say("find", [beside_one.find, beside_many.find], goal);
        say("create", [beside_one.create, beside_many.create], "<= 1 ms");
        say("delete", [beside_one.delete, beside_many.delete], "<= 1 ms");
    }
}

/// Medians, in milliseconds.
struct Costs {
    find: f64,
    create: f64,
    delete: f64,
}

/// A world, who has what is in it, and who else can change something.
struct Scene {
    world: World,
    full: Caller,
    other: Caller,
}

impl Scene {
    fn with_one_of_each() -> Scene {
        let mut world = World::default();
        raise_quotas(&mut world);
        let (mut full, other) = (Caller::new(FULL, 1), Caller::new(OTHER, 2));
        full.make_one_of_each(&mut world);
        Scene { world, full, other }
    }

    /// The same ten thousand times; what was made stands for one in the middle.
    fn with_copies(&self) -> Scene {
        let renumbering = Renumbering::of(&texts_of(&self.world));
        let mut world = copies(&self.world, &renumbering);
        raise_quotas(&mut world);
        let (mut full, other) = (Caller::new(FULL, 3), Caller::new(OTHER, 4));
        let made = self.full.made.iter();
        full.made = made.map(|(name, id)| (*name, renumbering.renumbered(id, COPIES / 2))).collect();
        Scene { world, full, other }
    }

    fn let_other_make_one_of_each(&mut self) {
        self.other.make_one_of_each(&mut self.world);
    }

    fn costs_of(&mut self, resource: &Resource) -> Costs {
        let Scene { world, full, other } = self;
        let find = full.find_often(world, resource);
        let changes = full.change_often(world, resource);
        // A quota that nobody can raise: another account has room.
        let changes = changes.or_else(|_| other.change_often(world, resource));
        let (create, delete) = changes.unwrap_or_else(|error| panic!("{}: {error}", resource.name));
        Costs { find: median(find), create: median(create), delete: median(delete) }
    }
}

/// No quota of the API that can be raised lets ten thousand be too many.
fn raise_quotas(world: &mut World) {
    let all = ServiceQuota::all().iter().map(|it| (it.code, RAISED_QUOTA));
    world.quota_defaults = std::sync::Arc::new(all.collect());
}

/// Somebody who calls, and what they made.
struct Caller {
    call: Call,
    /// How many forms were filled, so that no two make the same.
    forms: u64,
    made: BTreeMap<&'static str, String>,
}

impl Caller {
    fn new(account: &str, seed: u64) -> Caller {
        let mut call = awsproto::testing::call(REGION, seed);
        call.scope.account = account.parse().expect("twelve digits");
        call.principal = Principal::Root(call.scope.account);
        Caller { call, forms: 0, made: BTreeMap::new() }
    }

    fn make_one_of_each(&mut self, world: &mut World) {
        for resource in RESOURCES {
            let create = self.filled(resource.create, "");
            let answer = self.call(resource.api, world, &create);
            let answer = answer.unwrap_or_else(|error| panic!("{create}: {error}"));
            self.made.insert(resource.name, element(&answer, resource.id));
        }
    }

    /// What each of some questions takes.
    fn find_often(&mut self, world: &mut World, resource: &Resource) -> Vec<f64> {
        let question = self.filled(resource.find, "");
        let ask = |_| {
            self.timed(resource.api, world, &question).unwrap_or_else(|error| panic!("{question}: {error}")).1
        };
        (0..QUESTIONS).map(ask).collect()
    }

    /// What each of some changes takes: to make one, and to delete it.
    fn change_often(
        &mut self,
        world: &mut World,
        resource: &Resource,
    ) -> Result<(Vec<f64>, Vec<f64>), AwsError> {
        let mut costs = (Vec::new(), Vec::new());
        for _ in 0..CHANGES {
            let create = self.filled(resource.create, "");
            let (answer, took) = self.timed(resource.api, world, &create)?;
            costs.0.push(took);
            let delete = self.filled(resource.delete, &element(&answer, resource.id));
            costs.1.push(self.timed(resource.api, world, &delete)?.1);
        }
        Ok(costs)
    }

    /// A form with what was made before in its places.
    fn filled(&mut self, form: &str, it: &str) -> String {
        self.forms += 1;
        let name = format!("x-{:0HEX_DIGITS$x}", FIRST_NAME + self.forms);
        let mut filled = form
            .replace("{it}", it)
            .replace("{name}", &name)
            .replace("{n}", &self.forms.to_string())
            .replace("{octet}", &(self.forms % 255 + 1).to_string())
            .replace("{key}", PUBLIC_KEY)
            .replace("{trust policy}", TRUST_POLICY)
            .replace("{policy}", POLICY)
            .replace("{image of AWS}", IMAGE);
        for (name, id) in &self.made {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        filled
    }

    /// A call and what it answers.
    fn call(&mut self, api: &'static Api<World>, world: &mut World, form: &str) -> Result<String, AwsError> {
        let body = format!("{form}&Version={}", api.service.api_version);
        let input = Input::parse(api.service.protocol, "", body.as_bytes())?;
        let name = form.trim_start_matches("Action=").split('&').next().unwrap_or_default();
        let answer = api.perform(name, &mut self.call, world, &input);
        match &answer {
            Ok(_) => drop(world.commit()),
            Err(_) => world.roll_back(),
        }
        Ok(answer?.body)
    }

    /// The same, and the milliseconds of processor time that it took, with a snapshot held elsewhere.
    fn timed(
        &mut self,
        api: &'static Api<World>,
        world: &mut World,
        form: &str,
    ) -> Result<(String, f64), AwsError> {
        let snapshot = world.clone();
        let begun = processor_ms();
        let answer = self.call(api, world, form);
        let took = processor_ms() - begun;
        drop(snapshot);
        Ok((answer?, took))
    }
}

/// What an element of an answer says.
fn element(answer: &str, name: &str) -> String {
    let text = answer.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next());
    text.unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

/// What this thread has had of the processors.
fn processor_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanoseconds = u32::try_from(time.tv_nsec).expect("less than a second");
    u32::try_from(time.tv_sec).map_or(f64::MAX, f64::from) * 1000.0 + f64::from(nanoseconds) / 1e6
}

/// Tables of IAM, whose identifiers have letters instead of digits.
const OF_IAM: [&str; 4] = ["roles", "instance_profiles", "users", "managed_policies"];

/// How the text of one copy becomes another's.
struct Renumbering {
    /// Images and snapshots of the catalogue, of which there are no copies.
    kept: BTreeSet<String>,
    /// Identifiers of IAM, which have letters instead of digits.
    of_iam: Vec<String>,
}

impl Renumbering {
    fn of(texts: &[(String, String)]) -> Renumbering {
        let is_own = |id: &str| texts.iter().any(|(key, _)| key.ends_with(id));
        let values = texts.iter().flat_map(|(_, value)| value.split('"'));
        let shared = values.filter(|it| (it.starts_with("ami-") || it.starts_with("snap-")) && !is_own(it));
        let ids = texts.iter().filter_map(|(key, _)| key.split_once('/'));
        let of_iam = ids.filter(|(table, _)| OF_IAM.contains(table));
        Renumbering {
            kept: shared.map(str::to_owned).collect(),
            of_iam: of_iam.map(|(_, id)| id.to_owned()).collect(),
        }
    }

    /// A text whose identifiers and names end in this number.
    fn renumbered(&self, text: &str, number: u32) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dash) = rest.find('-') {
            let (before, after) = rest.split_at(dash + 1);
            let digits = after.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
            out.push_str(before);
            rest = after;
            let is_kept = || self.kept.iter().any(|id| id.ends_with(&after[..HEX_DIGITS]));
            if digits == HEX_DIGITS && !is_kept() {
                out.push_str(&after[..HEX_DIGITS - NUMBER_DIGITS]);
                out.push_str(&format!("{number:0NUMBER_DIGITS$x}"));
                rest = &after[HEX_DIGITS..];
            }
        }
        out.push_str(rest);
        for id in &self.of_iam {
            let start = &id[..id.len() - NUMBER_DIGITS];
            let letters = format!("{number:0NUMBER_DIGITS$o}");
            let letters: String = letters.bytes().map(|digit| char::from(digit - b'0' + b'A')).collect();
            out = out.replace(id, &format!("{start}{letters}"));
        }
        out
    }
}

/// Records as text.
fn texts_of(world: &World) -> Vec<(String, String)> {
    let text = |record: model::Record| {
        let value = record.value.expect("what is there has a content");
        (record.key, String::from_utf8_lossy(&value).into_owned())
    };
    world.records().into_iter().map(text).collect()
}

/// The world, ten thousand times.
fn copies(world: &World, renumbering: &Renumbering) -> World {
    let texts = texts_of(world);
    let public = world.network.elastic_ips.values().next().expect("there is one").public_ip.to_string();
    let mut all = Vec::new();
    for number in 0..COPIES {
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(51, 0, 0, 0)) + number).to_string();
        for (key, value) in &texts {
            let value = renumbering.renumbered(&value.replace(&public, &address), number);
            all.push((renumbering.renumbered(key, number), value));
        }
    }
    let records = all.iter().map(|(key, value)| (key.as_str(), value.as_bytes()));
    World::load(1, records).unwrap_or_else(|error| panic!("{error}"))
}
