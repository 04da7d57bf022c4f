import type { InstanceStatus } from "@aws-sdk/client-ec2";
import { State } from "../resources/cells";
import { SmallTable } from "../table/SmallTable";
import { checksOf } from "./status";

/** The tab Status and alarms: the checks, one by one. */
export function StatusTab({ status }: { status: InstanceStatus | undefined }) {
  return (
    <SmallTable
      title="Status checks"
      description="Whether the instance, and what it runs on, can be reached."
      items={checksOf(status)}
      empty="Status checks are made of instances that run."
      columns={[
        { header: "Status check", cell: (it) => it.title },
        { header: "Status", cell: (it) => <State of={it.status === "ok" ? "passed" : it.status} /> },
        { header: "About", cell: (it) => it.about },
      ]}
    />
  );
}
