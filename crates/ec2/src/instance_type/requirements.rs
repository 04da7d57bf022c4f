//! Instance types that have what somebody requires. Follows GetInstanceTypesFromInstanceRequirements (EC2 API
//! Reference). Nothing has a price here, so that price protection leaves out nothing.

use awsproto::page::{self, Page};
use awsproto::{AwsError, Call};
use model::World;
use model::instance_type::{Device, Feature, Figures, InstanceType};

use super::requirement_words::*;
use crate::request::check_words;
use crate::request::refuse_unsupported;
use crate::shapes::*;

/// Whether types with a property are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Included,
    Required,
    Excluded,
}

impl Wish {
    fn read(parameter: &str, text: Option<&str>, default: Wish) -> Result<Wish, AwsError> {
        match text {
            None => Ok(default),
            Some("included") => Ok(Wish::Included),
            Some("required") => Ok(Wish::Required),
            Some("excluded") => Ok(Wish::Excluded),
            Some(other) => {
                let reason = "Expecting included, required or excluded.";
                Err(AwsError::invalid_value(parameter, other, reason))
            }
        }
    }

    fn takes(self, has: bool) -> bool {
        match self {
            Wish::Included => true,
            Wish::Required => has,
            Wish::Excluded => !has,
        }
    }
}

/// A lowest and a highest value, each where it was said.
struct Range<T>(Option<T>, Option<T>);

impl<T: PartialOrd> Range<T> {
    fn has(&self, value: T) -> bool {
        self.0.as_ref().is_none_or(|min| value >= *min) && self.1.as_ref().is_none_or(|max| value <= *max)
    }
}

pub(crate) fn from_requirements(
    _: &mut Call,
    _: &World,
    request: GetInstanceTypesFromInstanceRequirementsRequest,
) -> Result<GetInstanceTypesFromInstanceRequirementsResult, AwsError> {
    let GetInstanceTypesFromInstanceRequirementsRequest {
        architecture_types,
        context,
        instance_requirements,
        max_results,
        next_token,
        virtualization_types,
    } = request;
    refuse_unsupported(&[("Context", context.is_some())])?;
    let missing = || AwsError::missing_parameter("InstanceRequirements");
    let requirements = instance_requirements.ok_or_else(missing)?;
    check_count("ArchitectureType", architecture_types.len(), ARCHITECTURES_MAX)?;
    check_count("VirtualizationType", virtualization_types.len(), VIRTUALIZATIONS_MAX)?;
    check_words("ArchitectureType", &architecture_types, ARCHITECTURES)?;
    check_words("VirtualizationType", &virtualization_types, VIRTUALIZATIONS)?;
    let wanted = Wanted::read(requirements)?;
    let can_run = |it: &InstanceType| {
        it.architectures.split(',').any(|name| architecture_types.iter().any(|wanted| wanted == name))
            && it.figures().virtualization.iter().any(|name| virtualization_types.iter().any(|it| it == name))
    };
    let fitting = InstanceType::all().iter().filter(|it| can_run(it) && wanted.takes(it));
    let instance_types: Vec<InstanceTypeInfoFromInstanceRequirements> = fitting
        .map(|it| InstanceTypeInfoFromInstanceRequirements { instance_type: Some(it.name.to_owned()) })
        .collect();
    let page = Page::new(max_results, next_token.as_deref(), 1..=*page::EC2.end())?;
    let (instance_types, next_token) =
        page.cut(instance_types, |it| it.instance_type.clone().unwrap_or_default());
    Ok(GetInstanceTypesFromInstanceRequirementsResult { instance_types, next_token })
}

/// What is required.
struct Wanted {
    vcpus: Range<i64>,
    memory_mib: Range<i64>,
    memory_per_vcpu_gib: Range<f64>,
    cpu_manufacturers: Vec<String>,
    generations: Vec<String>,
    allowed: Vec<String>,
    excluded: Vec<String>,
    bare_metal: Wish,
    burstable: Wish,
    local_storage: Wish,
    local_storage_types: Vec<String>,
    local_storage_gb: Range<f64>,
    interfaces: Range<i64>,
    network_gbps: Range<f64>,
    volume_mbps: Range<i64>,
    accelerators: Accelerators,
    hibernation: bool,
    encryption: bool,
}

