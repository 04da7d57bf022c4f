#!/usr/bin/env python3
"""A topic, its policy and a subscription by Terraform."""

import json

from terraform import TerraformLab, harness


class Notifications(TerraformLab):
    folder = "notifications"
    options = ("--instances", "none")
    use = "the topic's policy lets another account speak, and the subscription hears of what it wants"
    changed = {"display_name": "Others", "colours": ["red", "blue"]}

    def packets(self):
        peer = {"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": "none"}
        named = ("--topic-arn", self.output("topic"))
        shown = self.aws("sns", "get-topic-attributes", *named, environment=peer)["Attributes"]
        self.sees((shown["DisplayName"], json.loads(shown["Policy"])["Id"]), ("Alarms", "ours"))
        refused = self.aws_result("sns", "delete-topic", *named, environment=peer)
        self.holds("(AuthorizationError)" in refused.err, refused)

    def after_change(self):
        words = ("--subscription-arn", self.output("subscription"))
        shown = self.aws("sns", "get-subscription-attributes", *words)["Attributes"]
        self.sees(json.loads(shown["FilterPolicy"]), {"colour": ["red", "blue"]})
        named = ("--topic-arn", self.output("topic"))
        self.sees(self.aws("sns", "get-topic-attributes", *named)["Attributes"]["DisplayName"], "Others")

    def drift(self):
        words = ("--subscription-arn", self.output("subscription"))
        value = ("--attribute-name", "RawMessageDelivery", "--attribute-value", "false")
        self.aws("sns", "set-subscription-attributes", *words, *value)


if __name__ == "__main__":
    harness.run(Notifications, both=False)
