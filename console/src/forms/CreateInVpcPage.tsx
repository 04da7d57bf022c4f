import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Crumb } from "../frame/Page";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { FormPage } from "./FormPage";
import { NameField } from "./NameField";
import { useProblems } from "./problems";
import { TagsEditor, type TypedTag } from "./TagsEditor";
import { VpcSelect } from "./VpcSelect";

interface Props {
  /** The list that it belongs to: its title, and the noun's path. */
  list: Crumb;
  /** What the page and its button are called: `Create route table`. */
  title: string;
  description: string;
  /** The container's title. */
  settings: string;
  /** A name such as people give. */
  placeholder: string;
  /** What the VPC is for. */
  aboutVpc: string;
  /** Does it, and leads on. */
  create: (vpc: string, tags: TypedTag[]) => Promise<void>;
}

/** A page that creates something of which no more is to be said than its name and the VPC that it is in. */
export function CreateInVpcPage(props: Props) {
  const { list, title, description, settings, placeholder, aboutVpc, create } = props;
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [vpc, setVpc] = useState("");
  const { problems, show } = useProblems<"vpc">();
  return (
    <FormPage
      above={[list]}
      title={title}
      description={description}
      button={title}
      cancel={href(region, list.path)}
      check={() => show({ vpc: vpc ? undefined : "Select a VPC." })}
      submit={() => create(vpc, tags)}
    >
      <Container header={<Header variant="h2">{settings}</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder={placeholder} tags={tags} change={setTags} />
          <VpcSelect label="VPC" description={aboutVpc} vpc={vpc} choose={setVpc} problem={problems.vpc} />
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
