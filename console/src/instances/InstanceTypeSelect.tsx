import { type InstanceTypeInfo, paginateDescribeInstanceTypes } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { ResourceSelect } from "../forms/ResourceSelect";
import { useRegion } from "../frame/places";
import { counted } from "../resources/names";

interface Props {
  label: string;
  description?: string;
  /** `x86_64`: only types of the image's architecture are offered. */
  architecture: string | undefined;
  type: string;
  choose: (type: string) => void;
  problem?: string | undefined;
}

/** A field that chooses an instance type, the small ones first. */
export function InstanceTypeSelect({ label, description, architecture, type, choose, problem }: Props) {
  const types = useInstanceTypes(useRegion());
  const offered = (types.data ?? []).filter((it) => isOf(it, architecture));
  return (
    <ResourceSelect
      label={label}
      description={description}
      things="instance types"
      reading={types}
      options={offered.map(option)}
      chosen={type}
      choose={choose}
      placeholder="Select an instance type"
      empty="No instance types"
      problem={problem}
    />
  );
}

/** The instance types of a Region. */
export function useInstanceTypes(region: string) {
  return useReading(`instance-types/${region}`, async () => {
    const types = await all(
      paginateDescribeInstanceTypes({ client: ec2(region) }, {}),
      (page) => page.InstanceTypes,
    );
    return types.sort(byFamilyAndSize);
  });
}

/** The one that the wizard begins with: a small one of the Region, as AWS chooses it. */
export function firstType(types: InstanceTypeInfo[], architecture: string | undefined): string {
  const names = types.filter((it) => isOf(it, architecture)).flatMap((it) => it.InstanceType ?? []);
  const wanted = ["t2.micro", "t3.micro", "t4g.micro"];
  return wanted.find((it) => names.some((name) => name === it)) ?? names[0] ?? "";
}

function isOf(it: InstanceTypeInfo, architecture: string | undefined): boolean {
  const known = it.ProcessorInfo?.SupportedArchitectures ?? [];
  return !architecture || known.some((one) => one === architecture);
}

function byFamilyAndSize(one: InstanceTypeInfo, other: InstanceTypeInfo): number {
  const family = (it: InstanceTypeInfo) => it.InstanceType?.split(".")[0] ?? "";
  return family(one).localeCompare(family(other), "en", { numeric: true }) || memory(one) - memory(other);
}

function memory(it: InstanceTypeInfo): number {
  return it.MemoryInfo?.SizeInMiB ?? 0;
}

function option(it: InstanceTypeInfo) {
  const gib = (memory(it) / 1024).toLocaleString("en", { maximumFractionDigits: 1 });
  const facts = [
    `Family: ${it.InstanceType?.split(".")[0]}`,
    counted(it.VCpuInfo?.DefaultVCpus ?? 0, "vCPU"),
    `${gib} GiB Memory`,
    `Current generation: ${it.CurrentGeneration ? "true" : "false"}`,
  ];
  return {
    value: it.InstanceType ?? "",
    label: it.InstanceType ?? "",
    labelTag: it.FreeTierEligible ? "Free tier eligible" : "",
    description: facts.join("   "),
  };
}
