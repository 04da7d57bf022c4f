import { type Bucket, paginateListBuckets } from "@aws-sdk/client-s3";
import { all } from "../clients/pages";
import { partitionOf } from "../clients/partition";
import { type Reading, useReading } from "../clients/reading";
import { s3 } from "../clients/s3";
import { useRegion } from "../frame/places";

/** How many buckets a page of the list has. S3 says where buckets lie only to those who give a number. */
const MaxBuckets = 1000;

/** The account's buckets, of all Regions. */
export function readBuckets(region: string): Promise<Bucket[]> {
  return all(paginateListBuckets({ client: s3(region) }, { MaxBuckets }), (page) => page.Buckets);
}

/** The same, shared with the list. */
export function useBuckets(): Reading<Bucket[]> {
  const region = useRegion();
  return useReading(`buckets/${region}`, () => readBuckets(region));
}

/** A bucket, and the Region that it is asked in, which may be another than the page's. */
export interface Home {
  name: string;
  region: string;
}

export function homeOf({ Name = "", BucketRegion }: Bucket, region: string): Home {
  return { name: Name, region: BucketRegion ?? region };
}

/** `arn:aws:s3:::reports`. */
export function bucketArn({ name, region }: Home): string {
  return `arn:${partitionOf(region)}:s3:::${name}`;
}
