import type { Subnet } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import type { ReactNode } from "react";
import type { Reading } from "../clients/reading";
import { ChoiceTable } from "../table/ChoiceTable";
import { subnetTitle } from "./read";

interface Props {
  reading: Reading<Subnet[]>;
  /** Whose subnets they are. */
  vpc: string | undefined;
  columns: { header: string; cell: (subnet: Subnet) => ReactNode }[];
  /** Identifiers. */
  chosen: string[];
  choose: (subnets: string[]) => void;
  /** Whether a subnet cannot be taken out. */
  isFixed?: (subnet: Subnet) => boolean;
}

/** Which subnets a route table or a network ACL is associated with: a table to choose from, and what was chosen. */
export function SubnetAssociations({ reading, vpc, columns, chosen, choose, isFixed }: Props) {
  const subnets = (reading.data ?? []).filter((it) => it.VpcId === vpc);
  const selected = subnets.filter((it) => chosen.includes(it.SubnetId ?? ""));
  return (
    <SpaceBetween size="l">
      <ChoiceTable
        title="Available subnets"
        things="subnets"
        items={subnets}
        reading={reading}
        id={(it) => it.SubnetId ?? ""}
        name={subnetTitle}
        columns={columns}
        empty="This VPC has no subnets"
        chosen={chosen}
        choose={choose}
        isFixed={isFixed}
      />
      <Container header={<Header variant="h2">Selected subnets</Header>}>
        <TokenGroup
          items={selected.map((it) => ({
            label: subnetTitle(it),
            dismissLabel: `Remove ${subnetTitle(it)}`,
            disabled: isFixed?.(it),
          }))}
          onDismiss={({ detail }) =>
            choose(chosen.filter((it) => it !== selected[detail.itemIndex]?.SubnetId))
          }
        />
      </Container>
    </SpaceBetween>
  );
}
