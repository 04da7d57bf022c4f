"""Pages: each paginator of boto3, in pages of five, tells the same as one answer without pages."""

import json
import unittest

from botocore.exceptions import ClientError

import credentials
import hamlet
import identities
import one_time_code
import scenario
import story
from scenario import PEER

PAGE_SIZE = 5
MANY = 12
# An account of its own: there are many of everything, and nothing else changes them.
MANY_OF_ALL = "333333333333"
# More than fit one page.
TRIED = [f"ec2:Describe{number}" for number in range(MANY)]
# Paginators of actions that must be told something besides the size of a page.
ARGUMENTS = {
    "DescribeVpcAttribute": None,
    "GetSecurityGroupsForVpc": lambda it: {"VpcId": it.vpc},
    "DescribeStaleSecurityGroups": lambda it: {"VpcId": it.vpc},
    "GetManagedPrefixListEntries": lambda it: {"PrefixListId": it.list},
    "GetManagedPrefixListAssociations": lambda it: {"PrefixListId": it.list},
    # All versions that are the newest of their template; types that fit a page of the size that is usual.
    "DescribeLaunchTemplateVersions": lambda _: {"Versions": ["$Latest"]},
    "DescribeInstanceTypes": lambda _: {"Filters": [{"Name": "instance-type", "Values": ["m5.*"]}]},
    "GetInstanceTypesFromInstanceRequirements": lambda _: {
        "ArchitectureTypes": ["x86_64"],
        "VirtualizationTypes": ["hvm"],
        "InstanceRequirements": {"VCpuCount": {"Min": 2, "Max": 2}, "MemoryMiB": {"Min": 4096, "Max": 8192}},
    },
    "DescribeFleetInstances": lambda it: {"FleetId": it.fleet},
    "DescribeAddressesAttribute": lambda it: {"Attribute": "domain-name"},
    "GetSubnetCidrReservations": lambda it: {"SubnetId": it.subnet},
    "ListInstanceProfilesForRole": lambda _: {"RoleName": "role0"},
    "ListRoleTags": lambda _: {"RoleName": "role0"},
    "ListRolePolicies": lambda _: {"RoleName": "role0"},
    "ListAttachedRolePolicies": lambda _: {"RoleName": "role0"},
    "ListUserPolicies": lambda _: {"UserName": "user0"},
    "ListAttachedUserPolicies": lambda _: {"UserName": "user0"},
    "ListUserTags": lambda _: {"UserName": "user0"},
    "ListGroupsForUser": lambda _: {"UserName": "user0"},
    "ListGroupPolicies": lambda _: {"GroupName": "group0"},
    "ListAttachedGroupPolicies": lambda _: {"GroupName": "group0"},
    "GetGroup": lambda _: {"GroupName": "group0"},
    "ListPolicyVersions": lambda it: {"PolicyArn": it.policy},
    "ListPolicyTags": lambda it: {"PolicyArn": it.policy},
    "ListEntitiesForPolicy": lambda it: {"PolicyArn": it.policy},
    "ListPolicies": lambda _: {"Scope": "Local"},
    "ListOpenIDConnectProviderTags": lambda it: {"OpenIDConnectProviderArn": it.provider},
    "SimulateCustomPolicy": lambda _: {"PolicyInputList": [identities.ALLOW], "ActionNames": TRIED},
    "SimulatePrincipalPolicy": lambda _: {
        "PolicySourceArn": f"arn:aws:iam::{MANY_OF_ALL}:user/user0",
        "ActionNames": TRIED,
    },
    "ListMFADevices": lambda _: {"UserName": "user0"},
    "ListMFADeviceTags": lambda it: {"SerialNumber": it.device},
    "ListSSHPublicKeys": lambda _: {"UserName": "user0"},
    "ListSigningCertificates": lambda _: {"UserName": "user0"},
    "ListServiceSpecificCredentials": lambda _: {"AllUsers": True},
    "ListServerCertificateTags": lambda _: {"ServerCertificateName": "certificate0"},
    "ListSAMLProviderTags": lambda it: {"SAMLProviderArn": it.saml_provider},
    "ListInstanceProfileTags": lambda _: {"InstanceProfileName": "profile0"},
    # More than five, and, since no page has more than ten, no more.
    "GetParametersByPath": lambda _: {"Path": "/aws/service/debian/release", "Recursive": True},
    "DescribeParameters": lambda _: {"ParameterFilters": [{"Key": "Path", "Values": ["/aws/service/debian"]}]},
}
# Where a page of five cannot be asked for, or there is never more than five.
MAY_BE_ONE_PAGE = {
    "DescribeVpcs",
    "DescribeInternetGateways",
    "DescribeEgressOnlyInternetGateways",
    "DescribeAddressesAttribute",
    "DescribeAddressTransfers",
    "DescribeMovingAddresses",
    "DescribePrincipalIdFormat",
    "DescribeStaleSecurityGroups",
    "DescribePrefixLists",
    "DescribeVpcEndpoints",
    "GetManagedPrefixListAssociations",
    "DescribeNatGateways",
    "DescribeInstanceConnectEndpoints",
    "DescribeVpcPeeringConnections",
    "DescribeInstanceCreditSpecifications",
    # Two at most, and five.
    "ListSSHPublicKeys",
    "ListAccessKeys",
    "ListSigningCertificates",
    "ListPolicyVersions",
    # One at most.
    "ListAccountAliases",
    "DescribeFleets",
    "DescribeFleetInstances",
}


