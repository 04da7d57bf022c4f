import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { areNone } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";
import { PreviewButton } from "../rules/PreviewButton";
import { RulesEditor } from "./RulesEditor";
import { groupName, useRules, useSecurityGroups } from "./read";
import {
  changesOf,
  type Direction,
  isOf,
  previewOf,
  problemsOf,
  type RuleRow,
  rowsOf,
  stepsOf,
} from "./rules";

interface Edited {
  rows: RuleRow[];
  begun: SecurityGroupRule[];
}

/** Edit inbound rules and Edit outbound rules: one call for what is deleted, one for what is modified, one for what is new. */
export function EditRules({ id, direction }: { id: string; direction: Direction }) {
  const region = useRegion();
  const name = groupName(useSecurityGroups(region).data, id);
  const rules = useRules(region, id);
  const now = (rules.data ?? []).filter((it) => isOf(direction, it));
  const [edited, setEdited] = useState<Edited>();
  const [isChecked, setChecked] = useState(false);
  const { rows, begun } = edited ?? { rows: rowsOf(now), begun: now };
  const changes = changesOf(now, begun, rows);
  const title = `Edit ${direction} rules`;
  const back = href(region, ["security_groups", id], { tab: direction });
  const check = () => {
    setChecked(true);
    return rows.every((row) =>
      areNone(
        problemsOf(
          row,
          now.find((it) => it.SecurityGroupRuleId === row.id),
        ),
      ),
    );
  };
  const submit = async () => {
    const steps = stepsOf(region, id, direction, changes);
    await runSteps(steps);
    succeed(
      <>
        {direction === "inbound" ? "Inbound" : "Outbound"} security group rules successfully modified on
        security group ({id} | {name}).
        {steps.length > 0 && (
          <ExpandableSection headerText="Details">
            {steps.map(({ text }) => text).join(", ")}
          </ExpandableSection>
        )}
      </>,
    );
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Security groups", path: ["security_groups"] },
        { text: `${id} - ${name}`, path: ["security_groups", id] },
      ]}
      title={title}
      description={`${id} - ${name}: ${counted(now.length, "rule")}`}
      button="Save rules"
      buttons={<PreviewButton changes={previewOf(changes)} />}
      cancel={back}
      check={check}
      submit={submit}
      isDisabled={!rules.data}
    >
      <RulesEditor
        direction={direction}
        rows={rows}
        change={(next) => setEdited({ rows: next, begun })}
        rules={now}
        isChecked={isChecked}
      />
    </FormPage>
  );
}
