import { CreateDefaultVpcCommand } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { ResourceLink } from "../resources/cells";

export function CreateDefaultVpcDialog({ region, close }: { region: string; close: () => void }) {
  const run = async () => {
    const { Vpc } = await ec2(region).send(new CreateDefaultVpcCommand({}));
    const link = <ResourceLink region={region} noun="vpcs" id={Vpc?.VpcId} />;
    succeed(<>You successfully created the default VPC {link}.</>);
  };
  return (
    <ConfirmDialog title="Create default VPC" button="Create default VPC" close={close} run={run}>
      <Box>
        The default VPC has the addresses 172.31.0.0/16, a subnet in each Availability Zone, and an internet
        gateway. A Region has one at most.
      </Box>
    </ConfirmDialog>
  );
}
