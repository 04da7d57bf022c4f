import { type InstanceProfile, paginateListInstanceProfiles } from "@aws-sdk/client-iam";
import { iam } from "../clients/iam";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";

/** The instance profiles of the account: each gives an instance a role. */
export function useInstanceProfiles() {
  return useReading(
    "instance-profiles",
    (): Promise<InstanceProfile[]> =>
      all(paginateListInstanceProfiles({ client: iam() }, {}), (page) => page.InstanceProfiles),
  );
}

/** A profile as selects show it. */
export function profileOption({ InstanceProfileName = "", Arn = "" }: InstanceProfile) {
  return { value: InstanceProfileName, label: InstanceProfileName, description: Arn };
}
