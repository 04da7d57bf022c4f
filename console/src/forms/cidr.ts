/** A block of IPv4 addresses. */
export interface Cidr {
  /** The first address, as a number. */
  first: number;
  prefix: number;
}

/** Reads `10.0.0.0/16`; nothing for what is none. */
export function parseCidr(text: string): Cidr | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text.trim());
  if (!found) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = found.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) return undefined;
  return { first: ((a * 256 + b) * 256 + c) * 256 + d, prefix };
}

/** Whether it looks like a block of IPv6 addresses; the service says the rest. */
export function isIpv6Cidr(text: string): boolean {
  return /^[0-9a-f.]*:[0-9a-f:.]*\/\d{1,3}$/i.test(text.trim());
}

export function formatCidr({ first, prefix }: Cidr): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${parts.join(".")}/${prefix}`;
}

/** How many addresses there are in it. */
export function size({ prefix }: Cidr): number {
  return 2 ** (32 - prefix);
}

/** Whether it begins where a block of its size can begin. */
function isNetworkAddress(cidr: Cidr): boolean {
  return cidr.first % size(cidr) === 0;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.first + size(inner) <= outer.first + size(outer);
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + size(other) && other.first < one.first + size(one);
}

/** The block of the same size that follows; with -1 the one before. */
export function neighbour(cidr: Cidr, steps: number): Cidr {
  return { first: cidr.first + steps * size(cidr), prefix: cidr.prefix };
}

/** What is wrong with a block for a VPC or a subnet; nothing if it is good. */
export function problemOf(text: string): string | undefined {
  if (text.trim() === "") return "Enter an IPv4 CIDR block, such as 10.0.0.0/24.";
  const cidr = parseCidr(text);
  if (!cidr) return "This is no IPv4 CIDR block. Write it as 10.0.0.0/24.";
  if (cidr.prefix < 16 || cidr.prefix > 28) return "The block size must be between /16 and /28.";
  if (isNetworkAddress(cidr)) return undefined;
  const network = { ...cidr, first: cidr.first - (cidr.first % size(cidr)) };
  return `The address must be the network's own: ${formatCidr(network)}.`;
}

/** `65,536 IPs`. */
export function countOf(text: string): string {
  const cidr = parseCidr(text);
  return cidr ? `${size(cidr).toLocaleString("en")} IPs` : "";
}
