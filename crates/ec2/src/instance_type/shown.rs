//! An instance type as DescribeInstanceTypes shows it.

use model::instance_type::{Card, Device, Feature, Figures, InstanceType, Speed};

use crate::shapes::*;

/// How long connections are tracked unless an interface says otherwise ("Connection tracking timeouts", EC2 User Guide).
const TCP_ESTABLISHED_S: i32 = 432_000;
const UDP_STREAM_S: i32 = 180;
const UDP_S: i32 = 30;
/// What a type that can weigh its bandwidth can weigh it to.
const BANDWIDTH_WEIGHTINGS: [&str; 3] = ["default", "ebs-1", "vpc-1"];
/// The version of NitroTPM.
const TPM_VERSION: &str = "2.0";

pub(super) fn render(it: &InstanceType) -> InstanceTypeInfo {
    let figures = it.figures();
    InstanceTypeInfo {
        instance_type: text(it.name),
        current_generation: has(it, Feature::CurrentGeneration),
        free_tier_eligible: has(it, Feature::FreeTier),
        supported_usage_classes: texts(&figures.usage_classes),
        supported_root_device_types: texts(&figures.root_devices),
        supported_virtualization_types: texts(&figures.virtualization),
        bare_metal: has(it, Feature::BareMetal),
        hypervisor: it.hypervisor.map(|it| it.name().to_owned()),
        processor_info: Some(processor(it, &figures)),
        v_cpu_info: Some(vcpus(it)),
        memory_info: Some(MemoryInfo { size_in_mi_b: i64::try_from(it.memory_mib).ok() }),
        instance_storage_supported: Some(figures.storage.is_some()),
        instance_storage_info: storage(&figures),
        ebs_info: Some(volumes(&figures)),
        network_info: Some(network(it, &figures)),
        gpu_info: gpu(&figures),
        fpga_info: fpga(&figures),
        inference_accelerator_info: inference(&figures),
        media_accelerator_info: media(&figures),
        neuron_info: neuron(&figures),
        placement_group_info: Some(placement(it)),
        hibernation_supported: has(it, Feature::Hibernation),
        burstable_performance_supported: has(it, Feature::Burstable),
        dedicated_hosts_supported: has(it, Feature::DedicatedHosts),
        auto_recovery_supported: has(it, Feature::AutoRecovery),
        supported_boot_modes: texts(&figures.boot_modes),
        nitro_enclaves_support: support(it, Feature::Enclaves),
        nitro_tpm_support: support(it, Feature::NitroTpm),
        nitro_tpm_info: it
            .has(Feature::NitroTpm)
            .then(|| NitroTpmInfo { supported_versions: vec![TPM_VERSION.to_owned()] }),
        phc_support: support(it, Feature::PtpHardwareClock),
        reboot_migration_support: support(it, Feature::RebootMigration),
        // Only asked for with IncludeUnsupportedInRegion; every type is in every Region here.
        supported_in_region: None,
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn has(it: &InstanceType, feature: Feature) -> Option<bool> {
    Some(it.has(feature))
}

fn support(it: &InstanceType, feature: Feature) -> Option<String> {
    text(if it.has(feature) { "supported" } else { "unsupported" })
}

fn number<T>(value: T) -> Option<i32>
where
    i32: TryFrom<T>,
{
    i32::try_from(value).ok()
}

fn processor(it: &InstanceType, figures: &Figures) -> ProcessorInfo {
    ProcessorInfo {
        manufacturer: text(figures.processor.manufacturer),
        supported_architectures: it.architectures.split(',').map(str::to_owned).collect(),
        supported_features: texts(&figures.processor.features),
        sustained_clock_speed_in_ghz: figures.processor.clock_ghz,
    }
}

fn vcpus(it: &InstanceType) -> VCpuInfo {
    VCpuInfo {
        default_v_cpus: number(it.vcpus()),
        default_cores: number(it.cores),
        default_threads_per_core: number(it.threads_per_core),
        valid_cores: it.valid_cores().into_iter().filter_map(number).collect(),
        valid_threads_per_core: it.valid_threads_per_core().into_iter().filter_map(number).collect(),
    }
}

fn storage(figures: &Figures) -> Option<InstanceStorageInfo> {
    let storage = figures.storage?;
    let disk = DiskInfo {
        count: Some(storage.count),
        size_in_gb: Some(storage.size_gb),
        r#type: text(storage.kind),
    };
    Some(InstanceStorageInfo {
        disks: vec![disk],
        encryption_support: text(storage.encryption),
        nvme_support: text(storage.nvme),
        total_size_in_gb: Some(storage.total_gb()),
    })
}

fn volumes(figures: &Figures) -> EbsInfo {
    let volumes = &figures.volumes;
    let cards = volumes.cards.iter().enumerate();
    EbsInfo {
        attachment_limit_type: text(volumes.attachment_limit),
        ebs_cards: cards.map(|(index, speed)| volume_card(index, *speed)).collect(),
        ebs_optimized_info: volumes.speed.map(|speed| EbsOptimizedInfo {
            baseline_bandwidth_in_mbps: Some(speed.baseline.0),
            baseline_iops: Some(speed.baseline.1),
            baseline_throughput_in_m_bps: Some(speed.baseline.2),
            maximum_bandwidth_in_mbps: Some(speed.maximum.0),
            maximum_iops: Some(speed.maximum.1),
            maximum_throughput_in_m_bps: Some(speed.maximum.2),
        }),
        ebs_optimized_support: text(volumes.optimized),
        encryption_support: text("supported"),
        maximum_ebs_attachments: volumes.attachments_max,
        maximum_ebs_cards: number(volumes.cards.len()).filter(|count| *count > 0),
        nvme_support: text(volumes.nvme),
    }
}

fn volume_card(index: usize, speed: Speed) -> EbsCardInfo {
    EbsCardInfo {
        ebs_card_index: number(index),
        baseline_bandwidth_in_mbps: Some(speed.baseline.0),
        baseline_iops: Some(speed.baseline.1),
        baseline_throughput_in_m_bps: Some(speed.baseline.2),
        maximum_bandwidth_in_mbps: Some(speed.maximum.0),
        maximum_iops: Some(speed.maximum.1),
        maximum_throughput_in_m_bps: Some(speed.maximum.2),
    }
}

fn network(it: &InstanceType, figures: &Figures) -> NetworkInfo {
    let cards = figures.cards.iter().enumerate();
    NetworkInfo {
        network_performance: text(figures.network_performance),
        maximum_network_interfaces: number(it.interfaces_max),
        maximum_network_cards: number(figures.cards.len()),
        default_network_card_index: Some(0),
        network_cards: cards.map(|(index, card)| network_card(index, card)).collect(),
        ipv4_addresses_per_interface: number(it.addresses_per_interface),
        ipv6_addresses_per_interface: number(it.ipv6_addresses_per_interface),
        ipv6_supported: has(it, Feature::Ipv6),
        ena_support: text(figures.ena),
        ena_srd_supported: has(it, Feature::EnaExpress),
        efa_supported: Some(figures.efa_interfaces_max.is_some()),
        efa_info: figures.efa_interfaces_max.map(|max| EfaInfo { maximum_efa_interfaces: Some(max) }),
        encryption_in_transit_supported: has(it, Feature::EncryptionInTransit),
        flexible_ena_queues_support: support(it, Feature::FlexibleEnaQueues),
        bandwidth_weightings: match it.has(Feature::BandwidthWeighting) {
            true => texts(&BANDWIDTH_WEIGHTINGS),
            false => Vec::new(),
        },
        connection_tracking_configuration: Some(DefaultConnectionTrackingConfiguration {
            default_tcp_established_timeout: Some(TCP_ESTABLISHED_S),
            default_udp_stream_timeout: Some(UDP_STREAM_S),
            default_udp_timeout: Some(UDP_S),
        }),
        ..Default::default()
    }
}

fn network_card(index: usize, card: &Card) -> NetworkCardInfo {
    NetworkCardInfo {
        network_card_index: number(index),
        network_performance: text(card.performance),
        maximum_network_interfaces: card.interfaces_max,
        baseline_bandwidth_in_gbps: card.baseline_gbps,
        peak_bandwidth_in_gbps: card.peak_gbps,
        default_ena_queue_count_per_interface: card.default_queues,
        maximum_ena_queue_count: card.queues_max,
        maximum_ena_queue_count_per_interface: card.queues_per_interface_max,
        additional_flexible_network_interfaces: card.flexible_interfaces,
        interface_types: Vec::new(),
    }
}

fn placement(it: &InstanceType) -> PlacementGroupInfo {
    let cluster = it.has(Feature::ClusterPlacement).then_some("cluster");
    let strategies = cluster.into_iter().chain(["partition", "spread"]);
    PlacementGroupInfo { supported_strategies: strategies.map(str::to_owned).collect() }
}

fn devices<'a>(figures: &'a Figures, kind: &str) -> Vec<&'a Device> {
    figures.devices.iter().filter(|device| device.kind == kind).collect()
}

