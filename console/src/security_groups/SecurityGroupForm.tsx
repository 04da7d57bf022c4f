import { CreateSecurityGroupCommand, DeleteSecurityGroupCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { areNone, useProblems } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { RulesEditor } from "./RulesEditor";
import { additionOf, EVERYTHING_OUT, nothingOut, problemsOf, type RuleRow, rulesIn, ruleText } from "./rules";

/** What stands in the form at first. */
export interface Beginning {
  vpc: string;
  name: string;
  description: string;
  inbound: RuleRow[];
  outbound: RuleRow[];
}

interface Props {
  cancel: string;
  beginning: Beginning;
}

/** Create security group, from nothing or from another: the group, then its rules. */
export function SecurityGroupForm({ cancel, beginning }: Props) {
  const region = useRegion();
  const [name, setName] = useState(beginning.name);
  const [description, setDescription] = useState(beginning.description);
  const [vpc, setVpc] = useState(beginning.vpc);
  const [inbound, setInbound] = useState(beginning.inbound);
  const [outbound, setOutbound] = useState(beginning.outbound);
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place } = useProblems(fieldOf);
  const [isChecked, setChecked] = useState(false);
  const check = () => {
    setChecked(true);
    const isGood = show({
      name: name ? undefined : "Enter a name.",
      description: description ? undefined : "Enter a description.",
      vpc: vpc ? undefined : "Select a VPC.",
    });
    return isGood && [...inbound, ...outbound].every((row) => areNone(problemsOf(row, undefined)));
  };
  const submit = async () => {
    const client = ec2(region);
    const { GroupId = "" } = await client.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: description,
        VpcId: vpc,
        TagSpecifications: specification("security-group", tags),
      }),
    );
    try {
      await runSteps(ruleSteps(region, GroupId, inbound, outbound));
    } catch (error) {
      // The form is still there to be sent again: half a group would be in its way.
      await client.send(new DeleteSecurityGroupCommand({ GroupId }));
      throw error;
    }
    succeed(
      <>
        Security group (<ResourceLink region={region} noun="security_groups" id={GroupId} /> | {name}) was
        created successfully.
      </>,
    );
    go(href(region, ["security_groups", GroupId]));
  };
  return (
    <FormPage
      above={[{ text: "Security groups", path: ["security_groups"] }]}
      title="Create security group"
      description="A security group acts as a virtual firewall for your instance to control inbound and outbound traffic."
      button="Create security group"
      cancel={cancel}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Basic details</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="Security group name"
            constraintText="Name cannot be edited after creation."
            errorText={problems.name}
          >
            <Input
              value={name}
              placeholder="MyWebServerGroup"
              onChange={({ detail }) => setName(detail.value)}
            />
          </FormField>
          <FormField label="Description" errorText={problems.description}>
            <Input
              value={description}
              placeholder="Allows SSH access to developers"
              onChange={({ detail }) => setDescription(detail.value)}
            />
          </FormField>
          <VpcSelect label="VPC" vpc={vpc} choose={setVpc} problem={problems.vpc} />
        </SpaceBetween>
      </Container>
      <RulesEditor direction="inbound" rows={inbound} change={setInbound} isChecked={isChecked} />
      <RulesEditor direction="outbound" rows={outbound} change={setOutbound} isChecked={isChecked} />
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function ruleSteps(region: string, group: string, inbound: RuleRow[], outbound: RuleRow[]) {
  const everythingOut = rulesIn([EVERYTHING_OUT]).map(ruleText);
  const wanted = rulesIn(outbound);
  const others = wanted.filter((it) => !everythingOut.includes(ruleText(it)));
  const rulesOfInbound = rulesIn(inbound);
  return [
    ...(rulesOfInbound.length > 0 ? [additionOf(region, group, "inbound", rulesOfInbound)] : []),
    // Every new group has the rule; it stays where the form has it too.
    ...(others.length === wanted.length ? [nothingOut(region, group)] : []),
    ...(others.length > 0 ? [additionOf(region, group, "outbound", others)] : []),
  ];
}

function fieldOf({ code, message }: Failure) {
  if (code.startsWith("InvalidGroup.Duplicate") || message.includes("GroupName")) return "name";
  if (message.includes("GroupDescription")) return "description";
  return code.startsWith("InvalidVpc") ? "vpc" : undefined;
}
