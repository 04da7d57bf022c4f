import { DeleteSubnetCommand, type Subnet } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import { readNetworkInterfaces } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";
import { subnetTitle } from "./read";

export function DeleteSubnetDialog({
  region,
  subnet,
  close,
}: {
  region: string;
  subnet: Subnet;
  close: () => void;
}) {
  const own = [{ Name: "subnet-id", Values: [subnet.SubnetId ?? ""] }];
  const interfaces = useReading(`interfaces-in/${region}/${subnet.SubnetId}`, () =>
    readNetworkInterfaces(region, own),
  );
  const inTheWay = interfaces.data ?? [];
  const run = async () => {
    await ec2(region).send(new DeleteSubnetCommand({ SubnetId: subnet.SubnetId }));
    succeed(`You successfully deleted ${subnetTitle(subnet)}.`);
    go(href(region, ["subnets"]));
  };
  return (
    <ConfirmDialog
      title="Delete subnet"
      button="Delete"
      word="delete"
      isBlocked={inTheWay.length > 0}
      close={close}
      run={run}
    >
      {inTheWay.length > 0 ? (
        <Alert type="error" header={`${subnetTitle(subnet)} cannot be deleted yet`}>
          {counted(inTheWay.length, "network interface")} in it: delete them, or what they belong to, first.{" "}
          {inTheWay.map((it) => it.NetworkInterfaceId).join(", ")}
        </Alert>
      ) : (
        <Box>
          <Box variant="strong">{subnetTitle(subnet)}</Box> will be deleted for good.
        </Box>
      )}
    </ConfirmDialog>
  );
}
