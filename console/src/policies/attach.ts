import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../clients/iam";
import { type Holder, readAttached, readInlineNames } from "../clients/identities";
import type { Step } from "../forms/steps";

// What roles, users and groups are given and lose in the same way, by calls that each of them has for itself.

export function attach(region: string, { kind, name }: Holder, PolicyArn: string): Promise<unknown> {
  const client = iam(region);
  return {
    role: () => client.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn })),
    user: () => client.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn })),
    group: () => client.send(new AttachGroupPolicyCommand({ GroupName: name, PolicyArn })),
  }[kind]();
}

export function detach(region: string, { kind, name }: Holder, PolicyArn: string): Promise<unknown> {
  const client = iam(region);
  return {
    role: () => client.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn })),
    user: () => client.send(new DetachUserPolicyCommand({ UserName: name, PolicyArn })),
    group: () => client.send(new DetachGroupPolicyCommand({ GroupName: name, PolicyArn })),
  }[kind]();
}

export function putInline(region: string, { kind, name }: Holder, PolicyName: string, document: string) {
  const client = iam(region);
  const policy = { PolicyName, PolicyDocument: document };
  const put: Record<Holder["kind"], () => Promise<unknown>> = {
    role: () => client.send(new PutRolePolicyCommand({ RoleName: name, ...policy })),
    user: () => client.send(new PutUserPolicyCommand({ UserName: name, ...policy })),
    group: () => client.send(new PutGroupPolicyCommand({ GroupName: name, ...policy })),
  };
  return put[kind]();
}

export function removeInline(region: string, { kind, name }: Holder, PolicyName: string): Promise<unknown> {
  const client = iam(region);
  return {
    role: () => client.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName })),
    user: () => client.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName })),
    group: () => client.send(new DeleteGroupPolicyCommand({ GroupName: name, PolicyName })),
  }[kind]();
}

/** The steps that attach several policies. */
export function attaching(region: string, to: Holder, arns: string[]): Step[] {
  return arns.map((arn) => ({ text: `${arn} was attached`, run: () => attach(region, to, arn) }));
}

/** What has to go before its holder can be deleted: the API refuses as long as there are policies. */
export async function withoutPolicies(region: string, holder: Holder): Promise<Step[]> {
  const [attached, inline] = await Promise.all([
    readAttached(region, holder),
    readInlineNames(region, holder),
  ]);
  return [
    ...attached.map(({ PolicyArn = "", PolicyName }) => ({
      text: `${PolicyName} was detached`,
      run: () => detach(region, holder, PolicyArn),
    })),
    ...inline.map((name) => ({
      text: `the inline policy ${name} was deleted`,
      run: () => removeInline(region, holder, name),
    })),
  ];
}
