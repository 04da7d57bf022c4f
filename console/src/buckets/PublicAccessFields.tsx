import type { PublicAccessBlockConfiguration } from "@aws-sdk/client-s3";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";

/** All of it, as new buckets have it. */
export const BLOCKED: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

type Part = keyof PublicAccessBlockConfiguration;

/** The four parts with AWS's words, in AWS's order. */
export const PARTS: { part: Part; text: string; about: string }[] = [
  {
    part: "BlockPublicAcls",
    text: "Block public access to buckets and objects granted through new access control lists (ACLs)",
    about: "New public ACLs are refused. Those that there are stay as they are.",
  },
  {
    part: "IgnorePublicAcls",
    text: "Block public access to buckets and objects granted through any access control lists (ACLs)",
    about: "ACLs that let the public in do not count.",
  },
  {
    part: "BlockPublicPolicy",
    text: "Block public access to buckets and objects granted through new public bucket or access point policies",
    about: "New policies that let the public in are refused. Those that there are stay as they are.",
  },
  {
    part: "RestrictPublicBuckets",
    text: "Block public and cross-account access to buckets and objects through any public bucket or access point policies",
    about: "Where a policy lets the public in, only the account and AWS's services come in.",
  },
];

export function isAllBlocked(settings: PublicAccessBlockConfiguration): boolean {
  return PARTS.every(({ part }) => settings[part]);
}

interface Props {
  settings: PublicAccessBlockConfiguration;
  change: (settings: PublicAccessBlockConfiguration) => void;
}

/** "Block all public access", and its four parts. */
export function PublicAccessFields({ settings, change }: Props) {
  const isAll = isAllBlocked(settings);
  const all = (isOn: boolean) => change(Object.fromEntries(PARTS.map(({ part }) => [part, isOn])));
  return (
    <SpaceBetween size="s">
      <Checkbox
        checked={isAll}
        indeterminate={!isAll && PARTS.some(({ part }) => settings[part])}
        description="Turning this on is the same as turning on all four below."
        onChange={({ detail }) => all(detail.checked)}
      >
        Block all public access
      </Checkbox>
      {PARTS.map(({ part, text, about }) => (
        <Checkbox
          key={part}
          checked={settings[part] ?? false}
          description={about}
          onChange={({ detail }) => change({ ...settings, [part]: detail.checked })}
        >
          {text}
        </Checkbox>
      ))}
    </SpaceBetween>
  );
}
