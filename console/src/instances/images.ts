import { DescribeImagesCommand, type Image } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";

/** A tile of the launch wizard's quick start: whose images these are, by their names. */
interface QuickStart {
  id: string;
  label: string;
  names: RegExp;
}

/** As AWS's wizard has them, in its order. */
export const QUICK_STARTS: QuickStart[] = [
  { id: "amazon-linux", label: "Amazon Linux", names: /^(al2023-ami-2023|amzn2-ami-(kernel-[\d.]+-)?hvm-)/ },
  { id: "macos", label: "macOS", names: /^amzn-ec2-macos-/ },
  { id: "ubuntu", label: "Ubuntu", names: /^ubuntu\/images\// },
  { id: "windows", label: "Windows", names: /^Windows_Server-/ },
  { id: "red-hat", label: "Red Hat", names: /^RHEL-/ },
  { id: "suse", label: "SUSE Linux", names: /^suse-/ },
  { id: "debian", label: "Debian", names: /^debian-/ },
];

/** An operating system's image, for each instruction set that there is one for. */
interface ImageLine {
  title: string;
  /** The newest of each, `x86_64` first. */
  images: Image[];
}

/** The images that can be launched in a Region: the public ones, and the account's own. */
export function useImages(region: string) {
  return useReading(`images/${region}`, async () => {
    return (await ec2(region).send(new DescribeImagesCommand({}))).Images ?? [];
  });
}

/** What a tile offers, what most people take first. */
export function linesOf(images: Image[], { names }: QuickStart): ImageLine[] {
  const byTitle = new Map<string, Image[]>();
  for (const image of images.filter((it) => names.test(it.Name ?? ""))) {
    const title = titleOf(image);
    byTitle.set(title, [...(byTitle.get(title) ?? []), image]);
  }
  const lines = [...byTitle].map(([title, all]) => ({ title, images: newestOfEach(all) }));
  return lines.sort((one, other) => rank(one) - rank(other) || newest(other).localeCompare(newest(one)));
}

/** The line that an image is of, if it is its newest; otherwise it is one of its own. */
export function lineOf(images: Image[], image: Image): ImageLine {
  const tile = tileOf(image);
  const found = tile && linesOf(images, tile).find((it) => it.images.includes(image));
  return found ?? { title: titleOf(image), images: [image] };
}

export function tileOf(image: Image): QuickStart | undefined {
  return QUICK_STARTS.find((it) => it.names.test(image.Name ?? ""));
}

/** The user that an image has for whoever connects to it. */
export function userOf(image: Image | undefined): string {
  const name = image?.Name ?? "";
  if (name.startsWith("ubuntu/")) return "ubuntu";
  if (name.startsWith("debian-")) return "admin";
  return name.startsWith("Windows_Server-") ? "Administrator" : "ec2-user";
}

/** `64-bit (x86)`. */
export function architectureText(architecture: string | undefined): string {
  return architecture === "arm64" ? "64-bit (Arm)" : "64-bit (x86)";
}

/** `Amazon Linux 2023 kernel-6.1 AMI`, as the wizard calls what the catalogue names by release and date. */
export function titleOf({ Name = "", ImageId = "" }: Image): string {
  const [found] = TITLES.flatMap(({ names, title }) => {
    const parts = names.exec(Name);
    return parts ? [title(parts)] : [];
  });
  return found ?? (Name || ImageId);
}

const TITLES: { names: RegExp; title: (parts: RegExpExecArray) => string }[] = [
  {
    names: /^al2023-ami-2023.*-(kernel-[\d.]+)-/,
    title: ([, kernel]) => `Amazon Linux 2023 ${kernel} AMI`,
  },
  {
    names: /^amzn2-ami-(kernel-[\d.]+)-hvm.*-gp2/,
    title: ([, kernel]) => `Amazon Linux 2 AMI (HVM) - ${kernel}`,
  },
  { names: /^amzn2-ami-hvm.*-gp2/, title: () => "Amazon Linux 2 AMI (HVM)" },
  {
    names: /^ubuntu\/images\/.*-(\d\d\.\d\d)-/,
    title: ([, version]) => `Ubuntu Server ${version} LTS (HVM), SSD Volume Type`,
  },
  { names: /^debian-(\d+)-/, title: ([, version]) => `Debian ${version} (HVM), SSD Volume Type` },
  {
    names: /^RHEL-(\d+)\./,
    title: ([, version]) => `Red Hat Enterprise Linux ${version} (HVM), SSD Volume Type`,
  },
  {
    names: /^Windows_Server-(\d+)-English-(\w+)-Base/,
    title: ([, version, edition]) =>
      `Microsoft Windows Server ${version} ${edition === "Full" ? "" : `${edition} `}Base`,
  },
];

/** Amazon Linux 2023 with the kernel that tutorials have comes before all others. */
function rank({ title }: ImageLine): number {
  return title.includes("kernel-6.1 ") ? 0 : 1;
}

function newest({ images }: ImageLine): string {
  return (
    images
      .map((it) => it.CreationDate ?? "")
      .sort()
      .at(-1) ?? ""
  );
}

function newestOfEach(images: Image[]): Image[] {
  const sorted = [...images].sort((one, other) =>
    (other.CreationDate ?? "").localeCompare(one.CreationDate ?? ""),
  );
  const known = [...new Set(sorted.map((it) => it.Architecture))].sort((one) => (one === "x86_64" ? -1 : 1));
  return known.flatMap((architecture) => sorted.find((it) => it.Architecture === architecture) ?? []);
}
