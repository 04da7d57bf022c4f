import {
  DescribeInstanceAttributeCommand,
  type Instance,
  RebootInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { DASH } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { instanceInWords } from "./read";

interface Props {
  region: string;
  instances: Instance[];
  close: () => void;
}

export function StopInstancesDialog({ region, instances, close }: Props) {
  const run = async () => {
    await ec2(region).send(new StopInstancesCommand({ InstanceIds: ids(instances) }));
    succeed(`Successfully initiated stopping of ${ids(instances).join(", ")}.`);
  };
  return (
    <ConfirmDialog title="Stop instance" button="Stop" close={close} run={run}>
      <Alert type="warning">
        A public IPv4 address that was given to it at launch goes when it stops; it has another one when it
        starts again. Elastic IP addresses and private addresses stay, and so do its volumes.
      </Alert>
      <Listed instances={instances} />
    </ConfirmDialog>
  );
}

export function RebootInstancesDialog({ region, instances, close }: Props) {
  const run = async () => {
    await ec2(region).send(new RebootInstancesCommand({ InstanceIds: ids(instances) }));
    succeed(`Successfully initiated rebooting of ${ids(instances).join(", ")}.`);
  };
  return (
    <ConfirmDialog title="Reboot instance" button="Reboot" close={close} run={run}>
      <Alert type="info">Its addresses and what is on its volumes stay.</Alert>
      <Listed instances={instances} />
    </ConfirmDialog>
  );
}

/** Terminate: what goes with the instances, and which of them are protected. */
export function TerminateInstancesDialog({ region, instances, close }: Props) {
  const protections = useReading(`termination-protection/${region}/${ids(instances).join()}`, () =>
    Promise.all(ids(instances).map((id) => readProtection(region, id))),
  );
  const run = async () => {
    await ec2(region).send(new TerminateInstancesCommand({ InstanceIds: ids(instances) }));
    succeed(`Successfully initiated termination (deletion) of ${ids(instances).join(", ")}.`);
  };
  return (
    <ConfirmDialog
      title="Terminate (delete) instance"
      button="Terminate (delete)"
      isBlocked={!protections.data && !protections.failure}
      close={close}
      run={run}
    >
      <Alert type="warning">
        On an EBS-backed instance, the default action is for the root EBS volume to be deleted when the
        instance is terminated. Storage on any local drives will be lost.
      </Alert>
      <SmallTable
        title="Instances"
        wrapLines
        items={instances}
        empty="None"
        columns={[
          { header: "Instance ID", cell: instanceInWords },
          {
            header: "Termination protection",
            cell: (it) => (protections.data ? protectionText(protections.data[instances.indexOf(it)]) : DASH),
          },
        ]}
      />
    </ConfirmDialog>
  );
}

async function readProtection(region: string, InstanceId: string): Promise<boolean> {
  const asked = new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiTermination" });
  return (await ec2(region).send(asked)).DisableApiTermination?.Value ?? false;
}

function protectionText(isProtected: boolean | undefined): string {
  return isProtected ? "Enabled: it cannot be terminated" : "Disabled";
}

function Listed({ instances }: { instances: Instance[] }) {
  return (
    <SmallTable
      title="Instances"
      wrapLines
      items={instances}
      empty="None"
      columns={[
        { header: "Instance ID", cell: instanceInWords },
        { header: "Public IPv4 address", cell: (it) => it.PublicIpAddress ?? DASH },
      ]}
    />
  );
}

function ids(instances: Instance[]): string[] {
  return instances.flatMap((it) => it.InstanceId ?? []);
}
