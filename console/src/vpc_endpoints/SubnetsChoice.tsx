import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRegion } from "../frame/places";
import { nameIn } from "../resources/names";
import { useSubnets } from "../subnets/read";

interface Props {
  vpc: string;
  /** At most one of each zone. */
  chosen: string[];
  choose: (subnets: string[]) => void;
}

const NONE = { value: "", label: "No subnet" };

/** In which subnets an interface endpoint is to have a network interface: one of each zone. */
export function SubnetsChoice({ vpc, chosen, choose }: Props) {
  const own = (useSubnets(useRegion()).data ?? []).filter((it) => it.VpcId === vpc);
  const zones = [...new Set(own.map((it) => it.AvailabilityZone ?? ""))].sort();
  return (
    <SpaceBetween size="s">
      {zones.map((zone) => {
        const inZone = own.filter((it) => it.AvailabilityZone === zone);
        const ids = inZone.map((it) => it.SubnetId ?? "");
        const options = inZone.map((it) => ({
          value: it.SubnetId ?? "",
          label: it.SubnetId ?? "",
          description: [nameIn(it.Tags), it.CidrBlock].filter(Boolean).join(" · "),
        }));
        return (
          <FormField key={zone} label={`Subnet in ${zone}`}>
            <Select
              selectedOption={options.find((it) => chosen.includes(it.value)) ?? NONE}
              options={[NONE, ...options]}
              onChange={({ detail }) => {
                const others = chosen.filter((it) => !ids.includes(it));
                const { value } = detail.selectedOption;
                choose(value ? [...others, value] : others);
              }}
            />
          </FormField>
        );
      })}
    </SpaceBetween>
  );
}
