"""Network interfaces, addresses, instances, key pairs, EC2 Instance Connect, zones and Regions."""

import base64
import hashlib
import pathlib
import subprocess

import scenario
from facts import IMAGE, NOBODY, Facts
from hamlet import stage

OF_OTHER_NETWORK = "Security group {} and subnet {} belong to different networks."


class NetworkInterfaces(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)

    def now(self, eni):
        return self.ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"][0]

    def test_create(self):
        made = self.ec2.create_network_interface(SubnetId=self.lan)["NetworkInterface"]
        self.shows("create", "pending", made["Status"])
        eni = self.now(made["NetworkInterfaceId"])
        self.shows_members(
            "then",
            dict(
                Status="available",
                Description="",
                InterfaceType="interface",
                RequesterManaged=False,
                SourceDestCheck=True,
                Ipv6Addresses=[],
                TagSet=[],
                OwnerId=self.account,
                VpcId=self.mine,
                SubnetId=self.lan,
                PrivateIpAddress=made["PrivateIpAddress"],
            ),
            eni,
        )
        self.shows("the default group", ["default"], [it["GroupName"] for it in eni["Groups"]])
        self.shows(
            "its address",
            [(True, eni["PrivateIpAddress"])],
            [(it["Primary"], it["PrivateIpAddress"]) for it in eni["PrivateIpAddresses"]],
        )
        self.shows("a locally administered MAC address", 2, int(eni["MacAddress"][:2], 16) & 3)
        self.shows("no name without DNS hostnames", None, eni.get("PrivateDnsName"))
        self.ec2.modify_vpc_attribute(VpcId=self.mine, EnableDnsHostnames={"Value": True})
        named = self.now(eni["NetworkInterfaceId"])
        self.shows(
            "a name with them",
            f"ip-{eni['PrivateIpAddress'].replace('.', '-')}.{self.region}.compute.internal",
            named.get("PrivateDnsName"),
        )

    def test_addresses(self):
        eni = self.interface(self.lan, PrivateIpAddress="10.0.0.9")
        self.refused("InvalidIPAddress.InUse", "…", self.interface, self.lan, PrivateIpAddress="10.0.0.9")
        self.refused(
            "InvalidParameterValue",
            "Address does not fall within the subnet's address range",
            self.interface,
            self.lan,
            PrivateIpAddress="10.9.9.9",
        )
        self.refused(
            "InvalidParameterValue",
            "[10.0.0.9] assigned, but move is not allowed.",
            "assign_private_ip_addresses",
            NetworkInterfaceId=self.interface(self.lan),
            PrivateIpAddresses=["10.0.0.9"],
        )
        for address in ("10.0.0.77", "10.0.0.9"):
            self.refused(
                "InvalidParameterValue",
                f"Some of the specified private IP addresses are not assigned to the network interface '{eni}'",
                "unassign_private_ip_addresses",
                NetworkInterfaceId=eni,
                PrivateIpAddresses=[address],
            )
        far = self.group(self.vpc("10.1.0.0/16"))
        self.refused("InvalidParameter", OF_OTHER_NETWORK.format(far, self.lan), self.interface, self.lan, Groups=[far])

    def test_attach(self):
        ec2, instance = self.ec2, self.instance(self.lan)
        eni = self.interface(self.lan)
        self.refused(
            "InvalidParameterValue",
            f"Instance '{instance}' already has an interface attached at device index '0'.",
            "attach_network_interface",
            NetworkInterfaceId=eni,
            InstanceId=instance,
            DeviceIndex=0,
        )
        attachment = ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=instance, DeviceIndex=1)[
            "AttachmentId"
        ]
        now = self.now(eni)
        self.shows("in use", "in-use", now["Status"])
        self.shows_members(
            "the attachment",
            dict(
                AttachmentId=attachment,
                DeleteOnTermination=False,
                DeviceIndex=1,
                InstanceId=instance,
                InstanceOwnerId=self.account,
                Status="attached",
            ),
            now["Attachment"],
        )
        self.refused(
            "InvalidNetworkInterface.InUse",
            f"Interface: [{eni}] in use.",
            "attach_network_interface",
            NetworkInterfaceId=eni,
            InstanceId=self.instance(self.lan),
            DeviceIndex=1,
        )
        self.refused(
            "AttachmentLimitExceeded",
            "Interface count 3 exceeds the limit for t3.micro",
            "attach_network_interface",
            NetworkInterfaceId=self.interface(self.lan),
            InstanceId=instance,
            DeviceIndex=2,
        )
        self.refused(
            "InvalidParameterValue",
            f"Network interface '{eni}' is currently in use.",
            "delete_network_interface",
            NetworkInterfaceId=eni,
        )
        primary = self.instance_now(instance)["NetworkInterfaces"]
        first = next(it["Attachment"] for it in primary if it["Attachment"]["DeviceIndex"] == 0)
        self.shows("the first goes with the instance", True, first["DeleteOnTermination"])
        self.refused(
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
            "detach_network_interface",
            AttachmentId=first["AttachmentId"],
        )
        self.refused(
            "InvalidAttachmentID.NotFound", "…", "detach_network_interface", AttachmentId=f"eni-attach-{NOBODY}"
        )
        ec2.detach_network_interface(AttachmentId=attachment)
        self.shows("detached", "available", self.now(eni)["Status"])
        ec2.delete_network_interface(NetworkInterfaceId=eni)
        self.refused(
            "InvalidNetworkInterfaceID.NotFound",
            f"The networkInterface ID '{eni}' does not exist",
            "delete_network_interface",
            NetworkInterfaceId=eni,
        )

    def test_attributes(self):
        eni = self.interface(self.lan)
        self.refused(
            "InvalidParameterCombination",
            "…",
            "modify_network_interface_attribute",
            NetworkInterfaceId=eni,
            Description={"Value": "x"},
            SourceDestCheck={"Value": False},
        )
        self.ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, SourceDestCheck={"Value": False})
        answer = self.ec2.describe_network_interface_attribute(NetworkInterfaceId=eni, Attribute="sourceDestCheck")
        self.shows("the attribute", ({"Value": False}, eni), (answer["SourceDestCheck"], answer["NetworkInterfaceId"]))

    def test_more_addresses_than_its_instance_may_have(self):
        instance = self.instance(self.lan)
        eni = self.instance_now(instance)["NetworkInterfaces"][0]["NetworkInterfaceId"]
        self.refused(
            "PrivateIpAddressLimitExceeded",
            "Number of private addresses will exceed limit.",
            "assign_private_ip_addresses",
            NetworkInterfaceId=eni,
            SecondaryPrivateIpAddressCount=2,
        )


