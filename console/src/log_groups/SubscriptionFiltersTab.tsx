import { DeleteSubscriptionFilterCommand, type SubscriptionFilter } from "@aws-sdk/client-cloudwatch-logs";
import { useState } from "react";
import { logs } from "../clients/logs";
import { DASH } from "../resources/names";
import { NOT_THERE_YET } from "../resources/noun";
import { timeOfMillis } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { FilterButtons } from "./FilterButtons";
import { useSubscriptionFilters } from "./read";

interface Props {
  region: string;
  group: string;
}

/** Where a group's events are sent on to. */
export function SubscriptionFiltersTab({ region, group }: Props) {
  const reading = useSubscriptionFilters(region, group);
  const [chosen, choose] = useState<string[]>([]);
  const filters = reading.data ?? [];
  return (
    <SmallTable
      title="Subscription filters"
      items={filters}
      reading={reading}
      empty="No subscription filters: this group's events are sent nowhere."
      selection={{ things: "subscription filters", id: nameOf, name: nameOf, chosen, choose }}
      actions={
        <FilterButtons
          kind="subscription filter"
          reading={reading}
          // What was deleted is not chosen any more.
          chosen={filters.map(nameOf).filter((it) => chosen.includes(it))}
          remove={(filterName) =>
            logs(region).send(new DeleteSubscriptionFilterCommand({ logGroupName: group, filterName }))
          }
          create={{ disabledReason: NOT_THERE_YET }}
        />
      }
      columns={[
        { header: "Filter name", cell: nameOf },
        { header: "Filter pattern", cell: (it) => it.filterPattern || "All events" },
        { header: "Destination ARN", cell: (it) => it.destinationArn ?? DASH },
        { header: "Role ARN", cell: (it) => it.roleArn ?? DASH },
        { header: "Distribution", cell: (it) => it.distribution ?? DASH },
        { header: "Creation time", cell: (it) => timeOfMillis(it.creationTime) },
      ]}
    />
  );
}

/** How many a group has; each group is asked by itself. */
export function SubscriptionCount({ region, group }: Props) {
  const { data } = useSubscriptionFilters(region, group);
  return data ? String(data.length) : DASH;
}

function nameOf({ filterName = "" }: SubscriptionFilter): string {
  return filterName;
}
