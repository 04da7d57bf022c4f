import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import type { ComponentType } from "react";
import { useRegion } from "../frame/places";
import { type Home, homeOf, useBuckets } from "./read";

/** A page about one bucket, which it is told with the Region that the bucket lies in. */
export function inBucket(Content: ComponentType<{ home: Home }>) {
  return function InBucket({ id }: { id: string }) {
    const region = useRegion();
    const { data, failure } = useBuckets();
    if (!data && !failure) {
      return (
        <Box padding="xxl" textAlign="center">
          <Spinner size="large" />
        </Box>
      );
    }
    // Who may not list buckets, or works in another account's, is taken to mean one of this Region.
    const bucket = data?.find((it) => it.Name === id) ?? { Name: id };
    return <Content home={homeOf(bucket, region)} />;
  };
}

/** The pages above one of a bucket's. */
export function crumbsOf(name: string) {
  return [
    { text: "General purpose buckets", path: ["buckets"] },
    { text: name, path: ["buckets", name] },
  ];
}