/// What is required of accelerators.
struct Accelerators {
    count: Range<i64>,
    memory_mib: Range<i64>,
    manufacturers: Vec<String>,
    names: Vec<String>,
    types: Vec<String>,
}

impl Wanted {
    fn read(sent: InstanceRequirementsRequest) -> Result<Wanted, AwsError> {
        let InstanceRequirementsRequest {
            accelerator_count,
            accelerator_manufacturers,
            accelerator_names,
            accelerator_total_memory_mi_b,
            accelerator_types,
            allowed_instance_types,
            bare_metal,
            baseline_ebs_bandwidth_mbps,
            baseline_performance_factors,
            burstable_performance,
            cpu_manufacturers,
            excluded_instance_types,
            instance_generations,
            local_storage,
            local_storage_types,
            // Nothing has a price.
            max_spot_price_as_percentage_of_optimal_on_demand_price: _,
            memory_gi_b_per_v_cpu,
            memory_mi_b,
            network_bandwidth_gbps,
            network_interface_count,
            on_demand_max_price_percentage_over_lowest_price: _,
            require_encryption_in_transit,
            require_hibernate_support,
            spot_max_price_percentage_over_lowest_price: _,
            total_local_storage_gb,
            v_cpu_count,
        } = sent;
        refuse_unsupported(&[("BaselinePerformanceFactors", baseline_performance_factors.is_some())])?;
        if !allowed_instance_types.is_empty() && !excluded_instance_types.is_empty() {
            return Err(AwsError::invalid_parameter_combination(
                "You can't specify both AllowedInstanceTypes and ExcludedInstanceTypes.",
            ));
        }
        check_patterns("AllowedInstanceType", &allowed_instance_types)?;
        check_patterns("ExcludedInstanceType", &excluded_instance_types)?;
        check_words("CpuManufacturer", &cpu_manufacturers, CPU_MANUFACTURERS)?;
        check_words("InstanceGeneration", &instance_generations, GENERATIONS)?;
        check_words("LocalStorageType", &local_storage_types, LOCAL_STORAGE)?;
        check_words("AcceleratorType", &accelerator_types, ACCELERATORS)?;
        check_words("AcceleratorManufacturer", &accelerator_manufacturers, ACCELERATOR_MANUFACTURERS)?;
        check_words("AcceleratorName", &accelerator_names, ACCELERATOR_NAMES)?;
        let vcpus = v_cpu_count.and_then(|it| Some((it.min?, it.max)));
        let vcpus = vcpus.ok_or_else(|| AwsError::missing_parameter("InstanceRequirements.VCpuCount.Min"))?;
        let memory = memory_mi_b.and_then(|it| Some((it.min?, it.max)));
        let memory =
            memory.ok_or_else(|| AwsError::missing_parameter("InstanceRequirements.MemoryMiB.Min"))?;
        let accelerators = Accelerators {
            count: accelerator_count.map_or(Range(None, None), |it| whole(it.min, it.max)),
            memory_mib: accelerator_total_memory_mi_b.map_or(Range(None, None), |it| whole(it.min, it.max)),
            manufacturers: accelerator_manufacturers,
            names: accelerator_names,
            types: accelerator_types,
        };
        Ok(Wanted {
            vcpus: whole(Some(vcpus.0), vcpus.1),
            memory_mib: whole(Some(memory.0), memory.1),
            memory_per_vcpu_gib: memory_gi_b_per_v_cpu.map_or(Range(None, None), |it| Range(it.min, it.max)),
            cpu_manufacturers,
            generations: instance_generations,
            allowed: allowed_instance_types,
            excluded: excluded_instance_types,
            bare_metal: Wish::read("BareMetal", bare_metal.as_deref(), Wish::Excluded)?,
            burstable: Wish::read("BurstablePerformance", burstable_performance.as_deref(), Wish::Excluded)?,
            local_storage: Wish::read("LocalStorage", local_storage.as_deref(), Wish::Included)?,
            local_storage_types,
            local_storage_gb: total_local_storage_gb.map_or(Range(None, None), |it| Range(it.min, it.max)),
            interfaces: network_interface_count.map_or(Range(None, None), |it| whole(it.min, it.max)),
            network_gbps: network_bandwidth_gbps.map_or(Range(None, None), |it| Range(it.min, it.max)),
            volume_mbps: baseline_ebs_bandwidth_mbps.map_or(Range(None, None), |it| whole(it.min, it.max)),
            accelerators,
            hibernation: require_hibernate_support.unwrap_or(false),
            encryption: require_encryption_in_transit.unwrap_or(false),
        })
    }

