import type { Subnet } from "@aws-sdk/client-ec2";
import { useRegion } from "../frame/places";
import { nameIn } from "../resources/names";
import { useSubnets } from "../subnets/read";
import { ResourceSelect } from "./ResourceSelect";

interface Props {
  label: string;
  description?: string;
  /** The identifier of the chosen one. */
  subnet: string;
  choose: (subnet: string) => void;
  problem?: string | undefined;
}

/** A field that chooses a subnet. */
export function SubnetSelect({ label, description, subnet, choose, problem }: Props) {
  const subnets = useSubnets(useRegion());
  return (
    <ResourceSelect
      label={label}
      description={description}
      things="subnets"
      reading={subnets}
      options={(subnets.data ?? []).map(option)}
      chosen={subnet}
      choose={choose}
      placeholder="Select a subnet"
      empty="No subnets to choose from"
      problem={problem}
    />
  );
}

function option({ SubnetId, Tags, VpcId, AvailabilityZone, CidrBlock }: Subnet) {
  const name = nameIn(Tags);
  return {
    value: SubnetId ?? "",
    label: name ? `${SubnetId} (${name})` : (SubnetId ?? ""),
    description: `${VpcId} · ${AvailabilityZone} · ${CidrBlock}`,
  };
}
