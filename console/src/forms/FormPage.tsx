import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { type Failure, sentence } from "../clients/failure";
import { type Crumb, Page } from "../frame/Page";
import { go } from "../frame/route";
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
  /** Has the whole width, where a drawing stands beside the fields. */
  isWide?: boolean;
  /** More buttons, between Cancel and the one that does it. */
  buttons?: ReactNode;
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
    isDisabled,
    isWide,
  } = props;
  const { send, isRunning, failure } = useSubmit({ submit, check, place, isDisabled });
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
          <Form
            errorText={failure && sentence(failure)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" formAction="none" onClick={() => go(cancel)}>
                  Cancel
                </Button>
                {props.buttons}
                <Button variant="primary" loading={isRunning} disabled={isDisabled ?? false}>
                  {button}
                </Button>
              </SpaceBetween>
            }
          >
            <SpaceBetween size="l">{children}</SpaceBetween>
          </Form>
        </form>
      </ContentLayout>
    </Page>
  );
}
