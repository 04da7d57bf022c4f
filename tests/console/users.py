#!/usr/bin/env python3
"""Users and groups, click by click: a group, a user in it, access keys whose secret is shown once and works until they
are deactivated; a password, by which the user signs in and is refused what the CLI refuses them.
"""

import csv
import json

import browser

browser.with_playwright()
harness = browser.harness

READ_ONLY = "AmazonVPCReadOnlyAccess"
FIRST, SECOND = "correct-Horse-7", "other-Horse-8"


class Users(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.page.goto(self.place(f"{harness.REGION}/user_groups"))
        self.group()
        self.created()
        self.key()
        self.password()
        self.signed_in()
        self.denied()
        self.deactivated()
        self.own_key()
        self.deleted()

    def group(self):
        self.step("Create user group with a policy of AWS's")
        self.heading("User groups")
        self.is_accessible("User groups")
        self.picture("groups")
        self.button("Create group")
        self.heading("Create user group")
        self.button("Create user group")
        self.reads("Enter a user group name.")
        self.fill("User group name", "readers")
        self.search("Search policies", READ_ONLY)
        self.select(READ_ONLY)
        self.is_accessible("Create user group")
        self.picture("create-group")
        self.button("Create user group")
        self.reads("readers user group created.")
        [held] = self.iam("list-attached-group-policies", "--group-name", "readers")["AttachedPolicies"]
        self.sees(held["PolicyName"], READ_ONLY)

    def created(self):
        self.step("Create user, in the group")
        self.menu("Users")
        self.button("Create user")
        self.heading("Specify user details")
        self.fill("User name", "bob <b>")
        self.is_accessible("Specify user details")
        self.picture("user-details")
        self.button("Next")
        self.heading("Set permissions")
        self.select("readers")
        self.is_accessible("Set permissions")
        self.picture("user-permissions")
        self.button("Next")
        self.heading("Review and create")
        self.button("Create user")
        self.reads("ValidationError")
        self.heading("Specify user details")
        self.fill("User name", "bob")
        self.button("Next")
        self.button("Next")
        self.heading("Review and create")
        self.picture("user-review")
        self.button("Create user")
        self.reads("User created successfully.")
        self.sees(self.iam("list-groups-for-user", "--user-name", "bob")["Groups"][0]["GroupName"], "readers")
        self.page.get_by_role("link", name="bob", exact=True).click()
        self.heading("bob")
        self.reads("Group readers")
        self.is_accessible("a user's page")
        self.picture("user")

    def key(self):
        self.step("Create access key: the secret is hidden, shown, saved, and works")
        self.page.get_by_role("tab", name="Security credentials").click()
        self.reads("No access keys.")
        self.is_accessible("Security credentials")
        self.picture("security-credentials")
        self.page.get_by_role("link", name="Create access key").click()
        self.heading("Access key best practices & alternatives")
        self.button("Next")
        self.reads("Confirm that you understand the recommendation.")
        self.page.get_by_role("radio", name="Command Line Interface").check()
        self.page.get_by_role("checkbox", name="I understand the above recommendation").check()
        self.is_accessible("the best practices")
        self.picture("practices")
        self.button("Next")
        self.fill("Description tag value", "Access key for the VPC project: S3 and more")
        self.button("Create access key")
        self.bob = self.retrieved("bob_accessKeys.csv")
        self.is_accessible("Retrieve access keys")
        self.picture("retrieve")
        self.button("Done")
        self.heading("bob")
        [key] = self.iam("list-access-keys", "--user-name", "bob")["AccessKeyMetadata"]
        self.sees(key["AccessKeyId"], self.bob["AWS_ACCESS_KEY_ID"])
        self.sees(self.caller(self.bob).split(":")[-1], "user/bob")
        [tag] = self.iam("list-user-tags", "--user-name", "bob")["Tags"]
        self.sees(tag, {"Key": key["AccessKeyId"], "Value": "Access key for the VPC project: S3 and more"})
        self.sees(self.aws_result("ec2", "describe-vpcs", environment=self.bob).code, 0)
        refused = self.aws_result("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", environment=self.bob)
        self.holds("UnauthorizedOperation" in refused.err, refused)

    def password(self):
        self.step("Manage console access gives a password, which is shown once")
        self.page.get_by_role("link", name="Manage console access").click()
        self.heading("Manage console access")
        self.page.get_by_role("radio", name="Custom password").check()
        self.button("Apply")
        self.reads("Enter a password.")
        self.fill("Password", "short")
        self.button("Apply")
        self.reads("PasswordPolicyViolation")
        self.is_accessible("Manage console access")
        self.picture("console-access")
        self.fill("Password", FIRST)
        self.button("Apply")
        self.heading("Retrieve password")
        self.page.get_by_role("button", name="Show console password").click()
        self.page.get_by_text(FIRST, exact=True).wait_for()
        self.button("Done")
        self.dialog("Continue")
        self.reads("Enabled")
        profile = self.iam("get-login-profile", "--user-name", "bob")["LoginProfile"]
        self.holds(profile["PasswordResetRequired"], profile)

    def signed_in(self):
        self.step("the user signs in, has to choose another password, and is known by name")
        self.account_menu("Sign in as an IAM user")
        self.heading("IAM user sign in")
        self.fill("IAM username", "bob")
        self.fill("Password", "wrong")
        self.button("Sign in")
        wrong = "Authentication failed. Your authentication information is incorrect. Please try again."
        self.page.get_by_text(wrong, exact=True).wait_for()
        self.is_accessible("the sign-in page")
        self.picture("sign-in")
        self.fill("Password", FIRST)
        self.button("Sign in")
        self.heading("Change password")
        self.fill("Old password", FIRST)
        self.fill("New password", SECOND)
        self.fill("Retype new password", FIRST)
        self.button("Confirm password change")
        self.reads("This is not the same password.")
        self.is_accessible("Change password")
        self.picture("change-password")
        self.fill("Retype new password", SECOND)
        self.button("Confirm password change")
        self.heading("VPC dashboard")
        self.page.get_by_role("button", name="Account").get_by_text("bob @ ").wait_for()
        used = lambda: self.iam("get-user", "--user-name", "bob")["User"].get("PasswordLastUsed")
        harness.wait_for("the sign-in to be noted", used, 60)

    def denied(self):
        self.step("what policies do not allow is refused in the words that the CLI is refused in, until root is back")
        self.page.goto(self.place(f"{harness.REGION}/vpcs"))
        self.reads("172.31.0.0/16")
        self.page.goto(self.place(f"{harness.REGION}/vpcs/create"))
        self.page.get_by_role("radio", name="VPC only").check()
        self.fill("IPv4 CIDR", "10.0.0.0/16")
        self.button("Create VPC")
        self.reads("UnauthorizedOperation")
        self.page.goto(self.place(f"{harness.REGION}/policies"))
        refused = self.aws_result("iam", "list-policies", environment=self.bob)
        self.reads(refused.err.partition("operation: ")[2].strip())
        self.is_accessible("a list that may not be read")
        self.picture("denied")
        other = self.page.context.new_page()
        other.goto(self.place(f"{harness.REGION}/policies"))
        other.get_by_text("is not authorized to perform: iam:ListPolicies").wait_for()
        self.account_menu("Switch back to root user")
        self.heading("VPC dashboard")
        other.get_by_text("is not authorized to perform: iam:ListPolicies").wait_for(state="detached")
        other.close()
        self.page.goto(self.place(f"{harness.REGION}/users/bob?tab=security_credentials"))
        self.reads("Enabled")

    def deactivated(self):
        self.step("a key that is deactivated signs nothing; it is deleted when its identifier is typed")
        id = self.bob["AWS_ACCESS_KEY_ID"]
        self.key_action(id, "Deactivate")
        self.dialog("Deactivate")
        self.reads(f"Access key {id} is inactive.")
        refused = self.aws_result("sts", "get-caller-identity", environment=self.bob)
        self.holds("InvalidClientTokenId" in refused.err, refused)
        self.key_action(id, "Delete")
        self.picture("delete-key")
        self.confirm(id, "Delete")
        self.reads(f"Access key {id} deleted.")
        self.sees(self.iam("list-access-keys", "--user-name", "bob")["AccessKeyMetadata"], [])

    def own_key(self):
        self.step("the root user's own credentials are in the account menu, and by the search for access keys")
        self.account_menu("Security credentials")
        self.heading("My security credentials")
        self.page.goto(self.place(f"{harness.REGION}/vpcs"))
        search = self.page.get_by_role("combobox", name="Search", exact=True)
        search.fill("Access keys")
        self.page.get_by_role("option", name="Access keys IAM feature").click()
        self.heading("My security credentials")
        self.menu("Users")
        self.page.get_by_role("combobox", name="Search IAM").fill("access keys")
        self.page.get_by_role("option", name="Access keys").click()
        self.heading("My security credentials")
        self.is_accessible("My security credentials")
        self.picture("own")
        self.page.get_by_role("link", name="Create access key").click()
        self.page.get_by_role("radio", name="Other").check()
        self.reads("This is a key of the root user")
        self.page.get_by_role("checkbox", name="I understand the above recommendation").check()
        self.button("Create access key")
        root = self.retrieved("rootkey.csv")
        self.sees(self.caller(root).split(":")[-1], "root")
        self.button("Done")
        self.key_action(root["AWS_ACCESS_KEY_ID"], "Delete")
        self.confirm(root["AWS_ACCESS_KEY_ID"], "Delete")
        self.reads("No access keys.")

    def deleted(self):
        self.step("a user goes with all that is theirs, a group after it")
        self.page.goto(self.place(f"{harness.REGION}/users"))
        self.iam("create-access-key", "--user-name", "bob")
        self.iam("put-user-policy", "--user-name", "bob", "--policy-name", "own", "--policy-document", ANYTHING)
        self.select("bob")
        self.button("Delete")
        self.confirm("bob", "Delete user")
        self.reads("User bob deleted.")
        self.sees(self.iam("list-users")["Users"], [])
        self.menu("User groups")
        self.select("readers")
        self.button("Delete")
        self.confirm("readers", "Delete")
        self.reads("User group readers deleted.")
        self.sees(self.iam("list-groups")["Groups"], [])

    # What they share.

    def retrieved(self, name):
        """What the last step of an access key shows and saves: the same."""
        self.heading("Retrieve access keys")
        self.reads("*" * 20)
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name="Download .csv file").click()
        self.sees(saved.value.suggested_filename, name)
        with open(saved.value.path(), newline="") as file:
            [row] = csv.DictReader(file)
        self.page.get_by_role("button", name="Show secret access key").click()
        self.page.get_by_text(row["Secret access key"], exact=True).wait_for()
        return {
            "AWS_ACCESS_KEY_ID": row["Access key ID"],
            "AWS_SECRET_ACCESS_KEY": row["Secret access key"],
            "AWS_SESSION_TOKEN": "",
        }

    def caller(self, environment):
        return self.aws("sts", "get-caller-identity", environment=environment)["Arn"]

    def account_menu(self, text):
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name=text).click()

    def key_action(self, id, text):
        self.page.get_by_role("button", name=f"Actions of {id}").click()
        self.page.get_by_role("menuitem", name=text).click()

    def search(self, label, text):
        self.page.get_by_role("searchbox", name=label).or_(self.page.get_by_role("textbox", name=label)).fill(text)


ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

if __name__ == "__main__":
    harness.run(Users, both=False)
