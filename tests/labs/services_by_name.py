#!/usr/bin/env python3
"""AWS's services by their own names, inside: from the laptop with the real aws CLI and no endpoint configured, and from
instances by their role, through an internet gateway, through a NAT gateway, and not at all without either."""

import json

import harness
from harness import ACCOUNT, REGION
from network import ANYWHERE, LAPTOP, NetworkLab

# Instances have curl, which signs as AWS wants; the role's credentials are the metadata service's.
CALL = r"""
token=$(curl -sS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
role=http://169.254.169.254/latest/meta-data/iam/security-credentials/
get() { curl -sS -m 5 -H "X-aws-ec2-metadata-token: $token" "$1"; }
found=$(get "$role$(get $role)")
part() { printf %s "$found" | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }
service=$1 region=$2 host=$3 form=$4; shift 4
exec curl -sS -m 8 --aws-sigv4 "aws:amz:$region:$service" --user "$(part AccessKeyId):$(part SecretAccessKey)" \
    -H "X-Amz-Security-Token: $(part Token)" "https://$host/" --data "$form" "$@"
"""
STS = f"sts.{REGION}.amazonaws.com"
WHO = "Action=GetCallerIdentity&Version=2011-06-15"
TAILED = json.dumps({"logGroupIdentifiers": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app"]})
LIVE = (f"stream-logs.{REGION}.amazonaws.com", f"streaming-logs.{REGION}.amazonaws.com")
TAIL = ("-H", "X-Amz-Target: Logs_20140328.StartLiveTail", "-H", "Content-Type: application/x-amz-json-1.1")
VPCS = "Action=DescribeVpcs&Version=2016-11-15"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class ServicesByName(NetworkLab):
    def walk(self):
        self.from_the_laptop()
        self.network()
        self.through_an_internet_gateway()
        self.through_a_nat_gateway()
        self.without_either()
        self.the_address_decides()
        self.strangers()
        self.other_names()
        self.after_a_restart()
        self.terminate(self.web, self.app, self.db)

    def from_the_laptop(self):
        self.step("1. the laptop: services are found over TLS, with no endpoint configured")
        self.holds("AWS_ENDPOINT_URL" in self.hamlet.environment, "outside it is configured")
        key = self.hamlet.environment
        who = f"{key['AWS_ACCESS_KEY_ID']}:{key['AWS_SECRET_ACCESS_KEY']}"
        sign = ("curl", "-sS", "-m", "8", "--aws-sigv4", f"aws:amz:{REGION}:sts", "--user", who)
        heard = self.laptop(*sign, f"https://{STS}/", "--data", WHO)
        self.holds(f"<Arn>arn:aws:iam::{ACCOUNT}:root</Arn>" in heard.out, heard)
        stranger = (*sign[:-1], "test:test", f"https://{STS}/", "--data", WHO)
        heard = self.laptop(*stranger)
        self.holds(f"<Arn>arn:aws:iam::{ACCOUNT}:root</Arn>" in heard.out, f"open mode is open to the laptop: {heard}")
        self.live_tail(who)
        self.vpc = self.make_vpc("10.0.0.0/16")
        if self.user.prefix:
            # The tests' aws CLI is where an ordinary user has no way to.
            return
        seen = self.laptop_aws("ec2", "describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        self.sees([it["CidrBlock"] for it in seen], ["10.0.0.0/16"])
        self.laptop_aws("iam", "create-user", "--user-name", "ann")
        self.sees([it["UserName"] for it in self.aws("iam", "list-users")["Users"]], ["ann"])
        attribute = "AttributeKey=EventName,AttributeValue=CreateUser"
        events = self.aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute, region="us-east-1")["Events"]
        self.sees([json.loads(it["CloudTrailEvent"])["sourceIPAddress"] for it in events], [LAPTOP])

    def live_tail(self, who):
        """Its answer goes on, and SDKs put `stream-` before its name."""
        self.aws("logs", "create-log-group", "--log-group-name", "app")
        sign = ("curl", "-sS", "-N", "-m", "3", "--aws-sigv4", f"aws:amz:{REGION}:logs", "--user", who, *TAIL)
        for name in LIVE:
            shown = 'name=$1; shift; "$@" --output /tmp/$name; grep -ao "session[A-Z][a-z]*" /tmp/$name'
            words = (*sign, f"https://{name}/", "--data", TAILED)
            heard = self.laptop("sh", "-c", shown, "show", name, *words)
            self.holds(
                "sessionStart" in heard.out and heard.out.count("sessionUpdate") in (1, 2, 3), f"{name}: {heard}"
            )

    def laptop_aws(self, *words):
        """The real aws CLI on the laptop, with no endpoint configured."""
        command = [self.user.program, "laptop", "--", harness.VENV / "bin/aws", *words, "--output", "json"]
        variables = {**self.hamlet.environment, "HAMLET_DATA": str(self.hamlet.data)}
        del variables["AWS_ENDPOINT_URL"]
        result = harness.execute(command, variables)
        return json.loads(result.out) if result.out.strip() else {}

    def network(self):
        self.step("2. a role, and an instance of it in a public subnet, behind a NAT gateway, and behind nothing")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        self.aws("iam", "create-role", "--role-name", "reader", "--assume-role-policy-document", document(trust))
        self.let({})
        self.aws("iam", "create-instance-profile", "--instance-profile-name", "reader")
        self.aws("iam", "add-role-to-instance-profile", "--instance-profile-name", "reader", "--role-name", "reader")
        self.role_id = self.aws("iam", "get-role", "--role-name", "reader")["Role"]["RoleId"]
        gateway = self.attach_gateway(self.vpc)
        public, private, closed = (self.table(self.vpc) for _ in range(3))
        self.route(public, ANYWHERE, "--gateway-id", gateway)
        subnets = [
            self.subnet(self.vpc, f"10.0.{number}.0/24", "a", table)
            for number, table in enumerate((public, private, closed))
        ]
        address = self.ec2("allocate-address", "--domain", "vpc")
        self.nat_address = address["PublicIp"]
        nat = self.ec2("create-nat-gateway", "--subnet-id", subnets[0], "--allocation-id", address["AllocationId"])[
            "NatGateway"
        ]["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", nat)
        self.route(private, ANYWHERE, "--nat-gateway-id", nat)
        group = self.default_group(self.vpc)
        profile = ("--iam-instance-profile", "Name=reader")
        self.web = self.launch("web", subnets[0], group, *profile, "--associate-public-ip-address")
        self.app = self.launch("app", subnets[1], group, *profile)
        self.db = self.launch("db", subnets[2], group, *profile)
        self.wait_running(self.web, self.app, self.db)
        self.booted(self.web, self.app, self.db)

    def let(self, condition):
        statement = {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*", "Condition": condition}
        put = ("put-role-policy", "--role-name", "reader", "--policy-name", "own")
        self.aws("iam", *put, "--policy-document", document(statement))

    def call(self, instance, service, host, form, *options, region=REGION):
        """What an instance hears that calls a service by its role's credentials."""
        return self.inside(instance, "sh", "-c", CALL, "call", service, region, host, form, *options)

    def is_known_as(self, instance):
        arn = f"<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/reader/{instance}</Arn>"
        heard = self.call(instance, "sts", STS, WHO)
        self.holds(arn in heard.out, heard)
        self.holds(f"<UserId>{self.role_id}:{instance}</UserId>" in heard.out, heard)

    def through_an_internet_gateway(self):
        self.step("3. an instance calls by its role, through the internet gateway")
        self.is_known_as(self.web)
        heard = self.call(self.web, "ec2", f"ec2.{REGION}.amazonaws.com", VPCS)
        self.holds(f"<vpcId>{self.vpc}</vpcId>" in heard.out, heard)
        heard = self.call(self.web, "ec2", f"ec2.{REGION}.api.aws", VPCS)
        self.holds(f"<vpcId>{self.vpc}</vpcId>" in heard.out, heard)
        heard = self.call(
            self.web, "iam", "iam.amazonaws.com", "Action=ListUsers&Version=2010-05-08", region="us-east-1"
        )
        self.holds("<Code>AccessDenied</Code>" in heard.out and "iam:ListUsers" in heard.out, heard)

    def through_a_nat_gateway(self):
        self.step("4. and another through the NAT gateway")
        self.is_known_as(self.app)

    def without_either(self):
        self.step("5. without a way out the name resolves, and the connection times out")
        self.holds(self.inside(self.db, "getent", "hosts", STS).out.strip(), "the name resolves")
        heard = self.inside(self.db, "curl", "-sS", "-m", "2", f"https://{STS}/")
        self.sees(heard.code, 28, f"curl says that it timed out: {heard}")

    def the_address_decides(self):
        self.step("6. aws:SourceIp is the public address that each is seen with")
        public = self.describe(self.web)["PublicIpAddress"]
        host = f"ec2.{REGION}.amazonaws.com"
        for address, may, may_not in ((public, self.web, self.app), (self.nat_address, self.app, self.web)):
            self.let({"IpAddress": {"aws:SourceIp": f"{address}/32"}})
            heard = self.call(may, "ec2", host, VPCS)
            self.holds(f"<vpcId>{self.vpc}</vpcId>" in heard.out, f"{address}: {heard}")
            heard = self.call(may_not, "ec2", host, VPCS)
            self.holds("<Code>UnauthorizedOperation</Code>" in heard.out, f"{address}: {heard}")
        self.let({})

    def strangers(self):
        self.step("7. a key that nobody knows is nobody's inside, though outside it is an administrator's")
        command = ("curl", "-sS", "-m", "5", "--aws-sigv4", f"aws:amz:{REGION}:sts", "--user", "test:test")
        heard = self.inside(self.web, *command, f"https://{STS}/", "--data", WHO)
        self.holds("<Code>InvalidClientTokenId</Code>" in heard.out, heard)
        outside = self.aws("sts", "get-caller-identity")
        self.sees(outside["Account"], ACCOUNT)

    def other_names(self):
        self.step("8. a service answers to its own names, at its own addresses, and TLS says so, too")
        address = self.inside(self.web, "getent", "hosts", STS).out.split()[0]
        for other in ("iam.amazonaws.com", "localhost", "example.com", "sts.eu-west-1.amazonaws.com"):
            words = ("curl", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Host: {other}")
            self.sees(self.inside(self.web, *words, f"http://{address}/").out, "403", other)
        stranger = ("--connect-to", f"nobody.example:443:{address}:443", "https://nobody.example/")
        heard = self.inside(self.web, "curl", "-sS", "-m", "5", *stranger)
        self.sees(heard.code, 35, f"curl finds no TLS under that name: {heard}")
        heard = self.call(self.web, "ec2", STS, VPCS)
        self.holds(
            "Credential should be scoped to correct service: 'sts'. " in heard.out, f"signed for another: {heard}"
        )
        for name in LIVE:
            heard = self.call(self.web, "logs", name, TAILED, *TAIL)
            self.holds("AccessDenied" in heard.out and "logs:StartLiveTail" in heard.out, f"{name}: {heard}")
        missing = self.inside(self.web, "getent", "hosts", f"nothing.{REGION}.amazonaws.com")
        self.holds(missing.code != 0, missing)
        absent = self.inside(self.web, "curl", "-sS", "-m", "5", f"https://dynamodb.{REGION}.amazonaws.com/")
        self.sees(absent.code, 0, f"what Hamlet does not have says so, over TLS: {absent}")

    def after_a_restart(self):
        self.step("9. after a restart instances still trust what Hamlet certifies")
        self.hamlet.stop()
        self.hamlet.start()
        self.wait_running(self.web)
        self.booted(self.web)
        self.is_known_as(self.web)


if __name__ == "__main__":
    harness.run(ServicesByName)
