import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useRegion } from "../frame/places";
import { useSecurityGroups } from "../security_groups/read";

interface Props {
  label: string;
  description?: string;
  /** Only the groups of this VPC are offered. */
  vpc: string;
  /** Identifiers. */
  chosen: string[];
  choose: (groups: string[]) => void;
  problem?: string | undefined;
}

/** A field that chooses several security groups of a VPC. */
export function SecurityGroupsField({ label, description, vpc, chosen, choose, problem }: Props) {
  const groups = useSecurityGroups(useRegion());
  const options = (groups.data ?? [])
    .filter((it) => it.VpcId === vpc)
    .map(({ GroupId = "", GroupName = "", VpcId }) => ({
      value: GroupId,
      label: GroupName,
      labelTag: GroupId,
      description: `VPC: ${VpcId}`,
    }));
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem}
      secondaryControl={
        <Button
          iconName="refresh"
          ariaLabel="Refresh security groups"
          formAction="none"
          onClick={groups.refresh}
        />
      }
    >
      <Multiselect
        selectedOptions={options.filter((it) => chosen.includes(it.value))}
        placeholder="Select security groups"
        filteringType="auto"
        empty="No security groups in this VPC"
        statusType={groups.isLoading && !groups.data ? "loading" : "finished"}
        options={options}
        deselectAriaLabel={(it) => `Remove ${it.label}`}
        onChange={({ detail }) => choose(detail.selectedOptions.flatMap((it) => it.value ?? []))}
      />
    </FormField>
  );
}
