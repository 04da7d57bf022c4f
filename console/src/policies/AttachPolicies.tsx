import { useState } from "react";
import { type Holder, readAttached } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { attaching } from "./attach";
import { crumbsOf, NOUN_OF } from "./holders";
import { PoliciesChoice } from "./PoliciesChoice";

/** Attach policies: what else a role, a user or a group may do. */
export function AttachPolicies({ holder }: { holder: Holder }) {
  const region = useRegion();
  const attached = useReading(`attached/${holder.kind}/${holder.name}`, () => readAttached(region, holder));
  const [chosen, choose] = useState<string[]>([]);
  const back = href(region, [NOUN_OF[holder.kind], holder.name]);
  const submit = async () => {
    await runSteps(attaching(region, holder, chosen));
    succeed(`Policies attached to ${holder.name}.`);
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf(holder)}
      title={`Attach policies to ${holder.name}`}
      crumb="Attach policies"
      button="Add permissions"
      cancel={back}
      submit={submit}
      isDisabled={chosen.length === 0}
    >
      <PoliciesChoice
        chosen={chosen}
        choose={choose}
        without={(attached.data ?? []).map((it) => it.PolicyArn ?? "")}
      />
    </FormPage>
  );
}
