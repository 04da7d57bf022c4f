#!/usr/bin/env python3
"""Endpoints, as the tutorial's ninth part makes one for S3, with its trap: no route table is selected, so that nothing
goes through it until one is. Its policy; and an interface endpoint with all that only such ones have.
"""

import json

import browser

browser.with_playwright()
harness = browser.harness
S3 = f"com.amazonaws.{harness.REGION}.s3"
SNS = f"com.amazonaws.{harness.REGION}.sns"


class Endpoints(browser.ConsoleLab):
    def steps(self):
        self.network()
        self.page.goto(self.address())
        self.gateway()
        self.route_table()
        self.policy()
        self.interface()
        self.changed()
        self.deleted()

    def network(self):
        self.vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-hostnames")
        self.subnets = [
            self.ec2(
                "create-subnet",
                "--vpc-id",
                self.vpc,
                "--cidr-block",
                block,
                "--availability-zone",
                harness.REGION + zone,
            )["Subnet"]["SubnetId"]
            for block, zone in (("10.0.0.0/24", "a"), ("10.0.1.0/24", "b"))
        ]
        self.table = self.ec2("create-route-table", "--vpc-id", self.vpc)["RouteTable"]["RouteTableId"]
        group = ("--group-name", "askers", "--description", "Who asks SNS", "--vpc-id", self.vpc)
        self.group = self.ec2("create-security-group", *group)["GroupId"]

    def gateway(self):
        self.step("Create endpoint for S3: the Gateway of two rows; no route table is selected")
        self.page.get_by_role("link", name="Endpoints", exact=True).first.click()
        self.heading("Endpoints")
        self.button("Create endpoint")
        self.heading("Create endpoint")
        self.button("Create endpoint")
        self.reads("Select a service.")
        self.reads("Select a VPC.")
        self.fill("Name tag – optional", "NextWork VPC Endpoint")
        self.service(S3, "Gateway")
        self.choose("VPC", self.vpc)
        self.page.get_by_role("checkbox", name=f"Select {self.table}").wait_for()
        self.is_accessible("Create endpoint")
        self.picture("form")
        self.button("Create endpoint")
        self.reads("Successfully created VPC endpoint")
        endpoint = self.endpoint(S3)
        self.id = endpoint["VpcEndpointId"]
        self.sees((endpoint["VpcEndpointType"], endpoint["RouteTableIds"]), ("Gateway", []))
        self.sees(endpoint["Tags"], [{"Key": "Name", "Value": "NextWork VPC Endpoint"}])
        self.is_accessible("Endpoints")
        self.holds(self.page.get_by_role("checkbox", name=f"Select {self.id}").is_checked(), "it is not selected")

    def route_table(self):
        self.step("its page says that nothing goes through it; Manage route tables changes that")
        self.page.goto(self.place(f"{harness.REGION}/vpc_endpoints/{self.id}"))
        self.reads("No route table has a route to this endpoint")
        self.is_accessible("an endpoint's page")
        self.picture("trap")
        self.page.get_by_role("link", name="Manage route tables").click()
        self.select(self.table)
        self.is_accessible("Manage route tables")
        self.button("Modify route tables")
        self.reads("You successfully modified VPC endpoint")
        [table] = self.ec2("describe-route-tables", "--route-table-ids", self.table)["RouteTables"]
        self.holds(self.id in [it.get("GatewayId") for it in table["Routes"]], table["Routes"])

        self.step("and the subnet's tab shows the route that leads there")
        self.ec2("associate-route-table", "--route-table-id", self.table, "--subnet-id", self.subnets[0])
        self.page.goto(self.place(f"{harness.REGION}/subnets/{self.subnets[0]}?tab=route-table"))
        self.reads("pl-")
        self.page.get_by_role("link", name=self.id, exact=True).click()
        self.heading(f"{self.id} / NextWork VPC Endpoint")

    def policy(self):
        self.step("Edit policy: what is no JSON stays in the form, Deny is sent, and Full access takes it back")
        self.action("Manage policy")
        document = self.page.get_by_role("textbox", name="Policy document")
        allowed = document.input_value()
        document.fill(allowed.replace("}", "", 1))
        self.button("Save")
        self.reads("This is no JSON")
        self.is_accessible("Edit policy")
        document.fill(allowed.replace("Allow", "Deny"))
        self.button("Save")
        self.reads("You successfully modified VPC endpoint")
        self.sees(self.effect(), "Deny")
        self.page.get_by_role("tab", name="Policy").wait_for()
        self.reads('"Effect": "Deny"')
        self.action("Manage policy")
        self.page.get_by_role("radio", name="Full access").check()
        self.button("Save")
        self.page.get_by_role("tab", name="Policy").wait_for()
        harness.wait_for("full access", lambda: self.effect() == "Allow", 60)

    def interface(self):
        self.step("Create endpoint for SNS: an interface endpoint has subnets, security groups and a DNS name")
        self.page.goto(self.place(f"{harness.REGION}/vpc_endpoints/create"))
        self.heading("Create endpoint")
        self.service(SNS, "Interface")
        self.choose("VPC", self.vpc)
        self.choose(f"Subnet in {harness.REGION}a", self.subnets[0])
        self.is_accessible("Create endpoint, interface")
        self.button("Create endpoint")
        self.reads("Successfully created VPC endpoint")
        endpoint = self.endpoint(SNS)
        self.sns = endpoint["VpcEndpointId"]
        self.sees((endpoint["SubnetIds"], endpoint["PrivateDnsEnabled"]), ([self.subnets[0]], True))

    def changed(self):
        self.step("its subnets, its security groups and its private DNS name can be changed")
        self.open("manage_subnets", "Manage subnets")
        self.choose(f"Subnet in {harness.REGION}b", self.subnets[1])
        self.button("Modify subnets")
        self.reads("You successfully modified VPC endpoint")
        self.sees(sorted(self.endpoint(SNS)["SubnetIds"]), sorted(self.subnets))
        self.open("manage_security_groups", "Manage security groups")
        self.select(f"{self.group} / askers")
        self.button("Modify security groups")
        harness.wait_for("the group", lambda: self.group in str(self.endpoint(SNS)["Groups"]), 60)
        self.heading(self.sns)
        self.open("modify_private_dns_name", "Modify private DNS name")
        self.page.get_by_label("Enable for this endpoint").uncheck()
        self.is_accessible("Modify private DNS name")
        self.button("Save changes")
        harness.wait_for("no private DNS", lambda: not self.endpoint(SNS)["PrivateDnsEnabled"], 60)
        self.heading(self.sns)
        self.picture("interface")

    def deleted(self):
        self.step("Delete VPC endpoints deletes several at once, and the routes with them")
        self.page.goto(self.place(f"{harness.REGION}/vpc_endpoints"))
        self.heading("Endpoints")
        self.select(self.id)
        self.select(self.sns)
        self.action("Delete VPC endpoints")
        self.is_accessible("Delete VPC endpoints")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted")
        states = {it["State"].lower() for it in self.ec2("describe-vpc-endpoints")["VpcEndpoints"]}
        self.holds(states <= {"deleting", "deleted"}, states)
        [table] = self.ec2("describe-route-tables", "--route-table-ids", self.table)["RouteTables"]
        self.sees(len(table["Routes"]), 1)

    def service(self, name, kind):
        self.page.get_by_role("combobox", name="Find services by attribute").fill(name)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("radio", name=f"Select {name}, {kind}", exact=True).check()

    def open(self, page, heading):
        self.page.goto(self.place(f"{harness.REGION}/vpc_endpoints/{self.sns}/{page}"))
        self.heading(heading)

    def endpoint(self, service):
        [found] = self.ec2("describe-vpc-endpoints", "--filters", f"Name=service-name,Values={service}")["VpcEndpoints"]
        return found

    def effect(self):
        return json.loads(self.endpoint(S3)["PolicyDocument"])["Statement"][0]["Effect"]


if __name__ == "__main__":
    harness.run(Endpoints, both=False)
