import { DetachNetworkInterfaceCommand, type NetworkInterface } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";

interface Props {
  region: string;
  it: NetworkInterface;
  close: () => void;
}

export function DetachNetworkInterfaceDialog({ region, it, close }: Props) {
  const [isForced, setForced] = useState(false);
  const { AttachmentId, InstanceId } = it.Attachment ?? {};
  const run = async () => {
    await ec2(region).send(new DetachNetworkInterfaceCommand({ AttachmentId, Force: isForced }));
    succeed(`Network interface ${it.NetworkInterfaceId} was detached from ${InstanceId}.`);
  };
  return (
    <ConfirmDialog title="Detach network interface" button="Detach" close={close} run={run}>
      <Box>
        <Box variant="strong">{it.NetworkInterfaceId}</Box> will be detached from {InstanceId}.
      </Box>
      <Checkbox
        checked={isForced}
        description="Without the instance's consent. Only where it does not let go of it."
        onChange={({ detail }) => setForced(detail.checked)}
      >
        Force detachment
      </Checkbox>
    </ConfirmDialog>
  );
}
