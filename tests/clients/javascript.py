#!/usr/bin/env python3
"""The AWS SDK for JavaScript: waiters, paginators and errors as programs on it meet them."""

import os

from client import CACHE, ClientLab, harness

PROGRAM = """
import { EC2Client, CreateVpcCommand, CreateSubnetCommand, DeleteSubnetCommand, DeleteVpcCommand, DescribeVpcsCommand,
         RunInstancesCommand, TerminateInstancesCommand, paginateDescribeSubnets, waitUntilInstanceRunning,
         waitUntilInstanceTerminated, waitUntilVpcAvailable } from "@aws-sdk/client-ec2";
const client = new EC2Client({});
const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.6.0.0/16" }));
await waitUntilVpcAvailable({ client, maxWaitTime: 30 }, { VpcIds: [Vpc.VpcId] });
const subnets = [];
for (const number of [0, 1, 2, 3, 4, 5]) {
  const { Subnet } = await client.send(
      new CreateSubnetCommand({ VpcId: Vpc.VpcId, CidrBlock: `10.6.${number}.0/24` }));
  subnets.push(Subnet.SubnetId);
}
let pages = 0, found = 0;
const filters = [{ Name: "vpc-id", Values: [Vpc.VpcId] }];
for await (const page of paginateDescribeSubnets({ client, pageSize: 5 }, { Filters: filters })) {
  pages += 1;
  found += page.Subnets.length;
}
const { Instances } = await client.send(new RunInstancesCommand(
    { ImageId: process.argv[2], InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, SubnetId: subnets[0] }));
const ids = { InstanceIds: Instances.map((it) => it.InstanceId) };
await waitUntilInstanceRunning({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, ids);
await client.send(new TerminateInstancesCommand(ids));
await waitUntilInstanceTerminated({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, ids);
for (const id of subnets) await client.send(new DeleteSubnetCommand({ SubnetId: id }));
await client.send(new DeleteVpcCommand({ VpcId: Vpc.VpcId }));
const error = await client.send(new DescribeVpcsCommand({ VpcIds: [Vpc.VpcId] })).catch((it) => it);
console.log(JSON.stringify({ pages, found, launched: Instances[0].LaunchTime instanceof Date, name: error.name,
                             status: error.$metadata.httpStatusCode }));
"""


class Javascript(ClientLab):
    client = "javascript"

    def walk(self):
        self.step("a VPC, six subnets in pages of five, an instance by waiters, an error by its name")
        parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        image = self.aws("ssm", "get-parameter", "--name", parameter)["Parameter"]["Value"]
        script = self.user.stage / "program.mjs"
        script.write_text(PROGRAM)
        # Modules are looked for beside the program.
        os.symlink(CACHE / "javascript/project/node_modules", self.user.stage / "node_modules")
        said = self.run("node", script, image)
        self.sees(
            harness.json.loads(said.out),
            {"pages": 2, "found": 6, "launched": True, "name": "InvalidVpcID.NotFound", "status": 400},
        )


if __name__ == "__main__":
    harness.run(Javascript, both=False)
