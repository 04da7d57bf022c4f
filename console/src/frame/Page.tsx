import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { type ReactNode, useEffect, useState } from "react";
import { Messages } from "./flash";
import { LeftMenu } from "./LeftMenu";
import { remember, remembered } from "./memory";
import { useRegion } from "./places";
import { href } from "./route";

interface Props {
  /** The last one is this page. */
  breadcrumbs: { text: string; path: string[] }[];
  contentType?: AppLayoutProps.ContentType;
  /** Begins without the left menu, for what needs all of the width. */
  isWide?: boolean;
  children: ReactNode;
  /** The panel at the bottom, while something is selected. */
  splitPanel?: ReactNode;
  /** Takes the panel away. */
  closePanel?: () => void;
}

const MENU = "menu-open";
const PANEL = "panel-size";
const PANEL_SIZE = 360;

/** One page: left menu, breadcrumbs, messages, content. */
export function Page({
  breadcrumbs,
  contentType = "default",
  isWide = false,
  children,
  splitPanel,
  closePanel,
}: Props) {
  const region = useRegion();
  const [open, setOpen] = useState(() => !isWide && remembered(MENU, window.innerWidth > 900));
  const [size, setSize] = useState(() => remembered(PANEL, PANEL_SIZE));
  const title = breadcrumbs.at(-1)?.text ?? "VPC dashboard";
  useEffect(() => {
    document.title = `${title} | Hamlet`;
  }, [title]);
  return (
    <AppLayoutToolbar
      headerSelector="#top-bar"
      navigation={<LeftMenu />}
      navigationOpen={open}
      onNavigationChange={({ detail }) => {
        if (!isWide) remember(MENU, detail.open);
        setOpen(detail.open);
      }}
      toolsHide
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel="Breadcrumbs"
          items={[{ text: "VPC", path: [] as string[] }, ...breadcrumbs].map(({ text, path }) => ({
            text,
            href: href(region, path),
          }))}
        />
      }
      notifications={<Messages />}
      stickyNotifications
      contentType={contentType}
      content={children}
      splitPanel={splitPanel}
      splitPanelOpen={splitPanel !== undefined && splitPanel !== null}
      onSplitPanelToggle={({ detail }) => detail.open || closePanel?.()}
      splitPanelSize={size}
      onSplitPanelResize={({ detail }) => {
        remember(PANEL, detail.size);
        setSize(detail.size);
      }}
      splitPanelPreferences={{ position: "bottom" }}
      ariaLabels={{
        navigation: "VPC",
        navigationToggle: "Open the menu",
        navigationClose: "Close the menu",
        notifications: "Messages",
      }}
    />
  );
}
