import type { Subnet } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useRegion } from "../frame/places";
import { nameIn } from "../resources/names";
import { useSubnets } from "../subnets/read";

interface Props {
  label: string;
  description?: string;
  /** The identifier of the chosen one. */
  subnet: string;
  choose: (subnet: string) => void;
  problem?: string | undefined;
}

/** A field that chooses a subnet, with a button that reads them again. */
export function SubnetSelect({ label, description, subnet, choose, problem }: Props) {
  const subnets = useSubnets(useRegion());
  const options = (subnets.data ?? []).map(option);
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem}
      secondaryControl={
        <Button iconName="refresh" ariaLabel="Refresh subnets" formAction="none" onClick={subnets.refresh} />
      }
    >
      <Select
        selectedOption={options.find((it) => it.value === subnet) ?? null}
        placeholder="Select a subnet"
        filteringType="auto"
        empty="No subnets to choose from"
        statusType={subnets.isLoading && !subnets.data ? "loading" : "finished"}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
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
