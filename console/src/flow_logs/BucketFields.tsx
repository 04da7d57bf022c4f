import type { DestinationOptionsRequest } from "@aws-sdk/client-ec2";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

interface Props {
  bucket: string;
  setBucket: (bucket: string) => void;
  options: DestinationOptionsRequest;
  change: (options: DestinationOptionsRequest) => void;
  problem: string | undefined;
}

/** The bucket that files of records go to, and what these are like. */
export function BucketFields({ bucket, setBucket, options, change, problem }: Props) {
  return (
    <SpaceBetween size="l">
      <FormField
        label="S3 bucket ARN"
        description="The bucket's policy gets the statements that let flow logs write, if the bucket is yours."
        constraintText="With a folder if you like: arn:aws:s3:::my-bucket/my-folder/"
        errorText={problem}
      >
        <Input
          value={bucket}
          placeholder="arn:aws:s3:::my-bucket"
          onChange={({ detail }) => setBucket(detail.value)}
        />
      </FormField>
      <FormField label="Log file format">
        <RadioGroup
          value={options.FileFormat ?? "plain-text"}
          onChange={({ detail }) =>
            change({ ...options, FileFormat: detail.value === "parquet" ? "parquet" : "plain-text" })
          }
          items={[
            { value: "plain-text", label: "Text (default)" },
            { value: "parquet", label: "Parquet" },
          ]}
        />
      </FormField>
      <FormField label="Hive-compatible S3 prefix">
        <Checkbox
          checked={options.HiveCompatiblePartitions ?? false}
          description="Keys such as year=2026/month=11/day=30, which query engines take for partitions."
          onChange={({ detail }) => change({ ...options, HiveCompatiblePartitions: detail.checked })}
        >
          Enable
        </Checkbox>
      </FormField>
      <FormField label="Partition logs by time">
        <RadioGroup
          value={options.PerHourPartition ? "hour" : "day"}
          onChange={({ detail }) => change({ ...options, PerHourPartition: detail.value === "hour" })}
          items={[
            { value: "day", label: "Every 24 hours (default)" },
            { value: "hour", label: "Every 1 hour (60 mins)" },
          ]}
        />
      </FormField>
    </SpaceBetween>
  );
}
