import { ImportKeyPairCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { isAboutTheName, nameProblem } from "./create";

/** Import key pair: a public key that is there already. */
export default function ImportKeyPair() {
  const region = useRegion();
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place } = useProblems<"name" | "key">((failure) => {
    if (failure.code.startsWith("InvalidKey.")) return "key";
    return isAboutTheName(failure) ? "name" : undefined;
  });
  const list = href(region, ["key_pairs"]);
  const submit = async () => {
    await ec2(region).send(
      new ImportKeyPairCommand({
        KeyName: name,
        PublicKeyMaterial: new TextEncoder().encode(key),
        TagSpecifications: specification("key-pair", tags),
      }),
    );
    succeed(`Successfully imported key pair ${name}.`);
    go(list);
  };
  return (
    <FormPage
      above={[{ text: "Key pairs", path: ["key_pairs"] }]}
      title="Import key pair"
      button="Import key pair"
      cancel={list}
      check={() =>
        show({
          name: nameProblem(name),
          key: key.trim() ? undefined : "Choose a file, or paste the public key.",
        })
      }
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Key pair</Header>}>
        <SpaceBetween size="l">
          <TextField
            label="Name"
            placeholder="Enter key pair name"
            value={name}
            change={setName}
            problem={problems.name}
          />
          <FormField label="Key pair file" description="The public half: never give away the private one.">
            <FileUpload
              value={[]}
              ariaRequired={false}
              onChange={({ detail }) => void detail.value[0]?.text().then(setKey)}
              i18nStrings={{
                uploadButtonText: () => "Browse",
                dropzoneText: () => "Drop a file",
                removeFileAriaLabel: () => "Remove the file",
                limitShowFewer: "Show fewer",
                limitShowMore: "Show more",
                errorIconAriaLabel: "Error",
              }}
            />
          </FormField>
          <FormField label="Public key" stretch errorText={problems.key}>
            <Textarea
              value={key}
              rows={6}
              placeholder="ssh-ed25519 AAAA..."
              onChange={({ detail }) => setKey(detail.value)}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
