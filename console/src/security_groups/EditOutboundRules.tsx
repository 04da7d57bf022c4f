import { EditRules } from "./EditRules";

export default function EditOutboundRules({ id }: { id: string }) {
  return <EditRules id={id} direction="outbound" />;
}
