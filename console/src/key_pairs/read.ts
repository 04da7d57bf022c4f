import { DescribeKeyPairsCommand, type KeyPairInfo } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";

export async function readKeyPairs(region: string): Promise<KeyPairInfo[]> {
  return (await ec2(region).send(new DescribeKeyPairsCommand({ IncludePublicKey: true }))).KeyPairs ?? [];
}

/** The key pairs of a Region, for forms. */
export function useKeyPairs(region: string) {
  return useReading(`all-key-pairs/${region}`, () => readKeyPairs(region));
}
