import type { Instance } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Copied } from "../../resources/cells";
import { DASH } from "../../resources/names";
import { userOf } from "../images";
import { useImage } from "../read";
import { chmodCommand, sshCommand } from "./way";

/** SSH client: the commands, to be copied into one's own terminal. */
export function SshClientTab({ region, of }: { region: string; of: Instance }) {
  const user = userOf(useImage(region, of.ImageId).data);
  return (
    <SpaceBetween size="m">
      {!of.KeyName && (
        <Alert type="warning" header="No associated key pair">
          The instance was launched without a key pair: it knows no key of yours. EC2 Instance Connect needs
          none.
        </Alert>
      )}
      <ol>
        <li>
          Open a terminal on your own computer on Hamlet's internet: <Box variant="code">hamlet shell</Box>
        </li>
        <li>
          Locate your private key file. The key used to launch this instance is{" "}
          <Box variant="code">{of.KeyName ? `${of.KeyName}.pem` : DASH}</Box>
        </li>
        <li>
          Run this command, if necessary, to ensure your key is not publicly viewable.
          <div>
            <Copied text={chmodCommand(of)} label="chmod command" />
          </div>
        </li>
        <li>
          Connect to your instance using its Public DNS.
          <div>
            <Copied text={of.PublicDnsName || of.PublicIpAddress} label="Public DNS" />
          </div>
        </li>
      </ol>
      <Box>
        <Box variant="strong">Example:</Box> <Copied text={sshCommand(of, user)} label="ssh command" />
      </Box>
      <Alert type="info">
        <Box variant="strong">Note:</Box> In most cases, the guessed username is correct. However, read your
        AMI usage instructions to check if the AMI owner has changed the default AMI username.
      </Alert>
    </SpaceBetween>
  );
}
