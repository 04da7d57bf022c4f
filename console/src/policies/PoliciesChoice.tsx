import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useReading } from "../clients/reading";
import { useRegion } from "../frame/places";
import { DASH } from "../resources/names";
import { ChoiceTable } from "../table/ChoiceTable";
import { typeOf } from "./kind";
import { readPolicyRows } from "./read";

const ALL = "All types";
const TYPES = [ALL, "Customer managed", "AWS managed", "AWS managed - job function"];

interface Props {
  /** ARNs. */
  chosen: string[];
  choose: (arns: string[]) => void;
  /** Those that need not be offered. */
  without?: string[];
}

/** The table Permissions policies of every form that attaches some. */
export function PoliciesChoice({ chosen, choose, without = [] }: Props) {
  const region = useRegion();
  const policies = useReading(`policies/${region}`, () => readPolicyRows(region));
  const [type, setType] = useState(ALL);
  const rows = (policies.data ?? []).filter(({ policy }) => !without.includes(policy.Arn ?? ""));
  return (
    <ChoiceTable
      title="Permissions policies"
      description="Choose one or more policies to attach."
      things="policies"
      items={rows}
      reading={policies}
      id={({ policy }) => policy.Arn ?? ""}
      name={({ policy }) => policy.PolicyName ?? ""}
      columns={[
        { header: "Policy name", cell: ({ policy }) => policy.PolicyName },
        { header: "Type", cell: ({ policy }) => typeOf(policy) },
        { header: "Description", cell: ({ description }) => description ?? DASH },
      ]}
      empty="There are no policies of this type."
      find={{
        placeholder: "Search policies",
        fits: ({ policy }) => type === ALL || typeOf(policy) === type,
        beside: (
          <Select
            ariaLabel="Filter by Type"
            selectedOption={{ value: type, label: type }}
            options={TYPES.map((value) => ({ value, label: value }))}
            onChange={({ detail }) => setType(detail.selectedOption.value ?? ALL)}
          />
        ),
      }}
      chosen={chosen}
      choose={choose}
    />
  );
}
