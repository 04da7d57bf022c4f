import { DeleteNetworkAclCommand, type NetworkAcl } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";
import { aclTitle } from "./read";

export function DeleteNetworkAclsDialog(props: { region: string; acls: NetworkAcl[]; close: () => void }) {
  const { region, acls, close } = props;
  const run = async () => {
    await runSteps(
      acls.map(({ NetworkAclId }) => ({
        text: `${NetworkAclId} was deleted`,
        run: () => ec2(region).send(new DeleteNetworkAclCommand({ NetworkAclId })),
      })),
    );
    succeed(`You successfully deleted ${counted(acls.length, "network ACL")}.`);
    go(href(region, ["network_acls"]));
  };
  return (
    <ConfirmDialog title="Delete network ACLs" button="Delete" word="delete" close={close} run={run}>
      <Box>
        For good will be deleted: <Box variant="strong">{acls.map(aclTitle).join(", ")}</Box>
      </Box>
    </ConfirmDialog>
  );
}
