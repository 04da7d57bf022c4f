import type { Vpc } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { sentence } from "../clients/failure";
import { useReading } from "../clients/reading";
import { ResourceMap } from "../resource_map/ResourceMap";
import { readGraph } from "./resource_map";

export default function ResourceMapTab({ region, vpc }: { region: string; vpc: Vpc }) {
  const { data, failure } = useReading(`resource-map/${region}/${vpc.VpcId}`, () => readGraph(region, vpc));
  if (data) return <ResourceMap title="Resource map" graph={data} />;
  if (failure) return <Alert type="error">{sentence(failure)}</Alert>;
  return (
    <Box textAlign="center" padding="l">
      <Spinner size="large" />
    </Box>
  );
}
