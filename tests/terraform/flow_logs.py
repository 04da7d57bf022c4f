#!/usr/bin/env python3
"""Flow logs by Terraform: a VPC, a log group, a role; a server's packets are written down."""

from terraform import TerraformLab, harness


class FlowLogs(TerraformLab):
    folder = "flow_logs"
    options = ("--flow-log-minute", "2")
    use = "a server's packets are in the log group"
    changed = {"name": "renamed"}

    def packets(self):
        server = self.launch("server", self.output("subnet"), self.default_group(self.output("vpc")))
        self.wait_running(server)
        self.booted(server)
        self.inside(server, "ping", "-n", "-c", "1", "-w", "1", "192.0.2.7")
        words = ("logs", "filter-log-events", "--log-group-name", "flows-by-terraform")
        wanted = ("--filter-pattern", '"192.0.2.7 0 0 1"')
        harness.wait_for("the echo's record", lambda: self.aws(*words, *wanted)["events"], 20, every=0.3)
        self.terminate(server)

    def drift(self):
        self.ec2("delete-flow-logs", "--flow-log-ids", self.output("log"))


if __name__ == "__main__":
    harness.run(FlowLogs, both=False)
