import type { Image, SecurityGroup, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { areNone, type Problems } from "../../forms/problems";
import type { TypedTag } from "../../forms/TagsEditor";
import { withKind } from "../../rules/traffic";
import { NEW_ROW, type RuleRow, problemsOf as ruleProblems } from "../../security_groups/rules";
import { ADVANCED_BEGINNING, type Advanced } from "./advanced";

/** What somebody says in the launch wizard. */
export interface LaunchSettings {
  tags: TypedTag[];
  /** The image, by its identifier. */
  image: string;
  type: string;
  /** The key pair's name; undefined as long as nobody has chosen, even that there is to be none. */
  keyPair: string | undefined;
  vpc: string;
  /** None: the service chooses one of the VPC's default subnets. */
  subnet: string;
  /** What is said of public addresses; nothing where the subnet's own setting is to be. */
  publicAddress: "enable" | "disable" | undefined;
  hasIpv6: boolean;
  privateAddress: string;
  firewall: "create" | "existing";
  groupName: string;
  groupDescription: string;
  rules: RuleRow[];
  /** Those that exist, by identifier. */
  groups: string[];
  /** What is typed about volumes; nothing where the image's own are to be. */
  volumes: LaunchVolume[] | undefined;
  advanced: Advanced;
  count: string;
}

/** What somebody has said so far: names are undefined as long as nobody has typed any. */
export interface Said extends Omit<LaunchSettings, "groupName" | "groupDescription"> {
  groupName: string | undefined;
  groupDescription: string | undefined;
}

/** A volume that an instance is to have. */
interface LaunchVolume {
  device: string;
  size: string;
  type: string;
  isRoot: boolean;
}

/** SSH from anywhere: what the wizard begins with. */
export const SSH_FROM_ANYWHERE: RuleRow = {
  ...NEW_ROW,
  traffic: withKind("SSH"),
  source: "anywhere-ipv4",
  peers: ["0.0.0.0/0"],
};

export const BEGINNING: Said = {
  tags: [],
  image: "",
  type: "",
  keyPair: undefined,
  vpc: "",
  subnet: "",
  publicAddress: undefined,
  hasIpv6: false,
  privateAddress: "",
  firewall: "create",
  groupName: undefined,
  groupDescription: undefined,
  rules: [SSH_FROM_ANYWHERE],
  groups: [],
  volumes: undefined,
  advanced: ADVANCED_BEGINNING,
  count: "1",
};

/** The next name of the kind `launch-wizard-1` that no group has. */
export function freeGroupName(groups: SecurityGroup[]): string {
  const taken = new Set(groups.map((it) => it.GroupName));
  let number = 1;
  while (taken.has(`launch-wizard-${number}`)) number += 1;
  return `launch-wizard-${number}`;
}

/** The VPC that the wizard begins with. */
export function firstVpc(vpcs: Vpc[]): string {
  return (vpcs.find((it) => it.IsDefault) ?? vpcs[0])?.VpcId ?? "";
}

/** The subnet that a VPC begins with: none in the default VPC, where the service chooses. */
export function firstSubnet(vpc: Vpc | undefined, subnets: Subnet[]): string {
  if (vpc?.IsDefault) return "";
  return subnets.find((it) => it.VpcId === vpc?.VpcId)?.SubnetId ?? "";
}

/** Whether the instance is to have a public address: as it was said, or as its subnet has it. */
export function hasPublicAddress(
  settings: Pick<LaunchSettings, "publicAddress">,
  vpc: Vpc | undefined,
  subnet: Subnet | undefined,
): boolean {
  if (settings.publicAddress) return settings.publicAddress === "enable";
  return subnet ? (subnet.MapPublicIpOnLaunch ?? false) : (vpc?.IsDefault ?? false);
}

/** The volumes of an image, as the wizard shows them. */
export function volumesOf(image: Image | undefined): LaunchVolume[] {
  const mapped = (image?.BlockDeviceMappings ?? []).filter((it) => it.Ebs);
  return mapped.map(({ DeviceName = "", Ebs }) => ({
    device: DeviceName,
    size: String(Ebs?.VolumeSize ?? 8),
    type: Ebs?.VolumeType ?? "gp3",
    isRoot: DeviceName === image?.RootDeviceName,
  }));
}

/** `/dev/sdb`, or the next one that is free. */
export function freeDevice(volumes: LaunchVolume[]): string {
  const letters = "bcdefghijklmnop".split("");
  const free = letters.find((it) => !volumes.some(({ device }) => device === `/dev/sd${it}`));
  return `/dev/sd${free ?? "p"}`;
}

export type LaunchField =
  | "image"
  | "type"
  | "keyPair"
  | "vpc"
  | "subnet"
  | "groupName"
  | "groupDescription"
  | "groups"
  | "rules"
  | "privateAddress"
  | "volumes"
  | "profile"
  | "userData"
  | "count";

/** What is wrong before anything is asked of the service. */
export function problemsOf(settings: LaunchSettings): Problems<LaunchField> {
  const isNew = settings.firewall === "create";
  return {
    image: settings.image ? undefined : "Select an image.",
    type: settings.type ? undefined : "Select an instance type.",
    keyPair:
      settings.keyPair === undefined
        ? "Select a key pair, create one, or choose to proceed without a key pair."
        : undefined,
    vpc: settings.vpc ? undefined : "Select a VPC.",
    groupName: isNew && !settings.groupName ? "Enter a name." : undefined,
    groupDescription: isNew && !settings.groupDescription ? "Enter a description." : undefined,
    rules:
      isNew && !settings.rules.every((row) => areNone(ruleProblems(row, undefined)))
        ? "A rule is not complete."
        : undefined,
    groups: isNew || settings.groups.length > 0 ? undefined : "Select at least one security group.",
    volumes: (settings.volumes ?? []).every(({ size }) => /^[1-9]\d*$/.test(size.trim()))
      ? undefined
      : "Enter each volume's size in GiB.",
    count: /^[1-9]\d*$/.test(settings.count.trim()) ? undefined : "Enter how many instances, at least 1.",
  };
}
