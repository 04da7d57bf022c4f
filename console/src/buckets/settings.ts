import {
  type BucketVersioningStatus,
  type CORSRule,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type ObjectOwnership,
  type PublicAccessBlockConfiguration,
  type S3Client,
  type ServerSideEncryptionRule,
  type Tag,
} from "@aws-sdk/client-s3";
import { failureOf } from "../clients/failure";
import { useReading } from "../clients/reading";
import { s3 } from "../clients/s3";
import type { Home } from "./read";

// What a bucket is set to. S3 answers with an error where something is not set: that is none here.

export function useVersioning(home: Home) {
  return useSetting<BucketVersioningStatus | undefined>(home, "versioning", async (client, of) => {
    return (await client.send(new GetBucketVersioningCommand(of))).Status;
  });
}

export function useBucketTags(home: Home) {
  return useSetting<Tag[]>(
    home,
    "tags",
    async (client, of) => (await client.send(new GetBucketTaggingCommand(of))).TagSet ?? [],
    { code: "NoSuchTagSet", none: [] },
  );
}

export function useEncryption(home: Home) {
  return useSetting<ServerSideEncryptionRule[]>(
    home,
    "encryption",
    async (client, of) => {
      const answer = await client.send(new GetBucketEncryptionCommand(of));
      return answer.ServerSideEncryptionConfiguration?.Rules ?? [];
    },
    { code: "ServerSideEncryptionConfigurationNotFoundError", none: [] },
  );
}

/** What a bucket answers as a website. */
export interface Website {
  isOn: boolean;
  index?: string | undefined;
  error?: string | undefined;
}

export function useWebsite(home: Home) {
  return useSetting<Website>(
    home,
    "website",
    async (client, of) => {
      const { IndexDocument, ErrorDocument } = await client.send(new GetBucketWebsiteCommand(of));
      return { isOn: true, index: IndexDocument?.Suffix, error: ErrorDocument?.Key };
    },
    { code: "NoSuchWebsiteConfiguration", none: { isOn: false } },
  );
}

export function useIsLocked(home: Home) {
  return useSetting<boolean>(
    home,
    "lock",
    async (client, of) => {
      const { ObjectLockConfiguration } = await client.send(new GetObjectLockConfigurationCommand(of));
      return ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
    },
    { code: "ObjectLockConfigurationNotFoundError", none: false },
  );
}

export function usePublicAccessBlock(home: Home) {
  return useSetting<PublicAccessBlockConfiguration>(
    home,
    "public-access-block",
    async (client, of) => {
      const answer = await client.send(new GetPublicAccessBlockCommand(of));
      return answer.PublicAccessBlockConfiguration ?? {};
    },
    { code: "NoSuchPublicAccessBlockConfiguration", none: {} },
  );
}

/** The bucket's policy as it was written; an empty text where there is none. */
export function useBucketPolicy(home: Home) {
  return useSetting<string>(
    home,
    "policy",
    async (client, of) => (await client.send(new GetBucketPolicyCommand(of))).Policy ?? "",
    { code: "NoSuchBucketPolicy", none: "" },
  );
}

export function useOwnership(home: Home) {
  return useSetting<ObjectOwnership>(
    home,
    "ownership",
    async (client, of) => {
      const { OwnershipControls } = await client.send(new GetBucketOwnershipControlsCommand(of));
      return OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "ObjectWriter";
    },
    { code: "OwnershipControlsNotFoundError", none: "ObjectWriter" },
  );
}

export function useGrants(home: Home) {
  return useSetting(home, "acl", async (client, of) => {
    return (await client.send(new GetBucketAclCommand(of))).Grants ?? [];
  });
}

export function useCorsRules(home: Home) {
  return useSetting<CORSRule[]>(
    home,
    "cors",
    async (client, of) => (await client.send(new GetBucketCorsCommand(of))).CORSRules ?? [],
    { code: "NoSuchCORSConfiguration", none: [] },
  );
}

type Read<T> = (client: S3Client, of: { Bucket: string }) => Promise<T>;

function useSetting<T>(home: Home, name: string, read: Read<T>, absence?: { code: string; none: T }) {
  const { name: Bucket, region } = home;
  return useReading<T>(`bucket-${name}/${region}/${Bucket}`, async () => {
    try {
      return await read(s3(region), { Bucket });
    } catch (error) {
      if (absence && failureOf(error).code === absence.code) return absence.none;
      throw error;
    }
  });
}
