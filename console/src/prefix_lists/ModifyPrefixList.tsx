import {
  ModifyManagedPrefixListCommand,
  type ModifyManagedPrefixListCommandInput,
} from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { runSteps, type Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { EntriesEditor } from "./EntriesEditor";
import { changesOf, type EntryRow, problemOf, rowsOf } from "./entries";
import { useEntries, usePrefixLists } from "./read";

interface Edited {
  name: string;
  rows: EntryRow[];
  /** The version that the form began with: AWS refuses to change another. */
  version: number | undefined;
}

/** Modify prefix list: its entries, of which every change makes a version, and its name. */
export default function ModifyPrefixList({ id }: { id: string }) {
  const region = useRegion();
  const list = usePrefixLists(region).data?.find((it) => it.PrefixListId === id);
  const entries = useEntries(region, id);
  const [edited, setEdited] = useState<Edited>();
  const [isChecked, setChecked] = useState(false);
  const before = entries.data ?? [];
  const now: Edited = edited ?? {
    name: list?.PrefixListName ?? "",
    rows: rowsOf(before),
    version: list?.Version,
  };
  const { name, rows, version } = now;
  const family = list?.AddressFamily === "IPv6" ? "IPv6" : "IPv4";
  const back = href(region, ["prefix_lists", id]);
  const check = () => {
    setChecked(true);
    return name !== "" && rows.every((row) => !problemOf(row, rows, family));
  };
  const submit = async () => {
    const { added, removed } = changesOf(before, rows);
    const modify = (change: Omit<ModifyManagedPrefixListCommandInput, "PrefixListId">) =>
      ec2(region).send(new ModifyManagedPrefixListCommand({ PrefixListId: id, ...change }));
    const steps: Step[] = [];
    if (removed.length > 0) {
      const RemoveEntries = removed.map((Cidr) => ({ Cidr }));
      const run = () => modify({ CurrentVersion: version, RemoveEntries });
      steps.push({ text: `${removed.join(", ")} removed`, run });
    }
    if (added.length > 0) {
      // A call takes no block out and in again, and each makes a version.
      const CurrentVersion = (version ?? 1) + steps.length;
      const run = () => modify({ CurrentVersion, AddEntries: added });
      steps.push({ text: `${added.map(({ Cidr }) => Cidr).join(", ")} added`, run });
    }
    if (name !== list?.PrefixListName) {
      steps.push({ text: "the name changed", run: () => modify({ PrefixListName: name }) });
    }
    await runSteps(steps);
    succeed(`You successfully modified the prefix list ${id} / ${name}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Managed prefix lists", path: ["prefix_lists"] },
        { text: id, path: ["prefix_lists", id] },
      ]}
      title="Modify prefix list"
      button="Save prefix list"
      cancel={back}
      check={check}
      submit={submit}
      isDisabled={!list || !entries.data}
    >
      <Container header={<Header variant="h2">Prefix list settings</Header>}>
        <FormField
          label="Prefix list name"
          errorText={isChecked && name === "" ? "Enter a name." : undefined}
        >
          <Input value={name} onChange={({ detail }) => setEdited({ ...now, name: detail.value })} />
        </FormField>
      </Container>
      <EntriesEditor
        rows={rows}
        change={(next) => setEdited({ ...now, rows: next })}
        family={family}
        isChecked={isChecked}
      />
    </FormPage>
  );
}
