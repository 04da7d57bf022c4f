import type { Vpc } from "@aws-sdk/client-ec2";
import { useRegion } from "../frame/places";
import { useVpcs, vpcName } from "../vpcs/read";
import { ResourceSelect } from "./ResourceSelect";

interface Props {
  label: string;
  description?: string;
  /** Where they are, if not here. */
  region?: string;
  /** The identifier of the chosen one. */
  vpc: string;
  choose: (vpc: string) => void;
  problem?: string | undefined;
  /** Which are offered; all without. */
  only?: (vpc: Vpc) => boolean;
  empty?: string;
}

/** A field that chooses a VPC. */
export function VpcSelect({ label, description, region, vpc, choose, problem, only, empty }: Props) {
  const here = useRegion();
  const vpcs = useVpcs(region ?? here);
  const offered = (vpcs.data ?? []).filter(only ?? (() => true));
  return (
    <ResourceSelect
      label={label}
      description={description}
      things="VPCs"
      reading={vpcs}
      options={offered.map(option)}
      chosen={vpc}
      choose={choose}
      placeholder="Select a VPC"
      empty={empty ?? "No VPCs to choose from"}
      problem={problem}
    />
  );
}

function option(vpc: Vpc) {
  return {
    value: vpc.VpcId ?? "",
    label: vpc.VpcId ?? "",
    description: vpcName(vpc),
    labelTag: vpc.IsDefault ? "default" : "",
  };
}
