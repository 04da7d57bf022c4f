import FormField from "@cloudscape-design/components/form-field";
import Tiles from "@cloudscape-design/components/tiles";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";

/** The first field of both forms that create a VPC: it leads from the one to the other. */
export function ResourcesToCreate({ mode }: { mode: "only" | "more" }) {
  const region = useRegion();
  return (
    <FormField
      label="Resources to create"
      description="Create only the VPC resource or the VPC and other networking resources."
    >
      <Tiles
        value={mode}
        columns={2}
        items={[
          { value: "only", label: "VPC only" },
          { value: "more", label: "VPC and more" },
        ]}
        onChange={({ detail }) => go(href(region, ["vpcs", "create"], { mode: detail.value }), true)}
      />
    </FormField>
  );
}
