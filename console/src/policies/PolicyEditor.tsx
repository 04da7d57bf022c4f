import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { JsonEditor } from "../forms/JsonEditor";
import { useRegion } from "../frame/places";
import { NOT_THERE_YET } from "../resources/noun";
import { withStatement } from "./statement";
import { useVerdict } from "./verdict";

/** How many characters a managed policy has at most, without spaces ("IAM quotas"). */
const MANAGED_MAX = 6144;

/** What AWS's editor begins with. */
export const SKELETON = JSON.stringify(
  {
    Version: "2012-10-17",
    Statement: [{ Sid: "Statement1", Effect: "Allow", Action: [], Resource: [] }],
  },
  null,
  4,
);

interface Props {
  document: string;
  change: (document: string) => void;
  /** What the service has said when it was sent. */
  problem?: string | undefined;
  /** How many characters it may have. */
  max?: number;
}

/** The container Policy editor: the text of an identity's policy, judged while it is typed. */
export function PolicyEditor({ document, change, problem, max = MANAGED_MAX }: Props) {
  const verdict = useVerdict(useRegion(), document);
  const rest = max - document.replace(/\s/g, "").length;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Add permissions by writing a policy in JSON."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <SegmentedControl
                label="Policy editor"
                selectedId="json"
                options={[
                  { id: "visual", text: "Visual", disabled: true, disabledReason: NOT_THERE_YET },
                  { id: "json", text: "JSON" },
                ]}
              />
              <Button formAction="none" onClick={() => change(withStatement(document))}>
                Add new statement
              </Button>
            </SpaceBetween>
          }
        >
          Policy editor
        </Header>
      }
    >
      <JsonEditor
        label="Policy document"
        constraint={`${rest} of ${max} characters remaining, spaces not counted.`}
        document={document}
        change={change}
        problem={problem ?? verdict}
      />
    </Container>
  );
}
