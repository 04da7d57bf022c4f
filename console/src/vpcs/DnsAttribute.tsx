import { useReading } from "../clients/reading";
import { readVpcAttributes, type VpcAttributes } from "./read";

/** What has to be asked for by itself: `Enabled` or `Disabled`. */
export function DnsAttribute({ region, vpc, of }: { region: string; vpc: string; of: keyof VpcAttributes }) {
  const { data, failure } = useReading(`vpc-attributes/${region}/${vpc}`, () =>
    readVpcAttributes(region, vpc),
  );
  if (failure) return failure.code;
  if (!data) return "…";
  return data[of] ? "Enabled" : "Disabled";
}
