import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { type ReactNode, useEffect, useState } from "react";
import { Messages } from "./flash";
import { LeftMenu } from "./LeftMenu";
import { remember, remembered } from "./memory";
import { usePlace } from "./places";
import { href } from "./route";

/** A page that leads to another, as the breadcrumbs name it. */
export interface Crumb {
  text: string;
  path: string[];
}

interface Props {
  /** What the page is called in the breadcrumbs and in the browser's tab; the dashboard is the console itself. */
  title?: string;
  /** The pages above it. */
  above?: Crumb[];
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
  title,
  above = [],
  contentType = "default",
  isWide = false,
  children,
  splitPanel,
  closePanel,
}: Props) {
  const { route, menu } = usePlace();
  const { region, path } = route;
  const [open, setOpen] = useState(() => !isWide && remembered(MENU, window.innerWidth > 900));
  const [size, setSize] = useState(() => remembered(PANEL, PANEL_SIZE));
  const crumbs: Crumb[] = [
    { text: menu.service, path: menu.home },
    ...above,
    ...(title ? [{ text: title, path }] : []),
  ];
  useEffect(() => {
    document.title = `${title ?? menu.dashboard} | Hamlet`;
  }, [title, menu]);
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
          items={crumbs.map((it) => ({ text: it.text, href: href(region, it.path) }))}
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
        navigation: menu.service,
        navigationToggle: "Open the menu",
        navigationClose: "Close the menu",
        notifications: "Messages",
      }}
    />
  );
}
