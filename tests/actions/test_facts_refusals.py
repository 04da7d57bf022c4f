"""What AWS says of requests that lack something, or have too much: codes and sentences that programs match on."""

from facts import IMAGE, NOBODY, OneSubnet


class Refusals(OneSubnet):
    def test_no_instances(self):
        for method in ("start_instances", "stop_instances", "reboot_instances", "terminate_instances"):
            self.refused("InvalidParameterCombination", "No instances specified", method, InstanceIds=[])

    def test_identifiers_and_a_page_together(self):
        instance = self.instance(self.lan)
        sentence = "The parameter instancesSet cannot be used with the parameter maxResults"
        for method in ("describe_instances", "describe_instance_status"):
            self.refused("InvalidParameterCombination", sentence, method, InstanceIds=[instance], MaxResults=5)

    def test_rules(self):
        group = self.group(self.mine)
        rule = self.ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
        )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        two = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8", "CidrIpv6": "::/0"}
        self.refused(
            "InvalidParameterCombination",
            "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
            "modify_security_group_rules",
            GroupId=group,
            SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": two}],
        )
        by = [{"Name": "group-id", "Values": ["foobar"]}]
        self.refused(
            "InvalidGroupId.Malformed",
            'Invalid id: "foobar" (expecting "sg-...")',
            "describe_security_group_rules",
            Filters=by,
        )
        of_nobody = [{"Name": "group-id", "Values": [f"sg-{NOBODY}"]}]
        found = self.ec2.describe_security_group_rules(Filters=of_nobody)["SecurityGroupRules"]
        self.shows("a group that there is not has no rules", [], found)

    def test_names_of_groups(self):
        make = self.ec2.create_security_group
        self.refused(
            "InvalidParameterValue",
            "Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
            make,
            GroupName="sg-web",
            Description="a group",
            VpcId=self.mine,
        )
        self.shows("in capitals it is a name", True, "GroupId" in make(GroupName="SG-Web", Description="a group"))

    def test_groups_that_are_empty(self):
        sentence = "Value () for parameter groupId is invalid. The value cannot be empty"
        run = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", "SubnetId": self.lan}
        self.refused("InvalidParameterValue", sentence, "run_instances", **run, SecurityGroupIds=[""])
        self.refused("InvalidParameterValue", sentence, "create_network_interface", SubnetId=self.lan, Groups=[""])

    def test_tags_of_nothing(self):
        sentence = "The request must contain the parameter resourceIdSet"
        tags = [{"Key": "a", "Value": "b"}]
        for method in ("create_tags", "delete_tags"):
            self.refused("MissingParameter", sentence, method, Resources=[], Tags=tags)

    def test_tags_of_another_kind(self):
        wrong = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]
        sentence = "'instance' is not a valid taggable resource type for this operation."
        permission = {"GroupId": self.group(self.mine), "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
        calls = {
            "create_vpc": ("InvalidParameter", {"CidrBlock": "10.8.0.0/16"}),
            "create_subnet": ("InvalidParameter", {"VpcId": self.mine, "CidrBlock": "10.0.9.0/24"}),
            "create_network_interface": ("InvalidParameter", {"SubnetId": self.lan}),
            "authorize_security_group_ingress": ("InvalidParameter", {**permission, "CidrIp": "10.0.0.0/8"}),
            "create_route_table": ("InvalidParameterValue", {"VpcId": self.mine}),
            "create_internet_gateway": ("InvalidParameterValue", {}),
        }
        for method, (code, parameters) in calls.items():
            self.refused(code, sentence, method, **parameters, TagSpecifications=wrong)

    def test_addresses(self):
        allocation = self.ec2.allocate_address()["AllocationId"]
        said = {
            "Either instance ID or network interface id must be specified": (
                "associate_address",
                {"AllocationId": allocation},
            ),
            "Either public IP or allocation id must be specified": ("release_address", {}),
            "Either public IP or association id must be specified": ("disassociate_address", {}),
        }
        for sentence, (method, parameters) in said.items():
            self.refused("MissingParameter", sentence, method, **parameters)
