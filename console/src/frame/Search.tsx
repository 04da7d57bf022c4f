import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import { useEffect, useRef, useState } from "react";
import { useReading } from "../clients/reading";
import { NOUNS } from "../nouns";
import { labelOf } from "../resources/names";
import { useRegion } from "./places";
import { go, href } from "./route";
import { FEATURES, type Findable, means, SERVICES } from "./services";

/** How many of each group are offered. */
const OFFERED_MAX = 8;

/** Finds services, features and resources, these by name, identifier or anything that their list shows. */
export function Search() {
  const region = useRegion();
  const [typed, setTyped] = useState("");
  const [wanted, setWanted] = useState(false);
  const resources = useReading(`search/${region}/${wanted}`, () => (wanted ? everything(region) : none()));
  const box = useRef<AutosuggestProps.Ref>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        box.current?.focus();
      }
    };
    window.addEventListener("keydown", focus);
    return () => window.removeEventListener("keydown", focus);
  }, []);
  const found = (resources.data ?? []).filter((it) => means(it, typed)).slice(0, OFFERED_MAX);
  const groups: AutosuggestProps.OptionGroup[] = [
    { label: "Services", options: offered(SERVICES, typed) },
    { label: "Features", options: offered(FEATURES, typed) },
    { label: "Resources", options: typed ? found.map(option) : [] },
  ];
  const follow = (value: string) => {
    if (!value.startsWith("[")) return;
    setTyped("");
    go(href(region, JSON.parse(value) as string[]));
  };
  return (
    <Autosuggest
      ref={box}
      value={typed}
      onChange={({ detail }) => setTyped(detail.value.startsWith("[") ? "" : detail.value)}
      onFocus={() => setWanted(true)}
      onSelect={({ detail }) => follow(detail.value)}
      options={groups.filter((group) => group.options.length > 0)}
      filteringType="manual"
      placeholder="Search [Alt+S]"
      ariaLabel="Search"
      enteredTextLabel={(value) => `Search for "${value}"`}
      hideEnteredTextOption
      empty="Nothing is called that"
      statusType={wanted && resources.isLoading ? "loading" : "finished"}
      loadingText="Reading resources"
    />
  );
}

function offered(all: Findable[], typed: string): AutosuggestProps.Option[] {
  return all
    .filter((it) => means(it, typed))
    .slice(0, OFFERED_MAX)
    .map(option);
}

function option({ text, description, path }: Findable): AutosuggestProps.Option {
  const there = path ? { value: JSON.stringify(path) } : { value: text, disabled: true, labelTag: "not yet" };
  return { ...there, label: text, description };
}

/** All resources of a Region, with the texts of their lists as words. */
async function everything(region: string): Promise<Findable[]> {
  const all = NOUNS.map(async ({ load }) => {
    const noun = (await load()).default;
    // Who may not list one kind finds the others.
    const items = await noun.list(region).catch(() => []);
    return items.map((item) => ({
      text: labelOf(noun, item),
      description: noun.one,
      words: noun.columns.map((column) => column.text(item)).filter((word) => /[.:\d]/.test(word)),
      path: [noun.path, noun.id(item)],
    }));
  });
  return (await Promise.all(all)).flat();
}

async function none(): Promise<Findable[]> {
  return [];
}
