"""Lists that are empty: which of them AWS leaves out of its answers, and which it shows as empty."""

import unittest

import hamlet
import members
import scenario
import story
from facts import OneSubnet

WORDS = members.listed("empty_lists")


def when_empty(structure, member, operation):
    """`kept` or `absent`, as the list of lists says."""
    word, _, operations = WORDS.get((structure, member), "kept").partition(" in ")
    if not operations or operation in operations.split(", "):
        return word
    return {"kept": "absent", "absent": "kept"}[word]


class EveryAnswer(unittest.TestCase):
    def test_lists_that_are_empty_are_there_or_not_as_listed(self):
        seen = set()
        for (service, operation), lists in story.finished().recorder.lists.items():
            for shape, member, how in sorted(lists):
                structure = shape[:1].upper() + shape[1:]
                if how == "full":
                    continue
                seen.add((structure, member))
                if when_empty(structure, member, operation) == "told":
                    continue  # An attribute, which was asked for or was not.
                with self.subTest(f"{service}.{operation} {structure}.{member}"):
                    expected = {"kept": "empty", "absent": "absent"}[when_empty(structure, member, operation)]
                    self.assertEqual(expected, how)
        self.assertGreater(len(seen), 40, "the story shows hardly any empty list")

    def test_what_is_listed_is_a_list_of_a_structure_that_the_model_has(self):
        shapes = {}
        for service in ("logs", "ec2", "iam"):
            model = hamlet.model(service)
            shapes |= {name[:1].upper() + name[1:]: model.shape_for(name) for name in model.shape_names}
        for structure, member in WORDS:
            with self.subTest(f"{structure}.{member}"):
                self.assertEqual("list", shapes[structure].members[member].type_name)


class Attributes(OneSubnet):
    """Who asks for an attribute gets that one, and nothing else."""

    # What an attribute is called in the answer, where that is not its own name; from botocore's model otherwise.
    OTHERWISE = {
        "blockDeviceMapping": "BlockDeviceMappings",
        "groupSet": "Groups",
        "kernel": "KernelId",
        "ramdisk": "RamdiskId",
        "launchPermission": "LaunchPermissions",
    }

    def walk(self, method, names, missing=(), **of):
        for attribute in names:
            answer = getattr(self.ec2, method)(Attribute=attribute, **of)
            answer.pop("ResponseMetadata")
            told = set(answer) - set(of)
            expected = self.OTHERWISE.get(attribute, attribute[0].upper() + attribute[1:])
            self.shows(f"{method} {attribute}", set() if attribute in missing else {expected}, told)

    def names(self, shape):
        return hamlet.model("ec2").shape_for(shape).enum

    def test_of_an_instance(self):
        instance = self.instance(self.lan)
        self.walk("describe_instance_attribute", self.names("InstanceAttributeName"), InstanceId=instance)
        for attribute, member in (("kernel", "KernelId"), ("sriovNetSupport", "SriovNetSupport")):
            answer = self.ec2.describe_instance_attribute(InstanceId=instance, Attribute=attribute)
            self.shows(attribute, {}, answer[member])

    def test_of_an_interface(self):
        interface = self.interface(self.lan)
        # An interface that is not attached has no attachment.
        self.walk(
            "describe_network_interface_attribute",
            self.names("NetworkInterfaceAttribute"),
            missing=("attachment",),
            NetworkInterfaceId=interface,
        )

    def test_of_a_vpc(self):
        self.walk("describe_vpc_attribute", self.names("VpcAttributeName"), VpcId=self.mine)


class WhatClientsTellApart(OneSubnet):
    """Some of the same without the list."""

    def has(self, statement, answer, absent=(), empty=()):
        self.shows(statement, [], [name for name in absent if name in answer])
        self.shows(statement, {name: [] for name in empty}, {name: answer.get(name) for name in empty})

    def test_networks(self):
        ec2 = self.ec2
        vpc = ec2.describe_vpcs(VpcIds=[self.mine])["Vpcs"][0]
        self.has("describe-vpcs", vpc, absent=("Tags", "Ipv6CidrBlockAssociationSet"))
        made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]
        self.has("create-vpc", made, absent=("Tags",), empty=("Ipv6CidrBlockAssociationSet",))
        subnet = ec2.describe_subnets(SubnetIds=[self.lan])["Subnets"][0]
        self.has("describe-subnets", subnet, absent=("Tags",), empty=("Ipv6CidrBlockAssociationSet",))
        table = ec2.describe_route_tables(RouteTableIds=[self.table(self.mine)])["RouteTables"][0]
        self.has("describe-route-tables", table, empty=("Tags", "PropagatingVgws", "Associations"))
        gateway = ec2.describe_internet_gateways(InternetGatewayIds=[self.gateway()])["InternetGateways"][0]
        self.has("describe-internet-gateways", gateway, empty=("Tags", "Attachments"))
        peering = ec2.create_vpc_peering_connection(VpcId=self.mine, PeerVpcId=made["VpcId"])["VpcPeeringConnection"]
        self.has("create-vpc-peering-connection", peering, empty=("Tags",))

    def test_security(self):
        ec2, group = self.ec2, self.group(self.mine)
        self.has(
            "describe-security-groups", ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0], ("Tags",)
        )
        rule = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
        made = ec2.authorize_security_group_ingress(**rule)["SecurityGroupRules"][0]
        self.has("authorize-security-group-ingress", made, absent=("Tags",))
        of_group = [{"Name": "group-id", "Values": [group]}]
        for shown in ec2.describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]:
            self.has("describe-security-group-rules", shown, empty=("Tags",))
        acl = ec2.create_network_acl(VpcId=self.mine)["NetworkAcl"]
        self.has("create-network-acl", acl, empty=("Tags", "Associations"))

    def test_machines(self):
        ec2 = self.ec2
        interface = ec2.describe_network_interfaces(NetworkInterfaceIds=[self.interface(self.lan)])
        self.has(
            "describe-network-interfaces",
            interface["NetworkInterfaces"][0],
            absent=("Ipv4Prefixes", "Ipv6Prefixes", "AssociatedSubnets"),
            empty=("TagSet", "Ipv6Addresses"),
        )
        instance = self.instance_now(self.instance(self.lan))
        self.has(
            "describe-instances",
            instance,
            absent=("Tags", "Licenses", "ElasticGpuAssociations", "ElasticInferenceAcceleratorAssociations"),
            empty=("ProductCodes",),
        )
        self.has(
            "describe-instances", instance["NetworkInterfaces"][0], ("Ipv4Prefixes", "Ipv6Prefixes"), ("Ipv6Addresses",)
        )
        address = ec2.allocate_address()["AllocationId"]
        self.has("describe-addresses", ec2.describe_addresses(AllocationIds=[address])["Addresses"][0], ("Tags",))
        ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=scenario.public_key().encode())
        self.has("describe-key-pairs", ec2.describe_key_pairs(KeyNames=["mine"])["KeyPairs"][0], ("Tags",))
