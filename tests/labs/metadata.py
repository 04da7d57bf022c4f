"""What labs about instance metadata have in common: a network with a server `self.web`, and curl inside it."""

from network import ANYWHERE, NetworkLab

METADATA = "http://169.254.169.254/latest"
TOKEN = "X-aws-ec2-metadata-token"


class MetadataLab(NetworkLab):
    """A lab whose server asks its metadata service."""

    def network(self):
        vpc = self.vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(vpc)
        self.route(self.main_table(vpc), ANYWHERE, "--gateway-id", gateway)
        self.subnet_id = self.subnet(vpc, "10.0.1.0/24", "a")
        self.ec2("modify-subnet-attribute", "--subnet-id", self.subnet_id, "--map-public-ip-on-launch")
        self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
        self.group = self.default_group(vpc)

    def server(self, name, *more):
        """A server that has booted."""
        id = self.launch(name, self.subnet_id, self.group, *more)
        self.wait_running(id)
        self.booted(id)
        return id

    # What a user types inside.

    def curl(self, *words):
        """(HTTP status, body)."""
        result = self.inside(self.web, "curl", "-sS", "-m", "5", "-w", "\n%{http_code}", *words)
        self.holds(result.code == 0, f"curl {words}: {result}")
        body, _, status = result.out.rpartition("\n")
        return int(status), body

    def token(self, seconds=60):
        status, token = self.curl("-X", "PUT", "-H", f"{TOKEN}-ttl-seconds: {seconds}", f"{METADATA}/api/token")
        self.sees(status, 200, "the answer to a request for a token")
        return token

    def get(self, path):
        """What version 2 shows at a path; None when it is not found."""
        status, body = self.curl("-H", f"{TOKEN}: {self.token()}", f"{METADATA}/{path}")
        self.holds(status in (200, 404), f"{path}: {status} {body}")
        return body if status == 200 else None

    def change(self, *words):
        self.ec2("modify-instance-metadata-options", "--instance-id", self.web, *words)
