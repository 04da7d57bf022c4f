#!/usr/bin/env python3
"""Flow logs, as the tutorial makes them: a role that comes in another tab, a VPC's flow log into a log group, one of
a subnet with fields of one's own, one of a network interface into a bucket. Real pings are in the records; a role that
may not write is seen on the tab.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
from network import ANYWHERE, NetworkLab, document  # noqa: E402

GROUP = "NextWorkVPCFlowLogsGroup"
ROLE = "NextWorkVPCFlowLogsRole"
PING = "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]"
FORMAT = "${srcaddr} ${dstaddr} ${flow-direction}"
# How long a minute's window is here, in seconds.
MINUTE = 2


class FlowLogs(browser.ConsoleLab, NetworkLab):
    options = ("--flow-log-minute", str(MINUTE))

    def steps(self):
        self.network()
        self.page.goto(self.address())
        self.of_a_vpc()
        self.a_role_that_may_not_write()
        self.records_come()
        self.of_a_subnet()
        self.of_an_interface()
        self.of_several()
        self.deleted()

    def network(self):
        self.step("a VPC with two servers, a log group, a bucket")
        self.vpc = self.make_vpc("10.1.0.0/16")
        self.net = self.subnet(self.vpc, "10.1.0.0/24", "a")
        self.route(self.main_table(self.vpc), ANYWHERE, "--gateway-id", self.attach_gateway(self.vpc))
        group = self.default_group(self.vpc)
        self.allow(group, PING)
        self.servers = [self.launch(name, self.net, group) for name in ("one", "two")]
        self.aws("logs", "create-log-group", "--log-group-name", GROUP)
        self.aws("s3api", "create-bucket", "--bucket", "flow-files", *self.regional())
        self.wait_running(*self.servers)
        self.booted(*self.servers)
        [self.eni, self.other] = [
            self.describe(it)["NetworkInterfaces"][0]["NetworkInterfaceId"] for it in self.servers
        ]
        self.target = self.describe(self.servers[1])["PrivateIpAddress"]

    def regional(self):
        return ("--create-bucket-configuration", f"LocationConstraint={harness.REGION}")

    def trust(self, service):
        return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})

    def logs_of(self, resource):
        found = self.ec2("describe-flow-logs", "--filter", f"Name=resource-id,Values={resource}")["FlowLogs"]
        return sorted(found, key=lambda it: it["CreationTime"])

    def of_a_vpc(self):
        self.step("VPC > Flow logs > Create flow log: a role that flow logs may not assume is refused under its field")
        self.page.goto(self.place(f"{harness.REGION}/vpcs/{self.vpc}"))
        self.page.get_by_role("tab", name="Flow logs").click()
        self.reads("No flow logs found in this Region")
        self.button("Create flow log")
        self.heading("Create flow log")
        self.button("Create flow log")
        self.reads("Choose a log group, or type a name.")
        self.reads("Choose an IAM role.")
        self.fill("Name – optional", "NextWorkVPCFlowLog")
        self.page.get_by_role("radio", name="1 minute").check()
        self.suggested("Destination log group", GROUP)
        role = ("iam", "create-role", "--role-name", ROLE, "--assume-role-policy-document")
        self.aws(*role, self.trust("ec2.amazonaws.com"))
        self.page.get_by_role("button", name="Refresh IAM roles").click()
        self.suggested("Service role", ROLE)
        self.is_accessible("Create flow log")
        self.picture("form")
        self.button("Create flow log")
        self.reads("Unable to assume given IAM role")
        self.step("with the right trust it is created, by the form as it stands")
        trust = ("update-assume-role-policy", "--role-name", ROLE, "--policy-document")
        self.aws("iam", *trust, self.trust("vpc-flow-logs.amazonaws.com"))
        self.button("Create flow log")
        self.reads(f"Successfully created flow log for {self.vpc}")
        [made] = self.logs_of(self.vpc)
        self.sees(made["Tags"], [{"Key": "Name", "Value": "NextWorkVPCFlowLog"}])
        self.sees((made["TrafficType"], made["MaxAggregationInterval"]), ("ALL", 60))
        self.sees((made["LogGroupName"], made["DeliverLogsPermissionArn"].split("/")[-1]), (GROUP, ROLE))
        self.reads(made["FlowLogId"])
        self.flow_log = made["FlowLogId"]

    def suggested(self, label, text):
        """Types into a field that offers what there is, and takes it."""
        field = self.page.get_by_role("combobox", name=label)
        field.fill(text)
        self.page.keyboard.press("Escape")
        self.sees(field.input_value(), text)

    def a_role_that_may_not_write(self):
        self.step(
            "a role without a policy: the tab says why nothing is delivered, and that all is well once it has one"
        )
        self.until("Access error")
        self.is_accessible("the tab Flow logs")
        self.picture("tab")
        self.in_the_dark("the tab Flow logs", "tab")
        leave = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
        for action in ("CreateLogGroup", "DescribeLogGroups", "DescribeLogStreams"):
            leave["Action"].append(f"logs:{action}")
        policy = ("--role-name", ROLE, "--policy-name", "write", "--policy-document", document(leave))
        self.aws("iam", "put-role-policy", *policy)
        self.until("Success")

    def until(self, status):
        """Presses refresh on the tab until it says so, as a learner does."""
        cell = self.page.get_by_role("cell", name=status, exact=True)

        def seen():
            self.page.get_by_role("button", name="Refresh flow logs").click()
            return cell.count() > 0

        harness.wait_for(f"the tab to say {status}", seen, 60, every=0.5)

    def records_come(self):
        self.step("pings between the servers are in the log group that the tab leads to")
        self.holds(self.ping(self.servers[0], self.target), "the servers reach each other")
        stream = ("get-log-events", "--log-group-name", GROUP, "--log-stream-name", f"{self.eni}-all")

        def pings():
            events = self.aws_result("logs", *stream)
            return events.code == 0 and f" {self.target} 0 0 1 " in events.out

        harness.wait_for("records of the pings", pings, 60, every=0.5)
        link = self.page.get_by_role("main").get_by_role("link", name=GROUP)
        self.holds(f"/log_groups/{GROUP}" in link.get_attribute("href"), link.get_attribute("href"))

    def of_a_subnet(self):
        self.step("a subnet's, of what is refused, with fields of one's own in the order in which they are chosen")
        self.page.goto(self.place(f"{harness.REGION}/subnets/{self.net}"))
        self.heading(self.net)
        self.action("Create flow log")
        self.heading("Create flow log")
        self.page.get_by_role("radio", name="Reject").check()
        self.suggested("Destination log group", "made-by-flow-logs")
        self.suggested("Service role", f"arn:aws:iam::{harness.ACCOUNT}:role/{ROLE}")
        self.page.get_by_role("radio", name="Custom format").check()
        self.button("Create flow log")
        self.reads("Choose at least one attribute.")
        self.page.get_by_role("button", name=re.compile("^Log attributes")).click()
        for field in ("srcaddr", "dstaddr", "flow-direction"):
            self.page.get_by_role("option", name=field, exact=True).click()
        self.page.keyboard.press("Escape")
        self.reads(FORMAT)
        self.picture("custom-format")
        self.button("Create flow log")
        self.reads(f"Successfully created flow log for {self.net}")
        [made] = self.logs_of(self.net)
        self.sees((made["LogFormat"], made["TrafficType"]), (FORMAT, "REJECT"))

    def of_an_interface(self):
        self.step("a network interface's, into a bucket; one that is not there is refused under its field")
        self.page.goto(self.place(f"{harness.REGION}/network_interfaces/{self.eni}"))
        self.heading(self.eni)
        self.action("Create flow log")
        self.page.get_by_role("radio", name="Send to an Amazon S3 bucket").check()
        self.fill("S3 bucket ARN", "arn:aws:s3:::no-such-files-here")
        self.page.get_by_role("radio", name="Parquet").check()
        self.page.get_by_role("checkbox", name="Enable").check()
        self.page.get_by_role("radio", name="Every 1 hour").check()
        self.button("Create flow log")
        self.reads("no-such-files-here does not exist")
        self.is_accessible("Create flow log, to a bucket")
        self.picture("bucket")
        self.fill("S3 bucket ARN", "arn:aws:s3:::flow-files/lab/")
        self.button("Create flow log")
        self.reads(f"Successfully created flow log for {self.eni}")
        [made] = self.logs_of(self.eni)
        wanted = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}
        self.sees((made["DestinationOptions"], made["LogDestination"]), (wanted, "arn:aws:s3:::flow-files/lab/"))

    def of_several(self):
        self.step("several interfaces at once")
        self.page.goto(self.place(f"{harness.REGION}/network_interfaces"))
        self.heading("Network interfaces")
        for eni in (self.eni, self.other):
            self.select(eni)
        self.action("Create flow log")
        self.heading("Create flow log")
        self.suggested("Destination log group", GROUP)
        self.suggested("Service role", ROLE)
        self.button("Create flow log")
        self.reads(re.compile(r"Successfully created flow log for eni-\w+, eni-\w+"))
        self.sees([len(self.logs_of(it)) for it in (self.eni, self.other)], [2, 1])

    def deleted(self):
        self.step("it is deleted after the word is typed; its records stay")
        self.page.goto(self.place(f"{harness.REGION}/vpcs/{self.vpc}?tab=flow-logs"))
        self.page.get_by_role("checkbox", name=f"Select {self.flow_log}").check()
        self.page.get_by_role("button", name="Actions of flow logs").click()
        self.page.get_by_role("menuitem", name="Delete flow logs").click()
        self.is_accessible("Delete flow logs")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted 1 flow log")
        self.reads("No flow logs found in this Region")
        self.sees(self.logs_of(self.vpc), [])
        streams = self.aws("logs", "describe-log-streams", "--log-group-name", GROUP)["logStreams"]
        self.holds(streams, "the records stay")


if __name__ == "__main__":
    harness.run(FlowLogs)
