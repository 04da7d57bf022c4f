import { type Address, ReleaseAddressCommand } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { DASH, nameIn } from "../resources/names";
import { SmallTable } from "../table/SmallTable";

/** Release: the addresses, and which of them have to be disassociated first. */
export function ReleaseAddressesDialog(props: { region: string; addresses: Address[]; close: () => void }) {
  const { region, addresses, close } = props;
  const inUse = addresses.filter((it) => it.AssociationId);
  const run = async () => {
    await runSteps(
      addresses.map(({ AllocationId, PublicIp }) => ({
        text: `${PublicIp} was released`,
        run: () => ec2(region).send(new ReleaseAddressCommand({ AllocationId })),
      })),
    );
    succeed(`Elastic IP addresses released: ${addresses.map((it) => it.PublicIp).join(", ")}.`);
    go(href(region, ["elastic_ips"]));
  };
  return (
    <ConfirmDialog
      title="Release Elastic IP addresses"
      button="Release"
      isBlocked={inUse.length > 0}
      close={close}
      run={run}
    >
      {inUse.length > 0 ? (
        <Alert type="error" header="An address is still associated">
          Disassociate it first: {inUse.map((it) => it.PublicIp).join(", ")}.
        </Alert>
      ) : (
        <Alert type="warning">
          A released address is no longer yours, and may be allocated to somebody else.
        </Alert>
      )}
      <SmallTable
        title="Addresses"
        wrapLines
        items={addresses}
        empty="None"
        columns={[
          { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
          { header: "Public IPv4 address", cell: (it) => it.PublicIp },
          { header: "Allocation ID", cell: (it) => it.AllocationId },
        ]}
      />
    </ConfirmDialog>
  );
}
