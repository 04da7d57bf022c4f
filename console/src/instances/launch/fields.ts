import type { LaunchField, LaunchSettings } from "./settings";

/** What every section of the launch wizard is given. */
export interface SectionProps {
  settings: LaunchSettings;
  set: (part: Partial<LaunchSettings>) => void;
  problems: { [field in LaunchField]?: string };
}
