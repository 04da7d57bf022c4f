import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { DASH } from "../resources/names";
import { timeOfMillis } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { typedQuery, useHistory } from "./read";

interface Props {
  region: string;
  apply: (query: string, groups: string[]) => void;
  close: () => void;
}

/** The queries that were run, and a way to have one in the editor again. */
export function HistoryDialog({ region, apply, close }: Props) {
  const history = useHistory(region);
  return (
    <Modal visible size="max" header="History" closeAriaLabel="Close" onDismiss={close}>
      <SmallTable
        title="Queries"
        items={history.data ?? []}
        reading={history}
        empty="No query was run in this Region yet."
        wrapLines
        columns={[
          { header: "Started", cell: (it) => timeOfMillis(it.createTime) },
          { header: "Status", cell: (it) => it.status ?? DASH },
          { header: "Log group", cell: (it) => it.logGroupName ?? DASH },
          { header: "Query", cell: (it) => <Box variant="code">{typedQuery(it)}</Box> },
          {
            header: "Action",
            cell: (it) => (
              <Button
                variant="inline-link"
                onClick={() => {
                  apply(typedQuery(it), it.logGroupName ? [it.logGroupName] : []);
                  close();
                }}
              >
                Apply
              </Button>
            ),
          },
        ]}
      />
    </Modal>
  );
}
