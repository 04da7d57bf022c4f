import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { SuggestField } from "../forms/SuggestField";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { NOT_THERE_YET } from "../resources/noun";
import { isForFlowLogs, useRoles } from "./read";

interface Props {
  /** A role's name, or its ARN. */
  role: string;
  choose: (role: string) => void;
  problem: string | undefined;
}

/** Under which role records are written: made in another tab perhaps, and here after a refresh. */
export function RoleField({ role, choose, problem }: Props) {
  const region = useRegion();
  const roles = useRoles(region);
  return (
    <SpaceBetween size="l">
      <FormField label="Service access" description="Flow logs need leave to write to a log group.">
        <RadioGroup
          value="existing"
          items={[
            { value: "existing", label: "Use an existing service role" },
            {
              value: "new",
              label: "Create and use a new service role",
              description: NOT_THERE_YET,
              disabled: true,
            },
          ]}
        />
      </FormField>
      <SuggestField
        label="Service role"
        description={
          <>
            The IAM role that lets flow logs write. It trusts vpc-flow-logs.amazonaws.com.{" "}
            <Link href={href(region, ["roles"])} target="_blank" variant="primary">
              Set up permissions
            </Link>
          </>
        }
        things="IAM roles"
        reading={roles}
        options={(roles.data ?? []).map((it) => ({
          value: it.RoleName ?? "",
          description: it.Arn ?? "",
          labelTag: isForFlowLogs(it) ? "trusts flow logs" : "",
        }))}
        value={role}
        choose={choose}
        placeholder="Select an IAM role, or type its name or ARN"
        empty="No roles. Set up permissions, then press refresh."
        problem={problem}
      />
    </SpaceBetween>
  );
}
