import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Field } from "./noun";

/** What is known of a resource, in reading order. */
export function Details({ fields }: { fields: Field[] }) {
  return <KeyValuePairs columns={4} items={fields} />;
}
