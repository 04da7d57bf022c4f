import { EditEntries } from "./EditEntries";

export default function EditInboundRules({ id }: { id: string }) {
  return <EditEntries id={id} isEgress={false} />;
}
