import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import MixedLineBarChart from "@cloudscape-design/components/mixed-line-bar-chart";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { columnsOf, plotOf, type Row } from "./table";

/** How many groups a chart can show, and how many times one over time. */
const GROUPS_MAX = 40;
const TIMES_MAX = 500;
const KINDS = [
  { value: "line", label: "Line" },
  { value: "bar", label: "Bar" },
];

/** What a query with stats has found, as lines over time or as bars. */
export function Visualization({ rows }: { rows: Row[] }) {
  const [chosen, choose] = useState<string>();
  const plot = plotOf(rows, columnsOf(rows));
  if (!plot) {
    return (
      <Box color="text-body-secondary" padding="s">
        There is nothing to draw. Have the query end in numbers by groups, such as{" "}
        <Box variant="code">stats sum(bytes) by bin(5m)</Box>.
      </Box>
    );
  }
  const kind = plot.isOverTime && chosen !== "bar" ? "line" : "bar";
  const x = [...new Set(plot.series.flatMap((it) => it.points.map((point) => point.x)))];
  const domain = plot.isOverTime ? x.sort().slice(-TIMES_MAX) : x.slice(0, GROUPS_MAX);
  const rest = `${plot.isOverTime ? "The last" : "The first"} ${domain.length} of ${x.length} are drawn.`;
  const drawn = new Set(domain);
  return (
    <SpaceBetween size="m">
      <FormField label="Chart type" constraintText={x.length > domain.length && rest}>
        <Select
          selectedOption={KINDS.find((it) => it.value === kind) ?? null}
          options={KINDS.map((it) => ({
            ...it,
            disabled: it.value === "line" && !plot.isOverTime,
            disabledReason: "Lines need bin() among the groups.",
          }))}
          onChange={({ detail }) => choose(detail.selectedOption.value)}
        />
      </FormField>
      <MixedLineBarChart
        height={300}
        hideFilter
        ariaLabel="Visualization of the results"
        xScaleType="categorical"
        xDomain={domain}
        series={plot.series.map(({ title, points }) => ({
          type: kind,
          title,
          data: points.filter((it) => drawn.has(it.x)),
        }))}
        xTitle={plot.isOverTime ? "Time (UTC)" : "Group"}
        empty="No results"
      />
    </SpaceBetween>
  );
}