class Addresses(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)
        self.igw = self.gateway(self.mine)

    def allocate(self):
        return self.ec2.allocate_address()["AllocationId"]

    def test_life(self):
        ec2 = self.ec2
        made = ec2.allocate_address(Domain="vpc")
        self.shows_members(
            "allocate", dict(PublicIpv4Pool="amazon", NetworkBorderGroup=self.region, Domain="vpc"), made
        )
        id, ip = made["AllocationId"], made["PublicIp"]
        now = ec2.describe_addresses(AllocationIds=[id])["Addresses"][0]
        self.shows(
            "a free one has no association",
            set(),
            {"AssociationId", "NetworkInterfaceId", "PrivateIpAddress"} & set(now),
        )
        instance = self.instance(self.lan)
        association = ec2.associate_address(AllocationId=id, InstanceId=instance)["AssociationId"]
        self.shows(
            "again is the same",
            association,
            ec2.associate_address(AllocationId=id, InstanceId=instance)["AssociationId"],
        )
        self.shows_members(
            "associated",
            dict(AssociationId=association, InstanceId=instance, NetworkInterfaceOwnerId=self.account),
            ec2.describe_addresses(PublicIps=[ip])["Addresses"][0],
        )
        self.shows("the instance shows it", ip, self.instance_now(instance).get("PublicIpAddress"))
        other = self.interface(self.lan)
        self.refused(
            "Resource.AlreadyAssociated",
            f"resource {id} is already associated with associate-id {association}",
            "associate_address",
            AllocationId=id,
            NetworkInterfaceId=other,
            AllowReassociation=False,
        )
        self.refused("InvalidIPAddress.InUse", "…", "release_address", AllocationId=id)
        moved = ec2.associate_address(AllocationId=id, NetworkInterfaceId=other)["AssociationId"]
        ec2.disassociate_address(AssociationId=moved)
        ec2.release_address(AllocationId=id)
        self.refused(
            "InvalidAllocationID.NotFound",
            f"The allocation ID '{id}' does not exist",
            "release_address",
            AllocationId=id,
        )

    def test_refusals(self):
        nobody = f"eipassoc-{NOBODY}"
        self.refused(
            "InvalidAssociationID.NotFound",
            f"The association ID '{nobody}' does not exist",
            "disassociate_address",
            AssociationId=nobody,
        )
        self.refused(
            "InvalidAddress.NotFound", "Address '192.0.2.1' not found.", "describe_addresses", PublicIps=["192.0.2.1"]
        )
        far = self.vpc("10.1.0.0/16")
        eni = self.interface(self.subnet(far, "10.1.0.0/24"))
        self.refused(
            "Gateway.NotAttached",
            f"Network {far} is not attached to any internet gateway",
            "associate_address",
            AllocationId=self.allocate(),
            NetworkInterfaceId=eni,
        )
        instance = self.instance(self.lan)
        self.ec2.attach_network_interface(
            NetworkInterfaceId=self.interface(self.lan), InstanceId=instance, DeviceIndex=1
        )
        self.refused(
            "InvalidInstanceID",
            (
                f"There are multiple interfaces attached to instance '{instance}'. Please specify an interface ID "
                "for the operation instead."
            ),
            "associate_address",
            AllocationId=self.allocate(),
            InstanceId=instance,
        )

    def test_quota(self):
        for _ in range(5):
            self.allocate()
        self.refused("AddressLimitExceeded", "The maximum number of addresses has been reached.", self.allocate)

    def test_automatic_addresses(self):
        ec2 = self.ec2
        ec2.modify_subnet_attribute(SubnetId=self.lan, MapPublicIpOnLaunch={"Value": True})
        instance = self.instance(self.lan)
        first = self.instance_now(instance)
        [interface] = first["NetworkInterfaces"]
        self.shows_members(
            "Amazon's own", dict(IpOwnerId="amazon", PublicIp=first["PublicIpAddress"]), interface["Association"]
        )
        eni = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface["NetworkInterfaceId"]])[
            "NetworkInterfaces"
        ][0]
        self.shows("it has no allocation", None, eni["Association"].get("AllocationId"))
        ec2.stop_instances(InstanceIds=[instance])
        self.state(instance, "stopped")
        self.shows("released", None, self.instance_now(instance).get("PublicIpAddress"))
        self.shows("the private one stays", first["PrivateIpAddress"], self.instance_now(instance)["PrivateIpAddress"])
        ec2.start_instances(InstanceIds=[instance])
        self.state(instance, "running")
        self.shows("there is one again", True, "PublicIpAddress" in self.instance_now(instance))
        id = ec2.allocate_address()
        ec2.associate_address(AllocationId=id["AllocationId"], InstanceId=instance)
        self.shows("an Elastic IP takes its place", id["PublicIp"], self.instance_now(instance)["PublicIpAddress"])

    def state(self, instance, state):
        self.ec2.get_waiter(f"instance_{state}").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )


