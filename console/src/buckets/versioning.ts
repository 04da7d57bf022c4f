/** What versioning can be, in the words of the API, of the form that makes a bucket and of the dialog that changes it. */
export const VERSIONING = [
  {
    value: "Suspended",
    choice: "Disable",
    edit: "Suspend",
    about: "No more versions are made. Those that there are stay.",
  },
  { value: "Enabled", choice: "Enable", edit: "Enable", about: "Every change makes another version." },
] as const;
