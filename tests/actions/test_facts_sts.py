"""AWS STS: who a caller is."""

from facts import Facts


class CallerIdentity(Facts):
    def test_the_root_of_an_account(self):
        answer = self.client(service="sts").get_caller_identity()
        expected = dict(UserId=self.account, Account=self.account, Arn=f"arn:aws:iam::{self.account}:root")
        self.shows_members("root", expected, answer)
