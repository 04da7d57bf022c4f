import type { NetworkAclEntry } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { areNone } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { PreviewButton } from "../rules/PreviewButton";
import { EntriesEditor } from "./EntriesEditor";
import { aclTitle, entriesOf, useNetworkAcls } from "./read";
import { changesOf, type EntryRow, previewOf, problemsOf, rowsOf, stepsOf } from "./rules";

interface Edited {
  rows: EntryRow[];
  begun: NetworkAclEntry[];
}

/** Edit inbound rules and Edit outbound rules: one call for each rule that is not as it was. */
export function EditEntries({ id, isEgress }: { id: string; isEgress: boolean }) {
  const region = useRegion();
  const acl = useNetworkAcls(region).data?.find((it) => it.NetworkAclId === id);
  const now = entriesOf(acl, isEgress);
  const [edited, setEdited] = useState<Edited>();
  const [isChecked, setChecked] = useState(false);
  const { rows, begun } = edited ?? { rows: rowsOf(now), begun: now };
  const changes = changesOf(now, begun, rows);
  const direction = isEgress ? "outbound" : "inbound";
  const title = `Edit ${direction} rules`;
  const back = href(region, ["network_acls", id], { tab: direction });
  const check = () => {
    setChecked(true);
    return rows.every((row) => areNone(problemsOf(row, rows)));
  };
  const submit = async () => {
    await runSteps(stepsOf(region, id, isEgress, changes));
    succeed(`You have successfully updated ${direction} rules for ${aclTitle(acl)}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Network ACLs", path: ["network_acls"] },
        { text: id, path: ["network_acls", id] },
      ]}
      title={title}
      description={
        isEgress
          ? "Outbound rules control the outgoing traffic that is allowed to leave the subnets."
          : "Inbound rules control the incoming traffic that is allowed to reach the subnets."
      }
      button="Save changes"
      buttons={<PreviewButton changes={previewOf(changes)} />}
      cancel={back}
      check={check}
      submit={submit}
      isDisabled={!acl}
    >
      <Container>
        <EntriesEditor
          rows={rows}
          change={(next) => setEdited({ rows: next, begun })}
          isEgress={isEgress}
          isChecked={isChecked}
        />
      </Container>
    </FormPage>
  );
}
