import type { Instance } from "@aws-sdk/client-ec2";

/** Why EC2 Instance Connect cannot reach an instance at its public address; nothing if it can try. */
interface Obstacle {
  header: string;
  text: string;
}

/** As AWS's console says it. */
export function obstacleOf(it: Instance): Obstacle | undefined {
  if (it.State?.Name !== "running") {
    return {
      header: "The instance is not in a valid state to connect",
      text: "Start the instance, and try again when it is running.",
    };
  }
  if (!it.PublicIpAddress) {
    return {
      header: "No public IPv4 address assigned",
      text: "With no public IPv4 address, you can't use EC2 Instance Connect. Associate an Elastic IP address, or launch the instance with a public IPv4 address.",
    };
  }
  return undefined;
}

/** How ssh is called: a name with spaces is in quotation marks. */
export function sshCommand(it: Instance, user: string): string {
  const host = it.PublicDnsName || it.PublicIpAddress || it.PrivateIpAddress || "";
  return `ssh -i ${keyFile(it)} ${user}@${host}`;
}

export function chmodCommand(it: Instance): string {
  return `chmod 400 ${keyFile(it)}`;
}

function keyFile({ KeyName = "your-key" }: Instance): string {
  return `"${KeyName}.pem"`;
}
