import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { withChange, without } from "./rows";

/** How many tags a resource has at most. */
const TAGS_MAX = 50;

export interface TypedTag {
  key: string;
  value: string;
}

interface Props {
  tags: TypedTag[];
  change: (tags: TypedTag[]) => void;
}

/** The container Tags of every form. */
export function TagsEditor({ tags, change }: Props) {
  const edit = (at: number, part: Partial<TypedTag>) => change(withChange(tags, at, part));
  const rest = TAGS_MAX - tags.length;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A tag is a label that you give to a resource: a key and, if you like, a value. Search and filter by them."
        >
          Tags
        </Header>
      }
    >
      <AttributeEditor
        items={tags}
        empty="No tags associated with the resource."
        addButtonText="Add tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={(tag) => `Remove tag ${tag.key}`}
        disableAddButton={rest <= 0}
        additionalInfo={`You can add ${rest} more tags.`}
        onAddButtonClick={() => change([...tags, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => change(without(tags, detail.itemIndex))}
        definition={[
          {
            label: "Key",
            control: (tag, at) => (
              <Input
                value={tag.key}
                ariaLabel="Key"
                onChange={({ detail }) => edit(at, { key: detail.value })}
              />
            ),
          },
          {
            label: "Value – optional",
            control: (tag, at) => (
              <Input
                value={tag.value}
                ariaLabel="Value"
                onChange={({ detail }) => edit(at, { value: detail.value })}
              />
            ),
          },
        ]}
      />
    </Container>
  );
}

/** The tags with another name: the row Name follows the field above it. */
export function withName(tags: TypedTag[], name: string): TypedTag[] {
  const others = tags.filter((tag) => tag.key !== "Name");
  return name ? [{ key: "Name", value: name }, ...others] : others;
}

export function nameAmong(tags: TypedTag[]): string {
  return tags.find((tag) => tag.key === "Name")?.value ?? "";
}

/** Tags as calls that create something take them. */
export function specification(type: ResourceType, tags: TypedTag[]): TagSpecification[] | undefined {
  const Tags: Tag[] = written(tags);
  return Tags.length > 0 ? [{ ResourceType: type, Tags }] : undefined;
}

/** Those that have a key, as services write them. */
export function written(tags: TypedTag[]): { Key: string; Value: string }[] {
  return tags.filter((tag) => tag.key).map(({ key, value }) => ({ Key: key, Value: value }));
}
