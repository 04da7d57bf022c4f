import {
  DescribeInstanceAttributeCommand,
  type DescribeInstanceAttributeCommandOutput,
  type InstanceAttributeName,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";

/** What the service says of one attribute of an instance, which its description does not have. */
export function useAttribute(region: string, instance: string, attribute: InstanceAttributeName) {
  return useReading(
    `instance-attribute/${region}/${instance}/${attribute}`,
    (): Promise<DescribeInstanceAttributeCommandOutput> =>
      ec2(region).send(new DescribeInstanceAttributeCommand({ InstanceId: instance, Attribute: attribute })),
  );
}
