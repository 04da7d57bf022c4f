#!/usr/bin/env python3
"""Apache Libcloud: networks, subnets, groups, nodes."""

from client import ClientLab, harness

PROGRAM = """
import os, sys, urllib.parse
from libcloud.compute.base import NodeAuthSSHKey
from libcloud.compute.providers import get_driver
from libcloud.compute.types import NodeState, Provider

url = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"])
keys = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
driver = get_driver(Provider.EC2)(*keys, region="us-west-2", secure=False, host=url.hostname, port=url.port,
                                  signature_version="4")
network = driver.ex_create_network("10.5.0.0/16", name="libcloud")
subnet = driver.ex_create_subnet(network.id, "10.5.0.0/24", "us-west-2a", name="libcloud")
group = driver.ex_create_security_group("libcloud", "libcloud", vpc_id=network.id)["group_id"]
driver.ex_authorize_security_group_ingress(group, 22, 22, cidr_ips=["0.0.0.0/0"])
image = driver.list_images(ex_image_ids=[sys.argv[1]])[0]
size = next(it for it in driver.list_sizes() if it.id == "t3.micro")
node = driver.create_node(name="libcloud", image=image, size=size, ex_subnet=subnet, ex_security_group_ids=[group])
driver.wait_until_running([node], wait_period=0.2, ssh_interface="private_ips")
print(len(driver.list_nodes()), len(driver.ex_list_networks()), driver.list_nodes(ex_node_ids=[node.id])[0].private_ips)
driver.destroy_node(node)
while driver.list_nodes(ex_node_ids=[node.id])[0].state != NodeState.TERMINATED:
    pass
driver.ex_delete_security_group_by_id(group)
driver.ex_delete_subnet(subnet)
driver.ex_delete_network(network)
"""


class Libcloud(ClientLab):
    client = "libcloud"

    def walk(self):
        self.step("a network, a subnet, a group and a node, and all of it away again")
        parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        image = self.aws("ssm", "get-parameter", "--name", parameter)["Parameter"]["Value"]
        said = self.run("python", "-c", PROGRAM, image)
        self.holds(said.out.startswith("1 2 ['10.5.0."), said)


if __name__ == "__main__":
    harness.run(Libcloud, both=False)
