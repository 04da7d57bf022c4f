import type { VpcEndpoint } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { deleteEndpoints } from "./delete";
import { endpointTitle } from "./read";

interface Props {
  region: string;
  endpoints: VpcEndpoint[];
  close: () => void;
}

export function DeleteEndpointsDialog({ region, endpoints, close }: Props) {
  const titles = endpoints.map(endpointTitle).join(", ");
  const run = async () => {
    await deleteEndpoints(region, endpoints);
    succeed(`You successfully deleted ${titles}.`);
    go(href(region, ["vpc_endpoints"]));
  };
  return (
    <ConfirmDialog title="Delete VPC endpoints" button="Delete" word="delete" close={close} run={run}>
      <Box>
        <Box variant="strong">{titles}</Box> will be deleted for good, with the routes that lead there and the
        network interfaces that it has.
      </Box>
    </ConfirmDialog>
  );
}
