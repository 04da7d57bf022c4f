import type { Instance } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import type { Rows } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { Unread } from "../resources/Unread";
import { instanceInWords } from "./read";

interface Props {
  /** `Change shutdown behavior`. */
  title: string;
  instance: Instance;
  /** What is chosen, and from what. */
  label: string;
  items: { value: string; label: string; description?: string }[];
  /** What it is now; nothing while that is read. */
  now: string | undefined;
  /** Where that is read for itself. */
  reading?: Rows;
  close: () => void;
  save: (value: string) => Promise<unknown>;
}

/** Asks for one setting of one instance. */
export function ChoiceDialog({ title, instance, label, items, now, reading, close, save }: Props) {
  const [chosen, choose] = useState<string>();
  const value = chosen ?? now;
  const run = async () => {
    if (value === undefined) return;
    if (value !== now) await save(value);
    const said = items.find((it) => it.value === value)?.label;
    succeed(`${label} of ${instance.InstanceId}: ${said}.`);
  };
  return (
    <ConfirmDialog title={title} button="Save" isBlocked={value === undefined} close={close} run={run}>
      <Box>
        Instance <Box variant="strong">{instanceInWords(instance)}</Box>
      </Box>
      {reading?.failure && <Unread things={label} failure={reading.failure} refresh={reading.refresh} />}
      <FormField label={label}>
        <RadioGroup value={value ?? null} items={items} onChange={({ detail }) => choose(detail.value)} />
      </FormField>
    </ConfirmDialog>
  );
}
