/** What versioning can be, in the words of the API, of the form and of the page. */
export const VERSIONING = [
  { value: "Suspended", choice: "Disable", edit: "Suspend" },
  { value: "Enabled", choice: "Enable", edit: "Enable" },
] as const;
