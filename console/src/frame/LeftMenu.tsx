import Box from "@cloudscape-design/components/box";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { MenuSearch } from "./MenuSearch";
import type { MenuEntry } from "./menu";
import { usePlace } from "./places";
import { href } from "./route";

const NOT_THERE = "not-there-yet";

/** The left menu of the console that the page belongs to. What is not there yet says so, and leads nowhere. */
export function LeftMenu() {
  const { route, menu } = usePlace();
  const { region, path } = route;
  const items: SideNavigationProps.Item[] = menu.groups.map(({ title, entries }) => ({
    type: "section",
    text: title,
    defaultExpanded: true,
    items: entries.map((entry) => link(region, entry)),
  }));
  return (
    <SideNavigation
      header={{ text: menu.dashboard, href: href(region, menu.home) }}
      activeHref={href(region, path.slice(0, 1))}
      items={items}
      itemsControl={menu.isGlobal && <MenuSearch service={menu.service} />}
      onFollow={(event) => {
        if (event.detail.href.endsWith(NOT_THERE)) event.preventDefault();
      }}
    />
  );
}

function link(region: string, { text, path }: MenuEntry): SideNavigationProps.Link {
  if (path) return { type: "link", text, href: href(region, [path]) };
  const info = (
    <Box variant="small" color="text-status-inactive">
      not yet
    </Box>
  );
  return { type: "link", text, href: href(region, [text, NOT_THERE]), info };
}
