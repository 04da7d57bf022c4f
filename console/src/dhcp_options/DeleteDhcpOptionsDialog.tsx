import { DeleteDhcpOptionsCommand, type DhcpOptions } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { DeleteDialog } from "../dialogs/DeleteDialog";
import { optionsTitle } from "./read";

interface Props {
  region: string;
  options: DhcpOptions;
  close: () => void;
}

export function DeleteDhcpOptionsDialog({ region, options, close }: Props) {
  const { DhcpOptionsId } = options;
  return (
    <DeleteDialog
      region={region}
      noun="dhcp_options"
      title="Delete DHCP option set"
      of={optionsTitle(options)}
      close={close}
      remove={() => ec2(region).send(new DeleteDhcpOptionsCommand({ DhcpOptionsId }))}
    />
  );
}
