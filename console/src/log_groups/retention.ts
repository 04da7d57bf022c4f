import { counted } from "../resources/names";

/** For how many days events can be kept: "Possible values" of PutRetentionPolicy. */
const DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** From here on people count in months, and then in years. */
const MONTHS_FROM = 30;
const YEARS_FROM = 365;

export const NEVER = "never";

/** The choices, as selects have them: `never`, or days. */
export const RETENTIONS = [
  { value: NEVER, label: "Never expire" },
  ...DAYS.map((days) => ({ value: String(days), label: retentionText(days) })),
];

/** `Never expire`, `1 week (7 days)`, `1 month (30 days)`, `10 years (3653 days)`. */
export function retentionText(days: number | undefined): string {
  if (days === undefined) return "Never expire";
  if (days < MONTHS_FROM) return days % 7 === 0 ? several(days / 7, "week", days) : counted(days, "day");
  if (days < YEARS_FROM || days === 400 || days === 545)
    return several(Math.floor((days * 12) / 365 + 0.1), "month", days);
  return several(Math.floor(days / 365), "year", days);
}

function several(count: number, unit: string, days: number): string {
  return `${counted(count, unit)} (${counted(days, "day")})`;
}
