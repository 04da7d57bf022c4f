import type { Instance } from "@aws-sdk/client-ec2";
import type { ReactNode } from "react";
import { href } from "../frame/route";
import { type Action, NOT_THERE_YET, ofOne } from "../resources/noun";
import { MonitoringDialog } from "./MonitoringDialog";
import { ProtectionDialog } from "./ProtectionDialog";
import { ShutdownBehaviorDialog } from "./ShutdownBehaviorDialog";
import { SourceDestinationDialog } from "./SourceDestinationDialog";
import { stateActions } from "./states";

const NETWORKING = "Networking";
const SECURITY = "Security";
const IMAGES = "Image and templates";
const MONITOR = "Monitor and troubleshoot";
const SETTINGS = "Instance settings";
const STATE = "Manage instance state";

/** What the menu Actions of instances has. */
export function instanceActions(selected: Instance[], region: string): Action[] {
  const later = (group: string, id: string, text: string): Action => ({
    group,
    id,
    text,
    disabledReason: NOT_THERE_YET,
  });
  const page = (id: string, text: string, path: string, states?: string[]): Action => ({
    id,
    text,
    ...ofOne(selected, (it) => reasonOf(it, states) ?? { href: href(region, ["instances", idOf(it), path]) }),
  });
  const dialog = (
    id: string,
    text: string,
    show: (it: Instance, close: () => void) => ReactNode,
  ): Action => ({
    id,
    text,
    ...ofOne(selected, (it) => reasonOf(it) ?? { dialog: (close) => show(it, close) }),
  });
  return [
    page("connect", "Connect", "connect", ["running"]),
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, ["instances", idOf(it)]) })),
    },
    ...stateActions(selected, region).map((it) => ({ ...it, id: `manage-${it.id}`, group: STATE })),
    {
      ...page("change-type", "Change instance type", "change_instance_type", ["stopped"]),
      group: SETTINGS,
    },
    {
      ...dialog("protection", "Change termination protection", (it, close) => (
        <ProtectionDialog kind="termination" region={region} instance={it} close={close} />
      )),
      group: SETTINGS,
    },
    {
      ...dialog("stop-protection", "Change stop protection", (it, close) => (
        <ProtectionDialog kind="stop" region={region} instance={it} close={close} />
      )),
      group: SETTINGS,
    },
    {
      ...dialog("shutdown", "Change shutdown behavior", (it, close) => (
        <ShutdownBehaviorDialog region={region} instance={it} close={close} />
      )),
      group: SETTINGS,
    },
    { ...page("user-data", "Edit user data", "edit_user_data", ["stopped"]), group: SETTINGS },
    later(SETTINGS, "metadata", "Modify instance metadata options"),
    later(SETTINGS, "manage-tags", "Manage tags"),
    later(NETWORKING, "attach-interface", "Attach network interface"),
    later(NETWORKING, "detach-interface", "Detach network interface"),
    { ...page("addresses", "Manage IP addresses", "manage_ip_addresses"), group: NETWORKING },
    {
      ...dialog("check", "Change source/destination check", (it, close) => (
        <SourceDestinationDialog region={region} instance={it} close={close} />
      )),
      group: NETWORKING,
    },
    later(NETWORKING, "disassociate-address", "Disassociate Elastic IP address"),
    {
      ...page("change-groups", "Change security groups", "change_security_groups"),
      group: SECURITY,
    },
    later(SECURITY, "windows-password", "Get Windows password"),
    { ...page("modify-role", "Modify IAM role", "modify_iam_role"), group: SECURITY },
    later(IMAGES, "create-image", "Create image"),
    later(IMAGES, "create-template", "Create template from instance"),
    later(IMAGES, "launch-more", "Launch more like this"),
    { ...page("system-log", "Get system log", "get_system_log"), group: MONITOR },
    later(MONITOR, "screenshot", "Get instance screenshot"),
    {
      ...dialog("monitoring", "Manage detailed monitoring", (it, close) => (
        <MonitoringDialog region={region} instance={it} close={close} />
      )),
      group: MONITOR,
    },
  ];
}

function idOf(it: Instance): string {
  return it.InstanceId ?? "";
}

/** Why nothing of the kind can be done to it; nothing is done to what is terminated. */
function reasonOf(it: Instance, states?: string[]) {
  const state = it.State?.Name ?? "";
  if (state === "terminated" || state === "shutting-down") return { disabledReason: "It is terminated." };
  if (states && !states.includes(state)) return { disabledReason: `It has to be ${states.join(" or ")}.` };
  return undefined;
}