class Paging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = story.told().hamlet
        cls.ec2 = cls.hamlet.client(account=MANY_OF_ALL, validate=False)
        cls.ssm = cls.hamlet.client("ssm", account=MANY_OF_ALL, validate=False)
        cls.iam = cls.hamlet.client("iam", account=MANY_OF_ALL, validate=False)
        cls.fill()

    @classmethod
    def fill(cls):
        ec2 = cls.ec2
        cls.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        for number in range(MANY):
            subnet = ec2.create_subnet(VpcId=cls.vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
            group = ec2.create_security_group(GroupName=f"g{number}", Description="one", VpcId=cls.vpc)["GroupId"]
            ec2.associate_security_group_vpc(GroupId=group, VpcId=other)
            interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
            ec2.create_network_interface_permission(
                NetworkInterfaceId=interface["NetworkInterfaceId"],
                AwsAccountId="222222222222",
                Permission="INSTANCE-ATTACH",
            )
            ec2.create_route_table(VpcId=cls.vpc)
            volume = ec2.create_volume(AvailabilityZone=scenario.ZONE, Size=1)["VolumeId"]
            ec2.modify_volume(VolumeId=volume, Size=2)
            ec2.create_network_acl(VpcId=cls.vpc)
            ec2.create_launch_template(
                LaunchTemplateName=f"template{number}", LaunchTemplateData={"InstanceType": "t3.nano"}
            )
            ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": [f"{number}.example"]}])
            ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Number", "Value": str(number)}])
        cls.subnet = subnet
        for number in range(4, 12):
            ec2.create_subnet_cidr_reservation(
                SubnetId=subnet, Cidr=f"10.0.11.{number * 16}/28", ReservationType="prefix"
            )
        entries = [{"Cidr": f"192.0.2.{number}/32"} for number in range(MANY)]
        cls.list = ec2.create_managed_prefix_list(
            PrefixListName="many", AddressFamily="IPv4", MaxEntries=MANY, Entries=entries
        )["PrefixList"]["PrefixListId"]
        for number in range(MANY):
            ec2.create_managed_prefix_list(PrefixListName=f"list {number}", AddressFamily="IPv6", MaxEntries=1)
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(MANY)]
        for number in range(MANY):
            cls.iam.create_role(RoleName=f"role{number}", AssumeRolePolicyDocument=scenario.trust("ec2"), Tags=tags)
            cls.iam.create_instance_profile(InstanceProfileName=f"profile{number}", Tags=tags)
            cls.iam.add_role_to_instance_profile(InstanceProfileName=f"profile{number}", RoleName="role0")
        cls.fill_flow_logs()
        cls.fill_identities(tags)
        cls.fill_credentials(tags)
        for number in range(MANY):
            ec2.run_instances(
                ImageId=image,
                InstanceType="t3.nano",
                MinCount=1,
                MaxCount=1,
                SubnetId=subnet,
                IamInstanceProfile={"Name": f"profile{number}"},
            )

        template = {"LaunchTemplateName": "template0", "Version": "1"}
        cls.fleet = ec2.create_fleet(
            Type="instant",
            LaunchTemplateConfigs=[
                {"LaunchTemplateSpecification": template, "Overrides": [{"ImageId": image, "SubnetId": subnet}]}
            ],
            TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
        )["FleetId"]

    @classmethod
    def fill_flow_logs(cls):
        trust = scenario.trust("vpc-flow-logs")
        role = cls.iam.create_role(RoleName="flow-logs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        wanted = {"TrafficType": "ALL", "DeliverLogsPermissionArn": role}
        for number in range(MANY):
            cls.ec2.create_flow_logs(ResourceType="VPC", ResourceIds=[cls.vpc], LogGroupName=f"flows{number}", **wanted)

    @classmethod
    def fill_identities(cls, tags):
        iam, document = cls.iam, identities.ALLOW
        named = {kind: {f"{kind.title()}Name": f"{kind}0"} for kind in ("user", "group", "role")}
        for number in range(MANY):
            iam.create_user(UserName=f"user{number}", Tags=tags)
            iam.create_group(GroupName=f"group{number}")
            policy = iam.create_policy(PolicyName=f"policy{number}", PolicyDocument=document, Tags=tags)["Policy"][
                "Arn"
            ]
            for kind, who in named.items():
                # Ten is the most.
                for _ in range(number < 10):
                    getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=policy)
                getattr(iam, f"put_{kind}_policy")(**who, PolicyName=f"own{number}", PolicyDocument=document)
            for _ in range(number < 10):
                iam.add_user_to_group(UserName="user0", GroupName=f"group{number}")
        for number in range(1, MANY):
            iam.add_user_to_group(UserName=f"user{number}", GroupName="group0")
        cls.policy = policy.replace("policy11", "policy0")
        provider = iam.create_open_id_connect_provider(Url="https://issuer.example", Tags=tags)
        cls.provider = provider["OpenIDConnectProviderArn"]
        for number in range(1, MANY):
            iam.attach_user_policy(UserName=f"user{number}", PolicyArn=cls.policy)

    @classmethod
    def fill_credentials(cls, tags):
        iam = cls.iam
        for number in range(MANY):
            made = iam.create_virtual_mfa_device(VirtualMFADeviceName=f"phone{number}", Tags=tags)["VirtualMFADevice"]
            cls.device = made["SerialNumber"]
            codes = one_time_code.two(made["Base32StringSeed"])
            # Eight is the most.
            for _ in range(number < 8):
                iam.enable_mfa_device(UserName="user0", SerialNumber=cls.device, **codes)
            iam.upload_server_certificate(
                ServerCertificateName=f"certificate{number}",
                CertificateBody=credentials.file("rsa.pem"),
                PrivateKey=credentials.file("rsa.key"),
                Tags=tags,
            )
            iam.create_service_specific_credential(UserName=f"user{number}", ServiceName="codecommit.amazonaws.com")
        iam.upload_ssh_public_key(UserName="user0", SSHPublicKeyBody=credentials.file("rsa.pub"))
        for certificate in ("rsa.pem", "ec.pem"):
            iam.upload_signing_certificate(UserName="user0", CertificateBody=credentials.file(certificate))
        document = credentials.file("metadata.xml")
        provider = iam.create_saml_provider(Name="office", SAMLMetadataDocument=document, Tags=tags)
        cls.saml_provider = provider["SAMLProviderArn"]

    def paginators(self):
        for row in hamlet.rows():
            client = {"ec2": self.ec2, "iam": self.iam, "ssm": self.ssm}.get(row["service"])
            if client is None:
                continue
            name = next(
                name for name, operation in client.meta.method_to_api_mapping.items() if operation == row["name"]
            )
            if client.can_paginate(name):
                yield row["name"], getattr(client, name), client.get_paginator(name)

    def test_pages_of_five_tell_the_same_as_no_pages(self):
        for operation, method, paginator in self.paginators():
            with self.subTest(operation):
                arguments = ARGUMENTS.get(operation, lambda _: {})(self)
                whole = members(paginator, method(**arguments))
                pages = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": PAGE_SIZE}))
                paged = [member for page in pages for member in members(paginator, page)]
                self.assertEqual(sorted(whole), sorted(paged))
                # Names beside details: each is a list of its own.
                longest = PAGE_SIZE * len(paginator.result_keys)
                self.assertTrue(
                    all(len(members(paginator, page)) <= longest for page in pages) or operation == "DescribeInstances"
                )
                if operation not in MAY_BE_ONE_PAGE:
                    self.assertGreater(len(pages), 1, f"there are {len(whole)} only")

    def test_tokens_that_are_none(self):
        for operation, method, paginator in self.paginators():
            arguments = ARGUMENTS.get(operation, lambda _: {})(self)
            for token in ("garbage", "AAAA", "é" * 50, "x" * 3000):
                with self.subTest(f"{operation} {token[:8]}"):
                    with self.assertRaises(ClientError) as refused:
                        method(**arguments, **{paginator._pagination_cfg["input_token"]: token})
                    code = refused.exception.response["Error"]["Code"]
                    self.assertIn(
                        code, ("InvalidNextToken", "InvalidParameterValue", "ValidationException", "ValidationError")
                    )

    def test_sizes_that_are_none(self):
        for operation, method, paginator in self.paginators():
            arguments = ARGUMENTS.get(operation, lambda _: {})(self)
            limit = paginator._pagination_cfg.get("limit_key")
            for size in (-1, 0, 100_000) if limit else ():
                with self.subTest(f"{operation} {size}"):
                    try:
                        method(**arguments, **{limit: size})
                    except ClientError as refused:
                        self.assertIn(
                            refused.response["Error"]["Code"],
                            ("InvalidParameterValue", "ValidationException", "ValidationError"),
                        )
                        self.assertEqual(400, refused.response["ResponseMetadata"]["HTTPStatusCode"])
                    else:
                        self.fail("was not refused")

    def test_a_token_of_somebody_else_shows_nothing_of_theirs(self):
        token = self.ec2.describe_subnets(MaxResults=PAGE_SIZE)["NextToken"]
        other = self.hamlet.client(account=PEER)
        try:
            seen = other.describe_subnets(NextToken=token, MaxResults=PAGE_SIZE)["Subnets"]
        except ClientError as refused:
            self.assertEqual("InvalidNextToken", refused.response["Error"]["Code"])
        else:
            self.assertLessEqual({subnet["OwnerId"] for subnet in seen}, {PEER})

    def test_a_page_goes_on_where_it_was_though_members_come_and_go(self):
        first = self.ec2.describe_network_acls(MaxResults=PAGE_SIZE)
        gone = first["NetworkAcls"][-1]["NetworkAclId"]
        mine = [acl for acl in first["NetworkAcls"] if not acl["IsDefault"]]
        self.ec2.delete_network_acl(NetworkAclId=mine[-1]["NetworkAclId"])
        rest = []
        token = first["NextToken"]
        while token:
            page = self.ec2.describe_network_acls(MaxResults=PAGE_SIZE, NextToken=token)
            rest += [acl["NetworkAclId"] for acl in page["NetworkAcls"]]
            token = page.get("NextToken")
        seen = [acl["NetworkAclId"] for acl in first["NetworkAcls"]]
        self.assertEqual(set(), set(seen) & set(rest), gone)
        left = {acl["NetworkAclId"] for acl in self.ec2.describe_network_acls()["NetworkAcls"]}
        self.assertEqual(left, (set(seen) | set(rest)) - {mine[-1]["NetworkAclId"]})


def members(paginator, page):
    """What one page tells, in a form that can be compared."""
    return [
        json.dumps(member, default=str, sort_keys=True)
        for key in paginator.result_keys
        for member in key.search(page) or []
    ]
