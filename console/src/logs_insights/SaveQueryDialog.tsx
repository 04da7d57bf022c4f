import { PutQueryDefinitionCommand } from "@aws-sdk/client-cloudwatch-logs";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { useDefinitions } from "./read";

interface Props {
  region: string;
  groups: string[];
  query: string;
  close: () => void;
}

/** Saves a query under a name; one that has this name already is replaced. */
export function SaveQueryDialog({ region, groups, query, close }: Props) {
  const { data } = useDefinitions(region);
  const [name, setName] = useState("");
  const [hasGroups, setHasGroups] = useState(true);
  const known = data?.find((it) => it.name === name.trim());
  const run = async () => {
    await logs(region).send(
      new PutQueryDefinitionCommand({
        name: name.trim(),
        queryString: query,
        queryDefinitionId: known?.queryDefinitionId,
        logGroupNames: hasGroups && groups.length > 0 ? groups : undefined,
      }),
    );
    succeed(`Query "${name.trim()}" has been saved.`);
  };
  return (
    <ConfirmDialog title="Save query" button="Save" isBlocked={!name.trim()} close={close} run={run}>
      <FormField
        label="Query name"
        constraintText="Strokes make folders: lab/top talkers"
        warningText={known && "There is a query of this name: it will be replaced."}
      >
        <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <Checkbox checked={hasGroups} onChange={({ detail }) => setHasGroups(detail.checked)}>
        Save the selected log groups with it
      </Checkbox>
    </ConfirmDialog>
  );
}
