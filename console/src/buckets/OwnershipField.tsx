import type { ObjectOwnership } from "@aws-sdk/client-s3";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";

const CHOICES: { value: ObjectOwnership; label: string; description: string }[] = [
  {
    value: "BucketOwnerEnforced",
    label: "ACLs disabled (recommended)",
    description:
      "Bucket owner enforced: all objects belong to the bucket's account, and only policies say who may.",
  },
  {
    value: "BucketOwnerPreferred",
    label: "ACLs enabled: bucket owner preferred",
    description:
      "Objects that others write belong to the bucket's account if they are written with the ACL bucket-owner-full-control.",
  },
  {
    value: "ObjectWriter",
    label: "ACLs enabled: object writer",
    description: "Objects belong to the account that has written them.",
  },
];

export function ownershipText(ownership: ObjectOwnership): string {
  return CHOICES.find((it) => it.value === ownership)?.label ?? ownership;
}

interface Props {
  ownership: ObjectOwnership;
  choose: (ownership: ObjectOwnership) => void;
}

/** To whom objects belong that others write, and whether ACLs count. */
export function OwnershipField({ ownership, choose }: Props) {
  return (
    <FormField label="Object Ownership">
      <RadioGroup
        value={ownership}
        items={CHOICES}
        onChange={({ detail }) => choose(detail.value as ObjectOwnership)}
      />
    </FormField>
  );
}
