import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { type Crumb, Page } from "../frame/Page";
import { go } from "../frame/route";
import type { Field } from "../resources/noun";
import { download } from "../table/csv";

interface Props {
  above: Crumb[];
  title: string;
  /** What is kept back from now on: `secret access key`. */
  secret: string;
  fields: Field[];
  file: { name: string; text: string };
  /** Where Done leads. */
  next: string;
}

/** The end of a wizard that has made a secret: it is shown here, and never again. */
export function RetrievePage({ above, title, secret, fields, file, next }: Props) {
  const [isSaved, setSaved] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => {
    if (isSaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isSaved]);
  const save = () => {
    download(file.name, file.text, "text/csv");
    setSaved(true);
  };
  return (
    <Page title={title} above={above}>
      <ContentLayout header={<Header variant="h1">{title}</Header>}>
        <SpaceBetween size="l">
          <Alert type="warning">
            This is the only time that the {secret} can be viewed or downloaded. You cannot recover it later.
          </Alert>
          <Container
            header={
              <Header
                variant="h2"
                actions={
                  <Button iconName="download" onClick={save}>
                    Download .csv file
                  </Button>
                }
              >
                {above.at(-1)?.text}
              </Header>
            }
          >
            <KeyValuePairs columns={2} items={fields} />
          </Container>
          <Button variant="primary" onClick={() => (isSaved ? go(next) : setLeaving(true))}>
            Done
          </Button>
          {isLeaving && (
            <ConfirmDialog
              title="Continue without viewing or downloading?"
              button="Continue"
              close={() => setLeaving(false)}
              run={async () => go(next)}
            >
              You have not downloaded the {secret}. After you leave this page nobody can say it again.
            </ConfirmDialog>
          )}
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}
