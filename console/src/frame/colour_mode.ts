import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { remember, remembered } from "./memory";

/** Light, dark, or whatever the browser is set to. */
export type ColourMode = "browser" | "light" | "dark";

const KEY = "colour-mode";
const DARK = window.matchMedia("(prefers-color-scheme: dark)");

export function colourMode(): ColourMode {
  return remembered<ColourMode>(KEY, "browser");
}

export function chooseColourMode(mode: ColourMode) {
  remember(KEY, mode);
  apply();
}

/** Shows the page in the colours that were chosen, also when the browser changes its own. */
export function followColourMode() {
  apply();
  DARK.addEventListener("change", apply);
}

function apply() {
  const mode = colourMode();
  const isDark = mode === "dark" || (mode === "browser" && DARK.matches);
  applyMode(isDark ? Mode.Dark : Mode.Light);
}
