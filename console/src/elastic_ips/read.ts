import { readAddresses, readInstances } from "../clients/describe";
import { useReading } from "../clients/reading";

/** The Elastic IP addresses of a Region, for forms. */
export function useAddresses(region: string) {
  return useReading(`all-addresses/${region}`, () => readAddresses(region));
}

/** The instances that an address can be associated with. */
export function useInstances(region: string) {
  return useReading(`all-instances/${region}`, () => readInstances(region));
}
