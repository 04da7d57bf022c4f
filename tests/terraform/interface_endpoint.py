#!/usr/bin/env python3
"""Interface endpoints by Terraform: subnets in the endpoint itself and by an association, groups, a policy, private
DNS; and a server that calls services through them."""

from terraform import TerraformLab, harness


class InterfaceEndpoint(TerraformLab):
    folder = "interface_endpoint"
    changed = {"name": "renamed"}

    def packets(self):
        self.booted_servers()
        for service in ("ssm", "sts"):
            url = f"https://{service}.{harness.REGION}.amazonaws.com/"
            heard = self.inside("server", "curl", "-sS", "-m", "8", "-o", "/dev/null", "-w", "%{http_code}", url)
            self.holds(heard.code == 0 and int(heard.out) > 0, heard)
        heard = self.inside("server", "getent", "ahostsv4", f"sts.{harness.REGION}.amazonaws.com")
        self.holds(heard.out.startswith("10.0.1."), heard)

    def drift(self):
        change = ("--vpc-endpoint-id", self.output("endpoint"), "--remove-subnet-ids", self.output("subnet"))
        self.ec2("modify-vpc-endpoint", *change)


if __name__ == "__main__":
    harness.run(InterfaceEndpoint, both=False)
