import Select from "@cloudscape-design/components/select";
import { fromSource, type RuleRow, SOURCES, type SourceKind } from "./rules";

const OPTIONS = SOURCES.map(({ value, label }) => ({ value, label }));

interface Props {
  /** `Source type`. */
  label: string;
  row: RuleRow;
  edit: (part: Partial<RuleRow>) => void;
}

/** Whom a rule is about: an address that most people mean, or what is typed beside it. */
export function SourceSelect({ label, row, edit }: Props) {
  return (
    <Select
      selectedOption={OPTIONS.find((it) => it.value === row.source) ?? null}
      ariaLabel={label}
      options={OPTIONS}
      onChange={({ detail }) => edit(fromSource(detail.selectedOption.value as SourceKind))}
    />
  );
}
