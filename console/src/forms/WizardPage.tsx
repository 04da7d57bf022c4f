import Wizard from "@cloudscape-design/components/wizard";
import { type ReactNode, useState } from "react";
import { type Failure, sentence } from "../clients/failure";
import { type Crumb, Page } from "../frame/Page";
import { go } from "../frame/route";
import { useSubmit } from "./submit";

interface WizardStep {
  title: string;
  description?: ReactNode;
  content: ReactNode;
  isOptional?: boolean;
  /** Whether the next step may come. Shows what is wrong. */
  check?: () => boolean | Promise<boolean>;
  /** Whether one of its fields shows a failure of the whole. */
  place?: (failure: Failure | undefined) => boolean;
}

interface Props {
  /** The pages above it, as the breadcrumbs name them. */
  above: Crumb[];
  title: string;
  steps: WizardStep[];
  /** The last step's button: `Create role`. */
  button: string;
  /** Where Cancel leads. */
  cancel: string;
  /** Does it, and leads on. */
  submit: () => Promise<void>;
}

/** A page that creates something in steps. What is refused leads to the step with the field that it is about. */
export function WizardPage({ above, title, steps, button, cancel, submit }: Props) {
  const [active, setActive] = useState(0);
  const [isChecking, setChecking] = useState(false);
  const place = (failed: Failure | undefined) => {
    if (!failed) return false;
    const at = steps.findIndex((step) => step.place?.(failed));
    if (at >= 0) setActive(at);
    return at >= 0;
  };
  const { send, isRunning, failure, forgetFailure } = useSubmit({ submit, place });
  const passes = async (step: WizardStep | undefined) => {
    setChecking(true);
    try {
      return (await step?.check?.()) ?? true;
    } finally {
      setChecking(false);
    }
  };
  /** Forwards a step at a time, past nothing that is wrong; back as far as one likes. */
  const navigate = async (wanted: number) => {
    forgetFailure();
    for (let at = active; at < wanted; at += 1) {
      if (!(await passes(steps[at]))) {
        setActive(at);
        return;
      }
    }
    setActive(wanted);
  };
  return (
    <Page title={title} above={above}>
      <Wizard
        steps={steps.map(({ title, description, content, isOptional = false }) => ({
          title,
          description,
          content,
          isOptional,
          errorText: failure && sentence(failure),
        }))}
        activeStepIndex={active}
        onNavigate={({ detail }) => void navigate(detail.requestedStepIndex)}
        isLoadingNextStep={isChecking || isRunning}
        submitButtonText={button}
        onCancel={() => go(cancel)}
        onSubmit={async () => {
          if (await passes(steps[active])) await send();
        }}
      />
    </Page>
  );
}
