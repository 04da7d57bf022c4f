import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { useVpcs } from "../vpcs/read";
import { EVERYTHING_OUT } from "./rules";
import { SecurityGroupForm } from "./SecurityGroupForm";

/** Create security group: it begins with the default VPC. */
export default function CreateSecurityGroup() {
  const region = useRegion();
  const vpcs = useVpcs(region);
  if (!vpcs.data && !vpcs.failure) {
    return (
      <Box padding="xxl" textAlign="center">
        <Spinner size="large" />
      </Box>
    );
  }
  const vpc = vpcs.data?.find((it) => it.IsDefault)?.VpcId ?? "";
  return (
    <SecurityGroupForm
      cancel={href(region, ["security_groups"])}
      beginning={{ vpc, name: "", description: "", inbound: [], outbound: [EVERYTHING_OUT] }}
    />
  );
}
