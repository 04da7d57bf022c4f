//! `cargo xtask instance-types`: the table of every instance type that AWS has, as a committed file.
//!
//! Input: what DescribeInstanceTypes answered, as PyPI's moto ships it (pinned by version and hash, Apache-2.0). Output:
//! one line a type, its figures between tabs, as `model::instance_type` reads them. Nothing of moto is run.

use crate::root;
use crate::wheel::{self, Wheel};
use serde_json::Value;

/// The release that the committed table was made from.
const WHEEL: Wheel = Wheel {
    name: "moto",
    version: "5.1.21",
    sha256: "311a30095b08b39dd2707f161f1440d361684fe0090b9fd0751dfd1c9b022445",
};
/// Where the recorded answers are in it.
const ANSWERS: &str = "moto/ec2/resources/instance_types.json.gz";
/// The table.
const TABLE: &str = "crates/model/src/instance_type/table.tsv";

/// What is said by a letter: the member, the value that the letter stands for, and the letter.
const SWITCHES: [(&str, &str, char); 17] = [
    ("/AutoRecoverySupported", "true", 'a'),
    ("/BareMetal", "true", 'm'),
    ("/BurstablePerformanceSupported", "true", 'b'),
    ("/CurrentGeneration", "true", 'c'),
    ("/DedicatedHostsSupported", "true", 'd'),
    ("/FreeTierEligible", "true", 'f'),
    ("/HibernationSupported", "true", 'h'),
    ("/NitroEnclavesSupport", "supported", 'e'),
    ("/NitroTpmSupport", "supported", 't'),
    ("/PhcSupport", "supported", 'p'),
    ("/RebootMigrationSupport", "supported", 'r'),
    ("/PlacementGroupInfo/SupportedStrategies/0", "cluster", 'g'),
    ("/NetworkInfo/EnaSrdSupported", "true", 's'),
    ("/NetworkInfo/EncryptionInTransitSupported", "true", 'i'),
    ("/NetworkInfo/FlexibleEnaQueuesSupport", "supported", 'q'),
    ("/NetworkInfo/Ipv6Supported", "true", '6'),
    ("/NetworkInfo/BandwidthWeightings/0", "default", 'w'),
];

/// How fast a volume can be, of a type as a whole and of a card.
const SPEED: [&str; 6] = [
    "/BaselineBandwidthInMbps",
    "/BaselineIops",
    "/BaselineThroughputInMBps",
    "/MaximumBandwidthInMbps",
    "/MaximumIops",
    "/MaximumThroughputInMBps",
];

/// What there is of a network card.
const CARD: [&str; 8] = [
    "/NetworkPerformance",
    "/MaximumNetworkInterfaces",
    "/BaselineBandwidthInGbps",
    "/PeakBandwidthInGbps",
    "/DefaultEnaQueueCountPerInterface",
    "/MaximumEnaQueueCount",
    "/MaximumEnaQueueCountPerInterface",
    "/AdditionalFlexibleNetworkInterfaces",
];

/// What there is of a graphics processor or its like; each kind has some of it.
const DEVICE: [&str; 9] = [
    "/Count",
    "/Manufacturer",
    "/Name",
    "/MemoryInfo/SizeInMiB",
    "/GpuPartitionSize",
    "/LogicalGpuCount",
    "/Workloads",
    "/CoreInfo/Count",
    "/CoreInfo/Version",
];

/// Where devices of a kind are, and what all of them have together.
const DEVICES: [(&str, &str, &str); 5] = [
    ("gpu", "/GpuInfo/Gpus", "/GpuInfo/TotalGpuMemoryInMiB"),
    ("fpga", "/FpgaInfo/Fpgas", "/FpgaInfo/TotalFpgaMemoryInMiB"),
    (
        "inference",
        "/InferenceAcceleratorInfo/Accelerators",
        "/InferenceAcceleratorInfo/TotalInferenceMemoryInMiB",
    ),
    ("media", "/MediaAcceleratorInfo/Accelerators", "/MediaAcceleratorInfo/TotalMediaMemoryInMiB"),
    ("neuron", "/NeuronInfo/NeuronDevices", "/NeuronInfo/TotalNeuronDeviceMemoryInMiB"),
];

/// Writes the table.
pub(crate) fn write() -> Result<String, String> {
    let table = generate()?;
    std::fs::write(root().join(TABLE), &table)
        .map_err(|error| format!("could not write {TABLE}: {error}"))?;
    Ok(format!("{TABLE}: {} lines", table.lines().count()))
}

/// Compares what is committed with what is generated.
pub(crate) fn check() -> Result<String, String> {
    match std::fs::read_to_string(root().join(TABLE)).ok() == Some(generate()?) {
        true => Ok(format!("{TABLE} is as generated")),
        false => Err(format!("{TABLE} is not as generated; run `cargo xtask instance-types`")),
    }
}

fn generate() -> Result<String, String> {
    let folder = WHEEL.unpacked(ANSWERS)?;
    let answers: Value = serde_json::from_slice(&wheel::unpack(&folder.join(ANSWERS))?)
        .map_err(|error| format!("{ANSWERS}: {error}"))?;
    let types = answers.as_object().ok_or_else(|| format!("{ANSWERS} has no types"))?;
    let mut lines: Vec<String> = types.values().map(line).collect();
    // By the bytes of the name, so that the reader finds a type by halving.
    lines.sort_by(|one, other| name(one).cmp(name(other)));
    Ok(lines.concat())
}

