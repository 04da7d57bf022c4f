/** Who may take a role, as the column Trusted entities says it. */
export function trustedBy(document: string): string[] {
  try {
    const statements = [JSON.parse(document).Statement ?? []].flat();
    return [...new Set(statements.flatMap((it) => principals(it.Principal)))];
  } catch {
    return [];
  }
}

type Principals = Record<string, string | string[]> | string | undefined;

function principals(principal: Principals): string[] {
  if (principal === undefined) return [];
  if (typeof principal === "string") return [principal === "*" ? "Anybody" : principal];
  return Object.entries(principal).flatMap(([kind, values]) => [values].flat().map((it) => said(kind, it)));
}

function said(kind: string, value: string): string {
  if (kind === "Service") return `AWS Service: ${value.split(".")[0]}`;
  if (kind === "Federated") return `Identity Provider: ${value}`;
  const account = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
  return account ? `Account: ${account}` : value;
}

/** A service that takes roles, and what for. */
interface UseCase {
  id: string;
  label: string;
  description: string;
  service: string;
  /** The policy that nearly everybody attaches. */
  policy?: string;
}

/** AWS's use cases, of the services that take roles here. */
export const USE_CASES: UseCase[] = [
  {
    id: "ec2",
    label: "EC2",
    description: "Allows EC2 instances to call AWS services on your behalf.",
    service: "ec2.amazonaws.com",
  },
  {
    id: "ec2-ssm",
    label: "EC2 Role for AWS Systems Manager",
    description:
      "Allows EC2 instances to call AWS services like CloudWatch and Systems Manager on your behalf.",
    service: "ec2.amazonaws.com",
    policy: "AmazonSSMManagedInstanceCore",
  },
  {
    id: "flow-logs",
    label: "VPC Flow Logs",
    description: "Allows flow logs to write to log groups of CloudWatch Logs on your behalf.",
    service: "vpc-flow-logs.amazonaws.com",
  },
  {
    id: "logs",
    label: "CloudWatch Logs",
    description: "Allows CloudWatch Logs to deliver log events on your behalf.",
    service: "logs.amazonaws.com",
  },
];

export function trustOfService(service: string): string {
  return policy({ Effect: "Allow", Action: ["sts:AssumeRole"], Principal: { Service: [service] } });
}

/** What the account's trust asks for beside. */
export interface AccountTrust {
  account: string;
  externalId: string;
  needsMfa: boolean;
}

export function trustOfAccount({ account, externalId, needsMfa }: AccountTrust): string {
  const conditions = {
    ...(externalId && { StringEquals: { "sts:ExternalId": externalId } }),
    ...(needsMfa && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } };
  return policy({ ...statement, Condition: conditions });
}

/** What AWS's editor of a custom trust policy begins with. */
export const CUSTOM_TRUST = policy({
  Sid: "Statement1",
  Effect: "Allow",
  Principal: {},
  Action: "sts:AssumeRole",
});

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 4);
}
