const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** How much data it is, as people read it: `85.8 kB`. */
export function bytesText(bytes: number | undefined): string {
  const [amount, unit] = scaled(bytes ?? 0, 0);
  const digits = unit === 0 ? 0 : 1;
  return `${amount.toFixed(digits)} ${UNITS[unit]}`;
}

function scaled(amount: number, unit: number): [number, number] {
  return amount < 1000 || unit === UNITS.length - 1 ? [amount, unit] : scaled(amount / 1000, unit + 1);
}
