#!/usr/bin/env python3
"""Roles, click by click: the tutorial's for flow logs with a trust policy of its own, one for instances with its
instance profile, what they may do, whom they trust, and how they go. After each step the API is asked.
"""

import json

import browser

browser.with_playwright()
harness = browser.harness

POLICY = "NextWorkVPCFlowLogsPolicy"
ROLE = "NextWorkVPCFlowLogsRole"
LOGS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}],
}


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Statement1", **statement}]}


class Roles(browser.ConsoleLab):
    def steps(self):
        made = self.iam("create-policy", "--policy-name", POLICY, "--policy-document", json.dumps(LOGS))
        self.policy = made["Policy"]["Arn"]
        self.page.goto(self.address())
        self.page.goto(self.place(f"{harness.REGION}/roles"))
        self.custom()
        self.permissions()
        self.tagged()
        self.trusted()
        self.of_instances()
        self.deleted()

    def custom(self):
        self.step("Create role with a custom trust policy, which is refused while it trusts nobody")
        self.heading("Roles")
        self.is_accessible("Roles")
        self.picture("list")
        self.button("Create role")
        self.heading("Select trusted entity")
        self.button("Next")
        self.reads("Choose a service or use case.")
        self.picture("tiles")
        self.page.get_by_role("radio", name="Custom trust policy").check()
        self.reads("Principal")
        self.is_accessible("the custom trust policy")
        self.picture("trust")
        self.button("Next")
        self.through_permissions()
        self.fill("Role name", ROLE)
        self.button("Create role")
        self.reads("MalformedPolicyDocument")
        self.heading("Select trusted entity")
        self.write("Trust policy", json.dumps(trust("vpc-flow-logs.amazonaws.com"), indent=4))
        self.button("Next")
        self.button("Next")
        self.heading("Name, review, and create")
        self.is_accessible("Name, review, and create")
        self.picture("review")
        self.button("Create role")
        self.reads(f"Role {ROLE} created.")
        role = self.iam("get-role", "--role-name", ROLE)["Role"]
        self.sees(role["AssumeRolePolicyDocument"], trust("vpc-flow-logs.amazonaws.com"))
        self.sees(self.attached(ROLE), [self.policy])
        self.page.get_by_role("link", name="View role").click()
        self.heading(ROLE)

    def through_permissions(self):
        self.heading("Add permissions")
        self.search("NextWork")
        self.select(POLICY)
        self.is_accessible("Add permissions")
        self.picture("permissions")
        self.button("Next")

    def permissions(self):
        self.step("a policy is removed and attached again, and one of the role's own is written")
        self.page.get_by_role("link", name=POLICY).wait_for()
        self.is_accessible("a role's page")
        self.picture("details")
        self.page.get_by_role("button", name=f"Remove {POLICY}").click()
        self.dialog("Remove policy")
        self.reads(f"Policy {POLICY} removed from {ROLE}.")
        self.sees(self.attached(ROLE), [])
        self.add_permissions("Attach policies")
        self.heading(f"Attach policies to {ROLE}")
        self.select(POLICY)
        self.button("Add permissions")
        self.reads(f"Policies attached to {ROLE}.")
        self.sees(self.attached(ROLE), [self.policy])
        self.add_permissions("Create inline policy")
        self.heading("Create inline policy")
        self.write("Policy document", json.dumps(LOGS))
        self.button("Create policy")
        self.reads("Enter a name for the policy.")
        self.fill("Policy name", "own")
        self.button("Create policy")
        self.reads("Policy own created.")
        own = self.iam("get-role-policy", "--role-name", ROLE, "--policy-name", "own")
        self.sees(own["PolicyDocument"], LOGS)

    def tagged(self):
        self.step("Manage tags sets and removes them")
        self.iam("tag-role", "--role-name", ROLE, "--tags", "Key=team,Value=red", "Key=old,Value=1")
        self.page.reload()
        self.page.get_by_role("tab", name="Tags").click()
        self.page.get_by_role("cell", name="red").wait_for()
        self.page.get_by_role("link", name="Manage tags").click()
        self.heading("Manage tags")
        self.page.get_by_role("button", name="Remove tag old").click()
        self.page.get_by_role("textbox", name="Value").first.fill("blue")
        self.button("Save changes")
        self.reads(f"Tags of {ROLE} updated.")
        self.sees(self.iam("list-role-tags", "--role-name", ROLE)["Tags"], [{"Key": "team", "Value": "blue"}])

    def trusted(self):
        self.step("Edit trust policy")
        self.page.get_by_role("tab", name="Trust relationships").click()
        self.page.get_by_role("link", name="Edit trust policy").click()
        self.heading("Edit trust policy")
        self.reads("vpc-flow-logs")
        self.write("Trust policy", json.dumps(trust("logs.amazonaws.com")))
        self.button("Update policy")
        self.reads("Trust policy updated.")
        role = self.iam("get-role", "--role-name", ROLE)["Role"]
        self.sees(role["AssumeRolePolicyDocument"], trust("logs.amazonaws.com"))

    def of_instances(self):
        self.step("a role for instances has an instance profile of its name")
        self.menu("Roles")
        self.button("Create role")
        self.choose("Service or use case", "^EC2")
        self.button("Next")
        self.heading("Add permissions")
        self.search(POLICY)
        self.select(POLICY)
        self.search("")
        self.choose("Filter by Type", "^AWS managed$")
        self.search("AmazonS3ReadOnlyAccess")
        self.select("AmazonS3ReadOnlyAccess")
        self.button("Next")
        self.heading("Name, review, and create")
        self.fill("Role name", "web")
        self.button("Create role")
        self.reads("Role web created.")
        [profile] = self.iam("list-instance-profiles-for-role", "--role-name", "web")["InstanceProfiles"]
        self.sees(profile["InstanceProfileName"], "web")
        held = [it.split("/")[-1] for it in self.attached("web")]
        self.sees(sorted(held), ["AmazonS3ReadOnlyAccess", POLICY], "what was chosen stays so when it is not shown")
        self.page.get_by_role("link", name="web", exact=True).click()
        self.reads("instance-profile/web")

    def deleted(self):
        self.step("roles go when their names are typed, with policies and profiles")
        self.page.get_by_role("button", name="Delete", exact=True).click()
        self.confirm("web", "Delete")
        self.reads("Role web deleted.")
        self.sees(self.iam("list-instance-profiles")["InstanceProfiles"], [])
        self.find(ROLE)
        self.select(ROLE)
        self.page.get_by_role("main").get_by_role("button", name="Delete", exact=True).click()
        self.is_accessible("Delete role")
        self.picture("delete")
        self.confirm(ROLE, "Delete")
        self.reads(f"Role {ROLE} deleted.")
        names = [it["RoleName"] for it in self.iam("list-roles")["Roles"]]
        self.holds(ROLE not in names and "web" not in names, names)
        self.sees(self.iam("get-policy", "--policy-arn", self.policy)["Policy"]["AttachmentCount"], 0)

    # What they share.

    def search(self, text):
        label = {"name": "Search policies"}
        self.page.get_by_role("searchbox", **label).or_(self.page.get_by_role("textbox", **label)).fill(text)

    def add_permissions(self, text):
        self.page.get_by_role("button", name="Add permissions").click()
        self.page.get_by_role("menuitem", name=text).click()

    def attached(self, role):
        held = self.iam("list-attached-role-policies", "--role-name", role)["AttachedPolicies"]
        return [it["PolicyArn"] for it in held]


if __name__ == "__main__":
    harness.run(Roles, both=False)
