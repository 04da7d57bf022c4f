import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";

/** Where Regions lie, as AWS's console calls them. One that is not here goes by its code. */
const PLACES: Record<string, string> = {
  "us-east-1": "United States (N. Virginia)",
  "us-east-2": "United States (Ohio)",
  "us-west-1": "United States (N. California)",
  "us-west-2": "United States (Oregon)",
  "af-south-1": "Africa (Cape Town)",
  "ap-east-1": "Asia Pacific (Hong Kong)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-northeast-3": "Asia Pacific (Osaka)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "Europe (Frankfurt)",
  "eu-north-1": "Europe (Stockholm)",
  "eu-south-1": "Europe (Milan)",
  "eu-west-1": "Europe (Ireland)",
  "eu-west-2": "Europe (London)",
  "eu-west-3": "Europe (Paris)",
  "me-south-1": "Middle East (Bahrain)",
  "sa-east-1": "South America (São Paulo)",
};

export function placeOf(region: string): string {
  return PLACES[region] ?? region;
}

/** The Regions of the account, by their codes. */
export function useRegions(region: string): string[] {
  const read = async () => {
    const { Regions = [] } = await ec2(region).send(new DescribeRegionsCommand({}));
    return Regions.flatMap((it) => it.RegionName ?? []).sort();
  };
  return useReading("regions", read).data ?? [region];
}
