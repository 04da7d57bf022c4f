import { CreateManagedPrefixListCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { EntriesEditor } from "./EntriesEditor";
import { type EntryRow, type Family, problemOf, requested } from "./entries";

export default function CreatePrefixList() {
  const region = useRegion();
  const [name, setName] = useState("");
  const [max, setMax] = useState("");
  const [family, setFamily] = useState<Family>("IPv4");
  const [rows, setRows] = useState<EntryRow[]>([]);
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place } = useProblems(fieldOf);
  const [isChecked, setChecked] = useState(false);
  const list = href(region, ["prefix_lists"]);
  const check = () => {
    const isNumber = /^[1-9]\d{0,3}$/.test(max);
    setChecked(true);
    const isGood = show({
      name: name ? undefined : "Enter a name.",
      max: isNumber ? undefined : "Enter how many entries the list has at most, 1 to 1000.",
    });
    return isGood && rows.every((row) => !problemOf(row, rows, family));
  };
  const submit = async () => {
    const { PrefixList } = await ec2(region).send(
      new CreateManagedPrefixListCommand({
        PrefixListName: name,
        MaxEntries: Number(max),
        AddressFamily: family,
        Entries: rows.length > 0 ? requested(rows) : undefined,
        TagSpecifications: specification("prefix-list", tags),
      }),
    );
    const id = PrefixList?.PrefixListId ?? "";
    succeed(`You successfully created the prefix list ${id} / ${name}.`);
    go(href(region, ["prefix_lists", id]));
  };
  return (
    <FormPage
      above={[{ text: "Managed prefix lists", path: ["prefix_lists"] }]}
      title="Create prefix list"
      description="A prefix list is a set of CIDR blocks that you can name together in security groups and route tables."
      button="Create prefix list"
      cancel={list}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Prefix list settings</Header>}>
        <SpaceBetween size="l">
          <FormField label="Prefix list name" errorText={problems.name}>
            <Input
              value={name}
              placeholder="my-prefix-list-01"
              onChange={({ detail }) => setName(detail.value)}
            />
          </FormField>
          <FormField
            label="Max entries"
            description="As many rules does the list count for where a security group or a route table names it."
            errorText={problems.max}
          >
            <Input value={max} inputMode="numeric" onChange={({ detail }) => setMax(detail.value)} />
          </FormField>
          <FormField label="Address family">
            <RadioGroup
              value={family}
              items={[
                { value: "IPv4", label: "IPv4" },
                { value: "IPv6", label: "IPv6" },
              ]}
              onChange={({ detail }) => setFamily(detail.value as Family)}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <EntriesEditor rows={rows} change={setRows} family={family} isChecked={isChecked} />
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ message }: Failure) {
  if (/prefixlistname|name cannot/i.test(message)) return "name";
  return /max ?entries/i.test(message) ? "max" : undefined;
}
