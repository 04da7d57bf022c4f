#!/usr/bin/env python3
"""Policies, click by click: the tutorial's own is written in JSON, judged while it is typed, created, edited into a new
version, attached, found by its name and deleted. After each step the API is asked.
"""

import json

import browser

browser.with_playwright()
harness = browser.harness

NAME = "NextWorkVPCFlowLogsPolicy"
LOGS = ["CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams"]
FLOW_LOGS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": [f"logs:{it}" for it in LOGS], "Resource": "*"}],
}


class Policies(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.entered()
        self.refused()
        self.created()
        self.edited()
        self.attached()
        self.deleted()

    def entered(self):
        self.step("the search leads to IAM, whose Region is all of them")
        search = self.page.get_by_role("combobox", name="Search", exact=True)
        search.fill("IAM")
        self.page.get_by_role("option", name="IAM Manage access").click()
        self.heading("IAM Dashboard")
        self.page.get_by_role("button", name="Region: Global").wait_for()
        counts = self.iam("get-account-summary")["SummaryMap"]
        self.page.get_by_role("link", name=f"Roles: {counts['Roles']}").wait_for()
        self.is_accessible("the IAM dashboard")
        self.picture("dashboard")
        self.menu("Policies")
        self.reads("AWS managed")
        self.is_accessible("Policies")
        self.picture("list")

    def refused(self):
        self.step("Create policy: what is no JSON is told with its line, what is no policy in the API's words")
        self.button("Create policy")
        self.heading("Specify permissions")
        self.write("Policy document", '{\n  "Version": "2012-10-17",\n  "Statement": oops\n}')
        self.reads("Line 3: This is no JSON")
        self.button("Next")
        self.heading("Specify permissions")
        wrong = json.dumps({**FLOW_LOGS, "Statement": [{**FLOW_LOGS["Statement"][0], "Resource": "somewhere"}]})
        self.write("Policy document", wrong)
        self.reads(self.told_of(wrong))
        self.button("Next")
        self.heading("Specify permissions")
        self.is_accessible("the policy editor")
        self.picture("editor")

    def created(self):
        self.step("the tutorial's policy is pasted, named and created")
        self.write("Policy document", json.dumps(FLOW_LOGS, indent=4))
        self.button("Next")
        self.heading("Review and create")
        self.fill("Policy name", "no such <name>")
        self.button("Create policy")
        self.reads("ValidationError")
        self.is_accessible("Review and create")
        self.picture("review")
        self.fill("Policy name", NAME)
        self.fill("Description – optional", "Lets flow logs be written")
        self.button("Create policy")
        self.reads(f"Policy {NAME} created.")
        self.heading("Policies")
        [policy] = self.own()
        self.arn = policy["Arn"]
        self.sees((policy["PolicyName"], policy["DefaultVersionId"]), (NAME, "v1"))
        self.sees(self.document("v1"), FLOW_LOGS)
        self.find("FlowLogs")
        self.page.get_by_role("link", name=NAME).click()
        self.heading(NAME)
        self.reads("logs:DescribeLogStreams")
        self.is_accessible("a policy's page")
        self.picture("details")

    def edited(self):
        self.step("Edit makes a version, which counts; the one before can be set again")
        self.page.get_by_role("link", name="Edit", exact=True).click()
        self.heading("Edit policy")
        self.reads("DescribeLogStreams")
        less = {**FLOW_LOGS, "Statement": [{**FLOW_LOGS["Statement"][0], "Action": "logs:PutLogEvents"}]}
        self.write("Policy document", json.dumps(less))
        self.button("Save changes")
        self.reads(f"Policy {NAME} updated.")
        self.sees(self.own()[0]["DefaultVersionId"], "v2")
        self.sees(self.document("v2"), less)
        self.page.get_by_role("tab", name="Policy versions").click()
        self.page.get_by_role("button", name="Set v1 as default").click()
        self.dialog("Set as default")
        self.reads("Version v1 is the default.")
        self.sees(self.own()[0]["DefaultVersionId"], "v1")
        self.picture("versions")

    def attached(self):
        self.step("it is attached to a user, and whoever has it is listed")
        self.iam("create-user", "--user-name", "alice")
        self.action("Attach")
        self.heading("Attach as a permissions policy")
        self.select("alice")
        self.is_accessible("Attach")
        self.button("Attach policy")
        self.reads("attached to 1 entity")
        self.page.get_by_role("link", name="alice").wait_for()
        [held] = self.iam("list-attached-user-policies", "--user-name", "alice")["AttachedPolicies"]
        self.sees(held["PolicyArn"], self.arn)

    def deleted(self):
        self.step("AWS's own cannot be deleted; this one can when its name is typed, and leaves its user first")
        self.menu("Policies")
        self.find("AdministratorAccess")
        self.page.get_by_role("checkbox", name="Select AdministratorAccess", exact=True).check()
        self.holds(self.page.get_by_role("button", name="Delete").is_disabled(), "AWS's own can be deleted")
        self.page.get_by_role("checkbox", name="Select AdministratorAccess", exact=True).uncheck()
        self.page.get_by_role("button", name="Clear filters").first.click()
        self.find("FlowLogs")
        self.select(NAME)
        self.button("Delete")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("alice (user)").wait_for()
        self.is_accessible("Delete policy")
        self.picture("delete")
        self.confirm(NAME, "Delete")
        self.reads(f"Policy {NAME} deleted.")
        self.sees(self.own(), [])
        self.sees(self.iam("list-attached-user-policies", "--user-name", "alice")["AttachedPolicies"], [])

    # What they share.

    def told_of(self, document):
        """What the API says against a policy."""
        refused = self.aws_result("iam", "create-policy", "--policy-name", "wrong", "--policy-document", document)
        self.holds("(MalformedPolicyDocument)" in refused.err, refused)
        return refused.err.partition("operation: ")[2].strip()

    def own(self):
        return self.iam("list-policies", "--scope", "Local")["Policies"]

    def document(self, version):
        return self.iam("get-policy-version", "--policy-arn", self.arn, "--version-id", version)["PolicyVersion"][
            "Document"
        ]


if __name__ == "__main__":
    harness.run(Policies, both=False)
