import { type Address, DescribeAddressesCommand, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";

export async function readAddresses(region: string): Promise<Address[]> {
  return (await ec2(region).send(new DescribeAddressesCommand({}))).Addresses ?? [];
}

/** The Elastic IP addresses of a Region, for forms. */
export function useAddresses(region: string) {
  return useReading(`all-addresses/${region}`, () => readAddresses(region));
}

/** The instances that an address can be associated with. */
export function useInstances(region: string) {
  return useReading(`all-instances/${region}`, async () => {
    const found = await all(
      paginateDescribeInstances({ client: ec2(region) }, {}),
      (page) => page.Reservations,
    );
    const instances = found.flatMap((it) => it.Instances ?? []);
    return instances.filter((it) => it.State?.Name !== "terminated");
  });
}
