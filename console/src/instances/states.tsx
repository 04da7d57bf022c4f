import { type Instance, StartInstancesCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { succeed } from "../frame/flash";
import type { Action } from "../resources/noun";
import { NOT_THERE_YET } from "../resources/noun";
import { RebootInstancesDialog, StopInstancesDialog, TerminateInstancesDialog } from "./StateDialogs";

/** What the menu Instance state has: each entry for those that are in a state for it. */
export function stateActions(instances: Instance[], region: string): Action[] {
  const ids = instances.flatMap((it) => it.InstanceId ?? []);
  const start = async () => {
    await ec2(region).send(new StartInstancesCommand({ InstanceIds: ids }));
    succeed(`Successfully initiated starting of ${ids.join(", ")}.`);
  };
  return [
    {
      id: "stop",
      text: "Stop instance",
      ...when(instances, ["pending", "running"], {
        dialog: (close) => <StopInstancesDialog region={region} instances={instances} close={close} />,
      }),
    },
    { id: "start", text: "Start instance", ...when(instances, ["stopped"], { run: start }) },
    {
      id: "reboot",
      text: "Reboot instance",
      ...when(instances, ["running"], {
        dialog: (close) => <RebootInstancesDialog region={region} instances={instances} close={close} />,
      }),
    },
    { id: "hibernate", text: "Hibernate instance", disabledReason: NOT_THERE_YET },
    {
      id: "terminate",
      text: "Terminate (delete) instance",
      description: "Terminate instance",
      ...when(instances, ["pending", "running", "stopping", "stopped"], {
        dialog: (close) => <TerminateInstancesDialog region={region} instances={instances} close={close} />,
      }),
    },
  ];
}

type Way = Pick<Action, "dialog" | "run">;

/** Whether all that are selected are in one of these states; why not, otherwise. */
function when(instances: Instance[], states: string[], way: Way): Way & Pick<Action, "disabledReason"> {
  if (instances.length === 0) return { disabledReason: "Select one first." };
  const other = instances.find((it) => !states.includes(it.State?.Name ?? ""));
  return other ? { disabledReason: `${other.InstanceId} is ${inWords(other)}.` } : way;
}

function inWords({ State }: Instance): string {
  return (State?.Name ?? "").replaceAll("-", " ");
}

/** Whether an instance is on its way to another state. */
export function isChanging({ State }: Instance): boolean {
  return ["pending", "stopping", "shutting-down"].includes(State?.Name ?? "");
}
