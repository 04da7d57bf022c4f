import { go, href } from "../frame/route";

/** Begins the page anew, for somebody else: nothing that was read for whoever was here before stays. */
export function begin(region: string) {
  go(href(region, []));
  location.reload();
}
