import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import type { Tab } from "../resources/noun";

const FlowLogsTab = lazy(() => import("./FlowLogsTab"));

/** The tab Flow logs, whose files come when somebody looks at it. */
export function flowLogsTab(region: string, id: string): Tab {
  const content = (
    <Suspense fallback={<Spinner size="large" />}>
      <FlowLogsTab key={id} region={region} id={id} />
    </Suspense>
  );
  return { id: "flow-logs", label: "Flow logs", content };
}
