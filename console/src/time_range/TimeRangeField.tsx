import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ALL, type Range } from "./range";
import { offset, type Zone } from "./zone";

const CLEAR = "clear";
const CUSTOM = "custom";
const UNITS: Partial<Record<DateRangePickerProps.TimeUnit, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

interface Props {
  range: Range;
  choose: (range: Range) => void;
  /** Times that one press chooses: `{ text: "5m", seconds: 300 }`. */
  quick: { text: string; seconds: number }[];
  /** Whether everything can be chosen. */
  hasAll?: boolean;
  zone: Zone;
  setZone: (zone: Zone) => void;
}

/** From when to when events are looked at: the usual times, or any two; and in which timezone. */
export function TimeRangeField({ range, choose, quick, hasAll, zone, setZone }: Props) {
  const [isCustom, setCustom] = useState(false);
  const pressed = quick.find((it) => range.kind === "relative" && it.seconds === range.seconds);
  const selected = range.kind === "all" ? CLEAR : (pressed?.text ?? CUSTOM);
  const options = [
    ...(hasAll ? [{ id: CLEAR, text: "Clear" }] : []),
    ...quick.map(({ text }) => ({ id: text, text })),
    { id: CUSTOM, text: "Custom" },
  ];
  const press = (id: string) => {
    setCustom(id === CUSTOM);
    const seconds = quick.find((it) => it.text === id)?.seconds;
    if (id === CLEAR) choose(ALL);
    else if (seconds !== undefined) choose({ kind: "relative", seconds });
  };
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <SegmentedControl
        label="Time range"
        selectedId={isCustom ? CUSTOM : selected}
        options={options}
        onChange={({ detail }) => press(detail.selectedId)}
      />
      {(isCustom || selected === CUSTOM) && (
        <DateRangePicker
          value={valueOfPicker(range)}
          placeholder="From when to when"
          ariaLabel="Custom time range"
          timeOffset={zone === "utc" ? 0 : offset(Date.now())}
          showClearButton={false}
          relativeOptions={RELATIVE}
          isValidRange={validity}
          onChange={({ detail }) => detail.value && choose(rangeOf(detail.value))}
        />
      )}
      <Select
        ariaLabel="Timezone"
        selectedOption={ZONES.find((it) => it.value === zone) ?? null}
        options={ZONES}
        onChange={({ detail }) => setZone(detail.selectedOption.value === "utc" ? "utc" : "local")}
      />
    </SpaceBetween>
  );
}

const ZONES = [
  { value: "utc", label: "UTC timezone" },
  { value: "local", label: "Local timezone" },
];

const RELATIVE: DateRangePickerProps.RelativeOption[] = [
  { key: "15m", amount: 15, unit: "minute", type: "relative" },
  { key: "3h", amount: 3, unit: "hour", type: "relative" },
  { key: "1d", amount: 1, unit: "day", type: "relative" },
  { key: "1w", amount: 1, unit: "week", type: "relative" },
];

function validity(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (value === null) return { valid: false, errorMessage: "Choose from when to when." };
  if (value.type === "relative") return { valid: true };
  const isInOrder = Date.parse(value.startDate) < Date.parse(value.endDate);
  return isInOrder ? { valid: true } : { valid: false, errorMessage: "The end comes before the start." };
}

function rangeOf(value: DateRangePickerProps.Value): Range {
  return value.type === "relative"
    ? { kind: "relative", seconds: value.amount * (UNITS[value.unit] ?? 1) }
    : { kind: "absolute", start: Date.parse(value.startDate), end: Date.parse(value.endDate) };
}

function valueOfPicker(range: Range): DateRangePickerProps.Value | null {
  if (range.kind === "all") return null;
  if (range.kind === "relative") {
    const unit = range.seconds % 3600 === 0 ? ("hour" as const) : ("minute" as const);
    const amount = Math.round(range.seconds / (UNITS[unit] ?? 1));
    const known = RELATIVE.find((it) => it.amount * (UNITS[it.unit] ?? 1) === range.seconds);
    return known ?? { type: "relative", amount, unit };
  }
  const { start, end } = range;
  return { type: "absolute", startDate: new Date(start).toISOString(), endDate: new Date(end).toISOString() };
}
