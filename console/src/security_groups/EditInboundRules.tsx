import { EditRules } from "./EditRules";

export default function EditInboundRules({ id }: { id: string }) {
  return <EditRules id={id} direction="inbound" />;
}
