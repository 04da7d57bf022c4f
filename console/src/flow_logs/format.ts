/** What a record can have, by the version of flow logs that brought it: "Available fields" of the VPC User Guide. */
export const FIELDS: { version: number; names: string[] }[] = [
  {
    version: 2,
    names: [
      "version",
      "account-id",
      "interface-id",
      "srcaddr",
      "dstaddr",
      "srcport",
      "dstport",
      "protocol",
      "packets",
      "bytes",
      "start",
      "end",
      "action",
      "log-status",
    ],
  },
  {
    version: 3,
    names: ["vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr"],
  },
  { version: 4, names: ["region", "az-id", "sublocation-type", "sublocation-id"] },
  { version: 5, names: ["pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path"] },
  { version: 8, names: ["reject-reason"] },
  { version: 9, names: ["resource-id"] },
  { version: 10, names: ["encryption-status"] },
  {
    version: 11,
    names: [
      "interface-type",
      "next-hop-interface-id",
      "next-hop-subnet-id",
      "next-hop-az-id",
      "next-hop-vpc-id",
      "next-hop-interface-type",
    ],
  },
];

/** What only tasks of ECS have. */
export const ECS_FIELDS = [
  "ecs-cluster-arn",
  "ecs-cluster-name",
  "ecs-container-instance-arn",
  "ecs-container-instance-id",
  "ecs-container-id",
  "ecs-second-container-id",
  "ecs-service-name",
  "ecs-task-definition-arn",
  "ecs-task-arn",
  "ecs-task-id",
];

/** The fields of AWS's default format, whose order is theirs. */
export const DEFAULT_FIELDS = FIELDS[0]?.names ?? [];

/** Fields as the API takes them: `${version} ${account-id}`. */
export function formatOf(fields: string[]): string {
  return fields.map((it) => `\${${it}}`).join(" ");
}