fn gpu(figures: &Figures) -> Option<GpuInfo> {
    let devices = devices(figures, "gpu");
    let render = |it: &&Device| GpuDeviceInfo {
        count: it.count,
        gpu_partition_size: it.partition,
        logical_gpu_count: it.logical_count,
        manufacturer: text(it.manufacturer),
        memory_info: Some(GpuDeviceMemoryInfo { size_in_mi_b: it.memory_mib }),
        name: text(it.name),
        workloads: texts(&it.workloads),
    };
    Some(GpuInfo {
        total_gpu_memory_in_mi_b: devices.first()?.total_memory_mib,
        gpus: devices.iter().map(render).collect(),
    })
}

fn fpga(figures: &Figures) -> Option<FpgaInfo> {
    let devices = devices(figures, "fpga");
    let render = |it: &&Device| FpgaDeviceInfo {
        count: it.count,
        manufacturer: text(it.manufacturer),
        memory_info: Some(FpgaDeviceMemoryInfo { size_in_mi_b: it.memory_mib }),
        name: text(it.name),
    };
    Some(FpgaInfo {
        total_fpga_memory_in_mi_b: devices.first()?.total_memory_mib,
        fpgas: devices.iter().map(render).collect(),
    })
}

fn inference(figures: &Figures) -> Option<InferenceAcceleratorInfo> {
    let devices = devices(figures, "inference");
    let render = |it: &&Device| InferenceDeviceInfo {
        count: it.count,
        manufacturer: text(it.manufacturer),
        memory_info: Some(InferenceDeviceMemoryInfo { size_in_mi_b: it.memory_mib }),
        name: text(it.name),
    };
    Some(InferenceAcceleratorInfo {
        total_inference_memory_in_mi_b: devices.first()?.total_memory_mib,
        accelerators: devices.iter().map(render).collect(),
    })
}

fn media(figures: &Figures) -> Option<MediaAcceleratorInfo> {
    let devices = devices(figures, "media");
    let render = |it: &&Device| MediaDeviceInfo {
        count: it.count,
        manufacturer: text(it.manufacturer),
        memory_info: Some(MediaDeviceMemoryInfo { size_in_mi_b: it.memory_mib }),
        name: text(it.name),
    };
    Some(MediaAcceleratorInfo {
        total_media_memory_in_mi_b: devices.first()?.total_memory_mib,
        accelerators: devices.iter().map(render).collect(),
    })
}

fn neuron(figures: &Figures) -> Option<NeuronInfo> {
    let devices = devices(figures, "neuron");
    let render = |it: &&Device| NeuronDeviceInfo {
        core_info: Some(NeuronDeviceCoreInfo { count: it.cores, version: it.core_version }),
        count: it.count,
        memory_info: Some(NeuronDeviceMemoryInfo { size_in_mi_b: it.memory_mib }),
        name: text(it.name),
    };
    Some(NeuronInfo {
        total_neuron_device_memory_in_mi_b: devices.first()?.total_memory_mib,
        neuron_devices: devices.iter().map(render).collect(),
    })
}
