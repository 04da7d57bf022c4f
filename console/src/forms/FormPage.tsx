import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Form from "@cloudscape-design/components/form";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { type Failure, sentence } from "../clients/failure";
import type { Rows } from "../clients/reading";
import { type Crumb, Page } from "../frame/Page";
import { go } from "../frame/route";
import { Unread } from "../resources/Unread";
import "./form_page.css";
import { useSubmit } from "./submit";

interface Props {
  /** The pages above it, as the breadcrumbs name them. */
  above: Crumb[];
  title: string;
  /** What the breadcrumbs call it, where that is less than the title. */
  crumb?: string;
  description?: ReactNode;
  /** The button's text: `Create VPC`. */
  button: string;
  /** Where Cancel leads. */
  cancel: string;
  /** Does it, and leads on; what it throws is shown under the field it is about, or above the buttons. */
  submit: () => Promise<void>;
  /** Whether what is typed can be sent: the form's own checks. Shows them. */
  check?: () => boolean;
  children: ReactNode;
  /** Hears of a failure; true if a field shows it. */
  place?: (failure: Failure | undefined) => boolean;
  isDisabled?: boolean;
  /** What it changes, where that is read first: nothing is sent without it. */
  reading?: Rows;
  /** Has the whole width, where a drawing stands beside the fields. */
  isWide?: boolean;
  /** More buttons, between Cancel and the one that does it. */
  buttons?: ReactNode;
  /** A panel at the side, which has the buttons then; they stay in sight on a long page. */
  aside?: (buttons: ReactNode) => ReactNode;
}

/** A page that creates or changes something. What was typed stays when it is refused. */
export function FormPage(props: Props) {
  const {
    above,
    title,
    crumb,
    description,
    button,
    cancel,
    submit,
    check,
    children,
    place,
    reading,
    isWide,
  } = props;
  const isDisabled = props.isDisabled || (reading !== undefined && reading.data === undefined);
  const { send, isRunning, failure } = useSubmit({ submit, check, place, isDisabled });
  const buttons = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" formAction="none" onClick={() => go(cancel)}>
        Cancel
      </Button>
      {props.buttons}
      <Button variant="primary" loading={isRunning} disabled={isDisabled}>
        {button}
      </Button>
    </SpaceBetween>
  );
  const refused = failure && sentence(failure);
  const content = (
    <SpaceBetween size="l">
      {reading?.failure && (
        <Unread things="What is to be changed" failure={reading.failure} refresh={reading.refresh} />
      )}
      {children}
    </SpaceBetween>
  );
  return (
    <Page
      title={crumb ?? title}
      above={above}
      contentType={isWide ? "default" : "form"}
      isWide={isWide ?? false}
    >
      <ContentLayout
        header={
          <Header variant="h1" description={description}>
            {title}
          </Header>
        }
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          {props.aside ? (
            <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
              {content}
              <div className="aside">
                <SpaceBetween size="m">
                  {refused && <Alert type="error">{refused}</Alert>}
                  {props.aside(buttons)}
                </SpaceBetween>
              </div>
            </Grid>
          ) : (
            <Form errorText={refused} actions={buttons}>
              {content}
            </Form>
          )}
        </form>
      </ContentLayout>
    </Page>
  );
}
