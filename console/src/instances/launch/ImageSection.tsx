import type { Image } from "@aws-sdk/client-ec2";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { usePlace } from "../../frame/places";
import { Details } from "../../resources/Details";
import { DASH } from "../../resources/names";
import {
  architectureText,
  lineOf,
  linesOf,
  QUICK_STARTS,
  tileOf,
  titleOf,
  useImages,
  userOf,
} from "../images";
import type { SectionProps } from "./fields";

/** Application and OS Images: a tile, a release of it, and an instruction set; or any image that is found by a word. */
export function ImageSection({ settings, set, problems }: SectionProps) {
  const { route, session } = usePlace();
  const images = useImages(route.region).data ?? [];
  const [search, setSearch] = useState("");
  const image = images.find((it) => it.ImageId === settings.image);
  // What was typed about volumes is about those of another image.
  const choose = (id: string | undefined) => set({ image: id ?? "", volumes: undefined });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="An AMI contains the operating system, application server, and applications for your instance. If you don't see a suitable AMI below, use the search field."
        >
          Application and OS Images (Amazon Machine Image)
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Autosuggest
          value={search}
          ariaLabel="Search images"
          placeholder="Search our full catalog including AMIs by name, ID or description"
          enteredTextLabel={(value) => `Search for "${value}"`}
          hideEnteredTextOption
          expandToViewport
          empty="No image is called that"
          options={images.map((it) => ({
            value: it.ImageId ?? "",
            label: it.Name,
            description: it.Description,
            tags: [it.ImageId ?? ""],
          }))}
          onChange={({ detail }) => setSearch(detail.value)}
          onSelect={({ detail }) => {
            setSearch("");
            choose(detail.value);
          }}
        />
        <FormField stretch errorText={problems.image}>
          <Tabs
            ariaLabel="Images"
            tabs={[
              {
                id: "quick-start",
                label: "Quick Start",
                content: <QuickStarts images={images} image={image} choose={choose} />,
              },
              {
                id: "mine",
                label: "My AMIs",
                content: <Own images={images} account={session.account} image={image} choose={choose} />,
              },
            ]}
          />
        </FormField>
        {image && <Chosen images={images} image={image} choose={choose} />}
      </SpaceBetween>
    </Container>
  );
}

interface ChoiceProps {
  images: Image[];
  image: Image | undefined;
  choose: (id: string | undefined) => void;
}

function QuickStarts({ images, image, choose }: ChoiceProps) {
  const tile = image && tileOf(image);
  const lines = tile ? linesOf(images, tile) : [];
  const options = lines.map(({ title, images }) => ({
    value: title,
    label: title,
    description: images
      .map((it) => `${it.ImageId} (${architectureText(it.Architecture)}, ${it.BootMode ?? "bios"})`)
      .join(" / "),
  }));
  const line = image && lineOf(images, image);
  return (
    <SpaceBetween size="l">
      <Tiles
        ariaLabel="Quick Start"
        value={tile?.id ?? null}
        columns={4}
        items={QUICK_STARTS.map((it) => {
          const isThere = linesOf(images, it).length > 0;
          return {
            value: it.id,
            label: it.label,
            description: isThere ? undefined : "Hamlet has no such image.",
            disabled: !isThere,
          };
        })}
        onChange={({ detail }) => {
          const chosen = QUICK_STARTS.find((it) => it.id === detail.value);
          choose(chosen && linesOf(images, chosen)[0]?.images[0]?.ImageId);
        }}
      />
      <FormField label="Amazon Machine Image (AMI)" stretch>
        <Select
          selectedOption={options.find((it) => it.value === line?.title) ?? null}
          placeholder="Select an image"
          options={options}
          onChange={({ detail }) =>
            choose(lines.find((it) => it.title === detail.selectedOption.value)?.images[0]?.ImageId)
          }
        />
      </FormField>
    </SpaceBetween>
  );
}

function Own({ images, account, image, choose }: ChoiceProps & { account: string }) {
  const options = images
    .filter((it) => it.OwnerId === account)
    .map((it) => ({ value: it.ImageId ?? "", label: it.Name, description: it.ImageId }));
  return (
    <FormField label="Owned by me" stretch>
      <Select
        selectedOption={options.find((it) => it.value === image?.ImageId) ?? null}
        placeholder="Select an image"
        empty="You have no images of your own"
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value)}
      />
    </FormField>
  );
}

/** What the chosen image is, with the choice of instruction sets. */
function Chosen({ images, image, choose }: ChoiceProps & { image: Image }) {
  const line = lineOf(images, image);
  const architectures = line.images.map((it) => ({
    value: it.ImageId ?? "",
    label: architectureText(it.Architecture),
  }));
  return (
    <SpaceBetween size="m">
      <Box>
        <Box variant="strong">{titleOf(image)}</Box>
        <Box color="text-body-secondary">{image.Description}</Box>
      </Box>
      <FormField label="Architecture">
        <Select
          selectedOption={architectures.find((it) => it.value === image.ImageId) ?? null}
          options={architectures}
          onChange={({ detail }) => choose(detail.selectedOption.value)}
        />
      </FormField>
      <Details
        fields={[
          { label: "Boot mode", value: image.BootMode ?? DASH },
          { label: "AMI ID", value: image.ImageId ?? DASH },
          { label: "Publish date", value: image.CreationDate?.slice(0, 10) ?? DASH },
          { label: "Username", value: userOf(image) },
        ]}
      />
    </SpaceBetween>
  );
}
