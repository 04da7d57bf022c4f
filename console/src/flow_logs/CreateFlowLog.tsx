import {
  CreateFlowLogsCommand,
  type CreateFlowLogsCommandOutput,
  type DestinationOptionsRequest,
  type LogDestinationType,
  type TrafficType,
} from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { type Failure, refusal } from "../clients/failure";
import { partitionOf } from "../clients/partition";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { useProblems } from "../forms/problems";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { inform, succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { NOT_THERE_YET } from "../resources/noun";
import { BucketFields } from "./BucketFields";
import { FormatFields } from "./FormatFields";
import { formatOf } from "./format";
import { LogGroupField } from "./LogGroupField";
import { RoleField } from "./RoleField";
import { kindOf } from "./read";
import { SelectedResources } from "./SelectedResources";

/** Create flow log, for VPCs, subnets or network interfaces: one identifier, or several between commas. */
export default function CreateFlowLog({ id }: { id: string }) {
  const { route, session } = usePlace();
  const { region } = route;
  const ids = id.split(",");
  const { path, title, type } = kindOf(id);
  const back = ids.length === 1 ? href(region, [path, id], { tab: "flow-logs" }) : href(region, [path]);
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [filter, setFilter] = useState<TrafficType>("ALL");
  const [interval, setInterval] = useState(600);
  const [destination, setDestination] = useState<LogDestinationType>("cloud-watch-logs");
  const [group, setGroup] = useState("");
  const [role, setRole] = useState("");
  const [bucket, setBucket] = useState("");
  const [options, setOptions] = useState<DestinationOptionsRequest>({});
  const [isCustom, setCustom] = useState(false);
  const [fields, setFields] = useState<string[]>([]);
  const { problems, show, place, forget } = useProblems(fieldOf);
  const isForGroup = destination === "cloud-watch-logs";
  const check = () =>
    show({
      group: isForGroup && !group.trim() ? "Choose a log group, or type a name." : undefined,
      role: isForGroup && !role.trim() ? "Choose an IAM role." : undefined,
      bucket: !isForGroup && !bucket.trim() ? "Type a bucket's ARN." : undefined,
      format: isCustom && fields.length === 0 ? "Choose at least one attribute." : undefined,
    });
  const submit = async () => {
    const where = isForGroup
      ? {
          LogGroupName: group.trim(),
          DeliverLogsPermissionArn: roleArn(region, session.account, role.trim()),
        }
      : { LogDestination: bucket.trim(), DestinationOptions: options };
    const answer = await ec2(region).send(
      new CreateFlowLogsCommand({
        ResourceIds: ids,
        ResourceType: type,
        TrafficType: filter,
        MaxAggregationInterval: interval,
        LogDestinationType: destination,
        LogFormat: isCustom ? formatOf(fields) : undefined,
        TagSpecifications: specification("vpc-flow-log", tags),
        ...where,
      }),
    );
    tell(answer, ids);
    go(back);
  };
  return (
    <FormPage
      above={[{ text: title, path: [path] }, ...(ids.length === 1 ? [{ text: id, path: [path, id] }] : [])]}
      title="Create flow log"
      description="Flow logs record what traffic goes to and from the network interfaces of your VPC."
      button="Create flow log"
      cancel={back}
      check={check}
      place={place}
      submit={submit}
    >
      <SelectedResources region={region} ids={ids} />
      <Container header={<Header variant="h2">Flow log settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-flow-log-01" tags={tags} change={setTags} />
          <FormField label="Filter" description="Which traffic is recorded.">
            <RadioGroup
              value={filter}
              onChange={({ detail }) => setFilter(detail.value as TrafficType)}
              items={[
                { value: "ACCEPT", label: "Accept", description: "What groups and network ACLs let pass." },
                { value: "REJECT", label: "Reject", description: "What one of them refuses." },
                { value: "ALL", label: "All" },
              ]}
            />
          </FormField>
          <FormField
            label="Maximum aggregation interval"
            description="For how long packets of a flow are added up before they are a record."
          >
            <RadioGroup
              value={String(interval)}
              onChange={({ detail }) => setInterval(Number(detail.value))}
              items={[
                { value: "600", label: "10 minutes" },
                { value: "60", label: "1 minute" },
              ]}
            />
          </FormField>
          <FormField label="Destination" description="Where records go.">
            <RadioGroup
              value={destination}
              onChange={({ detail }) => setDestination(detail.value as LogDestinationType)}
              items={DESTINATIONS}
            />
          </FormField>
          {isForGroup ? (
            <SpaceBetween size="l">
              <LogGroupField
                group={group}
                choose={(chosen) => {
                  setGroup(chosen);
                  forget("group");
                }}
                problem={problems.group}
              />
              <RoleField
                role={role}
                choose={(chosen) => {
                  setRole(chosen);
                  forget("role");
                }}
                problem={problems.role}
              />
            </SpaceBetween>
          ) : (
            <BucketFields
              bucket={bucket}
              setBucket={(typed) => {
                setBucket(typed);
                forget("bucket");
              }}
              options={options}
              change={setOptions}
              problem={problems.bucket}
            />
          )}
          <FormatFields
            isCustom={isCustom}
            setCustom={setCustom}
            fields={fields}
            choose={(chosen) => {
              setFields(chosen);
              forget("format");
            }}
            problem={problems.format}
          />
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

const DESTINATIONS = [
  { value: "cloud-watch-logs", label: "Send to CloudWatch Logs" },
  { value: "s3", label: "Send to an Amazon S3 bucket" },
  {
    value: "firehose",
    label: "Send to Amazon Data Firehose in the same account",
    description: NOT_THERE_YET,
    disabled: true,
  },
  {
    value: "other-firehose",
    label: "Send to Amazon Data Firehose in a different account",
    description: NOT_THERE_YET,
    disabled: true,
  },
];

/** A role by its ARN, or by its name in this account. */
function roleArn(region: string, account: string, role: string): string {
  return role.startsWith("arn:") ? role : `arn:${partitionOf(region)}:iam::${account}:role/${role}`;
}

/** Says what was made. One call may make some and be refused others; where all are refused, the form stays. */
function tell({ FlowLogIds = [], Unsuccessful = [] }: CreateFlowLogsCommandOutput, ids: string[]) {
  const [refused] = Unsuccessful;
  if (refused && FlowLogIds.length === 0) throw refusal(refused.Error?.Code, refused.Error?.Message);
  const refusedIds = Unsuccessful.map((it) => it.ResourceId);
  const made = ids.filter((it) => !refusedIds.includes(it));
  succeed(`Successfully created flow log for ${made.join(", ")}.`);
  for (const { ResourceId, Error: error } of Unsuccessful) {
    inform(`No flow log was created for ${ResourceId}: ${error?.Message}`);
  }
}

function fieldOf({ code, message }: Failure) {
  if (/IAM role|DeliverLogsPermissionArn|iam:PassRole/.test(message)) return "role";
  if (/logFormat/i.test(message)) return "format";
  if (/LogDestination|bucket/.test(message)) return "bucket";
  return /LogGroup|logGroup/.test(message) || code === "FlowLogAlreadyExists" ? "group" : undefined;
}
