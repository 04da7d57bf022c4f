import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { useState } from "react";
import { iam } from "../clients/iam";
import { FormPage } from "../forms/FormPage";
import { problemOf, readable } from "../forms/json";
import { useProblems } from "../forms/problems";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { crumbsOf } from "../policies/holders";
import { isOfTrust } from "./CreateRole";
import { useRole } from "./read";
import { TrustEditor } from "./TrustFields";

/** Edit trust policy: who may take a role. */
export default function EditTrust({ id }: { id: string }) {
  const region = useRegion();
  const reading = useRole(region, id);
  const [edited, setEdited] = useState<string>();
  const { problems, show, place, forget } = useProblems<"document">((failure) =>
    isOfTrust(failure) ? "document" : undefined,
  );
  const document = edited ?? readable(reading.data?.trust);
  const back = href(region, ["roles", id], { tab: "trust" });
  const submit = async () => {
    await iam(region).send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument: document }));
    succeed("Trust policy updated.");
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf({ kind: "role", name: id })}
      title="Edit trust policy"
      button="Update policy"
      cancel={back}
      check={() => show({ document: problemOf(document) })}
      place={place}
      submit={submit}
      reading={reading}
    >
      <TrustEditor
        document={document}
        change={(changed) => {
          setEdited(changed);
          forget("document");
        }}
        problem={problems.document}
      />
    </FormPage>
  );
}
