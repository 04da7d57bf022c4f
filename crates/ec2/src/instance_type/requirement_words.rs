//! What lists of words in requirements may have (InstanceRequirements, EC2 API Reference).

use awsproto::AwsError;

pub(super) const ARCHITECTURES: &[&str] = &["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"];
pub(super) const VIRTUALIZATIONS: &[&str] = &["hvm", "paravirtual"];
pub(super) const CPU_MANUFACTURERS: &[&str] = &["intel", "amd", "amazon-web-services", "apple"];
pub(super) const GENERATIONS: &[&str] = &["current", "previous"];
pub(super) const LOCAL_STORAGE: &[&str] = &["hdd", "ssd"];
pub(super) const ACCELERATORS: &[&str] = &["gpu", "fpga", "inference", "media"];
pub(super) const ACCELERATOR_MANUFACTURERS: &[&str] =
    &["amazon-web-services", "amd", "nvidia", "xilinx", "habana"];
pub(super) const ACCELERATOR_NAMES: &[&str] = &[
    "a100",
    "inferentia",
    "k520",
    "k80",
    "m60",
    "radeon-pro-v520",
    "t4",
    "vu9p",
    "v100",
    "a10g",
    "h100",
    "t4g",
    "l40s",
    "l4",
    "gaudi-hl-205",
    "inferentia2",
    "trainium",
    "trainium2",
    "u30",
];
/// Patterns of types in a request, and characters of one.
const PATTERNS_MAX: usize = 400;
const PATTERN_MAX: usize = 30;
/// Architectures and ways of virtualization in a request.
pub(super) const ARCHITECTURES_MAX: usize = 3;
pub(super) const VIRTUALIZATIONS_MAX: usize = 2;

/// Refuses what no pattern of a type's name is.
pub(super) fn check_patterns(parameter: &str, patterns: &[String]) -> Result<(), AwsError> {
    let is_pattern = |text: &str| {
        (1..=PATTERN_MAX).contains(&text.len())
            && text.bytes().all(|it| it.is_ascii_alphanumeric() || b".*-".contains(&it))
    };
    if let Some(wrong) = patterns.iter().find(|text| !is_pattern(text)) {
        let reason = format!("Expecting up to {PATTERN_MAX} letters, digits, dots, dashes and asterisks.");
        return Err(AwsError::invalid_value(parameter, wrong, &reason));
    }
    check_count(parameter, patterns.len(), PATTERNS_MAX)
}

/// Refuses more values than a list may have.
pub(super) fn check_count(parameter: &str, count: usize, most: usize) -> Result<(), AwsError> {
    match count <= most {
        true => Ok(()),
        false => {
            let reason = format!("Expecting up to {most} values.");
            Err(AwsError::invalid_value(parameter, &count.to_string(), &reason))
        }
    }
}
