import ExpandableSection from "@cloudscape-design/components/expandable-section";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useReading } from "../clients/reading";
import { ResourceSelect } from "../forms/ResourceSelect";
import { useRegion } from "../frame/places";
import { typeOf } from "./kind";
import { readPolicyRows } from "./read";

interface Props {
  /** Who is made: `role`, `user`. */
  of: string;
  /** The boundary's ARN; nothing where there is none, and an empty text where one is yet to be chosen. */
  boundary: string | undefined;
  choose: (arn: string | undefined) => void;
}

/** The expander Set permissions boundary: the most that others may ever allow to whoever is made. */
export function BoundaryField({ of, boundary, choose }: Props) {
  const region = useRegion();
  const policies = useReading(`policies/${region}`, () => readPolicyRows(region));
  return (
    <ExpandableSection variant="container" headerText="Set permissions boundary – optional">
      <SpaceBetween size="m">
        <RadioGroup
          ariaLabel="Permissions boundary"
          value={boundary === undefined ? "without" : "with"}
          onChange={({ detail }) => choose(detail.value === "with" ? "" : undefined)}
          items={[
            { value: "without", label: `Create ${of} without a permissions boundary` },
            {
              value: "with",
              label: `Use a permissions boundary to control the maximum ${of} permissions`,
              description: "What this policy does not allow is not allowed, whatever other policies say.",
            },
          ]}
        />
        {boundary !== undefined && (
          <ResourceSelect
            label="Permissions boundary policy"
            things="policies"
            reading={policies}
            options={(policies.data ?? []).map(({ policy }) => ({
              value: policy.Arn,
              label: policy.PolicyName,
              description: typeOf(policy),
            }))}
            chosen={boundary}
            choose={choose}
            placeholder="Select a policy"
            empty="No policies"
          />
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}
