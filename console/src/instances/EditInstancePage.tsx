import type { ReactNode } from "react";
import type { Failure } from "../clients/failure";
import type { Rows } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";

interface Props {
  id: string;
  title: string;
  description?: ReactNode;
  button: string;
  /** The tab that shows what was changed. */
  tab?: string;
  /** Changes it, and says so. */
  save: () => Promise<void>;
  check?: () => boolean;
  place?: (failure: Failure | undefined) => boolean;
  /** What it changes. */
  reading: Rows;
  isDisabled?: boolean;
  children: ReactNode;
}

/** A form that changes one thing about an instance, and leads back to where it is shown. */
export function EditInstancePage(props: Props) {
  const { id, title, description, button, tab, save, check, place, reading, isDisabled, children } = props;
  const back = href(useRegion(), ["instances", id], tab ? { tab } : {});
  return (
    <FormPage
      above={[
        { text: "Instances", path: ["instances"] },
        { text: id, path: ["instances", id] },
      ]}
      title={title}
      description={description}
      button={button}
      cancel={back}
      submit={async () => {
        await save();
        go(back);
      }}
      check={check}
      place={place}
      reading={reading}
      isDisabled={isDisabled}
    >
      {children}
    </FormPage>
  );
}
