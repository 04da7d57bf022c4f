import Autosuggest from "@cloudscape-design/components/autosuggest";
import { useState } from "react";
import { useRegion } from "./places";
import { go, href } from "./route";
import { FEATURES, means } from "./services";

/** The box above a left menu, as IAM has it: finds what is in the service. */
export function MenuSearch({ service }: { service: string }) {
  const region = useRegion();
  const [typed, setTyped] = useState("");
  const found = FEATURES.filter((it) => it.description === `${service} feature` && means(it, typed));
  return (
    <Autosuggest
      value={typed}
      onChange={({ detail }) => setTyped(detail.value)}
      onSelect={({ detail }) => {
        const chosen = found.find((it) => it.text === detail.value);
        setTyped("");
        if (chosen?.path) go(href(region, chosen.path));
      }}
      options={found.map((it) => ({ value: it.text }))}
      filteringType="manual"
      placeholder={`Search ${service}`}
      ariaLabel={`Search ${service}`}
      enteredTextLabel={(value) => `Search for "${value}"`}
      hideEnteredTextOption
      empty="Nothing is called that"
    />
  );
}
