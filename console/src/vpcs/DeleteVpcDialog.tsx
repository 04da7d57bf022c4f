import type { Vpc } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { sentence } from "../clients/failure";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { ResourceLink, State } from "../resources/cells";
import { counted } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { type Content, contentsOf } from "./contents";
import { vpcTitle } from "./read";

/** Says what stands in the way, or what goes with the VPC; then deletes all of it, in the right order. */
export function DeleteVpcDialog({ region, vpc, close }: { region: string; vpc: Vpc; close: () => void }) {
  const id = vpc.VpcId ?? "";
  const reading = useReading(`vpc-contents/${region}/${id}`, () => contentsOf(region, id));
  const contents = reading.data;
  const isBlocked = !contents || contents.blocking.length > 0;
  const run = async () => {
    await contents?.remove();
    const others = contents?.going.length ?? 0;
    succeed(
      `You successfully deleted ${vpcTitle(vpc)}${others > 0 ? ` and ${counted(others, "other resource")}` : ""}.`,
    );
    go(href(region, ["vpcs"]));
  };
  return (
    <ConfirmDialog
      title="Delete VPC"
      button="Delete"
      word="delete"
      isBlocked={isBlocked}
      close={close}
      run={run}
    >
      {reading.failure && <Alert type="error">{sentence(reading.failure)}</Alert>}
      {!contents && !reading.failure && <Spinner size="large" />}
      {contents && isBlocked && (
        <>
          <Alert type="error" header={`${vpcTitle(vpc)} cannot be deleted yet`}>
            It is still in use by what is listed here. Delete or detach that first, then come back.
          </Alert>
          <ContentTable title="In the way" items={contents.blocking} region={region} />
        </>
      )}
      {contents && !isBlocked && (
        <>
          <Box>
            <Box variant="strong">{vpcTitle(vpc)}</Box> will be deleted for good, with all that is listed
            here.
          </Box>
          {contents.going.length > 0 && (
            <ContentTable title="Deleted with it" items={contents.going} region={region} />
          )}
        </>
      )}
    </ConfirmDialog>
  );
}

function ContentTable({ title, items, region }: { title: string; items: Content[]; region: string }) {
  return (
    <SmallTable
      title={title}
      items={items}
      empty="Nothing"
      columns={[
        { header: "Name", cell: (it) => it.name || "–" },
        {
          header: "Resource ID",
          cell: (it) => (it.noun ? <ResourceLink region={region} noun={it.noun} id={it.id} /> : it.id),
        },
        { header: "Type", cell: (it) => it.kind },
        { header: "State", cell: (it) => <State of={it.state} /> },
      ]}
    />
  );
}
