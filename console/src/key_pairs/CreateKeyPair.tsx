import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { createKeyPair, isAboutTheName, NEW_KEY_PAIR, nameProblem } from "./create";
import { KeyPairFields } from "./KeyPairFields";

/** Create key pair: the browser saves the private half. */
export default function CreateKeyPair() {
  const region = useRegion();
  const [pair, setPair] = useState(NEW_KEY_PAIR);
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place } = useProblems<"name">((failure) =>
    isAboutTheName(failure) ? "name" : undefined,
  );
  const list = href(region, ["key_pairs"]);
  const submit = async () => {
    await createKeyPair(region, pair, specification("key-pair", tags));
    succeed(`Successfully created key pair ${pair.name}. Keep the file: nobody can have it again.`);
    go(list);
  };
  return (
    <FormPage
      above={[{ text: "Key pairs", path: ["key_pairs"] }]}
      title="Create key pair"
      description="A key pair, consisting of a private key and a public key, is a set of security credentials that you use to prove your identity when connecting to an instance."
      button="Create key pair"
      cancel={list}
      check={() => show({ name: nameProblem(pair.name) })}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Key pair</Header>}>
        <KeyPairFields nameLabel="Name" pair={pair} change={setPair} problem={problems.name} />
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
