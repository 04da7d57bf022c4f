import { type InstanceProfile, paginateListInstanceProfiles } from "@aws-sdk/client-iam";
import { iam } from "../clients/iam";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { usePlace } from "../frame/places";

/** The instance profiles of the account: each gives an instance a role. */
export function useInstanceProfiles() {
  const { region } = usePlace().route;
  return useReading(
    "instance-profiles",
    (): Promise<InstanceProfile[]> =>
      all(paginateListInstanceProfiles({ client: iam(region) }, {}), (page) => page.InstanceProfiles),
  );
}

/** A profile as selects show it. */
export function profileOption({ InstanceProfileName = "", Arn = "" }: InstanceProfile) {
  return { value: InstanceProfileName, label: InstanceProfileName, description: Arn };
}
