import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import {
  hasPorts,
  icmpTypes,
  isIcmp,
  KINDS,
  kind,
  protocolText,
  type TypedTraffic,
  trafficOf,
  withKind,
} from "./traffic";

interface Props {
  of: TypedTraffic;
  edit: (traffic: TypedTraffic) => void;
  isDisabled?: boolean;
}

/** Type: a named one fills in protocol and ports, and greys them. */
export function TypeField({ of, edit, isDisabled, isAcl }: Props & { isAcl?: boolean }) {
  const options = KINDS.map(({ id, label, aclLabel }) => ({ value: id, label: isAcl ? aclLabel : label }));
  return (
    <Select
      selectedOption={options.find((it) => it.value === of.kind) ?? null}
      ariaLabel="Type"
      filteringType="auto"
      expandToViewport
      disabled={isDisabled ?? false}
      options={options}
      onChange={({ detail }) => edit(withKind(detail.selectedOption.value ?? ""))}
    />
  );
}

export function ProtocolField({ of, edit, isAcl }: Props & { isAcl?: boolean }) {
  if (isIcmp(of.kind)) {
    const options = Object.entries(icmpTypes(kind(of.kind).protocol)).map(([value, label]) => ({
      value,
      label,
    }));
    const known = options.find((it) => it.value === of.protocol);
    return (
      <Select
        selectedOption={known ?? { value: of.protocol, label: of.protocol }}
        ariaLabel="Protocol"
        expandToViewport
        options={options}
        onChange={({ detail }) => edit({ ...of, protocol: detail.selectedOption.value ?? "" })}
      />
    );
  }
  const isTyped = of.kind === "custom-protocol";
  return (
    <Input
      value={isTyped ? of.protocol : protocolText(trafficOf(of), isAcl)}
      ariaLabel="Protocol"
      placeholder="47"
      disabled={!isTyped}
      onChange={({ detail }) => edit({ ...of, protocol: detail.value })}
    />
  );
}

export function PortsField({ of, edit }: Props) {
  const isTyped = hasPorts(of.kind) || isIcmp(of.kind);
  return (
    <Input
      value={of.ports}
      ariaLabel="Port range"
      disabled={!isTyped}
      onChange={({ detail }) => edit({ ...of, ports: detail.value })}
    />
  );
}
