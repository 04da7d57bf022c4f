import { DeleteQueryDefinitionCommand, type QueryDefinition } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { WillBeDeleted } from "../dialogs/several";
import { succeed } from "../frame/flash";
import { Unread } from "../resources/Unread";
import { useDefinitions } from "./read";
import "./editor.css";
import { SAMPLES } from "./samples";

interface Props {
  region: string;
  apply: (query: string, groups: string[]) => void;
}

/** Saved queries and samples; each opens to its text, and Apply brings that into the editor. */
export function QueriesPanel({ region, apply }: Props) {
  const saved = useDefinitions(region);
  const [deleting, setDeleting] = useState<QueryDefinition>();
  return (
    <SpaceBetween size="m">
      <Box variant="h3">Saved queries</Box>
      {saved.failure && <Unread things="Saved queries" failure={saved.failure} refresh={saved.refresh} />}
      {saved.data?.length === 0 && (
        <Box color="text-body-secondary">No saved queries yet: Save keeps what is in the editor.</Box>
      )}
      {(saved.data ?? []).map((it) => (
        <Query
          key={it.queryDefinitionId}
          title={it.name ?? ""}
          query={it.queryString ?? ""}
          apply={() => apply(it.queryString ?? "", it.logGroupNames ?? [])}
          remove={() => setDeleting(it)}
        />
      ))}
      <Box variant="h3">Sample queries</Box>
      {SAMPLES.map(({ title, samples }) => (
        <ExpandableSection key={title} headerText={title}>
          <SpaceBetween size="xs">
            {samples.map((it) => (
              <Query key={it.title} title={it.title} query={it.query} apply={() => apply(it.query, [])} />
            ))}
          </SpaceBetween>
        </ExpandableSection>
      ))}
      {deleting && (
        <DeleteQueryDialog region={region} definition={deleting} close={() => setDeleting(undefined)} />
      )}
    </SpaceBetween>
  );
}

interface QueryProps {
  title: string;
  query: string;
  apply: () => void;
  remove?: () => void;
}

function Query({ title, query, apply, remove }: QueryProps) {
  return (
    <ExpandableSection headerText={title}>
      <SpaceBetween size="xs">
        <Box variant="code">
          <pre className="query-text">{query}</pre>
        </Box>
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={apply} ariaLabel={`Apply ${title}`}>
            Apply
          </Button>
          {remove && (
            <Button onClick={remove} ariaLabel={`Delete ${title}`}>
              Delete
            </Button>
          )}
        </SpaceBetween>
      </SpaceBetween>
    </ExpandableSection>
  );
}

interface DeleteProps {
  region: string;
  definition: QueryDefinition;
  close: () => void;
}

function DeleteQueryDialog({ region, definition, close }: DeleteProps) {
  const { name = "", queryDefinitionId } = definition;
  const run = async () => {
    await logs(region).send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
    succeed(`Query "${name}" has been deleted.`);
  };
  return (
    <ConfirmDialog title="Delete query" button="Delete" close={close} run={run}>
      <WillBeDeleted titles={[name]} />
    </ConfirmDialog>
  );
}