    fn takes(&self, it: &InstanceType) -> bool {
        let figures = it.figures();
        self.takes_size(it) && self.takes_kind(it, &figures) && self.takes_surroundings(it, &figures)
    }

    fn takes_size(&self, it: &InstanceType) -> bool {
        let memory = i64::try_from(it.memory_mib).unwrap_or(i64::MAX);
        let per_vcpu =
            u32::try_from(it.memory_mib).map_or(f64::MAX, f64::from) / 1024.0 / f64::from(it.vcpus());
        self.vcpus.has(it.vcpus().into())
            && self.memory_mib.has(memory)
            && self.memory_per_vcpu_gib.has(per_vcpu)
    }

    fn takes_kind(&self, it: &InstanceType, figures: &Figures) -> bool {
        let generation = if it.has(Feature::CurrentGeneration) { "current" } else { "previous" };
        is_among(&self.generations, &[generation])
            && is_among(&self.cpu_manufacturers, &[manufacturer(figures.processor.manufacturer)])
            && self.bare_metal.takes(it.has(Feature::BareMetal))
            && self.burstable.takes(it.is_burstable())
            && (self.allowed.is_empty() || self.allowed.iter().any(|pattern| fits(pattern, it.name)))
            && !self.excluded.iter().any(|pattern| fits(pattern, it.name))
            && (!self.hibernation || it.has(Feature::Hibernation))
            && (!self.encryption || it.has(Feature::EncryptionInTransit))
    }

    fn takes_surroundings(&self, it: &InstanceType, figures: &Figures) -> bool {
        let storage = figures.storage;
        let storage_gb = storage.and_then(|it| i32::try_from(it.total_gb()).ok()).map_or(0.0, f64::from);
        let network: f64 = figures.cards.iter().filter_map(|card| card.baseline_gbps).sum();
        let volumes = figures.volumes.speed.map_or(0, |speed| speed.baseline.0);
        self.local_storage.takes(storage.is_some())
            && storage.is_none_or(|it| is_among(&self.local_storage_types, &[it.kind]))
            && self.local_storage_gb.has(storage_gb)
            && self.interfaces.has(i64::try_from(it.interfaces_max).unwrap_or(i64::MAX))
            && self.network_gbps.has(network)
            && self.volume_mbps.has(volumes.into())
            && self.accelerators.takes(&figures.devices)
    }
}

impl Accelerators {
    fn takes(&self, devices: &[Device]) -> bool {
        // What computes for inference is in the table twice: as an accelerator, and as the neuron device that it is.
        let devices: Vec<&Device> = devices.iter().filter(|it| it.kind != "neuron").collect();
        let of = |what: fn(&Device) -> Option<i32>| -> i64 {
            devices.iter().filter_map(|it| what(it)).map(i64::from).sum()
        };
        let kinds: Vec<&str> = devices.iter().map(|it| it.kind).collect();
        let makers: Vec<&str> = devices.iter().map(|it| manufacturer(it.manufacturer)).collect();
        self.count.has(of(|it| it.count))
            && self.memory_mib.has(of(|it| it.total_memory_mib))
            && is_among(&self.types, &kinds)
            && is_among(&self.manufacturers, &makers)
            && (self.names.is_empty()
                || devices.iter().any(|it| self.names.iter().any(|name| is_named(it.name, name))))
    }
}

