import type { Instance, Volume } from "@aws-sdk/client-ec2";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { State } from "../resources/cells";
import { Details } from "../resources/Details";
import { DASH, yesNo } from "../resources/names";
import { timeOf } from "../resources/times";
import { Unread } from "../resources/Unread";
import { SmallTable } from "../table/SmallTable";
import { useVolumesOf } from "./read";

/** The tab Storage: the root device, and the volumes. */
export function StorageTab({ region, of }: { region: string; of: Instance }) {
  const volumes = useVolumesOf(region, of.InstanceId ?? "");
  const volume = (id: string | undefined) => volumes.data?.find((it) => it.VolumeId === id);
  return (
    <SpaceBetween size="l">
      <Details
        fields={[
          { label: "Root device name", value: of.RootDeviceName ?? DASH },
          { label: "Root device type", value: (of.RootDeviceType ?? DASH).toUpperCase() },
          { label: "EBS optimization", value: of.EbsOptimized ? "Enabled" : "Disabled" },
        ]}
      />
      {volumes.failure && <Unread things="Volumes" failure={volumes.failure} refresh={volumes.refresh} />}
      <SmallTable
        title="Block devices"
        items={of.BlockDeviceMappings ?? []}
        empty="No volumes"
        columns={[
          { header: "Volume ID", cell: (it) => it.Ebs?.VolumeId ?? DASH },
          { header: "Device name", cell: (it) => it.DeviceName ?? DASH },
          { header: "Volume size (GiB)", cell: (it) => volume(it.Ebs?.VolumeId)?.Size ?? DASH },
          { header: "Volume type", cell: (it) => volume(it.Ebs?.VolumeId)?.VolumeType ?? DASH },
          { header: "Attachment status", cell: (it) => <State of={it.Ebs?.Status} /> },
          { header: "Attachment time", cell: (it) => timeOf(it.Ebs?.AttachTime) },
          { header: "Encrypted", cell: (it) => encrypted(volume(it.Ebs?.VolumeId)) },
          { header: "Delete on termination", cell: (it) => yesNo(it.Ebs?.DeleteOnTermination) },
        ]}
      />
    </SpaceBetween>
  );
}

function encrypted(volume: Volume | undefined): string {
  return volume ? yesNo(volume.Encrypted) : DASH;
}
