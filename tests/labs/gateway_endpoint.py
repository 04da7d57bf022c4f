#!/usr/bin/env python3
"""A gateway endpoint (AWS PrivateLink Guide, "Gateway endpoints for Amazon S3"): servers in subnets without an internet
gateway, NAT or a public address reach S3 by its own name as soon as their route table is the endpoint's, and no longer
than that. Two of them have one address at the same time, in two VPCs. Groups open by the service's prefix list; other
Regions, other protocols and peers stay outside."""

import json

import harness
from harness import REGION
from network import HELD, NetworkLab

S3 = f"s3.{REGION}.amazonaws.com"
ELSEWHERE = "s3.us-east-1.amazonaws.com"
SERVICE = f"com.amazonaws.{REGION}.s3"
LIST = "pl-68a54001"
SAME = "10.0.0.10"


class GatewayEndpoint(NetworkLab):
    def walk(self):
        self.two_closed_networks()
        self.without_an_endpoint()
        self.with_a_route()
        self.what_a_trace_says()
        self.what_stays_outside()
        self.by_prefix_list()
        self.cut()
        self.routes_are_its_own()
        self.gone()
        self.terminate(self.app, self.twin)

    def two_closed_networks(self):
        self.step("1. two VPCs of the same block, and in each a server at the same address; no gateway anywhere")
        self.left, self.right = self.make_vpc("10.0.0.0/16"), self.make_vpc("10.0.0.0/16")
        self.tables = [self.table(vpc) for vpc in (self.left, self.right)]
        servers = []
        for name, vpc, table in zip(("app", "twin"), (self.left, self.right), self.tables, strict=True):
            subnet = self.subnet(vpc, "10.0.0.0/24", "a", table)
            servers.append(self.launch(name, subnet, self.default_group(vpc), "--private-ip-address", SAME))
        self.app, self.twin = servers
        self.wait_running(*servers)
        self.booted(*servers)

    def answers(self, instance, host=S3, scheme="https"):
        """Whether the service answers, whatever it says."""
        heard = self.inside(
            instance, "curl", "-sS", "-m", "4", "-o", "/dev/null", "-w", "%{http_code}", f"{scheme}://{host}/"
        )
        self.holds(heard.code in (0, 28), heard)
        return heard.code == 0 and int(heard.out) > 0

    def endpoint(self, vpc, *more):
        made = self.ec2("create-vpc-endpoint", "--vpc-id", vpc, "--service-name", SERVICE, *more)["VpcEndpoint"]
        self.sees((made["State"], made["VpcEndpointType"]), ("available", "Gateway"))
        return made["VpcEndpointId"]

    def modify(self, endpoint, *change):
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", endpoint, *change)

    def without_an_endpoint(self):
        self.step("2. there is no way to S3, and an endpoint that no route leads to makes none")
        self.sees(self.answers(self.app), False)
        self.door = self.endpoint(self.left)
        self.sees(self.answers(self.app), False)
        gateways = ("--filters", "Name=service-type,Values=Gateway")
        found = self.ec2("describe-vpc-endpoint-services", "--service-names", SERVICE, *gateways)["ServiceDetails"]
        self.sees([it["BaseEndpointDnsNames"] for it in found], [[S3]])

    def with_a_route(self):
        self.step("3. with the route table both get answers, over TLS and without, each its own")
        self.modify(self.door, "--add-route-table-ids", self.tables[0])
        self.sees(self.answers(self.app), True)
        self.sees(self.answers(self.twin), False)
        self.gap = self.endpoint(self.right, "--route-table-ids", self.tables[1])
        for _ in range(3):
            for instance in (self.app, self.twin):
                self.sees((self.answers(instance), self.answers(instance, scheme="http")), (True, True))
        heard = self.inside(self.app, "ping", "-n", "-c", "2", "-i", "0.2", "-w", "4", S3)
        self.sees(heard.code, 0, heard)
        [table] = self.ec2("describe-route-tables", "--route-table-ids", self.tables[0])["RouteTables"]
        routes = [(it.get("DestinationPrefixListId"), it["GatewayId"], it["State"]) for it in table["Routes"]]
        self.sees(routes, [(None, "local", "active"), (LIST, self.door, "active")])

    def what_a_trace_says(self):
        self.step("4. a trace shows the route by the prefix list, and the endpoint")
        told = self.trace("app", S3, "tcp/443")
        self.holds(told["reachable"], told["text"])
        self.holds(f"in {LIST} -> {self.door}" in told["text"] and "gateway endpoint" in told["text"], told["text"])
        told = self.trace("app", S3, "udp/443")
        self.holds(not told["reachable"] and "endpoint-protocol" in told["text"], told["text"])

    def what_stays_outside(self):
        self.step("5. the same service of another Region is not behind it")
        self.sees(self.answers(self.app, ELSEWHERE), False)

    def by_prefix_list(self):
        self.step("6. a group that lets nothing out but HTTPS to the prefix list lets that out")
        group = self.default_group(self.left)
        everything = json.dumps([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        self.ec2("revoke-security-group-egress", "--group-id", group, "--ip-permissions", everything)
        self.sees(self.answers(self.app), False)
        https = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": LIST}]}]
        self.ec2("authorize-security-group-egress", "--group-id", group, "--ip-permissions", json.dumps(https))
        self.sees((self.answers(self.app), self.answers(self.app, scheme="http")), (True, False))
        self.ec2("authorize-security-group-egress", "--group-id", group, "--ip-permissions", everything)

    def cut(self):
        self.step("7. without the route nothing goes any more, what is open among it")
        self.inside(self.app, "rm", "-f", "/tmp/go")
        with self.hamlet.running("exec", self.app, "--", "bash", "-c", HELD, "held", S3) as told:
            harness.wait_for("an answer before", lambda: "first HTTP/1.1" in told.read_text(), 20)
            self.modify(self.door, "--remove-route-table-ids", self.tables[0])
            self.inside(self.app, "touch", "/tmp/go", check=True)
            harness.wait_for("the end of waiting for another", lambda: "second" in told.read_text(), 20)
            self.sees(told.read_text().splitlines()[-1].strip(), "second")
        self.sees((self.answers(self.app), self.answers(self.twin)), (False, True))
        self.modify(self.door, "--add-route-table-ids", self.tables[0])
        self.sees(self.answers(self.app), True)

    def routes_are_its_own(self):
        self.step("8. its routes cannot be changed by hand, and its VPC not be deleted")
        by_list = ("--route-table-id", self.tables[0], "--destination-prefix-list-id", LIST)
        cannot = f"cannot remove VPC endpoint route {LIST} in route table {self.tables[0]}"
        self.refused("InvalidParameterValue", cannot, "delete-route", *by_list)
        cannot = "Cannot create or replace a prefix list route targeting a VPC Endpoint."
        self.refused("InvalidParameterValue", cannot, "replace-route", *by_list, "--gateway-id", self.door)
        self.refused("DependencyViolation", "…", "delete-vpc", "--vpc-id", self.left)
        create = ("--vpc-id", self.left, "--service-name", SERVICE, "--route-table-ids", self.tables[0])
        taken = f"route table {self.tables[0]} already has a route with destination-prefix-list-id {LIST}"
        self.refused("RouteAlreadyExists", taken, "create-vpc-endpoint", *create)

    def gone(self):
        self.step("9. with the endpoint go its routes, and the way")
        deleted = self.ec2("delete-vpc-endpoints", "--vpc-endpoint-ids", self.door, self.gap)
        self.sees(deleted["Unsuccessful"], [])
        self.sees((self.answers(self.app), self.answers(self.twin)), (False, False))
        [table] = self.ec2("describe-route-tables", "--route-table-ids", self.tables[0])["RouteTables"]
        self.sees(len(table["Routes"]), 1)


if __name__ == "__main__":
    harness.run(GatewayEndpoint)