fn whole(min: Option<i32>, max: Option<i32>) -> Range<i64> {
    Range(min.map(i64::from), max.map(i64::from))
}

/// Whether one of `has` is wanted; everything is when nothing was said.
fn is_among(wanted: &[String], has: &[&str]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| has.contains(&wanted.as_str()))
}

/// A manufacturer as requirements write it.
fn manufacturer(name: &str) -> &str {
    match name {
        "AWS" => "amazon-web-services",
        "AMD" => "amd",
        "Apple" => "apple",
        "Habana" => "habana",
        "Intel" => "intel",
        "NVIDIA" => "nvidia",
        "Xilinx" => "xilinx",
        other => other,
    }
}

/// Whether a device, such as `Virtex UltraScale (VU9P)`, is what requirements call `vu9p`.
fn is_named(device: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let device = device.to_lowercase();
    let words = || device.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words().any(|word| word == name) || words().collect::<Vec<_>>().join("-") == name
}

/// Whether a name fits a pattern, in which an asterisk stands for anything: `m5*.large`.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(left) = name.strip_prefix(start) else { return false };
    (0..=left.len()).filter_map(|from| left.get(from..)).any(|tail| fits(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;

    fn found(more: &[(&str, &str)]) -> Vec<String> {
        let mut parameters = vec![
            ("ArchitectureType.1", "x86_64"),
            ("VirtualizationType.1", "hvm"),
            ("InstanceRequirements.VCpuCount.Min", "2"),
            ("InstanceRequirements.VCpuCount.Max", "2"),
            ("InstanceRequirements.MemoryMiB.Min", "8192"),
            ("InstanceRequirements.MemoryMiB.Max", "8192"),
        ];
        parameters.extend(more);
        Caller::new().ok("GetInstanceTypesFromInstanceRequirements", &parameters).texts("instanceType")
    }

    #[test]
    fn types_are_found_by_what_they_have() {
        let names = found(&[]);
        assert!(names.contains(&"m5.large".to_owned()) && !names.contains(&"t3.large".to_owned()));
        assert!(!names.contains(&"m6g.large".to_owned()), "of another architecture");
        let burstable = found(&[("InstanceRequirements.BurstablePerformance", "required")]);
        assert_eq!(burstable, ["t2.large", "t3.large", "t3a.large"]);
        let old = found(&[("InstanceRequirements.InstanceGeneration.1", "previous")]);
        assert!(old.contains(&"m4.large".to_owned()) && !old.contains(&"m7i.large".to_owned()));
        let allowed = found(&[("InstanceRequirements.AllowedInstanceType.1", "m5*.large")]);
        assert!(allowed.iter().all(|name| name.starts_with("m5")) && !allowed.is_empty());
    }

    #[test]
    fn accelerators_are_found_by_their_names() {
        assert!(
            is_named("Virtex UltraScale (VU9P)", "vu9p") && is_named("Radeon Pro V520", "radeon-pro-v520")
        );
        assert!(!is_named("T4g", "t4"));
        let parameters = [
            ("ArchitectureType.1", "x86_64"),
            ("VirtualizationType.1", "hvm"),
            ("InstanceRequirements.VCpuCount.Min", "4"),
            ("InstanceRequirements.VCpuCount.Max", "4"),
            ("InstanceRequirements.MemoryMiB.Min", "0"),
            ("InstanceRequirements.AcceleratorName.1", "t4"),
        ];
        let found = Caller::new().ok("GetInstanceTypesFromInstanceRequirements", &parameters);
        assert_eq!(found.texts("instanceType"), ["g4dn.xlarge"]);
    }

    #[test]
    fn what_must_be_said_is_asked_for() {
        let refused = Caller::new().refused("GetInstanceTypesFromInstanceRequirements", &[]);
        assert_eq!(refused, "MissingParameter: The request must contain the parameter architectureType");
    }
}
