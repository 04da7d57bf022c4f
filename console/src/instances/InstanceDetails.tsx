import type { Instance } from "@aws-sdk/client-ec2";
import { Details } from "../resources/Details";
import { capitalised, DASH } from "../resources/names";
import { timeOf } from "../resources/times";
import { useImage } from "./read";

/** The tab Details: what an instance was launched with, and how it is set. */
export function InstanceDetails({ region, of }: { region: string; of: Instance }) {
  const image = useImage(region, of.ImageId).data;
  const { MetadataOptions: metadata } = of;
  return (
    <Details
      fields={[
        { label: "AMI ID", value: of.ImageId ?? DASH },
        { label: "AMI name", value: image?.Name ?? DASH },
        { label: "AMI location", value: image?.ImageLocation ?? DASH },
        { label: "Platform details", value: of.PlatformDetails ?? DASH },
        { label: "Monitoring", value: capitalised(of.Monitoring?.State) },
        { label: "Launch time", value: timeOf(of.LaunchTime) },
        { label: "AMI Launch index", value: of.AmiLaunchIndex ?? DASH },
        { label: "Reason for the last state", value: of.StateTransitionReason || DASH },
        { label: "Key pair assigned at launch", value: of.KeyName ?? DASH },
        { label: "Virtualization type", value: of.VirtualizationType ?? DASH },
        { label: "Architecture", value: of.Architecture ?? DASH },
        { label: "Tenancy", value: of.Placement?.Tenancy ?? DASH },
        { label: "Boot mode", value: of.CurrentInstanceBootMode ?? of.BootMode ?? DASH },
        { label: "Number of vCPUs", value: vcpus(of) },
        { label: "Metadata accessible", value: capitalised(metadata?.HttpEndpoint) },
        { label: "Metadata response hop limit", value: metadata?.HttpPutResponseHopLimit ?? DASH },
        { label: "Tags in metadata", value: capitalised(metadata?.InstanceMetadataTags) },
        { label: "Instance auto-recovery", value: capitalised(of.MaintenanceOptions?.AutoRecovery) },
      ]}
    />
  );
}

function vcpus({ CpuOptions }: Instance): string {
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {};
  return CoreCount ? String(CoreCount * (ThreadsPerCore ?? 1)) : DASH;
}
