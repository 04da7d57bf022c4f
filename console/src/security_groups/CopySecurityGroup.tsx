import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { sentence } from "../clients/failure";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { useRules, useSecurityGroups } from "./read";
import { type Direction, isOf, rowOf, ruleOf } from "./rules";
import { SecurityGroupForm } from "./SecurityGroupForm";

/** Copy to new security group: the other's VPC and rules, under a new name. */
export default function CopySecurityGroup({ id }: { id: string }) {
  const region = useRegion();
  const groups = useSecurityGroups(region);
  const rules = useRules(region, id);
  const group = groups.data?.find((it) => it.GroupId === id);
  const failure = groups.failure ?? rules.failure;
  if (failure) return <Alert type="error">{sentence(failure)}</Alert>;
  if (!group || !rules.data) {
    return (
      <Box padding="xxl" textAlign="center">
        <Spinner size="large" />
      </Box>
    );
  }
  const of = (direction: Direction) =>
    (rules.data ?? []).filter((it) => isOf(direction, it)).map((it) => rowOf(ruleOf(it)));
  return (
    <SecurityGroupForm
      cancel={href(region, ["security_groups", id])}
      beginning={{
        vpc: group.VpcId ?? "",
        name: "",
        description: group.Description ?? "",
        inbound: of("inbound"),
        outbound: of("outbound"),
      }}
    />
  );
}
