import { DeleteMetricFilterCommand, type MetricFilter } from "@aws-sdk/client-cloudwatch-logs";
import { useState } from "react";
import { logs } from "../clients/logs";
import { href } from "../frame/route";
import { DASH } from "../resources/names";
import { timeOfMillis } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { FilterButtons } from "./FilterButtons";
import { useMetricFilters } from "./read";

interface Props {
  region: string;
  group: string;
}

/** What of a group's events is counted, and under which name. */
export function MetricFiltersTab({ region, group }: Props) {
  const reading = useMetricFilters(region, group);
  const [chosen, choose] = useState<string[]>([]);
  const filters = reading.data ?? [];
  return (
    <SmallTable
      title="Metric filters"
      items={filters}
      reading={reading}
      empty="No metric filters: nothing of this group's events is counted."
      selection={{ things: "metric filters", id: nameOf, name: nameOf, chosen, choose }}
      actions={
        <FilterButtons
          kind="metric filter"
          reading={reading}
          // What was deleted is not chosen any more.
          chosen={filters.map(nameOf).filter((it) => chosen.includes(it))}
          remove={(filterName) =>
            logs(region).send(new DeleteMetricFilterCommand({ logGroupName: group, filterName }))
          }
          create={{ href: href(region, ["log_groups", group, "create_metric_filter"]) }}
        />
      }
      columns={[
        { header: "Filter name", cell: nameOf },
        { header: "Filter pattern", cell: (it) => it.filterPattern || "All events" },
        { header: "Metric", cell: (it) => `${metricOf(it)?.metricNamespace} / ${metricOf(it)?.metricName}` },
        { header: "Metric value", cell: (it) => metricOf(it)?.metricValue ?? DASH },
        { header: "Default value", cell: (it) => String(metricOf(it)?.defaultValue ?? DASH) },
        { header: "Unit", cell: (it) => metricOf(it)?.unit ?? DASH },
        { header: "Creation time", cell: (it) => timeOfMillis(it.creationTime) },
      ]}
    />
  );
}

function nameOf({ filterName = "" }: MetricFilter): string {
  return filterName;
}

/** "You can specify exactly one" transformation. */
function metricOf({ metricTransformations }: MetricFilter) {
  return metricTransformations?.[0];
}
