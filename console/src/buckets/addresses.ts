import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { partitionOf } from "../clients/partition";
import { s3 } from "../clients/s3";
import { DELIMITER } from "./content";
import { bucketArn, type Home } from "./read";

/** For how many seconds an address that opens an object is good, as in AWS's console. */
const SECONDS = 300;

/** An object, or one of its versions. */
export interface Which {
  key: string;
  versionId?: string | undefined;
}

export function uriOf({ name }: Home, key: string): string {
  return `s3://${name}/${key}`;
}

export function arnOf(home: Home, key: string): string {
  return `${bucketArn(home)}/${key}`;
}

/** The address of an object on this machine. */
export function urlOf({ name }: Home, key: string): string {
  return `${location.origin}/${name}/${encoded(key)}`;
}

/** The address that AWS gives an object. In a VPC of Hamlet's it is Hamlet who answers there. */
export function awsUrlOf({ name, region }: Home, key: string): string {
  const domain = partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://${name}.s3.${region}.${domain}/${encoded(key)}`;
}

/** `pictures/cat.jpg` without its folder; a folder is called as its own, with the stroke. */
export function nameOf(key: string): string {
  return (
    key
      .split(DELIMITER)
      .findLast((part) => part !== "")
      ?.concat(key.endsWith(DELIMITER) ? DELIMITER : "") ?? key
  );
}

/** Shows an object in a tab of its own. What it has of scripts is kept off the console by the server. */
export async function open(home: Home, which: Which) {
  // Begun before anything is waited for, or the browser takes it for an advertisement.
  const tab = window.open("about:blank");
  try {
    const address = await getSignedUrl(s3(home.region), get(home, which), { expiresIn: SECONDS });
    if (!tab) return;
    tab.opener = null;
    tab.location.replace(address);
  } catch (error) {
    tab?.close();
    throw error;
  }
}

/** Has the browser save an object, however large. */
export async function download(home: Home, which: Which) {
  const name = encodeURIComponent(nameOf(which.key));
  const command = get(home, which, `attachment; filename*=UTF-8''${name}`);
  const link = document.createElement("a");
  link.href = await getSignedUrl(s3(home.region), command, { expiresIn: SECONDS });
  link.download = "";
  link.click();
}

function get({ name }: Home, { key, versionId }: Which, ResponseContentDisposition?: string) {
  return new GetObjectCommand({
    Bucket: name,
    Key: key,
    ...(versionId && { VersionId: versionId }),
    ...(ResponseContentDisposition && { ResponseContentDisposition }),
  });
}

function encoded(key: string): string {
  return key.split(DELIMITER).map(encodeURIComponent).join(DELIMITER);
}
