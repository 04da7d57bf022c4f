import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { href } from "../frame/route";
import { DELIMITER } from "./content";

interface Props {
  region: string;
  bucket: string;
  /** The folder, with its stroke: `pictures/cats/`. */
  folder: string;
  /** An object in it, which is where one is. */
  object?: string;
}

/** The folders above one, each with the way to it. */
export function FolderCrumbs({ region, bucket, folder, object }: Props) {
  const parts = folder.split(DELIMITER).slice(0, -1);
  const items = parts.map((text, at) => ({
    text: `${text}${DELIMITER}`,
    href: folderHref(region, bucket, parts.slice(0, at + 1).join(DELIMITER) + DELIMITER),
  }));
  const here = object === undefined ? [] : [{ text: object, href: "#" }];
  return (
    <BreadcrumbGroup
      ariaLabel="Folders"
      items={[{ text: bucket, href: folderHref(region, bucket, "") }, ...items, ...here]}
    />
  );
}

export function folderHref(region: string, bucket: string, folder: string): string {
  return href(region, ["buckets", bucket], folder ? { prefix: folder } : {});
}
