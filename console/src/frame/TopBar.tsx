import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useState } from "react";
import { failureOf } from "../clients/failure";
import { begin } from "../session/begin";
import { signInAsRoot, signOut } from "../session/session";
import { type ColourMode, chooseColourMode, colourMode } from "./colour_mode";
import { fail } from "./flash";
import { usePlace } from "./places";
import { placeOf, useRegions } from "./regions";
import { go, href } from "./route";
import { Search } from "./Search";

/** Search, colours, Region and account, above every page. */
export function TopBar() {
  const { route, session, menu } = usePlace();
  const regions = useRegions(route.region);
  const [mode, setMode] = useState(colourMode);
  const choose = (next: ColourMode) => {
    chooseColourMode(next);
    setMode(next);
  };
  const isGlobal = menu.isGlobal ?? false;
  const utilities: TopNavigationProps.Utility[] = [
    {
      type: "menu-dropdown",
      iconName: "settings",
      ariaLabel: "Settings",
      title: "Colours",
      items: (["browser", "light", "dark"] as const).map((id) => ({
        id,
        text: { browser: "As the browser", light: "Light", dark: "Dark" }[id],
        itemType: "checkbox",
        checked: id === mode,
      })),
      onItemClick: ({ detail }) => choose(detail.id as ColourMode),
    },
    {
      type: "menu-dropdown",
      text: isGlobal ? "Global" : placeOf(route.region),
      ariaLabel: isGlobal ? "Region: Global" : `Region: ${placeOf(route.region)} ${route.region}`,
      ...(isGlobal && { description: `${menu.service} does not require Region selection.` }),
      items: regions.map((id) => ({ id, text: placeOf(id), secondaryText: id, disabled: isGlobal })),
      // A resource lies in one Region: its list is what there is in another.
      onItemClick: ({ detail }) => go(href(detail.id, route.path.slice(0, 1))),
    },
    {
      type: "menu-dropdown",
      text: session.user ? `${session.user} @ ${session.account}` : session.account,
      ariaLabel: `Account ${session.account}`,
      title: "Account",
      description: session.user
        ? `IAM user ${session.user} of ${session.account}`
        : `Root user of ${session.account}`,
      items: [
        { id: "security", text: "Security credentials" },
        session.user
          ? { id: "root", text: "Switch back to root user" }
          : { id: "sign-in", text: "Sign in as an IAM user" },
        { id: "sign-out", text: "Sign out" },
      ],
      onItemClick: ({ detail }) => {
        if (detail.id === "sign-out") void told("You have not signed out", signOut);
        if (detail.id === "sign-in") go(href(route.region, ["sign_in"]));
        if (detail.id === "root") void told("You are not the root user", () => becomeRoot(route.region));
        if (detail.id === "security") go(href(route.region, ["security_credentials"]));
      },
    },
  ];
  return (
    <div id="top-bar">
      <TopNavigation
        identity={{ title: "Hamlet", href: href(route.region, []) }}
        search={<Search />}
        utilities={utilities}
      />
    </div>
  );
}

async function becomeRoot(region: string) {
  await signInAsRoot();
  begin(region);
}

/** Does it; a refusal is told as a message. */
async function told(header: string, change: () => Promise<void>) {
  try {
    await change();
  } catch (error) {
    fail(header, failureOf(error));
  }
}
