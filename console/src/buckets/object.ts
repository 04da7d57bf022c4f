import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { failureOf, refusal } from "../clients/failure";
import { useReading } from "../clients/reading";
import { s3 } from "../clients/s3";
import type { Which } from "./addresses";
import { readVersionsOf } from "./content";
import type { Home } from "./read";

/** What is known of an object without reading it. */
export type Head = HeadObjectCommandOutput;

export function useHead(home: Home, which: Which) {
  const { key, versionId = "" } = which;
  return useReading<Head>(`object/${home.region}/${home.name}/${key}?${versionId}`, () => head(home, which));
}

async function head({ name, region }: Home, { key, versionId }: Which): Promise<Head> {
  const object = { Bucket: name, Key: key, ...(versionId && { VersionId: versionId }) };
  try {
    return await s3(region).send(new HeadObjectCommand(object));
  } catch (error) {
    // Answers to HEAD have no body, and so no sentence: whoever asks for the object itself is told why not.
    const answer = await s3(region)
      .send(new GetObjectCommand(object))
      .catch((said) => said);
    if (answer instanceof Error) throw answer;
    await answer.Body?.cancel?.();
    throw refusal(failureOf(error).code, "The object's details cannot be read.");
  }
}

/** An object's versions and delete markers, the newest first. */
export function useVersions(home: Home, key: string) {
  return useReading(`object-versions/${home.region}/${home.name}/${key}`, () => readVersionsOf(home, key));
}
