import type { ModifyVpcEndpointCommandInput } from "@aws-sdk/client-ec2";
import { ModifyVpcEndpointCommand } from "@aws-sdk/client-ec2";
import type { ReactNode } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";

interface Props {
  id: string;
  title: string;
  button: string;
  /** The tab that shows what was changed. */
  tab?: string;
  /** What is to be changed; nothing where all is as it was. */
  change: () => Omit<ModifyVpcEndpointCommandInput, "VpcEndpointId"> | undefined;
  check?: () => boolean;
  place?: (failure: Failure | undefined) => boolean;
  isDisabled: boolean;
  children: ReactNode;
}

/** A form that changes one thing about an endpoint, and leads back to where it is shown. */
export function EditEndpointPage(props: Props) {
  const { id, title, button, tab, change, check, place, isDisabled, children } = props;
  const region = useRegion();
  const back = href(region, ["vpc_endpoints", id], tab ? { tab } : {});
  const submit = async () => {
    const changed = change();
    if (changed) await ec2(region).send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, ...changed }));
    succeed(`You successfully modified VPC endpoint ${id}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Endpoints", path: ["vpc_endpoints"] },
        { text: id, path: ["vpc_endpoints", id] },
      ]}
      title={title}
      button={button}
      cancel={back}
      submit={submit}
      {...(check ? { check } : {})}
      {...(place ? { place } : {})}
      isDisabled={isDisabled}
    >
      {children}
    </FormPage>
  );
}

/** What is to be added to a set and removed from it; nothing where they are the same. */
export function differences(before: string[], after: string[]) {
  const added = after.filter((it) => !before.includes(it));
  const removed = before.filter((it) => !after.includes(it));
  if (added.length === 0 && removed.length === 0) return undefined;
  return { added: some(added), removed: some(removed) };
}

function some(ids: string[]): string[] | undefined {
  return ids.length > 0 ? ids : undefined;
}
