#!/usr/bin/env python3
"""Lab 7: flow logs. What two networks say to each other, and what is refused, in a log group.

The tutorial with ping, ssh and curl; a role that may not write, and then may; records beside what was sent, packet by
packet; a stateful group beside a stateless network ACL; custom formats; what AWS leaves out."""

import gzip
import json
import re
import time

import harness
from harness import ACCOUNT, REGION, wait_for
from network import ANYWHERE, NetworkLab, document

GROUP = "VPCFlowLogsGroup"
PING = "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]"
SSH = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]"
WEB = "IpProtocol=tcp,FromPort=8080,ToPort=8080,IpRanges=[{CidrIp=0.0.0.0/0}]"
# The fields of the default format.
FIELDS = "version account eni src dst sport dport protocol packets bytes start end action status".split()
# A ping of the default size, and what a record counts of it.
ECHO = 84
REGIONAL = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
# How long a window is here.
MINUTE = 2
# Sends so many bytes to whoever connects.
SERVER = """
import socket, sys
listener = socket.create_server(("", 8080))
while True:
    peer = listener.accept()[0]
    peer.sendall(bytes(int(sys.argv[1])))
    peer.close()
"""


class Lab7FlowLogs(NetworkLab):
    options = ("--flow-log-minute", str(MINUTE))

    def walk(self):
        self.two_networks()
        self.a_role_and_a_flow_log()
        self.a_role_that_may_not_write()
        self.nothing_to_tell()
        self.ping_by_three_addresses()
        self.every_packet_once()
        self.rejected()
        self.insights()
        self.stateful_and_stateless()
        self.what_is_left_out()
        self.other_formats()
        self.to_a_bucket()
        self.deleted_while_traffic_runs()
        self.clean_up()

    def two_networks(self):
        self.step("1. two VPCs, 10.1.0.0/16 and 10.2.0.0/16, one public subnet and a server in each")
        self.networks, self.servers = {}, {}
        for number in (1, 2):
            vpc = self.make_vpc(f"10.{number}.0.0/16")
            made = {"vpc": vpc, "table": self.main_table(vpc), "group": self.default_group(vpc)}
            made["gateway"] = self.attach_gateway(vpc)
            made["subnet"] = self.subnet(vpc, f"10.{number}.0.0/24", "a")
            self.route(made["table"], ANYWHERE, "--gateway-id", made["gateway"])
            self.networks[number] = made
            public = ("--associate-public-ip-address",)
            self.servers[number] = self.launch(f"server{number}", made["subnet"], made["group"], *public)
        self.allow(self.networks[2]["group"], PING)
        self.allow(self.networks[1]["group"], SSH)
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        shown = {number: self.describe(id) for number, id in self.servers.items()}
        self.private = {number: it["PrivateIpAddress"] for number, it in shown.items()}
        self.public = {number: it["PublicIpAddress"] for number, it in shown.items()}
        self.eni = {number: it["NetworkInterfaces"][0]["NetworkInterfaceId"] for number, it in shown.items()}

    def logs(self, *words):
        return self.aws("logs", *words)

    def a_role_and_a_flow_log(self):
        self.step("2. a log group; a policy and a role for the service; a role that nobody may assume is refused")
        self.logs("create-log-group", "--log-group-name", GROUP)
        self.logs("put-retention-policy", "--log-group-name", GROUP, "--retention-in-days", "1")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        self.role = self.aws(
            "iam", "create-role", "--role-name", "FlowLogs", "--assume-role-policy-document", document(trust)
        )["Role"]["Arn"]
        words = ("--resource-type", "VPC", "--resource-ids", self.networks[1]["vpc"], "--traffic-type", "ALL")
        self.wanted = (*words, "--log-group-name", GROUP, "--max-aggregation-interval", "60")
        role = ("--deliver-logs-permission-arn", self.role)
        self.refused("InvalidParameter", "Unable to assume given IAM role", "create-flow-logs", *self.wanted, *role)
        trust["Principal"]["Service"] = "vpc-flow-logs.amazonaws.com"
        update = ("update-assume-role-policy", "--role-name", "FlowLogs", "--policy-document", document(trust))
        self.aws("iam", *update)
        made = self.ec2("create-flow-logs", *self.wanted, *role)
        self.sees((len(made["FlowLogIds"]), made["Unsuccessful"]), (1, []))
        self.log = made["FlowLogIds"][0]

    def status(self):
        [shown] = self.ec2("describe-flow-logs", "--flow-log-ids", self.log)["FlowLogs"]
        return shown["DeliverLogsStatus"], shown.get("DeliverLogsErrorMessage")

    def streams(self):
        found = self.logs("describe-log-streams", "--log-group-name", GROUP)["logStreams"]
        return [it["logStreamName"] for it in found]

    def a_role_that_may_not_write(self):
        self.step("3. a role without a policy: an access error, and nothing is delivered; with it, all is well")
        failed = ("FAILED", "Access error")
        wait_for("the flow log to fail", lambda: self.status() == failed, 20, every=0.3)
        self.sees(self.streams(), [])
        self.holds("may not write" in self.hamlet.hamlet("status").out, "hamlet status says why")
        leave = {
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
            ],
            "Resource": "*",
        }
        put = ("--role-name", "FlowLogs", "--policy-name", "write", "--policy-document", document(leave))
        self.aws("iam", "put-role-policy", *put)
        wait_for("the flow log to succeed", lambda: self.status() == ("SUCCESS", None), 20, every=0.3)
        self.sees(self.streams(), [f"{self.eni[1]}-all"])

    def records(self, interface, since=0, group=GROUP, suffix="all"):
        """The records of an interface that end after a time, each as a dictionary."""
        stream = ("--log-group-name", group, "--log-stream-name", f"{interface}-{suffix}", "--start-from-head")
        found = self.logs("get-log-events", *stream)["events"]
        lines = [dict(zip(FIELDS, it["message"].split(" "), strict=True)) for it in found]
        for event, line in zip(found, lines, strict=True):
            self.sees(event["timestamp"] // 1000, int(line["start"]))
            self.holds(event["ingestionTime"] >= int(line["end"]) * 1000, event)
        return [it for it in lines if int(it["end"]) >= since]

    def sums(self, interface, since, **wanted):
        """(packets, bytes) of the records that have these fields."""
        found = [it for it in self.records(interface, since) if all(it[name] == wanted[name] for name in wanted)]
        return sum(int(it["packets"]) for it in found), sum(int(it["bytes"]) for it in found)

    def wait_sums(self, what, interface, since, expected, **wanted):
        wait_for(what, lambda: self.sums(interface, since, **wanted) == expected, 20, every=0.3)

    def next_window(self):
        """A moment in a window that has just begun, in which nothing was sent yet."""
        time.sleep(MINUTE - time.time() % MINUTE + 0.05)
        return int(time.time())

    def nothing_to_tell(self):
        self.step("4. an interface that is silent has a record that says so")
        empty = lambda: [it for it in self.records(self.eni[1]) if it["status"] == "NODATA"]
        wait_for("a record without data", empty, 20, every=0.3)
        record = empty()[0]
        self.sees(record["version"] + record["account"] + record["eni"], f"2{ACCOUNT}{self.eni[1]}")
        self.sees({record[name] for name in [*FIELDS[3:10], "action"]}, {"-"})
        self.sees(int(record["end"]) - int(record["start"]) <= MINUTE, True)

    def ping_by_three_addresses(self):
        self.step("5. ping: no reply from 2's private address, replies from its public one; with peering from both")
        one, two = self.servers[1], self.servers[2]
        since = self.next_window()
        self.holds(not self.ping(one, self.private[2]), "there is no way to it")
        self.holds(self.ping(one, self.public[2], count=3), "there is by the internet")
        icmp = {"protocol": "1", "sport": "0", "dport": "0", "action": "ACCEPT"}
        self.wait_sums("the echoes", self.eni[1], since, (3, 3 * ECHO), dst=self.public[2], **icmp)
        self.wait_sums("the answers", self.eni[1], since, (3, 3 * ECHO), src=self.public[2], **icmp)
        sent = self.sums(self.eni[1], since, dst=self.private[2], **icmp)
        self.holds(sent[0] >= 2, f"what has no route was accepted where it left: {sent}")
        ends = ("--vpc-id", self.networks[1]["vpc"], "--peer-vpc-id", self.networks[2]["vpc"])
        made = self.ec2("create-vpc-peering-connection", *ends)["VpcPeeringConnection"]
        self.peering = made["VpcPeeringConnectionId"]
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        way = ("--vpc-peering-connection-id", self.peering)
        self.route(self.networks[1]["table"], "10.2.0.0/16", *way)
        self.route(self.networks[2]["table"], "10.1.0.0/16", *way)
        since = self.next_window()
        self.holds(self.ping(one, self.private[2], count=4), "by peering")
        self.wait_sums("the echoes", self.eni[1], since, (4, 4 * ECHO), dst=self.private[2], **icmp)
        self.holds(self.sums(self.eni[1], since, src=self.public[2], **icmp) == (0, 0), "nothing by the internet")
        self.holds(self.ping(two, self.private[1]) is False, "1's group lets no echoes in")

    def every_packet_once(self):
        self.step("6. 30 megabytes in segments of all sizes: records have each packet, and each byte of it")
        size = 30_000_000
        self.allow(self.networks[2]["group"], WEB)
        self.inside(self.servers[2], "sh", "-c", f"setsid python3 -c '{SERVER}' {size} > /dev/null 2>&1 &")
        fetch = f"import socket; it = socket.create_connection(('{self.private[2]}', 8080)); n = 0\n"
        fetch += "while got := it.recv(1 << 20): n += len(got)\nprint(n)"
        listening = lambda: self.inside(self.servers[2], "sh", "-c", "ss -tln | grep -q :8080").code == 0
        wait_for("the server to listen", listening, 10)
        since = self.next_window()
        before = self.counted()
        got = self.inside(self.servers[1], "python3", "-c", fetch, check=True, seconds=60)
        self.sees(int(got.out), size)
        after = self.counted()
        sent = tuple(after[0][place] - before[0][place] for place in (0, 1))
        received = tuple(after[1][place] - before[1][place] for place in (0, 1))
        self.holds(received[1] > size, f"{received} of {size}")
        tcp = {"protocol": "6", "action": "ACCEPT"}
        self.wait_sums("what was sent", self.eni[1], since, sent, dst=self.private[2], dport="8080", **tcp)
        self.wait_sums("what came", self.eni[1], since, received, src=self.private[2], sport="8080", **tcp)

    def counted(self):
        """((packets, bytes) from server1, (packets, bytes) to it), as its link has counted them."""
        [link] = [it for it in self.hamlet.status()["ports"] if it["name"] == "server1"]
        return (link["packets_in"], link["bytes_in"]), (link["packets_out"], link["bytes_out"])

    def rejected(self):
        self.step("7. what the group refuses is a REJECT with a SYN, and no answer has one; ssh comes from its range")
        since = self.next_window()
        tried = self.laptop("curl", "-sS", "--max-time", "1", f"http://{self.public[1]}:81/")
        self.holds(tried.code, f"the group lets nobody in at port 81: {tried}")
        rejected = lambda: [it for it in self.records(self.eni[1], since) if it["action"] == "REJECT"]
        wait_for("the REJECT", lambda: [it for it in rejected() if it["dport"] == "81"], 20, every=0.3)
        self.sees({(it["dst"], it["dport"], it["protocol"]) for it in rejected()}, {(self.private[1], "81", "6")})
        tried = self.hamlet.hamlet("connect", "server1", "--", "true", check=False, seconds=40)
        self.sees(tried.code, 0, tried)
        ssh = lambda: [it for it in self.records(self.eni[1], since) if it["dport"] == "22"]
        wait_for("the ssh session", ssh, 20, every=0.3)
        self.sees({(it["dst"], it["action"]) for it in ssh()}, {(self.private[1], "ACCEPT")})
        pattern = (
            "[version, account, eni, source, destination, srcport, destport=81, protocol=6, ..., action=REJECT, x]"
        )
        pattern = pattern.replace("...", "packets, bytes, start, end")
        words = ("--log-group-name", GROUP, "--filter-pattern", pattern)
        found = self.logs("filter-log-events", *words)["events"]
        self.holds(found and all(" 81 6 " in it["message"] and "REJECT" in it["message"] for it in found), found)

    def query(self, text):
        """The rows of a query of Logs Insights, as the console's samples are run."""
        now = int(time.time())
        times = ("--start-time", str(now - 3600), "--end-time", str(now + 60))
        id = self.logs("start-query", "--log-group-name", GROUP, *times, "--query-string", text)["queryId"]
        answer = lambda: self.logs("get-query-results", "--query-id", id)
        wait_for("the query", lambda: answer()["status"] == "Complete", 30, every=0.2)
        return [{it["field"]: it["value"] for it in row} for row in answer()["results"]]

    def insights(self):
        self.step("   Logs Insights: the top ten byte transfers, and who was refused most often")
        rows = self.query(
            "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10"
        )
        # Records without data are a group of their own, without addresses.
        ways = {(it["srcAddr"], it["dstAddr"]): float(it["bytesTransferred"]) for it in rows if "srcAddr" in it}
        way = (self.private[2], self.private[1])
        self.sees(next(iter(ways)), way, rows)
        self.sees(ways[way], float(self.sums(self.eni[1], 0, src=way[0], dst=way[1])[1]), rows)
        rows = self.query(
            'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20'
        )
        self.holds(rows and all(int(it["numRejections"]) > 0 for it in rows), rows)

    def stateful_and_stateless(self):
        self.step("8. groups answer for answers, network ACLs do not: ACCEPT, then REJECT")
        of_subnet = ("describe-network-acls", "--filters", f"Name=vpc-id,Values={self.networks[1]['vpc']}")
        [acl] = self.ec2(*of_subnet)["NetworkAcls"]
        entry = ("--network-acl-id", acl["NetworkAclId"], "--ingress", "--rule-number", "50")
        deny = ("--protocol", "icmp", "--icmp-type-code", "Type=-1,Code=-1", "--cidr-block", "10.2.0.0/16")
        self.ec2("create-network-acl-entry", *entry, *deny, "--rule-action", "deny")
        since = self.next_window()
        self.holds(not self.ping(self.servers[1], self.private[2]), "the answers are denied")
        answers = lambda: self.sums(self.eni[1], since, src=self.private[2], action="REJECT")
        requests = lambda: self.sums(self.eni[1], since, dst=self.private[2], action="ACCEPT")
        wait_for("both", lambda: answers()[0] > 0 and answers() == requests(), 20, every=0.3)
        self.sees(self.sums(self.eni[1], since, dst=self.private[2], action="REJECT"), (0, 0))
        self.ec2("delete-network-acl-entry", *entry)

    def what_is_left_out(self):
        self.step("9. the resolver, instance metadata, the time service and the router are in no record")
        self.inside(self.servers[1], "dig", "+time=2", "+tries=1", "example.com")
        self.inside(self.servers[1], "dig", "+tcp", "+time=2", "+tries=1", "example.com")
        self.inside(self.servers[1], "curl", "-s", "--max-time", "2", "http://169.254.169.254/latest/meta-data/")
        self.inside(self.servers[1], "ping", "-n", "-c", "1", "-w", "1", "10.1.0.1")
        since = self.next_window()
        wait_for("the next window", lambda: self.records(self.eni[1], since + MINUTE), 20, every=0.3)
        places = {it[side] for it in self.records(self.eni[1]) for side in ("src", "dst")}
        left_out = {it for it in places if re.match(r"169\.254\.|10\.1\.0\.[12]$", it)}
        self.sees(left_out, set())

    def other_formats(self):
        self.step("10. one interface, rejected packets alone, in a format of one's own, by the group's ARN")
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:refused"
        form = "${interface-id} ${pkt-srcaddr} ${dstport} ${tcp-flags} ${flow-direction} ${instance-id} ${az-id}"
        words = ("--resource-type", "NetworkInterface", "--resource-ids", self.eni[1], "--traffic-type", "REJECT")
        place = ("--log-destination", arn, "--log-format", form, "--deliver-logs-permission-arn", self.role)
        self.refusals = self.ec2("create-flow-logs", *words, *place, "--max-aggregation-interval", "60")["FlowLogIds"]
        self.laptop("curl", "-sS", "--max-time", "1", f"http://{self.public[1]}:82/")
        stream = ("--log-group-name", "refused", "--log-stream-name", f"{self.eni[1]}-reject")

        def messages():
            heard = self.aws_result("logs", "get-log-events", *stream, "--start-from-head")
            return [] if heard.code else [it["message"] for it in json.loads(heard.out)["events"]]

        wait_for("the refused packet", lambda: [it for it in messages() if " 82 " in it], 20, every=0.3)
        [line] = [it for it in messages() if " 82 " in it][:1]
        eni, source, port, flags, direction, instance, zone = line.split(" ")
        self.sees((eni, port, flags, direction, instance), (self.eni[1], "82", "2", "ingress", self.servers[1]))
        self.holds(re.fullmatch(r"[\d.]+", source) and re.fullmatch(r"[a-z]+\d-az\d", zone), line)
        group = self.logs("describe-log-groups", "--log-group-name-prefix", "refused")["logGroups"]
        self.sees(len(group), 1, "it was made with the first records")

    def file_in(self, bucket, key):
        """The lines of a file of records, the names of its fields first."""
        copy = self.user.stage / "records.log.gz"
        self.aws("s3api", "get-object", "--bucket", bucket, "--key", key, str(copy))
        return gzip.decompress(copy.read_bytes()).decode().splitlines()

    def to_a_bucket(self):
        self.step("11. to a bucket: a compressed file every five minutes, which its policy lets in")
        bucket = "flow-logs-of-lab-7"
        self.aws("s3api", "create-bucket", "--bucket", bucket, *REGIONAL)
        words = ("--resource-type", "VPC", "--resource-ids", self.networks[1]["vpc"], "--traffic-type", "ALL")
        place = ("--log-destination-type", "s3", "--log-destination", f"arn:aws:s3:::{bucket}/net")
        options = ("--destination-options", "HiveCompatiblePartitions=true,PerHourPartition=true")
        made = self.ec2("create-flow-logs", *words, *place, *options, "--max-aggregation-interval", "60")
        self.sees((len(made["FlowLogIds"]), made["Unsuccessful"]), (1, []))
        [log] = made["FlowLogIds"]
        policy = json.loads(self.aws("s3api", "get-bucket-policy", "--bucket", bucket)["Policy"])
        self.sees([it["Sid"] for it in policy["Statement"]], ["AWSLogDeliveryAclCheck", "AWSLogDeliveryWrite"])
        self.inside(self.servers[1], "ping", "-n", "-c", "1", "-w", "1", "192.0.2.77")
        listed = lambda: self.aws("s3api", "list-objects-v2", "--bucket", bucket).get("Contents", [])
        wait_for("a file", listed, 40, every=0.5)
        key = listed()[0]["Key"]
        form = (
            rf"net/AWSLogs/aws-account-id={ACCOUNT}/aws-service=vpcflowlogs/aws-region={REGION}/year=\d{{4}}/month=\d\d/"
            rf"day=\d\d/hour=\d\d/{ACCOUNT}_vpcflowlogs_{REGION}_{log}_\d{{8}}T\d{{4}}Z_[0-9a-f]{{8}}\.log\.gz"
        )
        self.holds(re.fullmatch(form, key), key)
        header, *_ = self.file_in(bucket, key)
        self.sees(header.split(" ")[:5], ["version", "account-id", "interface-id", "srcaddr", "dstaddr"])

        def echoes():
            # A window may have ended between the flow log and the packet: then it is in a later file.
            files = [self.file_in(bucket, it["Key"]) for it in listed()]
            return [it for _, *lines in files for it in lines if " 192.0.2.77 0 0 1 1 84 " in it]

        wait_for("the packet in a file", echoes, 40, every=0.5)
        self.sees(len(echoes()), 1, echoes())
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
        self.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", document(*policy["Statement"], deny))

        def is_denied():
            [shown] = self.ec2("describe-flow-logs", "--flow-log-ids", log)["FlowLogs"]
            return shown.get("DeliverLogsErrorMessage") == "Access error"

        wait_for("the policy to deny", is_denied, 40, every=0.5)
        self.ec2("delete-flow-logs", "--flow-log-ids", log)
        self.aws("s3api", "delete-bucket-policy", "--bucket", bucket)
        for it in listed():
            self.aws("s3api", "delete-object", "--bucket", bucket, "--key", it["Key"])
        self.aws("s3api", "delete-bucket", "--bucket", bucket)

    def deleted_while_traffic_runs(self):
        self.step("12. deleted while packets go on: no more records, and those that there are stay")
        self.ec2("delete-flow-logs", "--flow-log-ids", self.log, *self.refusals)
        self.holds(self.ping(self.servers[1], self.private[2]), "packets go on")
        self.next_window()
        before = len(self.records(self.eni[1]))
        self.holds(before, "they stay")
        self.next_window()
        self.next_window()
        self.sees(len(self.records(self.eni[1])), before)
        self.sees(self.ec2("describe-flow-logs")["FlowLogs"], [])

    def clean_up(self):
        self.step("13. everything goes")
        self.logs("delete-log-group", "--log-group-name", GROUP)
        self.logs("delete-log-group", "--log-group-name", "refused")
        self.terminate(*self.servers.values())
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)


if __name__ == "__main__":
    harness.run(Lab7FlowLogs)
