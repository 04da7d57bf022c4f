#!/usr/bin/env python3
"""Gateway endpoints by Terraform: route tables by an association and in the endpoint itself, a policy, and a group that
names the prefix list."""

from terraform import TerraformLab, harness


class GatewayEndpoint(TerraformLab):
    folder = "gateway_endpoint"
    changed = {"name": "renamed"}

    def packets(self):
        self.booted_servers()
        url = f"https://s3.{harness.REGION}.amazonaws.com/"
        heard = self.inside("server", "curl", "-sS", "-m", "8", "-o", "/dev/null", "-w", "%{http_code}", url)
        self.holds(heard.code == 0 and int(heard.out) > 0, heard)

    def drift(self):
        change = ("--vpc-endpoint-id", self.output("endpoint"), "--remove-route-table-ids", self.output("table"))
        self.ec2("modify-vpc-endpoint", *change)


if __name__ == "__main__":
    harness.run(GatewayEndpoint, both=False)