class Instances(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)

    def state(self, instance, state):
        self.ec2.get_waiter(f"instance_{state}").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )

    def run_one(self, **more):
        request = dict(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=self.lan)
        request.update(more)
        return self.ec2.run_instances(**{name: value for name, value in request.items() if value is not None})

    def test_run(self):
        run = self.run_one()
        self.shows("the reservation", self.account, run["OwnerId"])
        [made] = run["Instances"]
        self.shows("pending", {"Code": 0, "Name": "pending"}, made["State"])
        [interface] = made["NetworkInterfaces"]
        self.shows(
            "its interface is there", ("in-use", "attaching"), (interface["Status"], interface["Attachment"]["Status"])
        )
        self.shows("its address is there", interface["PrivateIpAddress"], made["PrivateIpAddress"])
        self.shows("no public address yet", None, made.get("PublicIpAddress"))
        self.shows("its reason", "pending", made["StateReason"]["Code"])
        self.state(made["InstanceId"], "running")
        now = self.instance_now(made["InstanceId"])
        self.shows("running", {"Code": 16, "Name": "running"}, now["State"])
        self.shows(
            "its name",
            f"ip-{now['PrivateIpAddress'].replace('.', '-')}.{self.region}.compute.internal",
            now["PrivateDnsName"],
        )
        self.shows("no public name", "", now["PublicDnsName"])
        self.shows_members(
            "metadata options of Amazon Linux 2023",
            dict(
                HttpTokens="required",
                HttpPutResponseHopLimit=2,
                HttpEndpoint="enabled",
                HttpProtocolIpv6="disabled",
                InstanceMetadataTags="disabled",
            ),
            now["MetadataOptions"],
        )

    def test_states(self):
        ec2, instance = self.ec2, self.instance(self.lan)

        def changes(answer):
            [it] = next(value for name, value in answer.items() if name.endswith("Instances"))
            return (it["PreviousState"]["Code"], it["CurrentState"]["Code"])

        one = {"InstanceIds": [instance]}
        self.shows("start a running one", (16, 16), changes(ec2.start_instances(**one)))
        self.shows("stop", (16, 64), changes(ec2.stop_instances(**one)))
        self.state(instance, "stopped")
        self.shows("stop a stopped one", (80, 80), changes(ec2.stop_instances(**one)))
        self.refused("IncorrectInstanceState", "…", "reboot_instances", **one)
        stopped = self.instance_now(instance)
        self.shows("its reason", "Client.UserInitiatedShutdown", stopped["StateReason"]["Code"])
        with self.subTest("User initiated, when"):
            self.assertRegex(
                stopped["StateTransitionReason"], r"^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$"
            )
        self.shows("start", (80, 0), changes(ec2.start_instances(**one)))
        self.state(instance, "running")
        self.shows("terminate", (16, 32), changes(ec2.terminate_instances(**one)))
        self.state(instance, "terminated")
        self.shows("terminate again", (48, 48), changes(ec2.terminate_instances(**one)))
        gone = self.instance_now(instance)
        self.shows("its network is gone", set(), {"PrivateIpAddress", "SubnetId", "VpcId"} & set(gone))
        self.shows("its interfaces and groups", ([], []), (gone["NetworkInterfaces"], gone["SecurityGroups"]))
        self.refused(
            "IncorrectInstanceState",
            f"The instance '{instance}' is not in a state from which it can be started.",
            "start_instances",
            **one,
        )
        self.refused(
            "IncorrectInstanceState",
            f"This instance '{instance}' is not in a state from which it can be stopped.",
            "stop_instances",
            **one,
        )
        with self.subTest("a reboot of a terminated one is ignored"):
            ec2.reboot_instances(**one)

    def test_one_bad_id_spoils_all(self):
        instance = self.instance(self.lan)
        nobody = f"i-{NOBODY}"
        self.refused(
            "InvalidInstanceID.NotFound",
            f"The instance ID '{nobody}' does not exist",
            "terminate_instances",
            InstanceIds=[instance, nobody],
        )
        self.shows("nothing happened", "running", self.instance_now(instance)["State"]["Name"])

    def test_protection(self):
        ec2, instance = self.ec2, self.instance(self.lan)
        ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
        self.refused(
            "OperationNotPermitted",
            (
                f"The instance '{instance}' may not be terminated. Modify its 'disableApiTermination' instance "
                "attribute and try again."
            ),
            "terminate_instances",
            InstanceIds=[instance],
        )
        ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": True})
        self.refused(
            "OperationNotPermitted",
            (
                f"The instance '{instance}' may not be stopped. Modify its 'disableApiStop' instance attribute and "
                "try again."
            ),
            "stop_instances",
            InstanceIds=[instance],
        )

    def test_refusals_of_run(self):
        far = self.group(self.vpc("10.1.0.0/16"))
        nobody = f"ami-{NOBODY}"
        nic = {"DeviceIndex": 0, "SubnetId": self.lan}
        for code, message, more in (
            ("InvalidAMIID.Malformed", 'Invalid id: "x" (expecting "ami-...")', dict(ImageId="x")),
            ("InvalidAMIID.NotFound", f"The image id '[{nobody}]' does not exist", dict(ImageId=nobody)),
            ("InvalidKeyPair.NotFound", "The key pair 'k' does not exist", dict(KeyName="k")),
            ("InvalidParameter", OF_OTHER_NETWORK.format(far, self.lan), dict(SecurityGroupIds=[far])),
            (
                "InvalidParameterCombination",
                "Network interfaces and an instance-level subnet ID may not be specified on the same request",
                dict(NetworkInterfaces=[nic]),
            ),
            (
                "InvalidParameterCombination",
                "Network interfaces and an instance-level security groups may not be specified on the same request",
                dict(SubnetId=None, SecurityGroupIds=[far], NetworkInterfaces=[nic]),
            ),
            (
                "InvalidParameterCombination",
                "The parameter groupName cannot be used with the parameter subnet",
                dict(SecurityGroups=["default"]),
            ),
            (
                "InvalidParameterCombination",
                (
                    "The associatePublicIPAddress parameter cannot be specified when launching with multiple "
                    "network interfaces."
                ),
                dict(
                    SubnetId=None,
                    NetworkInterfaces=[{**nic, "AssociatePublicIpAddress": True}, {**nic, "DeviceIndex": 1}],
                ),
            ),
            ("InvalidParameterValue", "…", dict(InstanceType="z9.mega")),
            ("InvalidParameterValue", "…", dict(MinCount=0)),
            ("InvalidParameterValue", "…", dict(MinCount=2, MaxCount=1)),
        ):
            self.refused(code, message, self.run_one, **more)
        subnet = f"subnet-{NOBODY}"
        self.refused(
            "InvalidSubnetID.NotFound", f"The subnet ID '{subnet}' does not exist", self.run_one, SubnetId=subnet
        )

    def test_status(self):
        ec2, instance = self.ec2, self.instance(self.lan)
        [status] = ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]
        self.shows("ok", ("ok", "ok"), (status["InstanceStatus"]["Status"], status["SystemStatus"]["Status"]))
        self.shows("details", [{"Name": "reachability", "Status": "passed"}], status["InstanceStatus"]["Details"])
        ec2.stop_instances(InstanceIds=[instance])
        self.state(instance, "stopped")
        self.shows("running ones only", [], ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"])
        [status] = ec2.describe_instance_status(InstanceIds=[instance], IncludeAllInstances=True)["InstanceStatuses"]
        self.shows(
            "or all",
            ("stopped", "not-applicable"),
            (status["InstanceState"]["Name"], status["InstanceStatus"]["Status"]),
        )

    def test_attributes(self):
        ec2, instance = self.ec2, self.instance(self.lan)
        for change in (dict(InstanceType={"Value": "t3.small"}), dict(UserData={"Value": b"new"})):
            self.refused(
                "IncorrectInstanceState",
                f"The instance '{instance}' is not in the 'stopped' state.",
                "modify_instance_attribute",
                InstanceId=instance,
                **change,
            )
        answer = ec2.describe_instance_attribute(InstanceId=instance, Attribute="instanceInitiatedShutdownBehavior")
        self.shows("shutdown behaviour", {"Value": "stop"}, answer["InstanceInitiatedShutdownBehavior"])
        ec2.attach_network_interface(NetworkInterfaceId=self.interface(self.lan), InstanceId=instance, DeviceIndex=1)
        self.refused(
            "InvalidInstanceID",
            (
                f"There are multiple interfaces attached to instance '{instance}'. Please specify an interface ID "
                "for the operation instead."
            ),
            "modify_instance_attribute",
            InstanceId=instance,
            SourceDestCheck={"Value": False},
        )
        for limit in (0, 65):
            self.refused(
                "InvalidParameterValue",
                "…",
                "modify_instance_metadata_options",
                InstanceId=instance,
                HttpPutResponseHopLimit=limit,
            )

    def test_console_output(self):
        answer = self.ec2.get_console_output(InstanceId=self.instance(self.lan))
        self.shows("a time", True, "Timestamp" in answer)


class InstanceProfiles(Facts):
    def setUp(self):
        super().setUp()
        self.iam = self.client(service="iam")
        for name in ("web", "db"):
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=scenario.trust("ec2"))
            self.iam.create_instance_profile(InstanceProfileName=name)
            self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        self.profile = self.iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
        self.shown = dict(Arn=self.profile["Arn"], Id=self.profile["InstanceProfileId"])

    def associations(self, **more):
        return self.ec2.describe_iam_instance_profile_associations(**more)["IamInstanceProfileAssociations"]

    def test_at_launch(self):
        for named in (dict(Name="web"), dict(Arn=self.profile["Arn"])):
            instance = self.instance(IamInstanceProfile=named)
            self.shows(f"launched with {named}", self.shown, self.instance_now(instance)["IamInstanceProfile"])
            [association] = self.associations(Filters=[{"Name": "instance-id", "Values": [instance]}])
            self.shows_members("its association", dict(State="associated", IamInstanceProfile=self.shown), association)
            self.assertRegex(association["AssociationId"], "^iip-assoc-[0-9a-f]{17}$")
        found = self.ec2.describe_instances(Filters=[{"Name": "iam-instance-profile.id", "Values": [self.shown["Id"]]}])
        self.shows("found by its profile", 2, len(found["Reservations"]))
        run = dict(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        for named, message in (
            (
                dict(Name="none"),
                "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
            ),
            (
                dict(Arn="none"),
                "Value (none) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN",
            ),
        ):
            self.refused("InvalidParameterValue", message, "run_instances", **run, IamInstanceProfile=named)
        self.iam.create_instance_profile(InstanceProfileName="empty")
        message = (
            f'IAM Instance Profile "arn:aws:iam::{self.account}:instance-profile/empty" has no associated IAM Roles'
        )
        self.refused("InvalidParameterValue", message, "run_instances", **run, IamInstanceProfile=dict(Name="empty"))

    def test_later(self):
        instance = self.instance()
        self.shows("none at first", None, self.instance_now(instance).get("IamInstanceProfile"))
        associate = dict(InstanceId=instance, IamInstanceProfile=dict(Name="web"))
        made = self.ec2.associate_iam_instance_profile(**associate)["IamInstanceProfileAssociation"]
        self.shows_members(
            "as it is made", dict(State="associating", InstanceId=instance, IamInstanceProfile=self.shown), made
        )
        self.shows(
            "then", ["associated"], [it["State"] for it in self.associations(AssociationIds=[made["AssociationId"]])]
        )
        self.refused(
            "IncorrectState",
            f"There is an existing association for instance {instance}",
            "associate_iam_instance_profile",
            **associate,
        )
        self.refused(
            "InvalidInstanceID.NotFound",
            "…",
            "associate_iam_instance_profile",
            InstanceId=f"i-{NOBODY}",
            IamInstanceProfile=dict(Name="web"),
        )
        replace = dict(AssociationId=made["AssociationId"], IamInstanceProfile=dict(Name="db"))
        second = self.ec2.replace_iam_instance_profile_association(**replace)["IamInstanceProfileAssociation"][
            "AssociationId"
        ]
        self.shows("another association", True, second != made["AssociationId"])
        unknown = f"An invalid association-id of '{made['AssociationId']}' was given"
        self.refused("InvalidAssociationID.NotFound", unknown, "replace_iam_instance_profile_association", **replace)
        self.refused(
            "InvalidAssociationID.NotFound",
            unknown,
            "disassociate_iam_instance_profile",
            AssociationId=made["AssociationId"],
        )
        other = self.client(region="eu-west-1")
        self.refused(
            "InvalidAssociationID.NotFound", "…", other.disassociate_iam_instance_profile, AssociationId=second
        )
        self.ec2.stop_instances(InstanceIds=[instance])
        self.ec2.get_waiter("instance_stopped").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
        stopped = dict(AssociationId=second, IamInstanceProfile=dict(Name="web"))
        self.refused(
            "IncorrectState",
            f"The association {second} is not the active association",
            "replace_iam_instance_profile_association",
            **stopped,
        )
        ended = self.ec2.disassociate_iam_instance_profile(AssociationId=second)["IamInstanceProfileAssociation"]
        self.shows("as it ends", "disassociating", ended["State"])
        self.shows("then", [], self.associations())
        self.shows("none again", None, self.instance_now(instance).get("IamInstanceProfile"))


class KeyPairs(Facts):
    def test_rsa(self):
        made = self.ec2.create_key_pair(KeyName="made")
        lines = made["KeyMaterial"].splitlines()
        self.shows("PKCS#1 in PEM", "-----BEGIN RSA PRIVATE KEY-----", lines[0])
        path = self.keep("made-rsa", made["KeyMaterial"])
        said = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True).stdout
        self.shows("2048 bits", ["2048", "(RSA)"], [*said.split()[:1], *said.split()[-1:]])
        # "SHA-1 digest of the DER encoded private key", which is in PKCS#8: the PKCS#1 key with a fixed beginning.
        pkcs1 = base64.b64decode("".join(lines[1:-1]))
        inner = b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00" + der(0x04, pkcs1)
        digest = hashlib.sha1(der(0x30, inner)).hexdigest()
        self.shows("its fingerprint", ":".join(digest[n : n + 2] for n in range(0, 40, 2)), made["KeyFingerprint"])

    def test_ed25519(self):
        made = self.ec2.create_key_pair(KeyName="made", KeyType="ed25519")
        path = self.keep("made-ed25519", made["KeyMaterial"])
        said = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True).stdout
        self.shows("its fingerprint", f"256 SHA256:{made['KeyFingerprint'].rstrip('=')}", " ".join(said.split()[:2]))

    def keep(self, name, material):
        path = pathlib.Path(stage(), name)
        # As `--output text` writes it, with a line feed at the end.
        path.write_text(material + "\n", encoding="ascii")
        path.chmod(0o600)
        return path

    def test_imported(self):
        public = scenario.public_key("imported", "rsa")
        made = self.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=public.encode())
        self.shows("MD5 of the public key", 16, made["KeyFingerprint"].count(":") + 1)
        [it] = self.ec2.describe_key_pairs(KeyNames=["mine"], IncludePublicKey=True)["KeyPairs"]
        self.shows("the public key", public.split()[:2], it["PublicKey"].split()[:2])
        self.refused(
            "InvalidKeyPair.Duplicate",
            "The keypair 'mine' already exists.",
            "import_key_pair",
            KeyName="mine",
            PublicKeyMaterial=public.encode(),
        )
        self.refused(
            "InvalidKeyPair.Duplicate", "The keypair 'mine' already exists.", "create_key_pair", KeyName="mine"
        )
        self.refused(
            "InvalidKey.Format",
            "Key is not in valid OpenSSH public key format",
            "import_key_pair",
            KeyName="x",
            PublicKeyMaterial=b"nonsense",
        )
        self.refused(
            "InvalidKeyPair.NotFound", "The key pair 'nobody' does not exist", "describe_key_pairs", KeyNames=["nobody"]
        )
        self.shows("deleting nobody's is fine", True, self.ec2.delete_key_pair(KeyName="nobody").get("Return"))


