#!/usr/bin/env python3
"""A role of one account, acted as from another, with an external id: "IAM tutorial: Delegate access across AWS accounts
using IAM roles" and "Access to AWS accounts owned by third parties" (IAM User Guide). Both sides must allow it; `hamlet
why-denied` says for each refusal which did not; both accounts' CloudTrail tells of it."""

import json

import harness
from harness import ACCOUNT, Lab

# Whoever signs with twelve digits that nobody has made a key of is an administrator of that account.
CUSTOMER = "222222222222"
ROLE = f"arn:aws:iam::{CUSTOMER}:role/audit"
EXTERNAL_ID = "12345"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(principal, **condition):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return policy({**statement, **condition})


class TwoAccounts(Lab):
    options = ("--instances", "none")

    def walk(self):
        self.a_role_for_another_account()
        self.a_user_who_may_not_ask()
        self.with_and_without_the_external_id()
        self.what_the_session_may()
        self.both_trails()
        self.each_side_can_take_it_back()
        self.a_role_of_the_same_account()

    def as_customer(self, *words):
        return self.aws(*words, environment={"AWS_ACCESS_KEY_ID": CUSTOMER, "AWS_SECRET_ACCESS_KEY": "any"})

    def as_ann(self, *words):
        variables = {"AWS_ACCESS_KEY_ID": self.ann["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": self.ann["SecretAccessKey"]}
        return self.aws_result(*words, environment=variables)

    def assume(self, *more):
        words = ("--role-arn", ROLE, "--role-session-name", "review")
        return self.as_ann("sts", "assume-role", *words, *more)

    def denied(self, why, *more, told=()):
        """A refusal, and what `hamlet why-denied` says of it."""
        result = self.assume(*more)
        user = f"arn:aws:iam::{ACCOUNT}:user/ann"
        sentence = f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {ROLE} {why}"
        self.holds("(AccessDenied)" in result.err and sentence in result.err, f"{sentence}\n{result}")
        reasons = self.hamlet.hamlet("why-denied").out
        for part in (f"caller    {user}", f"DENIED sts:AssumeRole on {ROLE}", *told):
            self.holds(part in reasons, f"{part!r} is not in:\n{reasons}")

    def lookup(self, by):
        words = (
            "cloudtrail",
            "lookup-events",
            "--lookup-attributes",
            "AttributeKey=EventName,AttributeValue=AssumeRole",
        )
        return [json.loads(event["CloudTrailEvent"]) for event in by(*words)["Events"]]

    def a_role_for_another_account(self):
        self.step(f"1. {CUSTOMER} makes a role for {ACCOUNT}, which asks for an external id")
        condition = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
        words = ("--role-name", "audit", "--assume-role-policy-document", trust(ACCOUNT, Condition=condition))
        made = self.as_customer("iam", "create-role", *words)["Role"]
        self.sees(made["Arn"], ROLE)
        look = "arn:aws:iam::aws:policy/AmazonVPCReadOnlyAccess"
        self.as_customer("iam", "attach-role-policy", "--role-name", "audit", "--policy-arn", look)
        self.vpc = self.as_customer("ec2", "create-vpc", "--cidr-block", "10.2.0.0/16")["Vpc"]["VpcId"]

    def a_user_who_may_not_ask(self):
        self.step(f"2. ann of {ACCOUNT} may not, although the role trusts her account: her own has to let her")
        self.aws("iam", "create-user", "--user-name", "ann")
        self.ann = self.aws("iam", "create-access-key", "--user-name", "ann")["AccessKey"]
        self.denied(
            "because no identity-based policy allows the sts:AssumeRole action",
            "--external-id",
            EXTERNAL_ID,
            told=("role trust policy", "sts:ExternalId = 12345"),
        )
        ask = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{CUSTOMER}:role/*"})
        self.aws("iam", "put-user-policy", "--user-name", "ann", "--policy-name", "ask", "--policy-document", ask)

    def with_and_without_the_external_id(self):
        self.step("3. refused without the external id, and with a wrong one; let in with the right one")
        untrusted = "because no role trust policy allows the sts:AssumeRole action"
        condition = f"its condition StringEquals {EXTERNAL_ID} is not met by sts:ExternalId, "
        self.denied(untrusted, told=(condition + "which the request does not have",))
        self.denied(untrusted, "--external-id", "54321", told=(condition + "which is 54321",))
        result = self.assume("--external-id", EXTERNAL_ID)
        self.holds(result.code == 0, result)
        answer = json.loads(result.out)
        self.sees(answer["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{CUSTOMER}:assumed-role/audit/review")
        credentials = answer["Credentials"]
        self.session = {
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
        }

    def what_the_session_may(self):
        self.step("4. the session is the other account's: it sees that network, and may not change it")
        seen = self.ec2("describe-vpcs", "--vpc-ids", self.vpc, environment=self.session)["Vpcs"]
        self.sees([vpc["OwnerId"] for vpc in seen], [CUSTOMER])
        result = self.aws_result("ec2", "delete-vpc", "--vpc-id", self.vpc, environment=self.session)
        self.holds(
            "(UnauthorizedOperation)" in result.err and f"{CUSTOMER}:assumed-role/audit/review" in result.err, result
        )

    def both_trails(self):
        self.step("5. one event in each account, under a shared identifier; refusals are ann's account's alone")
        own, [other] = self.lookup(self.aws), self.lookup(self.as_customer)
        self.sees([event.get("errorCode") for event in own], [None, "AccessDenied", "AccessDenied", "AccessDenied"])
        self.sees(own[0]["sharedEventID"], other["sharedEventID"])
        self.holds(own[0]["eventID"] != other["eventID"], "each has an identifier of its own")
        self.sees(own[0]["userIdentity"]["userName"], "ann")
        user = self.aws("iam", "get-user", "--user-name", "ann")["User"]
        self.sees(other["userIdentity"], {"type": "AWSAccount", "principalId": user["UserId"], "accountId": ACCOUNT})
        for event, account in ((own[0], ACCOUNT), (other, CUSTOMER)):
            self.sees(event["recipientAccountId"], account)
            self.sees(event["requestParameters"]["externalId"], EXTERNAL_ID)
            self.sees(event["resources"], [{"accountId": CUSTOMER, "type": "AWS::IAM::Role", "ARN": ROLE}])
            self.holds("secretAccessKey" not in json.dumps(event), "the secret is in no event")

    def each_side_can_take_it_back(self):
        self.step("6. either side can take it back; a deny of one wins over both")
        right = ("--external-id", EXTERNAL_ID)
        deny = policy({"Sid": "Never", "Effect": "Deny", "Action": "sts:*", "Resource": ROLE})
        self.aws("iam", "put-user-policy", "--user-name", "ann", "--policy-name", "never", "--policy-document", deny)
        sentence = "with an explicit deny in an identity-based policy"
        self.denied(sentence, *right, told=("statement 1 Never (Deny, line 1): matches, by sts:*",))
        self.aws("iam", "delete-user-policy", "--user-name", "ann", "--policy-name", "never")
        self.holds(self.assume(*right).code == 0, "she may again")
        words = ("--role-name", "audit", "--policy-document", trust("333333333333"))
        self.as_customer("iam", "update-assume-role-policy", *words)
        told = ("is about others",)
        self.denied("because no role trust policy allows the sts:AssumeRole action", *right, told=told)
        # What was begun before holds until it ends.
        self.ec2("describe-vpcs", environment=self.session)

    def a_role_of_the_same_account(self):
        self.step("7. in one account, a trust policy that names the user is enough")
        words = ("--role-name", "own", "--assume-role-policy-document", trust(f"arn:aws:iam::{ACCOUNT}:user/ann"))
        role = self.aws("iam", "create-role", *words)["Role"]["Arn"]
        self.aws("iam", "delete-user-policy", "--user-name", "ann", "--policy-name", "ask")
        result = self.as_ann("sts", "assume-role", "--role-arn", role, "--role-session-name", "review")
        self.holds(result.code == 0, result)
        [event] = [it for it in self.lookup(self.aws) if it["requestParameters"]["roleArn"] == role]
        self.holds("sharedEventID" not in event, "it is nobody else's event")


if __name__ == "__main__":
    harness.run(TwoAccounts, both=False)
