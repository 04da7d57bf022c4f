"""One story in which every action is called, and answered well.

It reads like somebody building, changing and tearing down a network. What it made stays in `self.id`; the forms that
were sent stay in the recorder, where other tests take them from and spoil them.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import time

from botocore.exceptions import ClientError

import credentials
import identities
from hamlet import ACCOUNT, ISSUER, REGION, stage

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import oidc_provider

ZONE = f"{REGION}a"
PEER = "222222222222"


def tagged(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def trust(service):
    """A trust policy for one of AWS's services."""
    who = {"Service": f"{service}.amazonaws.com"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}
    )


def public_key(name="key", kind="ed25519"):
    path = pathlib.Path(stage(), f"{name}-{kind}")
    # "Supported lengths: 1024, 2048, and 4096" (EC2 User Guide).
    bits = ("-b", "2048") if kind == "rsa" else ()
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", "", "-f", path], check=True)
    with open(f"{path}.pub", encoding="ascii") as file:
        return file.read().strip()


class Scenario:
    """Call `build` and `change`, look at what there is, then `tear_down`."""

    def __init__(self, hamlet, recorder):
        self.ec2 = hamlet.client(recorder=recorder)
        self.peer = hamlet.client(account=PEER, recorder=recorder)
        self.ssm = hamlet.client("ssm", recorder=recorder)
        self.iam_client = lambda key=None: hamlet.client("iam", recorder=recorder, key=key)
        self.iam = self.iam_client()
        self.sts = hamlet.client("sts", recorder=recorder)
        # Whom open mode does not know is an administrator: the root may not act as roles.
        self.administrator = hamlet.client("sts", account=ACCOUNT, recorder=recorder)
        self.connect = hamlet.client("ec2-instance-connect", recorder=recorder)
        self.route53 = hamlet.client("route53", recorder=recorder)
        self.quotas = hamlet.client("service-quotas", recorder=recorder)
        self.trail = hamlet.client("cloudtrail", recorder=recorder)
        self.client, self.issuers_keys = hamlet.client, hamlet.issuers_keys
        self.account = hamlet.client("account", recorder=recorder)
        self.tagging = hamlet.client("resourcegroupstaggingapi", recorder=recorder)
        self.sqs = hamlet.client("sqs", recorder=recorder)
        self.sns = hamlet.client("sns", recorder=recorder)
        self.logs = hamlet.client("logs", recorder=recorder)
        self.metrics = hamlet.client("cloudwatch", recorder=recorder)
        self.id = {}

    def build(self):
        self.look_around()
        self.about_the_account()
        self.queues()
        self.log_groups()
        self.more_vpcs()
        self.roles()
        self.network()
        self.security()
        self.machines()

    def change(self):
        self.change_vpc()
        self.block_public_access()
        self.change_subnet()
        self.change_routes()
        self.change_security()
        self.change_interfaces()
        self.change_instances()
        self.launch_templates()
        self.volumes()
        self.change_peering()
        self.change_lists()
        self.change_tags()
        self.notifications()
        self.private_names()
        self.change_roles()

    def wait(self, state, **ids):
        """A waiter of boto3. Without instances states change at once: a delay of AWS's length would only be idle."""
        self.ec2.get_waiter(state).wait(**ids, WaiterConfig={"Delay": 0.2, "MaxAttempts": 50})

    def look_around(self):
        ec2 = self.ec2
        self.sts.get_caller_identity()
        ec2.describe_regions()
        ec2.describe_availability_zones()
        ec2.describe_account_attributes()
        ec2.describe_id_format(Resource="vpc")
        ec2.describe_aggregate_id_format()
        ec2.describe_identity_id_format(PrincipalArn="all")
        ec2.describe_principal_id_format(Resources=["vpc"])
        ec2.modify_id_format(Resource="vpc", UseLongIds=True)
        ec2.modify_identity_id_format(Resource="vpc", UseLongIds=True, PrincipalArn="all")
        ec2.describe_instance_types(InstanceTypes=["t3.micro"])
        ec2.get_instance_types_from_instance_requirements(
            ArchitectureTypes=["x86_64"],
            VirtualizationTypes=["hvm"],
            InstanceRequirements={"VCpuCount": {"Min": 2, "Max": 2}, "MemoryMiB": {"Min": 4096, "Max": 8192}},
        )
        ec2.describe_instance_type_offerings(LocationType="availability-zone")
        root = "/aws/service/ami-amazon-linux-latest"
        names = [parameter["Name"] for parameter in self.ssm.get_parameters_by_path(Path=root)["Parameters"]]
        self.ssm.get_parameters(Names=names)
        latest = next(name for name in names if name.endswith("/al2023-ami-kernel-default-x86_64"))
        self.ssm.describe_parameters(ParameterFilters=[dict(Key="Path", Values=[root])])
        self.id["ami"] = self.ssm.get_parameter(Name=latest)["Parameter"]["Value"]
        ec2.describe_images(ImageIds=[self.id["ami"]])
        ec2.describe_image_attribute(ImageId=self.id["ami"], Attribute="description")
        self.id["s3-list"] = ec2.describe_prefix_lists()["PrefixLists"][0]["PrefixListId"]

    def about_the_account(self):
        account, milan = self.account, dict(RegionName="eu-south-1")
        account.list_regions(RegionOptStatusContains=["DISABLED"])
        account.enable_region(**milan)
        account.get_region_opt_status(**milan)
        account.disable_region(**milan)
        address = dict(AddressLine1="1 Main St", City="Berlin", PostalCode="10115", CountryCode="DE")
        contact = dict(FullName="Ada", PhoneNumber="+49 30 1", **address)
        account.put_contact_information(ContactInformation=contact)
        account.get_contact_information()
        security = dict(AlternateContactType="SECURITY")
        person = dict(EmailAddress="ada@example.com", Name="Ada", PhoneNumber="030-1", Title="Watch")
        account.put_alternate_contact(**security, **person)
        account.get_alternate_contact(**security)
        account.delete_alternate_contact(**security)
        account.put_account_name(AccountName="Elsinore")
        account.get_account_information()

    def queues(self):
        sqs = self.sqs
        self.id["queue"] = sqs.create_queue(QueueName="jobs", tags={"stage": "test"})["QueueUrl"]
        at = dict(QueueUrl=self.id["queue"])
        sqs.get_queue_url(QueueName="jobs")
        sqs.list_queues()
        sqs.list_dead_letter_source_queues(**at)
        sqs.set_queue_attributes(**at, Attributes={"VisibilityTimeout": "60"})
        sqs.get_queue_attributes(**at, AttributeNames=["All"])
        sqs.add_permission(**at, Label="peer", AWSAccountIds=[PEER], Actions=["SendMessage"])
        sqs.remove_permission(**at, Label="peer")
        sqs.tag_queue(**at, Tags={"team": "blue"})
        sqs.list_queue_tags(**at)
        sqs.untag_queue(**at, TagKeys=["stage"])
        sqs.send_message(**at, MessageBody="one")
        sqs.send_message_batch(**at, Entries=[{"Id": "two", "MessageBody": "two"}])
        one, two = sqs.receive_message(**at, MaxNumberOfMessages=10)["Messages"]
        first, second = (dict(ReceiptHandle=it["ReceiptHandle"]) for it in (one, two))
        sqs.change_message_visibility(**at, **first, VisibilityTimeout=90)
        sqs.change_message_visibility_batch(**at, Entries=[{"Id": "b", "VisibilityTimeout": 90, **second}])
        sqs.delete_message(**at, **first)
        sqs.delete_message_batch(**at, Entries=[{"Id": "b", **second}])
        sqs.purge_queue(**at)
        self.moved_messages()

    def moved_messages(self):
        sqs, at = self.sqs, dict(QueueUrl=self.id["queue"])
        failed = dict(QueueUrl=sqs.create_queue(QueueName="failed")["QueueUrl"])
        jobs, dead = (
            sqs.get_queue_attributes(**it, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"] for it in (at, failed)
        )
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3})
        sqs.set_queue_attributes(**at, Attributes={"RedrivePolicy": redrive})
        sqs.send_message(**failed, MessageBody="again")
        # None is moved in the first second.
        slowly = dict(DestinationArn=jobs, MaxNumberOfMessagesPerSecond=1)
        task = sqs.start_message_move_task(SourceArn=dead, **slowly)["TaskHandle"]
        sqs.list_message_move_tasks(SourceArn=dead)
        sqs.cancel_message_move_task(TaskHandle=task)
        sqs.set_queue_attributes(**at, Attributes={"RedrivePolicy": ""})
        sqs.delete_queue(**failed)

    def log_groups(self):
        logs, group = self.logs, dict(logGroupName="app")
        logs.create_log_group(**group, tags={"stage": "test"})
        arn = dict(resourceArn=logs.describe_log_groups(logGroupNamePrefix="app")["logGroups"][0]["logGroupArn"])
        logs.list_log_groups()
        logs.put_retention_policy(**group, retentionInDays=7)
        logs.delete_retention_policy(**group)
        logs.put_log_group_deletion_protection(logGroupIdentifier="app", deletionProtectionEnabled=True)
        logs.put_log_group_deletion_protection(logGroupIdentifier="app", deletionProtectionEnabled=False)
        logs.tag_resource(**arn, tags={"team": "blue"})
        logs.list_tags_for_resource(**arn)
        logs.untag_resource(**arn, tagKeys=["team"])
        logs.tag_log_group(**group, tags={"team": "red"})
        logs.list_tags_log_group(**group)
        logs.untag_log_group(**group, tags=["team"])
        stream = dict(**group, logStreamName="one")
        logs.create_log_stream(**stream)
        now = int(time.time() * 1000)
        logs.put_log_events(**stream, logEvents=[dict(timestamp=now, message='{"level":"ERROR"}')])
        logs.describe_log_streams(**group)
        logs.get_log_events(**stream)
        event = logs.filter_log_events(**group, filterPattern='{ $.level = "ERROR" }')["events"][0]["eventId"]
        # `@ptr` of a query's results: the number is that of the event.
        pointer = f"{int(event[36:]):x}@{ACCOUNT}:app"
        logs.get_log_record(logRecordPointer=base64.b64encode(pointer.encode()).decode())
        tail = logs.start_live_tail(logGroupIdentifiers=list(arn.values()))["responseStream"]
        assert next(iter(tail))["sessionStart"]["logGroupIdentifiers"] == list(arn.values())
        tail.close()
        asked = dict(startTime=now // 1000 - 60, endTime=now // 1000 + 60, queryString="stats count(*) by level")
        query = dict(queryId=logs.start_query(**group, **asked)["queryId"])
        while logs.get_query_results(**query)["status"] in ("Scheduled", "Running"):
            time.sleep(0.05)
        logs.describe_queries(**group)
        self.stopped_query()
        self.exports()
        logs.get_log_group_fields(**group)
        logs.test_metric_filter(filterPattern="[a, b=1]", logEventMessages=["x 1"])
        count = dict(metricName="Errors", metricNamespace="App", metricValue="1", defaultValue=0, unit="Count")
        logs.put_metric_filter(**group, filterName="errors", filterPattern="ERROR", metricTransformations=[count])
        logs.describe_metric_filters(**group)
        self.numbers()
        logs.delete_metric_filter(**group, filterName="errors")
        function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
        logs.put_subscription_filter(**group, filterName="all", filterPattern="", destinationArn=function)
        logs.describe_subscription_filters(**group)
        logs.delete_subscription_filter(**group, filterName="all")
        search = {"Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"}}
        search |= {"Action": "logs:PutLogEvents", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [search]})
        logs.put_resource_policy(policyName="search", policyDocument=document)
        logs.describe_resource_policies()
        logs.delete_resource_policy(policyName="search")
        kept = logs.put_query_definition(name="vpc/top", queryString="fields @message", logGroupNames=["app"])
        logs.describe_query_definitions()
        logs.delete_query_definition(queryDefinitionId=kept["queryDefinitionId"])

    def numbers(self):
        metrics, now = self.metrics, int(time.time())
        metrics.put_metric_data(Namespace="App", MetricData=[{"MetricName": "Errors", "Value": 2, "Unit": "Count"}])
        metrics.list_metrics(Namespace="App")
        metric, span = dict(Namespace="App", MetricName="Errors"), dict(StartTime=now - 600, EndTime=now + 60)
        metrics.get_metric_statistics(**metric, **span, Period=60, Statistics=["Sum", "Maximum"])
        sums = {"Metric": metric, "Period": 300, "Stat": "Sum"}
        metrics.get_metric_data(**span, MetricDataQueries=[{"Id": "errors", "MetricStat": sums}])

    def stopped_query(self):
        """One that takes a second, so that it is there to be stopped."""
        logs, group = self.logs, dict(logGroupName="slow")
        logs.create_log_group(**group)
        logs.create_log_stream(**group, logStreamName="one")
        now = int(time.time() * 1000)
        logs.put_log_events(**group, logStreamName="one", logEvents=[dict(timestamp=now, message="x" * 200_000)])
        slow = "replace(" * 20 + "@message" + ", 'x', 'x')" * 20
        asked = dict(startTime=now // 1000 - 60, endTime=now // 1000 + 60, queryString=f"fields strlen({slow})")
        logs.stop_query(queryId=logs.start_query(**group, **asked)["queryId"])
        logs.delete_log_group(**group)

    def exports(self):
        """One that takes a while, so that it is there to be cancelled."""
        logs, group, bucket = self.logs, dict(logGroupName="long"), "exports-of-the-story"
        # What fills it is not told.
        writer, s3 = self.client("logs"), self.client("s3")
        writer.create_log_group(**group)
        writer.create_log_stream(**group, logStreamName="one")
        for _ in range(8):
            event = dict(timestamp=int(time.time() * 1000), message=base64.b64encode(os.urandom(700_000)).decode())
            writer.put_log_events(**group, logStreamName="one", logEvents=[event])
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        service = {"Effect": "Allow", "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}}
        look = service | {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}
        write = service | {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [look, write]}))
        times = {"from": 0, "to": int(time.time() * 1000)}
        task = dict(taskId=logs.create_export_task(**group, **times, destination=bucket)["taskId"])
        logs.cancel_export_task(**task)
        while logs.describe_export_tasks(**task)["exportTasks"][0]["status"]["code"] != "CANCELLED":
            time.sleep(0.05)
        for it in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=it["Key"])
        s3.delete_bucket(Bucket=bucket)
        writer.delete_log_group(**group)

    def more_vpcs(self):
        quotas, vpcs = self.quotas, dict(ServiceCode="vpc", QuotaCode="L-F678F1CE")
        quotas.list_services()
        quotas.list_service_quotas(ServiceCode="vpc")
        quotas.list_aws_default_service_quotas(ServiceCode="vpc")
        default = quotas.get_aws_default_service_quota(**vpcs)["Quota"]["Value"]
        change = quotas.request_service_quota_increase(**vpcs, DesiredValue=default + 5)["RequestedQuota"]
        quotas.get_requested_service_quota_change(RequestId=change["Id"])
        quotas.list_requested_service_quota_change_history()
        quotas.list_requested_service_quota_change_history_by_quota(**vpcs)
        assert quotas.get_service_quota(**vpcs)["Quota"]["Value"] == default + 5
        self.who_did_it(change["Requester"])

    def who_did_it(self, requester):
        raised = [{"AttributeKey": "EventName", "AttributeValue": "RequestServiceQuotaIncrease"}]
        event = self.trail.lookup_events(LookupAttributes=raised)["Events"][0]
        told = json.loads(event["CloudTrailEvent"])
        assert told["userIdentity"]["arn"] == json.loads(requester)["callerArn"], (told, requester)
        assert (event["Username"], told["requestParameters"]["quotaCode"]) == ("root", "L-F678F1CE"), told

    def gateway_endpoint(self):
        """A gateway endpoint from its creation to its end; another stays until the end."""
        ec2, id = self.ec2, self.id
        services = ec2.describe_vpc_endpoint_services()["ServiceNames"]
        s3 = next(name for name in services if name.endswith(".s3"))
        made = ec2.create_vpc_endpoint(
            VpcId=id["vpc"], ServiceName=s3, TagSpecifications=tagged("vpc-endpoint", "buckets"), ClientToken="s3"
        )
        id["vpce"] = made["VpcEndpoint"]["VpcEndpointId"]
        policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'
        ec2.modify_vpc_endpoint(VpcEndpointId=id["vpce"], AddRouteTableIds=[id["rtb"]], PolicyDocument=policy)
        ec2.describe_vpc_endpoints(VpcEndpointIds=[id["vpce"]])
        other = ec2.create_vpc_endpoint(VpcId=id["vpc"], ServiceName=s3, RouteTableIds=[])
        ec2.delete_vpc_endpoints(VpcEndpointIds=[other["VpcEndpoint"]["VpcEndpointId"], "vpce-00000000"])

    def network(self):
        ec2, id = self.ec2, self.id
        vpc = ec2.create_vpc(
            CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True, TagSpecifications=tagged("vpc", "main")
        )["Vpc"]
        id["vpc"] = vpc["VpcId"]
        v6 = ec2.describe_vpcs(VpcIds=[id["vpc"]])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        id["v6"] = v6.replace("/56", "/64")
        id["subnet"] = self.subnet("10.0.1.0/24")
        id["private-subnet"] = self.subnet("10.0.2.0/24")
        id["spare-subnet"] = self.subnet("10.0.3.0/24")
        id["igw"] = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", "main"))[
            "InternetGateway"
        ]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=id["igw"], VpcId=id["vpc"])
        id["eigw"] = ec2.create_egress_only_internet_gateway(VpcId=id["vpc"])["EgressOnlyInternetGateway"][
            "EgressOnlyInternetGatewayId"
        ]
        table = ec2.create_route_table(VpcId=id["vpc"], TagSpecifications=tagged("route-table", "public"))
        id["rtb"] = table["RouteTable"]["RouteTableId"]
        self.gateway_endpoint()
        id["rtb2"] = ec2.create_route_table(VpcId=id["vpc"])["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=id["rtb"], DestinationCidrBlock="0.0.0.0/0", GatewayId=id["igw"])
        ec2.create_route(
            RouteTableId=id["rtb"], DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=id["eigw"]
        )
        id["rtbassoc"] = ec2.associate_route_table(RouteTableId=id["rtb"], SubnetId=id["subnet"])["AssociationId"]
        id["allocation"] = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "nat"))[
            "AllocationId"
        ]
        id["nat"] = ec2.create_nat_gateway(
            SubnetId=id["subnet"], AllocationId=id["allocation"], ClientToken="the-nat-gateway"
        )["NatGateway"]["NatGatewayId"]
        self.wait("nat_gateway_available", NatGatewayIds=[id["nat"]])
        ec2.create_route(RouteTableId=id["rtb2"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=id["nat"])
        self.more_addresses_for_nat()
        id["eice"] = ec2.create_instance_connect_endpoint(
            SubnetId=id["subnet"],
            TagSpecifications=tagged("instance-connect-endpoint", "door"),
            ClientToken="the-endpoint",
        )["InstanceConnectEndpoint"]["InstanceConnectEndpointId"]
        self.endpoint_is("create-complete")
        id["vpc2"] = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        self.peering()
        self.flow_logs()

    def flow_logs(self):
        ec2, iam, id = self.ec2, self.iam, self.id
        role = iam.create_role(RoleName="flow-logs", AssumeRolePolicyDocument=trust("vpc-flow-logs"))["Role"]["Arn"]
        wanted = {"TrafficType": "ALL", "LogGroupName": "flows", "DeliverLogsPermissionArn": role}
        for kind, resource in (("VPC", "vpc"), ("Subnet", "subnet")):
            made = ec2.create_flow_logs(
                ResourceType=kind,
                ResourceIds=[id[resource]],
                MaxAggregationInterval=60,
                TagSpecifications=tagged("vpc-flow-log", kind),
                ClientToken=f"the-flow-log-of-the-{kind}",
                **wanted,
            )["FlowLogIds"]
        own = [{"Name": "resource-id", "Values": [id["vpc"], id["subnet"]]}]
        logs = [it["FlowLogId"] for it in ec2.describe_flow_logs(Filters=own)["FlowLogs"]]
        ec2.describe_flow_logs(FlowLogIds=made)
        ec2.delete_flow_logs(FlowLogIds=logs)
        iam.delete_role(RoleName="flow-logs")

    def more_addresses_for_nat(self):
        ec2, one = self.ec2, {"NatGatewayId": self.id["nat"]}
        second = ec2.allocate_address()["AllocationId"]
        ec2.associate_nat_gateway_address(**one, AllocationIds=[second])
        [nat] = ec2.describe_nat_gateways(NatGatewayIds=[self.id["nat"]])["NatGateways"]
        [_, address] = nat["NatGatewayAddresses"]
        ec2.disassociate_nat_gateway_address(**one, AssociationIds=[address["AssociationId"]])
        ec2.release_address(AllocationId=second)
        made = ec2.create_nat_gateway(SubnetId=self.id["private-subnet"], ConnectivityType="private")
        one = {"NatGatewayId": made["NatGateway"]["NatGatewayId"]}
        [given] = ec2.assign_private_nat_gateway_address(**one, PrivateIpAddressCount=1)["NatGatewayAddresses"]
        ec2.unassign_private_nat_gateway_address(**one, PrivateIpAddresses=[given["PrivateIp"]])
        ec2.delete_nat_gateway(**one)

    def endpoint_is(self, state):
        """boto3 has no waiter for endpoints."""
        wanted = dict(InstanceConnectEndpointIds=[self.id["eice"]], Filters=[{"Name": "state", "Values": [state]}])
        for _ in range(50):
            if self.ec2.describe_instance_connect_endpoints(**wanted)["InstanceConnectEndpoints"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"the endpoint never was {state}")

    def subnet(self, cidr):
        made = self.ec2.create_subnet(
            VpcId=self.id["vpc"], CidrBlock=cidr, AvailabilityZone=ZONE, TagSpecifications=tagged("subnet", cidr)
        )
        return made["Subnet"]["SubnetId"]

    def peering(self):
        ec2, id = self.ec2, self.id
        made = ec2.create_vpc_peering_connection(VpcId=id["vpc"], PeerVpcId=id["vpc2"])
        id["pcx"] = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id["pcx"])
        ec2.create_route(RouteTableId=id["rtb"], DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=id["pcx"])

    def security(self):
        ec2, id = self.ec2, self.id
        for name in ("web", "database"):
            id[name] = ec2.create_security_group(
                GroupName=name,
                Description=f"the {name}",
                VpcId=id["vpc"],
                TagSpecifications=tagged("security-group", name),
            )["GroupId"]
        rules = ec2.authorize_security_group_ingress(GroupId=id["web"], IpPermissions=self.web_permissions())
        id["rule"] = rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        ec2.authorize_security_group_egress(
            GroupId=id["database"],
            IpPermissions=[
                {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.2/32"}]}
            ],
        )
        id["acl"] = ec2.create_network_acl(VpcId=id["vpc"], TagSpecifications=tagged("network-acl", "strict"))[
            "NetworkAcl"
        ]["NetworkAclId"]
        ec2.create_network_acl_entry(
            NetworkAclId=id["acl"],
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=False,
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 80, "To": 80},
        )
        ec2.create_network_acl_entry(
            NetworkAclId=id["acl"],
            RuleNumber=110,
            Protocol="1",
            RuleAction="deny",
            Egress=True,
            CidrBlock="0.0.0.0/0",
            IcmpTypeCode={"Type": -1, "Code": -1},
        )

    def web_permissions(self):
        return [
            {
                "IpProtocol": "tcp",
                "FromPort": 80,
                "ToPort": 80,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "everybody"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "everybody"}],
            },
            {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": self.id["database"], "Description": "ours"}]},
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "PrefixListIds": [{"PrefixListId": self.id["s3-list"]}],
            },
        ]

    def machines(self):
        ec2, id = self.ec2, self.id
        id["key"] = ec2.create_key_pair(KeyName="made", KeyType="ed25519", TagSpecifications=tagged("key-pair", "k"))[
            "KeyPairId"
        ]
        ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=public_key().encode())
        id["eni"] = ec2.create_network_interface(
            SubnetId=id["subnet"],
            Groups=[id["web"]],
            Description="spare",
            PrivateIpAddress=self.free_address(),
            TagSpecifications=tagged("network-interface", "spare"),
        )["NetworkInterface"]["NetworkInterfaceId"]
        run = ec2.run_instances(
            ImageId=id["ami"],
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            KeyName="mine",
            UserData="#!/bin/sh\necho hello\n",
            Placement={"AvailabilityZone": ZONE},
            NetworkInterfaces=[
                {"DeviceIndex": 0, "SubnetId": id["subnet"], "Groups": [id["web"]], "AssociatePublicIpAddress": True}
            ],
            TagSpecifications=tagged("instance", "web") + tagged("volume", "web"),
            ClientToken="the-web-server",
        )
        id["instance"] = run["Instances"][0]["InstanceId"]
        self.wait("instance_running", InstanceIds=[id["instance"]])
        self.wait("instance_status_ok", InstanceIds=[id["instance"]])

    def roles(self):
        iam = self.iam
        tags = [{"Key": "team", "Value": "blue"}]
        iam.create_role(
            RoleName="web",
            Path="/servers/",
            AssumeRolePolicyDocument=trust("ec2"),
            Description="for servers",
            Tags=tags,
        )
        iam.create_instance_profile(InstanceProfileName="web", Path="/servers/", Tags=tags)
        iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
        identities.build(iam)

    def change_roles(self):
        iam = self.iam
        role, profile = {"RoleName": "web"}, {"InstanceProfileName": "web"}
        iam.get_role(**role)
        iam.list_roles(PathPrefix="/servers/")
        iam.update_role(**role, Description="for web servers", MaxSessionDuration=7200)
        iam.update_assume_role_policy(**role, PolicyDocument=trust("ec2"))
        iam.tag_role(**role, Tags=[{"Key": "stage", "Value": "test"}])
        iam.list_role_tags(**role)
        iam.untag_role(**role, TagKeys=["stage"])
        iam.get_instance_profile(**profile)
        iam.list_instance_profiles()
        iam.list_instance_profiles_for_role(**role)
        iam.tag_instance_profile(**profile, Tags=[{"Key": "stage", "Value": "test"}])
        iam.list_instance_profile_tags(**profile)
        iam.untag_instance_profile(**profile, TagKeys=["stage"])
        identities.change(iam)
        credentials.change(iam)
        identities.own_password(self.iam_client)
        self.sessions()
        self.change_instance_profile()

    def sessions(self):
        role = self.iam.get_role(RoleName="web")["Role"]["Arn"]
        tags = [{"Key": "team", "Value": "red"}]
        acting = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": acting}
        document = json.dumps({"Version": "2012-10-17", "Statement": everybody})
        self.iam.update_assume_role_policy(RoleName="web", PolicyDocument=document)
        begun = self.administrator.assume_role(
            RoleArn=role,
            RoleSessionName="alice",
            DurationSeconds=900,
            ExternalId="agreed",
            SourceIdentity="alice",
            Policy=identities.ALLOW,
            PolicyArns=[{"arn": identities.ADMINISTRATOR}],
            Tags=tags,
            TransitiveTagKeys=["team"],
        )
        self.iam.update_assume_role_policy(RoleName="web", PolicyDocument=trust("ec2"))
        self.sts.get_access_key_info(AccessKeyId=begun["Credentials"]["AccessKeyId"])
        self.sts.get_session_token(DurationSeconds=900)
        self.sts.get_federation_token(
            Name="eve",
            DurationSeconds=900,
            Policy=identities.ALLOW,
            Tags=tags,
            PolicyArns=[{"arn": identities.ADMINISTRATOR}],
        )
        self.refused(begun["Credentials"])
        self.web_identity(role)

    def refused(self, credentials):
        """What EC2 refuses says why, to whoever may decode it. The session may only look."""
        members = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        ec2 = self.client("ec2", key=[credentials[member] for member in members])
        try:
            ec2.create_vpc(CidrBlock="10.9.0.0/16")
        except ClientError as error:
            encoded = error.response["Error"]["Message"].partition("failure message: ")[2]
            self.sts.decode_authorization_message(EncodedMessage=encoded)

    def web_identity(self, role):
        """Who has the token of an identity provider acts as the role that trusts it."""
        key = oidc_provider.Key("ES256", "first")
        oidc_provider.write_file(self.issuers_keys, [key])
        made = self.iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
        provider = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
        who = {"Federated": made["OpenIDConnectProviderArn"]}
        acting = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
        statement = {"Effect": "Allow", "Principal": who, "Action": acting}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        self.iam.update_assume_role_policy(RoleName="web", PolicyDocument=document)
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "repo:octo-org/octo-repo",
            "aud": "sts.amazonaws.com",
            "iat": now,
            "exp": now + 600,
        }
        tags = {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}
        more = {"https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "alice"}
        self.sts.assume_role_with_web_identity(
            RoleArn=role,
            RoleSessionName="build",
            WebIdentityToken=key.token({**claims, **more}),
            DurationSeconds=900,
            Policy=identities.ALLOW,
            PolicyArns=[{"arn": identities.ADMINISTRATOR}],
        )
        self.iam.update_assume_role_policy(RoleName="web", PolicyDocument=trust("ec2"))
        self.iam.delete_open_id_connect_provider(**provider)

    def change_instance_profile(self):
        ec2, named = self.ec2, {"IamInstanceProfile": {"Name": "web"}}
        made = ec2.associate_iam_instance_profile(InstanceId=self.id["instance"], **named)[
            "IamInstanceProfileAssociation"
        ]
        ec2.describe_instances()
        replaced = ec2.replace_iam_instance_profile_association(AssociationId=made["AssociationId"], **named)
        ec2.describe_iam_instance_profile_associations()
        ec2.disassociate_iam_instance_profile(AssociationId=replaced["IamInstanceProfileAssociation"]["AssociationId"])
        id = ec2.associate_iam_instance_profile(InstanceId=self.id["instance"], **named)[
            "IamInstanceProfileAssociation"
        ]
        self.id["iip-assoc"] = id["AssociationId"]

    def change_vpc(self):
        ec2, id = self.ec2, self.id
        ec2.describe_vpcs()
        ec2.modify_vpc_attribute(VpcId=id["vpc"], EnableDnsHostnames={"Value": True})
        ec2.describe_vpc_attribute(VpcId=id["vpc"], Attribute="enableDnsHostnames")
        dedicated = ec2.create_vpc(CidrBlock="10.9.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
        ec2.modify_vpc_tenancy(VpcId=dedicated, InstanceTenancy="default")
        block = ec2.associate_vpc_cidr_block(VpcId=dedicated, CidrBlock="10.10.0.0/16")
        ec2.disassociate_vpc_cidr_block(AssociationId=block["CidrBlockAssociation"]["AssociationId"])
        block = ec2.associate_vpc_cidr_block(VpcId=dedicated, AmazonProvidedIpv6CidrBlock=True)
        ec2.disassociate_vpc_cidr_block(AssociationId=block["Ipv6CidrBlockAssociation"]["AssociationId"])
        ec2.delete_vpc(VpcId=dedicated)
        options = ec2.create_dhcp_options(
            DhcpConfigurations=[
                {"Key": "domain-name", "Values": ["example.com"]},
                {"Key": "domain-name-servers", "Values": ["10.0.0.9", "AmazonProvidedDNS"][:1]},
            ],
            TagSpecifications=tagged("dhcp-options", "ours"),
        )
        id["dopt"] = options["DhcpOptions"]["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=id["dopt"], VpcId=id["vpc"])
        ec2.describe_dhcp_options()
        ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=id["vpc"])
        ec2.delete_dhcp_options(DhcpOptionsId=id["dopt"])

    def block_public_access(self):
        ec2, id = self.ec2, self.id
        ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-bidirectional")
        ec2.describe_vpc_block_public_access_options()
        exclusion = ec2.create_vpc_block_public_access_exclusion(
            VpcId=id["vpc"],
            InternetGatewayExclusionMode="allow-egress",
            TagSpecifications=tagged("vpc-block-public-access-exclusion", "main"),
        )["VpcBlockPublicAccessExclusion"]["ExclusionId"]
        ec2.modify_vpc_block_public_access_exclusion(
            ExclusionId=exclusion, InternetGatewayExclusionMode="allow-bidirectional"
        )
        ec2.describe_vpc_block_public_access_exclusions(ExclusionIds=[exclusion])
        ec2.delete_vpc_block_public_access_exclusion(ExclusionId=exclusion)
        ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="off")

    def change_subnet(self):
        ec2, id = self.ec2, self.id
        ec2.modify_subnet_attribute(SubnetId=id["subnet"], MapPublicIpOnLaunch={"Value": True})
        made = ec2.associate_subnet_cidr_block(SubnetId=id["subnet"], Ipv6CidrBlock=id["v6"])
        id["subnet6"] = made["Ipv6CidrBlockAssociation"]["AssociationId"]
        scr = ec2.create_subnet_cidr_reservation(
            SubnetId=id["spare-subnet"],
            Cidr="10.0.3.64/26",
            ReservationType="explicit",
            Description="kept",
            TagSpecifications=tagged("subnet-cidr-reservation", "kept"),
        )["SubnetCidrReservation"]["SubnetCidrReservationId"]
        ec2.get_subnet_cidr_reservations(SubnetId=id["spare-subnet"])
        ec2.delete_subnet_cidr_reservation(SubnetCidrReservationId=scr)
        ec2.describe_subnets()

    def change_routes(self):
        ec2, id = self.ec2, self.id
        ec2.replace_route(RouteTableId=id["rtb2"], DestinationCidrBlock="0.0.0.0/0", GatewayId=id["igw"])
        ec2.replace_route(RouteTableId=id["rtb2"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=id["nat"])
        ec2.create_route(RouteTableId=id["rtb2"], DestinationCidrBlock="192.168.0.0/16", NetworkInterfaceId=id["eni"])
        ec2.describe_route_tables()
        ec2.delete_route(RouteTableId=id["rtb2"], DestinationCidrBlock="192.168.0.0/16")
        moved = ec2.replace_route_table_association(AssociationId=id["rtbassoc"], RouteTableId=id["rtb2"])
        ec2.disassociate_route_table(AssociationId=moved["NewAssociationId"])
        id["rtbassoc"] = ec2.associate_route_table(RouteTableId=id["rtb"], SubnetId=id["subnet"])["AssociationId"]
        ec2.describe_internet_gateways()
        ec2.describe_egress_only_internet_gateways()
        ec2.describe_nat_gateways()
        ec2.modify_instance_connect_endpoint(InstanceConnectEndpointId=id["eice"], IpAddressType="ipv4")
        self.endpoint_is("update-complete")

    def group_of_two_vpcs(self):
        ec2, both = self.ec2, {"GroupId": self.id["database"], "VpcId": self.id["vpc2"]}
        ec2.associate_security_group_vpc(**both)
        [shown] = ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]
        assert (shown["State"], shown["VpcId"]) == ("associated", both["VpcId"]), shown
        ec2.get_security_groups_for_vpc(VpcId=both["VpcId"])
        ec2.disassociate_security_group_vpc(**both)

    def change_security(self):
        ec2, id = self.ec2, self.id
        ec2.describe_security_groups()
        ec2.describe_security_group_rules()
        self.group_of_two_vpcs()
        ec2.modify_security_group_rules(
            GroupId=id["web"],
            SecurityGroupRules=[
                {
                    "SecurityGroupRuleId": id["rule"],
                    "SecurityGroupRule": {
                        "IpProtocol": "tcp",
                        "FromPort": 8080,
                        "ToPort": 8080,
                        "CidrIpv4": "0.0.0.0/0",
                    },
                }
            ],
        )
        described = [
            {
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "new"}],
            }
        ]
        ec2.update_security_group_rule_descriptions_ingress(GroupId=id["web"], IpPermissions=described)
        resolver = [{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.2/32"}]}]
        ec2.update_security_group_rule_descriptions_egress(GroupId=id["database"], IpPermissions=resolver)
        ec2.revoke_security_group_egress(GroupId=id["database"], IpPermissions=resolver)
        ec2.revoke_security_group_ingress(GroupId=id["web"], SecurityGroupRuleIds=[id["rule"]])
        ec2.describe_network_acls()
        ec2.replace_network_acl_entry(
            NetworkAclId=id["acl"],
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=False,
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 1, "To": 443},
        )
        ec2.delete_network_acl_entry(NetworkAclId=id["acl"], RuleNumber=110, Egress=True)
        of_subnet = [{"Name": "association.subnet-id", "Values": [id["subnet"]]}]
        default = ec2.describe_network_acls(Filters=of_subnet)["NetworkAcls"][0]
        association = next(a for a in default["Associations"] if a["SubnetId"] == id["subnet"])
        moved = ec2.replace_network_acl_association(
            AssociationId=association["NetworkAclAssociationId"], NetworkAclId=id["acl"]
        )
        ec2.describe_network_acls(NetworkAclIds=[id["acl"]])
        ec2.replace_network_acl_association(
            AssociationId=moved["NewAssociationId"], NetworkAclId=default["NetworkAclId"]
        )

    def free_address(self):
        """One of the subnet's: those that nobody asks for are drawn at random."""
        taken = {it["PrivateIpAddress"] for it in self.ec2.describe_network_interfaces()["NetworkInterfaces"]}
        return next(it for it in (f"10.0.1.{last}" for last in range(50, 250)) if it not in taken)

    def interface_permissions(self):
        ec2, eni = self.ec2, {"NetworkInterfaceId": self.id["eni"]}
        made = ec2.create_network_interface_permission(**eni, AwsAccountId=PEER, Permission="INSTANCE-ATTACH")[
            "InterfacePermission"
        ]
        one = made["NetworkInterfacePermissionId"]
        shown = ec2.describe_network_interface_permissions(NetworkInterfacePermissionIds=[one])
        assert shown["NetworkInterfacePermissions"] == [made], shown
        ec2.delete_network_interface_permission(NetworkInterfacePermissionId=one)

    def prefixes(self):
        ec2, eni = self.ec2, {"NetworkInterfaceId": self.id["eni"]}
        [one] = ec2.assign_private_ip_addresses(**eni, Ipv4PrefixCount=1)["AssignedIpv4Prefixes"]
        [two] = ec2.assign_ipv6_addresses(**eni, Ipv6PrefixCount=1)["AssignedIpv6Prefixes"]
        [shown] = ec2.describe_network_interfaces(NetworkInterfaceIds=[self.id["eni"]])["NetworkInterfaces"]
        assert (shown["Ipv4Prefixes"], shown["Ipv6Prefixes"]) == ([one], [{"Ipv6Prefix": two}]), shown
        ec2.unassign_private_ip_addresses(**eni, Ipv4Prefixes=[one["Ipv4Prefix"]])
        ec2.unassign_ipv6_addresses(**eni, Ipv6Prefixes=[two])

    def change_interfaces(self):
        ec2, id = self.ec2, self.id
        eni = {"NetworkInterfaceId": id["eni"]}
        free = self.free_address()
        ec2.assign_private_ip_addresses(**eni, PrivateIpAddresses=[free])
        ec2.unassign_private_ip_addresses(**eni, PrivateIpAddresses=[free])
        assigned = ec2.assign_ipv6_addresses(**eni, Ipv6AddressCount=1)["AssignedIpv6Addresses"]
        ec2.describe_network_interfaces()
        ec2.unassign_ipv6_addresses(**eni, Ipv6Addresses=assigned)
        self.prefixes()
        self.interface_permissions()
        ec2.modify_network_interface_attribute(**eni, SourceDestCheck={"Value": False})
        ec2.reset_network_interface_attribute(**eni, SourceDestCheck="true")
        for attribute in ("description", "groupSet", "sourceDestCheck", "attachment"):
            ec2.describe_network_interface_attribute(**eni, Attribute=attribute)
        attachment = ec2.attach_network_interface(**eni, InstanceId=id["instance"], DeviceIndex=1)["AttachmentId"]
        ec2.describe_network_interface_attribute(**eni, Attribute="attachment")
        ec2.describe_network_interfaces()
        ec2.detach_network_interface(AttachmentId=attachment)
        self.wait("network_interface_available", NetworkInterfaceIds=[id["eni"]])
        id["eip"] = ec2.allocate_address()["AllocationId"]
        association = ec2.associate_address(AllocationId=id["eip"], **eni)["AssociationId"]
        ec2.describe_addresses()
        one = {"AllocationId": id["eip"]}
        ec2.modify_address_attribute(**one, DomainName="mail.example.com")
        ec2.describe_addresses_attribute(AllocationIds=[id["eip"]], Attribute="domain-name")
        ec2.reset_address_attribute(**one, Attribute="domain-name")
        ec2.describe_network_interfaces()
        ec2.disassociate_address(AssociationId=association)
        ec2.enable_address_transfer(**one, TransferAccountId=PEER)
        ec2.disable_address_transfer(**one)
        self.give_an_address_away()
        ec2.describe_moving_addresses()

    def give_an_address_away(self):
        given = self.ec2.allocate_address()
        self.ec2.enable_address_transfer(AllocationId=given["AllocationId"], TransferAccountId=PEER)
        taken = self.peer.accept_address_transfer(Address=given["PublicIp"])["AddressTransfer"]
        self.ec2.describe_address_transfers()
        self.peer.release_address(AllocationId=taken["AllocationId"])

    def change_instances(self):
        ec2, id = self.ec2, self.id
        one = {"InstanceId": id["instance"]}
        ec2.describe_instances()
        ec2.describe_instance_status()
        ec2.describe_instance_image_metadata(InstanceIds=[id["instance"]])
        ec2.monitor_instances(InstanceIds=[id["instance"]])
        ec2.unmonitor_instances(InstanceIds=[id["instance"]])
        ec2.get_console_output(**one)
        for attribute in (
            "instanceType",
            "userData",
            "disableApiTermination",
            "instanceInitiatedShutdownBehavior",
            "rootDeviceName",
            "blockDeviceMapping",
            "sourceDestCheck",
            "groupSet",
            "ebsOptimized",
            "enaSupport",
            "disableApiStop",
        ):
            ec2.describe_instance_attribute(**one, Attribute=attribute)
        ec2.modify_instance_attribute(**one, SourceDestCheck={"Value": False})
        ec2.reset_instance_attribute(**one, Attribute="sourceDestCheck")
        ec2.modify_instance_metadata_options(**one, HttpTokens="required", HttpPutResponseHopLimit=3)
        ec2.describe_instance_credit_specifications(InstanceIds=[id["instance"]])
        ec2.modify_instance_credit_specification(
            InstanceCreditSpecifications=[
                dict(one, CpuCredits="standard"),
                {"InstanceId": "i-1", "CpuCredits": "standard"},
            ]
        )
        ec2.get_default_credit_specification(InstanceFamily="t3")
        ec2.modify_default_credit_specification(InstanceFamily="t3", CpuCredits="standard")
        ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=4)
        ec2.get_instance_metadata_defaults()
        ec2.modify_instance_maintenance_options(**one, AutoRecovery="disabled", RebootMigration="disabled")
        assert ec2.get_password_data(**one)["PasswordData"] == ""
        ec2.describe_key_pairs(IncludePublicKey=True)
        self.connect.send_ssh_public_key(**one, InstanceOSUser="ec2-user", SSHPublicKey=public_key("pushed"))
        ec2.reboot_instances(InstanceIds=[id["instance"]])
        ec2.stop_instances(InstanceIds=[id["instance"]])
        self.wait("instance_stopped", InstanceIds=[id["instance"]])
        self.place_instance()
        ec2.describe_instances()
        ec2.start_instances(InstanceIds=[id["instance"]])
        self.wait("instance_running", InstanceIds=[id["instance"]])

    def fleet(self, template):
        ec2 = self.ec2
        made = ec2.create_fleet(
            Type="instant",
            LaunchTemplateConfigs=[
                {
                    "LaunchTemplateSpecification": {"LaunchTemplateName": "web", "Version": "1"},
                    "Overrides": [{"InstanceType": "m6g.large", "Priority": 1}, {"InstanceType": "t3.small"}],
                }
            ],
            OnDemandOptions={"AllocationStrategy": "prioritized"},
            TargetCapacitySpecification={"TotalTargetCapacity": 2, "DefaultTargetCapacityType": "on-demand"},
            TagSpecifications=tagged("fleet", "web"),
        )
        [error], [launched] = made["Errors"], made["Instances"]
        assert error["LaunchTemplateAndOverrides"]["Overrides"]["InstanceType"] == "m6g.large", error
        self.id["fleet"] = made["FleetId"]
        ec2.describe_fleets(FleetIds=[made["FleetId"]])
        ec2.describe_fleet_instances(FleetId=made["FleetId"])
        ec2.delete_fleets(FleetIds=[made["FleetId"]], TerminateInstances=True)
        self.wait("instance_terminated", InstanceIds=launched["InstanceIds"])

    def place_instance(self):
        """While it is stopped."""
        ec2, id = self.ec2, self.id
        group = ec2.create_placement_group(
            GroupName="racks",
            Strategy="partition",
            PartitionCount=3,
            TagSpecifications=tagged("placement-group", "racks"),
        )["PlacementGroup"]
        id["racks"] = group["GroupId"]
        ec2.modify_instance_placement(InstanceId=id["instance"], GroupId=id["racks"], PartitionNumber=2)
        ec2.modify_instance_cpu_options(InstanceId=id["instance"], CoreCount=1, ThreadsPerCore=1)
        ec2.describe_placement_groups(GroupIds=[id["racks"]])

    def launch_templates(self):
        ec2, id = self.ec2, self.id
        made = ec2.create_launch_template(
            LaunchTemplateName="web",
            VersionDescription="first",
            LaunchTemplateData={
                "ImageId": id["ami"],
                "InstanceType": "t3.micro",
                "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}],
                "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": id["subnet"], "Groups": [id["web"]]}],
                "MetadataOptions": {"HttpTokens": "required"},
                "TagSpecifications": tagged("instance", "from a template"),
            },
            TagSpecifications=tagged("launch-template", "web"),
        )["LaunchTemplate"]
        template = dict(LaunchTemplateId=made["LaunchTemplateId"])
        ec2.create_launch_template_version(
            **template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
        )
        ec2.create_launch_template_version(**template, LaunchTemplateData={"InstanceType": "t3.large"})
        ec2.modify_launch_template(**template, DefaultVersion="2")
        ec2.describe_launch_templates(LaunchTemplateNames=["web"])
        ec2.describe_launch_template_versions(**template, Versions=["$Latest", "$Default"])
        run = ec2.run_instances(LaunchTemplate=template, MinCount=1, MaxCount=1)["Instances"][0]
        ec2.get_launch_template_data(InstanceId=run["InstanceId"])
        self.fleet(template)
        self.wait("instance_running", InstanceIds=[run["InstanceId"]])
        ec2.terminate_instances(InstanceIds=[run["InstanceId"]])
        self.wait("instance_terminated", InstanceIds=[run["InstanceId"]])
        ec2.delete_launch_template_versions(**template, Versions=["3"])
        ec2.delete_launch_template(**template)

    def volumes(self):
        ec2 = self.ec2
        web = ec2.describe_instances(InstanceIds=[self.id["instance"]])["Reservations"][0]["Instances"][0]
        zone = web["Placement"]["AvailabilityZone"]
        made = ec2.create_volume(
            AvailabilityZone=zone, Size=10, VolumeType="gp3", TagSpecifications=tagged("volume", "data")
        )
        volume = {"VolumeId": made["VolumeId"]}
        self.wait("volume_available", VolumeIds=[made["VolumeId"]])
        ec2.attach_volume(InstanceId=self.id["instance"], Device="/dev/sdf", **volume)
        self.wait("volume_in_use", VolumeIds=[made["VolumeId"]])
        ec2.describe_volumes()
        ec2.describe_volume_status(VolumeIds=[made["VolumeId"]])
        ec2.modify_volume(Size=20, **volume)
        ec2.describe_volumes_modifications(VolumeIds=[made["VolumeId"]])
        ec2.modify_volume_attribute(AutoEnableIO={"Value": True}, **volume)
        ec2.describe_volume_attribute(Attribute="autoEnableIO", **volume)
        ec2.enable_volume_io(**volume)
        ec2.detach_volume(**volume)
        self.wait("volume_available", VolumeIds=[made["VolumeId"]])
        self.snapshots(made["VolumeId"])
        self.storage_defaults()
        self.images()
        self.id["volume"] = made["VolumeId"]

    def snapshots(self, volume):
        ec2 = self.ec2
        made = ec2.create_snapshot(VolumeId=volume, Description="data", TagSpecifications=tagged("snapshot", "data"))
        snapshot = {"SnapshotId": made["SnapshotId"]}
        self.wait("snapshot_completed", SnapshotIds=[made["SnapshotId"]])
        ec2.describe_snapshots(OwnerIds=["self"])
        ec2.modify_snapshot_attribute(
            Attribute="createVolumePermission", OperationType="add", UserIds=[PEER], **snapshot
        )
        ec2.describe_snapshot_attribute(Attribute="createVolumePermission", **snapshot)
        ec2.reset_snapshot_attribute(Attribute="createVolumePermission", **snapshot)
        copy = ec2.copy_snapshot(SourceRegion=ec2.meta.region_name, SourceSnapshotId=made["SnapshotId"])
        for taken in ec2.create_snapshots(InstanceSpecification={"InstanceId": self.id["instance"]})["Snapshots"]:
            ec2.delete_snapshot(SnapshotId=taken["SnapshotId"])
        ec2.delete_snapshot(SnapshotId=copy["SnapshotId"])
        self.id["snapshot"] = made["SnapshotId"]

    def storage_defaults(self):
        ec2 = self.ec2
        ec2.enable_ebs_encryption_by_default()
        ec2.get_ebs_encryption_by_default()
        ec2.disable_ebs_encryption_by_default()
        ec2.modify_ebs_default_kms_key_id(KmsKeyId="1234abcd-12ab-34cd-56ef-1234567890ab")
        ec2.get_ebs_default_kms_key_id()
        ec2.reset_ebs_default_kms_key_id()
        ec2.enable_snapshot_block_public_access(State="block-new-sharing")
        ec2.get_snapshot_block_public_access_state()
        ec2.disable_snapshot_block_public_access()
        ec2.disable_image_block_public_access()
        ec2.get_image_block_public_access_state()
        ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")

    def images(self):
        ec2 = self.ec2
        made = ec2.create_image(
            InstanceId=self.id["instance"], Name="web", NoReboot=True, TagSpecifications=tagged("image", "web")
        )
        image = {"ImageId": made["ImageId"]}
        self.wait("image_available", ImageIds=[made["ImageId"]])
        shown = ec2.describe_images(Owners=["self"])["Images"][0]
        ec2.modify_image_attribute(LaunchPermission={"Add": [{"UserId": PEER}]}, **image)
        ec2.describe_image_attribute(Attribute="launchPermission", **image)
        ec2.reset_image_attribute(Attribute="launchPermission", **image)
        ec2.disable_image(**image)
        ec2.enable_image(**image)
        ec2.enable_image_deprecation(DeprecateAt="2099-01-01T00:00:00Z", **image)
        ec2.disable_image_deprecation(**image)
        ec2.enable_image_deregistration_protection(**image)
        ec2.disable_image_deregistration_protection(**image)
        copy = ec2.copy_image(SourceRegion=ec2.meta.region_name, SourceImageId=made["ImageId"], Name="web copy")
        root = next(it for it in shown["BlockDeviceMappings"] if it["DeviceName"] == shown["RootDeviceName"])
        device = {"DeviceName": root["DeviceName"], "Ebs": {"SnapshotId": root["Ebs"]["SnapshotId"]}}
        registered = ec2.register_image(
            Name="registered",
            Architecture=shown["Architecture"],
            VirtualizationType="hvm",
            RootDeviceName=root["DeviceName"],
            BlockDeviceMappings=[device],
        )
        ec2.deregister_image(ImageId=copy["ImageId"], DeleteAssociatedSnapshots=True)
        self.id["registered"], self.id["image"] = registered["ImageId"], made["ImageId"]

    def change_peering(self):
        ec2, id = self.ec2, self.id
        theirs = self.peer.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
        asked = ec2.create_vpc_peering_connection(
            VpcId=id["vpc"],
            PeerVpcId=theirs,
            PeerOwnerId=PEER,
            PeerRegion=REGION,
            TagSpecifications=tagged("vpc-peering-connection", "to them"),
        )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        ec2.describe_vpc_peering_connections()
        self.peer.reject_vpc_peering_connection(VpcPeeringConnectionId=asked)
        ec2.modify_vpc_attribute(VpcId=id["vpc2"], EnableDnsHostnames={"Value": True})
        ec2.modify_vpc_peering_connection_options(
            VpcPeeringConnectionId=id["pcx"],
            RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True},
            AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True},
        )
        ec2.describe_vpc_peering_connections()
        far = ec2.create_security_group(GroupName="far", Description="far", VpcId=id["vpc2"])["GroupId"]
        of_far = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": far}]}]
        ec2.authorize_security_group_ingress(GroupId=id["database"], IpPermissions=of_far)
        ec2.describe_security_group_references(GroupId=[far])
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=id["pcx"])
        ec2.describe_stale_security_groups(VpcId=id["vpc"])
        ec2.revoke_security_group_ingress(GroupId=id["database"], IpPermissions=of_far)
        ec2.delete_security_group(GroupId=far)

    def change_lists(self):
        ec2, id = self.ec2, self.id
        made = ec2.create_managed_prefix_list(
            PrefixListName="offices",
            AddressFamily="IPv4",
            MaxEntries=5,
            Entries=[{"Cidr": "203.0.113.0/24", "Description": "headquarters"}],
            TagSpecifications=tagged("prefix-list", "offices"),
        )["PrefixList"]
        id["list"] = made["PrefixListId"]
        ec2.modify_managed_prefix_list(
            PrefixListId=id["list"],
            CurrentVersion=1,
            AddEntries=[{"Cidr": "198.51.100.0/24"}],
            RemoveEntries=[{"Cidr": "203.0.113.0/24"}],
        )
        ec2.restore_managed_prefix_list_version(PrefixListId=id["list"], PreviousVersion=1, CurrentVersion=2)
        ec2.get_managed_prefix_list_entries(PrefixListId=id["list"])
        ec2.describe_managed_prefix_lists()
        to_list = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": id["list"]}]}]
        ec2.authorize_security_group_ingress(GroupId=id["web"], IpPermissions=to_list)
        ec2.create_route(RouteTableId=id["rtb2"], DestinationPrefixListId=id["list"], GatewayId=id["igw"])
        ec2.get_managed_prefix_list_associations(PrefixListId=id["list"])
        ec2.describe_route_tables()
        ec2.delete_route(RouteTableId=id["rtb2"], DestinationPrefixListId=id["list"])
        ec2.revoke_security_group_ingress(GroupId=id["web"], IpPermissions=to_list)
        ec2.delete_managed_prefix_list(PrefixListId=id["list"])

    def change_tags(self):
        ec2, id = self.ec2, self.id
        ec2.create_tags(Resources=[id["vpc"], id["instance"]], Tags=[{"Key": "stage", "Value": "test"}])
        ec2.describe_tags()
        ec2.delete_tags(Resources=[id["vpc"], id["instance"]], Tags=[{"Key": "stage"}])
        arns = [f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{id['vpc']}", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-00000001"]
        failed = self.tagging.tag_resources(ResourceARNList=arns, Tags={"stage": "test"})["FailedResourcesMap"]
        assert list(failed) == arns[1:]
        self.tagging.get_resources(TagFilters=[{"Key": "stage", "Values": ["test"]}], IncludeComplianceDetails=True)
        self.tagging.get_tag_keys()
        self.tagging.get_tag_values(Key="stage")
        self.tagging.untag_resources(ResourceARNList=arns[:1], TagKeys=["stage"])

    def notifications(self):
        """A topic, who hears of what, and what is said."""
        sns = self.sns
        topic = sns.create_topic(Name="alarms", Attributes={"DisplayName": "Alarms"}, Tags=[{"Key": "a", "Value": "b"}])
        topic = topic["TopicArn"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
        sns.get_topic_attributes(TopicArn=topic)
        sns.get_data_protection_policy(ResourceArn=topic)
        sns.add_permission(TopicArn=topic, Label="peer", AWSAccountId=[PEER], ActionName=["Publish"])
        sns.remove_permission(TopicArn=topic, Label="peer")
        sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "c", "Value": "d"}])
        sns.list_tags_for_resource(ResourceArn=topic)
        sns.untag_resource(ResourceArn=topic, TagKeys=["c"])
        mail = {"Protocol": "email", "Endpoint": "someone@example.com"}
        one = sns.subscribe(TopicArn=topic, ReturnSubscriptionArn=True, **mail)["SubscriptionArn"]
        self.confirmed(topic)
        raw = {"AttributeName": "FilterPolicy", "AttributeValue": '{"colour": ["red"]}'}
        sns.set_subscription_attributes(SubscriptionArn=one, **raw)
        sns.get_subscription_attributes(SubscriptionArn=one)
        sns.list_subscriptions()
        sns.list_subscriptions_by_topic(TopicArn=topic)
        sns.publish(TopicArn=topic, Message="hello")
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "hello"}])
        sns.unsubscribe(SubscriptionArn=one)
        sns.list_topics()
        sns.delete_topic(TopicArn=topic)

    def confirmed(self, topic):
        """Another account's queue is asked, and says yes."""
        theirs = self.client("sqs", account=PEER)
        url = theirs.create_queue(QueueName="theirs")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{PEER}:theirs"
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        theirs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        [asked] = theirs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        self.sns.confirm_subscription(TopicArn=topic, Token=json.loads(asked["Body"])["Token"])
        theirs.delete_queue(QueueUrl=url)

    def private_names(self):
        route53, vpcs = self.route53, [{"VPCRegion": "us-west-2", "VPCId": self.id[name]} for name in ("vpc", "vpc2")]
        made = route53.create_hosted_zone(
            Name="corp.internal",
            CallerReference="scenario",
            VPC=vpcs[0],
            HostedZoneConfig={"Comment": "ours", "PrivateZone": True},
        )
        zone = made["HostedZone"]["Id"]
        public = route53.create_hosted_zone(Name="shop.test", CallerReference="public")
        assert len(public["DelegationSet"]["NameServers"]) == 4
        route53.get_dnssec(HostedZoneId=public["HostedZone"]["Id"])
        route53.delete_hosted_zone(Id=public["HostedZone"]["Id"])
        route53.get_change(Id=made["ChangeInfo"]["Id"])
        records = {"Name": "web.corp.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.10"}]}
        for action in ("CREATE", "UPSERT", "DELETE"):
            route53.change_resource_record_sets(
                HostedZoneId=zone,
                ChangeBatch={"Comment": action, "Changes": [{"Action": action, "ResourceRecordSet": records}]},
            )
            route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="2")
        route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=vpcs[1], Comment="the other")
        route53.get_hosted_zone(Id=zone)
        route53.get_hosted_zone_count()
        route53.list_hosted_zones()
        route53.list_hosted_zones_by_name(DNSName="corp.internal")
        route53.list_hosted_zones_by_vpc(**vpcs[1])
        route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=vpcs[1])
        route53.update_hosted_zone_comment(Id=zone, Comment="ours alone")
        route53.change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "stage", "Value": "test"}]
        )
        route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)
        route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone.rpartition("/")[2]])
        route53.delete_hosted_zone(Id=zone)

    def tear_down(self):
        ec2, id = self.ec2, self.id
        ec2.terminate_instances(InstanceIds=[id["instance"]])
        self.wait("instance_terminated", InstanceIds=[id["instance"]])
        ec2.delete_placement_group(GroupName="racks")
        for image in ("registered", "image"):
            ec2.deregister_image(ImageId=id[image], DeleteAssociatedSnapshots=True)
        ec2.delete_snapshot(SnapshotId=id["snapshot"])
        ec2.delete_volume(VolumeId=id["volume"])
        self.wait("volume_deleted", VolumeIds=[id["volume"]])
        ec2.describe_instances()
        ec2.delete_network_interface(NetworkInterfaceId=id["eni"])
        ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=id["eice"])
        self.endpoint_is("delete-complete")
        ec2.delete_nat_gateway(NatGatewayId=id["nat"])
        self.wait("nat_gateway_deleted", NatGatewayIds=[id["nat"]])
        ec2.describe_nat_gateways()
        ec2.describe_route_tables()
        ec2.release_address(AllocationId=id["allocation"])
        ec2.release_address(AllocationId=id["eip"])
        for name in ("made", "mine"):
            ec2.delete_key_pair(KeyName=name)
        ec2.delete_vpc_endpoints(VpcEndpointIds=[id["vpce"]])
        ec2.disassociate_route_table(AssociationId=id["rtbassoc"])
        for table in ("rtb", "rtb2"):
            ec2.delete_route_table(RouteTableId=id[table])
        ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=id["eigw"])
        ec2.detach_internet_gateway(InternetGatewayId=id["igw"], VpcId=id["vpc"])
        ec2.delete_internet_gateway(InternetGatewayId=id["igw"])
        ec2.delete_network_acl(NetworkAclId=id["acl"])
        ec2.disassociate_subnet_cidr_block(AssociationId=id["subnet6"])
        for group in ("web", "database"):
            ec2.delete_security_group(GroupId=id[group])
        for subnet in ("subnet", "private-subnet", "spare-subnet"):
            ec2.delete_subnet(SubnetId=id[subnet])
        for vpc in ("vpc", "vpc2"):
            ec2.delete_vpc(VpcId=id[vpc])
        self.make_default_vpc_anew()
        credentials.tear_down(self.iam)
        identities.tear_down(self.iam)
        self.iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="web")
        self.iam.delete_instance_profile(InstanceProfileName="web")
        self.iam.delete_role(RoleName="web")
        self.sqs.delete_queue(QueueUrl=id["queue"])
        self.logs.delete_log_stream(logGroupName="app", logStreamName="one")
        self.logs.delete_log_group(logGroupName="app")

    def make_default_vpc_anew(self):
        ec2 = self.ec2
        default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [default]}])["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.create_default_subnet(AvailabilityZone=ZONE)
        subnet = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [default]}])["Subnets"][0]["SubnetId"]
        ec2.delete_subnet(SubnetId=subnet)
        of_default = [{"Name": "attachment.vpc-id", "Values": [default]}]
        gateway = ec2.describe_internet_gateways(Filters=of_default)["InternetGateways"][0]["InternetGatewayId"]
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=default)
        ec2.delete_internet_gateway(InternetGatewayId=gateway)
        ec2.delete_vpc(VpcId=default)
        ec2.create_default_vpc()