fn name(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

/// One type. The order is the reader's.
fn line(it: &Value) -> String {
    let columns = [
        text(it, "/InstanceType"),
        switches(it),
        text(it, "/ProcessorInfo/SupportedArchitectures"),
        text(it, "/Hypervisor"),
        joined(it, &["/VCpuInfo/DefaultCores", "/VCpuInfo/DefaultThreadsPerCore", "/MemoryInfo/SizeInMiB"]),
        joined(
            it,
            &[
                "/NetworkInfo/MaximumNetworkInterfaces",
                "/NetworkInfo/Ipv4AddressesPerInterface",
                "/NetworkInfo/Ipv6AddressesPerInterface",
            ],
        ),
        runs(it, "/VCpuInfo/ValidCores"),
        text(it, "/VCpuInfo/ValidThreadsPerCore"),
        joined(
            it,
            &[
                "/ProcessorInfo/Manufacturer",
                "/ProcessorInfo/SustainedClockSpeedInGhz",
                "/ProcessorInfo/SupportedFeatures",
            ],
        ),
        text(it, "/SupportedBootModes"),
        text(it, "/SupportedRootDeviceTypes"),
        text(it, "/SupportedUsageClasses"),
        text(it, "/SupportedVirtualizationTypes"),
        joined(
            it,
            &[
                "/EbsInfo/AttachmentLimitType",
                "/EbsInfo/EbsOptimizedSupport",
                "/EbsInfo/NvmeSupport",
                "/EbsInfo/MaximumEbsAttachments",
            ],
        ),
        it.pointer("/EbsInfo/EbsOptimizedInfo").map(|speed| joined(speed, &SPEED)).unwrap_or_default(),
        repeated(it, "/EbsInfo/EbsCards", &SPEED),
        joined(
            it,
            &[
                "/NetworkInfo/NetworkPerformance",
                "/NetworkInfo/EnaSupport",
                "/NetworkInfo/EfaInfo/MaximumEfaInterfaces",
            ],
        ),
        repeated(it, "/NetworkInfo/NetworkCards", &CARD),
        storage(it),
        devices(it),
    ];
    format!("{}\n", columns.join("\t").trim_end())
}

/// A member as text, nothing where there is none, a list with commas.
fn text(it: &Value, path: &str) -> String {
    match it.pointer(path) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().map(|it| text(it, "")).collect::<Vec<_>>().join(","),
        Some(Value::Number(number)) => {
            // A whole number is written as one, whatever it is in the recording.
            let text = number.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
        Some(other @ (Value::Bool(_) | Value::Object(_))) => other.to_string(),
    }
}

fn joined(it: &Value, paths: &[&str]) -> String {
    paths.iter().map(|path| text(it, path)).collect::<Vec<_>>().join("|")
}

fn switches(it: &Value) -> String {
    SWITCHES.iter().filter(|(path, on, _)| text(it, path) == *on).map(|(_, _, letter)| *letter).collect()
}

/// A list of rows; of rows that are equal and in a row there is one, with their number.
fn repeated(it: &Value, path: &str, members: &[&str]) -> String {
    let rows = it.pointer(path).and_then(Value::as_array);
    let mut groups: Vec<(usize, String)> = Vec::new();
    for row in rows.into_iter().flatten().map(|row| joined(row, members)) {
        match groups.last_mut() {
            Some((count, last)) if *last == row => *count += 1,
            Some(_) | None => groups.push((1, row)),
        }
    }
    groups.iter().map(|(count, row)| format!("{count}*{row}")).collect::<Vec<_>>().join(";")
}

/// A list of numbers as runs of equal steps: `2-48/2`.
fn runs(it: &Value, path: &str) -> String {
    let numbers: Vec<u64> =
        it.pointer(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect();
    let mut rest = numbers.as_slice();
    let mut runs = Vec::new();
    while let [first, after @ ..] = rest {
        let step = after.first().map_or(1, |second| second.abs_diff(*first));
        let length = rest.windows(2).take_while(|pair| pair[1] == pair[0] + step).count() + 1;
        let last = rest[length - 1];
        runs.push(match (length, step) {
            (1, _) => first.to_string(),
            (_, 1) => format!("{first}-{last}"),
            (_, step) => format!("{first}-{last}/{step}"),
        });
        rest = &rest[length..];
    }
    runs.join(",")
}

fn storage(it: &Value) -> String {
    let Some(storage) = it.pointer("/InstanceStorageInfo") else { return String::new() };
    joined(
        storage,
        &["/Disks/0/Count", "/Disks/0/SizeInGB", "/Disks/0/Type", "/EncryptionSupport", "/NvmeSupport"],
    )
}

fn devices(it: &Value) -> String {
    let kind = |(kind, path, total): &(&str, &str, &str)| {
        let device = it.pointer(path)?.pointer("/0")?;
        Some(format!("{kind}|{}|{}", text(it, total), joined(device, &DEVICE)))
    };
    DEVICES.iter().filter_map(kind).collect::<Vec<_>>().join(";")
}
