import { DeleteNetworkAclCommand, type NetworkAcl } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";
import { aclTitle } from "./read";

export function DeleteNetworkAclsDialog(props: { region: string; acls: NetworkAcl[]; close: () => void }) {
  const { region, acls, close } = props;
  const run = () =>
    deleteSeveral({
      region,
      noun: "network_acls",
      one: "network ACL",
      items: acls,
      id: (it) => it.NetworkAclId,
      remove: ({ NetworkAclId }) => ec2(region).send(new DeleteNetworkAclCommand({ NetworkAclId })),
    });
  return (
    <ConfirmDialog title="Delete network ACLs" button="Delete" word="delete" close={close} run={run}>
      <WillBeDeleted titles={acls.map(aclTitle)} />
    </ConfirmDialog>
  );
}
