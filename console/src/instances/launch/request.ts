import {
  type _InstanceType,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../../clients/ec2";
import { failureOf } from "../../clients/failure";
import { specification } from "../../forms/TagsEditor";
import { fail } from "../../frame/flash";
import { additionOf, rulesIn } from "../../security_groups/rules";
import { requestOf as advancedOf } from "./advanced";
import type { LaunchSettings } from "./settings";

/** What a launch has come to. */
export interface Launched {
  instances: string[];
  /** The group that was made for it. */
  group: string | undefined;
}

/** Makes the group, if there is to be one, and launches. Where that is refused the group goes again: the form is still there. */
export async function launch(region: string, settings: LaunchSettings, isPublic: boolean): Promise<Launched> {
  const client = ec2(region);
  const group = settings.firewall === "create" ? await createGroup(client, settings) : undefined;
  try {
    if (group) await addRules(region, group, settings);
    const groups = group ? [group] : settings.groups;
    const { Instances } = await client.send(new RunInstancesCommand(requestOf(settings, groups, isPublic)));
    return { instances: (Instances ?? []).flatMap((it) => it.InstanceId ?? []), group };
  } catch (error) {
    if (group) await withoutGroup(client, group);
    throw error;
  }
}

/** Takes back the group that was made. Where that is refused, too, it stays, and is told beside why nothing was launched. */
async function withoutGroup(client: EC2Client, GroupId: string) {
  try {
    await client.send(new DeleteSecurityGroupCommand({ GroupId }));
  } catch (error) {
    fail(`The security group ${GroupId} was created, and is still there`, failureOf(error));
  }
}

async function createGroup(client: EC2Client, settings: LaunchSettings) {
  const { GroupId } = await client.send(
    new CreateSecurityGroupCommand({
      GroupName: settings.groupName,
      Description: settings.groupDescription,
      VpcId: settings.vpc,
    }),
  );
  return GroupId;
}

async function addRules(region: string, group: string, settings: LaunchSettings) {
  const rules = rulesIn(settings.rules);
  if (rules.length > 0) await additionOf(region, group, "inbound", rules).run();
}

/** The call that launches, as the wizard says it. */
export function requestOf(
  settings: LaunchSettings,
  groups: string[],
  isPublic: boolean,
): RunInstancesCommandInput {
  const count = Number(settings.count);
  return {
    ImageId: settings.image,
    InstanceType: settings.type as _InstanceType,
    KeyName: settings.keyPair || undefined,
    MinCount: count,
    MaxCount: count,
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: settings.subnet || undefined,
        AssociatePublicIpAddress: isPublic,
        Groups: groups,
        PrivateIpAddress: settings.privateAddress.trim() || undefined,
        Ipv6AddressCount: settings.hasIpv6 ? 1 : undefined,
      },
    ],
    BlockDeviceMappings: settings.volumes?.map(({ device, size, type }) => ({
      DeviceName: device,
      Ebs: { VolumeSize: Number(size), VolumeType: type as "gp3", DeleteOnTermination: true },
    })),
    TagSpecifications: specification("instance", settings.tags),
    ...advancedOf(settings.advanced),
  };
}
