import { S3Client } from "@aws-sdk/client-s3";
import { serving } from "./serving";

/** S3 in a Region. A bucket is the first part of a path here: the page's origin has no hosts for buckets. */
export const s3 = serving(
  (settings) =>
    new S3Client({
      ...settings,
      forcePathStyle: true,
      // Only where S3 asks for one: an address is signed before the file that is sent there is read.
      requestChecksumCalculation: "WHEN_REQUIRED",
    }),
);
