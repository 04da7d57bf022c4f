import { EditEntries } from "./EditEntries";

export default function EditOutboundRules({ id }: { id: string }) {
  return <EditEntries id={id} isEgress />;
}
