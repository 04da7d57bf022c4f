import { AcceptVpcPeeringConnectionCommand, RejectVpcPeeringConnectionCommand } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { href } from "../frame/route";
import { DASH } from "../resources/names";
import { blocksOf, endTitle, type PeeringRow, peeringTitle } from "./read";

interface Props {
  region: string;
  row: PeeringRow;
  answer: "accept" | "reject";
  close: () => void;
}

const TITLES = {
  accept: "Accept VPC peering connection request",
  reject: "Reject VPC peering connection request",
};
const BUTTONS = { accept: "Accept request", reject: "Reject request" };

/** Shows both ends, and accepts or rejects what the one has asked of the other. */
export function AnswerRequestDialog({ region, row, answer, close }: Props) {
  const { connection } = row;
  const { RequesterVpcInfo: requester, AccepterVpcInfo: accepter } = connection;
  const of = { VpcPeeringConnectionId: connection.VpcPeeringConnectionId };
  const title = peeringTitle(connection);
  const run = async () => {
    if (answer === "reject") {
      await ec2(region).send(new RejectVpcPeeringConnectionCommand(of));
      return succeed(`The request of VPC peering connection ${title} has been rejected.`);
    }
    await ec2(region).send(new AcceptVpcPeeringConnectionCommand(of));
    succeed(
      `Your VPC peering connection ${title} has been established. To send and receive traffic across it, add a route to it to one or more of the route tables of both VPCs.`,
      <Button href={href(region, ["route_tables"])}>Modify my route tables now</Button>,
    );
  };
  return (
    <ConfirmDialog title={TITLES[answer]} button={BUTTONS[answer]} close={close} run={run}>
      <Box>
        Are you sure that you want to {answer} this request? <Box variant="strong">{title}</Box>
      </Box>
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Requester VPC", value: endTitle(requester, row.requester) },
          { label: "Accepter VPC", value: endTitle(accepter, row.accepter) },
          { label: "Requester CIDRs", value: blocksOf(requester, row.requester) },
          { label: "Accepter CIDRs", value: blocksOf(accepter, row.accepter) },
          { label: "Requester Region", value: requester?.Region ?? DASH },
          { label: "Accepter Region", value: accepter?.Region ?? DASH },
          { label: "Requester owner ID", value: requester?.OwnerId ?? DASH },
          { label: "Accepter owner ID", value: accepter?.OwnerId ?? DASH },
        ]}
      />
    </ConfirmDialog>
  );
}
