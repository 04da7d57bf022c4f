import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type Image,
  type Instance,
  type InstanceStatus,
  paginateDescribeInstanceStatus,
  paginateDescribeSecurityGroupRules,
  paginateDescribeVolumes,
  type SecurityGroupRule,
  type Subnet,
  type Volume,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { readAllInstances, readSubnets, readVpcs } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { nameIn } from "../resources/names";

/** An instance with what its list shows beside it. */
export interface InstanceRow {
  it: Instance;
  status: InstanceStatus | undefined;
  vpc: Vpc | undefined;
  subnet: Subnet | undefined;
}

export async function readInstanceRows(region: string): Promise<InstanceRow[]> {
  const [instances, statuses, vpcs, subnets] = await Promise.all([
    readAllInstances(region),
    readStatuses(region),
    readVpcs(region),
    readSubnets(region),
  ]);
  const statusesById = new Map(statuses.map((it) => [it.InstanceId, it]));
  const vpcsById = new Map(vpcs.map((it) => [it.VpcId, it]));
  const subnetsById = new Map(subnets.map((it) => [it.SubnetId, it]));
  return instances.map((it) => ({
    it,
    status: statusesById.get(it.InstanceId),
    vpc: vpcsById.get(it.VpcId),
    subnet: subnetsById.get(it.SubnetId),
  }));
}

/** The status checks of those that run. */
function readStatuses(region: string): Promise<InstanceStatus[]> {
  return all(paginateDescribeInstanceStatus({ client: ec2(region) }, {}), (page) => page.InstanceStatuses);
}

/** One instance, for the pages that do something to it. */
export function useInstance(region: string, id: string) {
  return useReading(`instance/${region}/${id}`, async () => {
    const { Reservations } = await ec2(region).send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0];
  });
}

/** The rules of all groups of an instance, each with its identifier. */
export function useRulesOf(region: string, groups: string[]) {
  return useReading(`rules-of/${region}/${groups.join()}`, async (): Promise<SecurityGroupRule[]> => {
    if (groups.length === 0) return [];
    const Filters = [{ Name: "group-id", Values: groups }];
    return all(
      paginateDescribeSecurityGroupRules({ client: ec2(region) }, { Filters }),
      (page) => page.SecurityGroupRules,
    );
  });
}

/** The volumes that an instance has. */
export function useVolumesOf(region: string, instance: string) {
  return useReading(`volumes-of/${region}/${instance}`, async (): Promise<Volume[]> => {
    const Filters = [{ Name: "attachment.instance-id", Values: [instance] }];
    return all(paginateDescribeVolumes({ client: ec2(region) }, { Filters }), (page) => page.Volumes);
  });
}

/** The image that an instance was launched from; none if it is no more. */
export function useImage(region: string, id: string | undefined) {
  return useReading(`image/${region}/${id}`, async (): Promise<Image | undefined> => {
    if (!id) return undefined;
    return (await ec2(region).send(new DescribeImagesCommand({ ImageIds: [id] }))).Images?.[0];
  });
}

/** `i-0abc (web)`, as EC2's pages write it. */
export function instanceInWords(it: Instance | undefined): string {
  const name = nameIn(it?.Tags);
  return name ? `${it?.InstanceId} (${name})` : (it?.InstanceId ?? "");
}

/** Its Elastic IP addresses: those that the account has, and not Amazon. */
export function elasticAddresses(it: Instance): string[] {
  const associations = (it.NetworkInterfaces ?? []).flatMap((one) =>
    (one.PrivateIpAddresses ?? []).map((address) => address.Association),
  );
  return associations.flatMap((it) => (it?.PublicIp && it.IpOwnerId !== "amazon" ? it.PublicIp : []));
}

/** The public address that was given to it at launch. */
export function autoAssignedAddress(it: Instance): string | undefined {
  return elasticAddresses(it).length === 0 ? it.PublicIpAddress : undefined;
}

export function ipv6Addresses(it: Instance): string[] {
  return (it.NetworkInterfaces ?? []).flatMap((one) =>
    (one.Ipv6Addresses ?? []).flatMap((address) => address.Ipv6Address ?? []),
  );
}

export function secondaryAddresses(it: Instance): string[] {
  const all = (it.NetworkInterfaces ?? []).flatMap((one) => one.PrivateIpAddresses ?? []);
  return all.flatMap((address) => (address.Primary ? [] : (address.PrivateIpAddress ?? [])));
}

export function groupsOf(it: Instance | undefined): string[] {
  return (it?.SecurityGroups ?? []).flatMap((group) => group.GroupId ?? []);
}

/** `web`, of the profile's ARN. */
export function profileName(it: Instance | undefined): string {
  return it?.IamInstanceProfile?.Arn?.split("/").at(-1) ?? "";
}
