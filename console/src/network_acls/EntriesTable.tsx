import type { NetworkAclEntry } from "@aws-sdk/client-ec2";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { kindOf, portsText, protocolText } from "../rules/traffic";
import { SmallTable } from "../table/SmallTable";
import { cidrOf, numberText, trafficIn } from "./rules";

interface Props {
  isEgress: boolean;
  entries: NetworkAclEntry[];
  actions?: ReactNode;
}

/** The rules of one direction, in the order in which packets meet them. */
export function EntriesTable({ isEgress, entries, actions }: Props) {
  return (
    <SmallTable
      title={isEgress ? "Outbound rules" : "Inbound rules"}
      items={entries}
      empty="No rules"
      actions={actions}
      columns={[
        { header: "Rule number", cell: numberText },
        { header: "Type", cell: (it) => kindOf(trafficIn(it)).aclLabel },
        { header: "Protocol", cell: (it) => protocolText(trafficIn(it), true) },
        { header: "Port range", cell: (it) => portsText(trafficIn(it)) },
        { header: isEgress ? "Destination" : "Source", cell: cidrOf },
        { header: "Allow/Deny", cell: (it) => <Verdict of={it} /> },
      ]}
    />
  );
}

function Verdict({ of: { RuleAction } }: { of: NetworkAclEntry }) {
  return RuleAction === "allow" ? (
    <StatusIndicator type="success">Allow</StatusIndicator>
  ) : (
    <StatusIndicator type="error">Deny</StatusIndicator>
  );
}
