import type { Vpc } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useRegion } from "../frame/places";
import { useVpcs, vpcName } from "../vpcs/read";

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
}

/** A field that chooses a VPC, with a button that reads them again. */
export function VpcSelect({ label, description, region, vpc, choose, problem, only }: Props) {
  const here = useRegion();
  const vpcs = useVpcs(region ?? here);
  const option = (it: Vpc) => ({
    value: it.VpcId ?? "",
    label: it.VpcId ?? "",
    description: vpcName(it),
    labelTag: it.IsDefault ? "default" : "",
  });
  const options = (vpcs.data ?? []).filter(only ?? (() => true)).map(option);
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem}
      secondaryControl={
        <Button iconName="refresh" ariaLabel="Refresh VPCs" formAction="none" onClick={vpcs.refresh} />
      }
    >
      <Select
        selectedOption={options.find((it) => it.value === vpc) ?? null}
        placeholder="Select a VPC"
        filteringType="auto"
        empty="No VPCs to choose from"
        statusType={vpcs.isLoading && !vpcs.data ? "loading" : "finished"}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
