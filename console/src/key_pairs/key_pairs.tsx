import type { KeyPairInfo } from "@aws-sdk/client-ec2";
import { href } from "../frame/route";
import { Copied } from "../resources/cells";
import { DASH } from "../resources/names";
import type { Action, Field, Noun, Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { DeleteKeyPairsDialog } from "./DeleteKeyPairsDialog";
import { readKeyPairs } from "./read";

const KEY_PAIRS: Noun<KeyPairInfo> = {
  path: "key_pairs",
  one: "Key pair",
  many: "key pairs",
  title: "Key pairs",
  about:
    "With a key pair you connect to instances by SSH: you have the private half, they have the public one.",
  heading: (it) => it.KeyName ?? "",
  id: (it) => it.KeyPairId ?? "",
  tags: (it) => it.Tags,
  hasName: false,
  list: readKeyPairs,
  create: { text: "Create key pair", path: "create" },
  columns: [
    { id: "key-name", width: 260, header: "Name", text: (it) => it.KeyName ?? DASH },
    { id: "type", header: "Type", text: (it) => it.KeyType ?? DASH },
    {
      id: "created",
      width: 240,
      header: "Created",
      text: (it) => timeOf(it.CreateTime),
      number: (it) => it.CreateTime?.getTime() ?? 0,
    },
    { id: "fingerprint", width: 460, header: "Fingerprint", text: (it) => it.KeyFingerprint ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default KEY_PAIRS;

function actions(selected: KeyPairInfo[], region: string): Action[] {
  return [
    { id: "import", text: "Import key pair", href: href(region, ["key_pairs", "import"]) },
    {
      id: "delete",
      text: "Delete",
      ...(selected.length === 0
        ? { disabledReason: "Select one first." }
        : {
            dialog: (close) => <DeleteKeyPairsDialog region={region} pairs={selected} close={close} />,
          }),
    },
  ];
}

function details(it: KeyPairInfo): Field[] {
  return [
    { label: "Name", value: <Copied text={it.KeyName} label="Name" /> },
    { label: "Key pair ID", value: <Copied text={it.KeyPairId} label="Key pair ID" /> },
    { label: "Type", value: it.KeyType ?? DASH },
    { label: "Created", value: timeOf(it.CreateTime) },
    { label: "Fingerprint", value: <Copied text={it.KeyFingerprint} label="Fingerprint" /> },
    { label: "Public key", value: <Copied text={it.PublicKey?.trim()} label="Public key" /> },
  ];
}

function tabs(it: KeyPairInfo): Tab[] {
  return [{ id: "tags", label: "Tags", content: <TagsTab tags={it.Tags} /> }];
}