class InstanceConnect(Facts):
    def send(self, instance, key=None, user="ec2-user"):
        return self.client(service="ec2-instance-connect").send_ssh_public_key(
            InstanceId=instance, InstanceOSUser=user, SSHPublicKey=key or scenario.public_key()
        )

    def test_it(self):
        subnet = self.subnet(self.vpc())
        instance = self.instance(subnet)
        answer = self.send(instance)
        self.shows("Success", True, answer["Success"])
        self.shows("RequestId", True, bool(answer["RequestId"]))
        self.refused("EC2InstanceNotFoundException", "…", self.send, f"i-{NOBODY}")
        for id, key, user in (
            ("nonsense", None, "ec2-user"),
            (instance, "short", "ec2-user"),
            (instance, "x" * 5000, "ec2-user"),
            (instance, None, "1"),
            (instance, None, "a b"),
            (instance, None, "x" * 40),
            (instance, "x" * 100, "ec2-user"),
        ):
            self.refused("InvalidArgsException", "…", self.send, id, key, user)
        self.ec2.stop_instances(InstanceIds=[instance])
        self.ec2.get_waiter("instance_stopped").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
        self.refused("EC2InstanceStateInvalidException", "…", self.send, instance)


class Places(Facts):
    def test_zones(self):
        ec2 = self.client(region="us-east-1")
        zone = next(
            it for it in ec2.describe_availability_zones()["AvailabilityZones"] if it["ZoneName"] == "us-east-1a"
        )
        self.shows_members(
            "as recorded",
            dict(
                GroupLongName="US East (N. Virginia) 1",
                GroupName="us-east-1-zg-1",
                Messages=[],
                NetworkBorderGroup="us-east-1",
                OptInStatus="opt-in-not-required",
                RegionName="us-east-1",
                State="available",
                ZoneName="us-east-1a",
                ZoneType="availability-zone",
            ),
            zone,
        )
        with self.subTest("ZoneId"):
            self.assertRegex(zone["ZoneId"], r"^use1-az[1-6]$")
        self.refused(
            "InvalidParameterValue",
            "Invalid availability zone: [mars-1a]",
            "describe_availability_zones",
            ZoneNames=["mars-1a"],
        )

    def test_regions(self):
        regions = {it["RegionName"]: it for it in self.ec2.describe_regions()["Regions"]}
        self.shows(
            "as recorded",
            dict(RegionName="us-west-2", Endpoint="ec2.us-west-2.amazonaws.com", OptInStatus="opt-in-not-required"),
            {k: v for k, v in regions["us-west-2"].items() if k != "Geography"},
        )
        self.refused("InvalidParameterValue", "…", "describe_regions", RegionNames=["mars-1"])

    def test_account_attributes(self):
        seen = {
            it["AttributeName"]: [value["AttributeValue"] for value in it["AttributeValues"]]
            for it in self.ec2.describe_account_attributes()["AccountAttributes"]
        }
        default = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        expected = {
            "supported-platforms": ["VPC"],
            "vpc-max-security-groups-per-interface": ["5"],
            "max-elastic-ips": ["5"],
            "max-instances": ["20"],
            "vpc-max-elastic-ips": ["5"],
            "default-vpc": [default],
        }
        self.shows("all of them", expected, seen)


def der(tag, content):
    """One element of DER."""
    length = len(content)
    size = bytes([length]) if length < 128 else bytes([0x82]) + length.to_bytes(2, "big")
    return bytes([tag]) + size + content
