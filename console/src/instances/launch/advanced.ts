import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { encoded } from "../base64";

/** What is said under Advanced details. An empty text is what the service takes by itself. */
export interface Advanced {
  profile: string;
  hostnameType: string;
  answersA: boolean;
  answersAaaa: boolean;
  autoRecovery: string;
  shutdownBehavior: string;
  terminationProtection: string;
  stopProtection: string;
  monitoring: string;
  credit: string;
  metadata: string;
  metadataVersion: string;
  hopLimit: string;
  metadataTags: string;
  userData: string;
  isBase64: boolean;
}

export const ADVANCED_BEGINNING: Advanced = {
  profile: "",
  hostnameType: "",
  answersA: true,
  answersAaaa: false,
  autoRecovery: "",
  shutdownBehavior: "",
  terminationProtection: "",
  stopProtection: "",
  monitoring: "",
  credit: "",
  metadata: "",
  metadataVersion: "",
  hopLimit: "",
  metadataTags: "",
  userData: "",
  isBase64: false,
};

/** Settings of which one of few words is chosen. */
export interface AdvancedSelect {
  field: keyof Advanced &
    (
      | "autoRecovery"
      | "shutdownBehavior"
      | "terminationProtection"
      | "stopProtection"
      | "monitoring"
      | "credit"
      | "metadata"
      | "metadataVersion"
      | "metadataTags"
      | "hostnameType"
    );
  label: string;
  options: { value: string; label: string }[];
}

const ENABLE = { value: "true", label: "Enable" };
const DISABLE = { value: "false", label: "Disable" };

export const HOSTNAME_TYPE: AdvancedSelect = {
  field: "hostnameType",
  label: "Hostname type",
  options: [
    { value: "ip-name", label: "IP name" },
    { value: "resource-name", label: "Resource name" },
  ],
};

export const BEFORE_METADATA: AdvancedSelect[] = [
  {
    field: "autoRecovery",
    label: "Instance auto-recovery",
    options: [
      { value: "default", label: "Default" },
      { value: "disabled", label: "Disabled" },
    ],
  },
  {
    field: "shutdownBehavior",
    label: "Shutdown behavior",
    options: [
      { value: "stop", label: "Stop" },
      { value: "terminate", label: "Terminate" },
    ],
  },
  { field: "terminationProtection", label: "Termination protection", options: [ENABLE, DISABLE] },
  { field: "stopProtection", label: "Stop protection", options: [ENABLE, DISABLE] },
  { field: "monitoring", label: "Detailed CloudWatch monitoring", options: [ENABLE, DISABLE] },
  {
    field: "credit",
    label: "Credit specification",
    options: [
      { value: "standard", label: "Standard" },
      { value: "unlimited", label: "Unlimited" },
    ],
  },
];

export const OF_METADATA: AdvancedSelect[] = [
  {
    field: "metadata",
    label: "Metadata accessible",
    options: [
      { value: "enabled", label: "Enabled" },
      { value: "disabled", label: "Disabled" },
    ],
  },
  {
    field: "metadataVersion",
    label: "Metadata version",
    options: [
      { value: "required", label: "V2 only (token required)" },
      { value: "optional", label: "V1 and V2 (token optional)" },
    ],
  },
];

export const METADATA_TAGS: AdvancedSelect = {
  field: "metadataTags",
  label: "Allow tags in metadata",
  options: [
    { value: "enabled", label: "Enable" },
    { value: "disabled", label: "Disable" },
  ],
};

type Request = Partial<RunInstancesCommandInput>;

/** The part of a launch that Advanced details say. */
export function requestOf(it: Advanced): Request {
  return {
    IamInstanceProfile: it.profile ? { Name: it.profile } : undefined,
    PrivateDnsNameOptions: it.hostnameType
      ? {
          HostnameType: it.hostnameType as "ip-name",
          EnableResourceNameDnsARecord: it.answersA,
          EnableResourceNameDnsAAAARecord: it.answersAaaa,
        }
      : undefined,
    MaintenanceOptions: it.autoRecovery ? { AutoRecovery: it.autoRecovery as "default" } : undefined,
    InstanceInitiatedShutdownBehavior: said(it.shutdownBehavior) as "stop" | undefined,
    DisableApiTermination: flag(it.terminationProtection),
    DisableApiStop: flag(it.stopProtection),
    Monitoring: it.monitoring ? { Enabled: it.monitoring === "true" } : undefined,
    CreditSpecification: it.credit ? { CpuCredits: it.credit } : undefined,
    MetadataOptions: metadata(it),
    UserData: userData(it),
  };
}

function metadata(it: Advanced): Request["MetadataOptions"] {
  const { metadata, metadataVersion, hopLimit, metadataTags } = it;
  if (![metadata, metadataVersion, hopLimit, metadataTags].some(Boolean)) return undefined;
  return {
    HttpEndpoint: said(metadata) as "enabled" | undefined,
    HttpTokens: said(metadataVersion) as "required" | undefined,
    HttpPutResponseHopLimit: hopLimit ? Number(hopLimit) : undefined,
    InstanceMetadataTags: said(metadataTags) as "enabled" | undefined,
  };
}

/** In base64, as the call has it. */
function userData({ userData, isBase64 }: Advanced): string | undefined {
  if (!userData) return undefined;
  if (isBase64) return userData.trim();
  return encoded(userData);
}

function said(text: string): string | undefined {
  return text || undefined;
}

function flag(text: string): boolean | undefined {
  return text ? text === "true" : undefined;
}
