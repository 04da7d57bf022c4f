import Button from "@cloudscape-design/components/button";
import type { Rows } from "../clients/reading";

/** Reads something again. */
export function RefreshButton({ label, reading }: { label: string; reading: Rows }) {
  return (
    <Button
      iconName="refresh"
      ariaLabel={label}
      formAction="none"
      loading={reading.isLoading}
      onClick={reading.refresh}
    />
  );
}
