//! What is shown of an instance type and decides nothing: DescribeInstanceTypes (EC2 API Reference).

use super::cells::{Cells, repeated};

/// What is shown of an instance type. Texts are AWS's own, empty where AWS shows nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Its processors.
    pub processor: Processor,
    /// How it can boot.
    pub boot_modes: Vec<&'static str>,
    /// Where root devices can be.
    pub root_devices: Vec<&'static str>,
    /// How it can be paid for.
    pub usage_classes: Vec<&'static str>,
    /// How it can be virtualised.
    pub virtualization: Vec<&'static str>,
    /// What there is about volumes.
    pub volumes: Volumes,
    /// How fast the network is said to be.
    pub network_performance: &'static str,
    /// `required`, `supported` or `unsupported`.
    pub ena: &'static str,
    /// How many Elastic Fabric Adapters there can be, where there can be any.
    pub efa_interfaces_max: Option<i32>,
    /// Network cards.
    pub cards: Vec<Card>,
    /// Disks of its own.
    pub storage: Option<Storage>,
    /// Graphics processors, and other devices that compute.
    pub devices: Vec<Device>,
}

/// The processors of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Processor {
    /// Who makes them.
    pub manufacturer: &'static str,
    /// Sustained clock.
    pub clock_ghz: Option<f64>,
    /// What they can do besides.
    pub features: Vec<&'static str>,
}

/// Volumes of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Volumes {
    /// Whether volumes have a limit of their own, or share it with interfaces.
    pub attachment_limit: &'static str,
    /// `default`, `supported` or `unsupported`.
    pub optimized: &'static str,
    /// `required`, `supported` or `unsupported`.
    pub nvme: &'static str,
    /// How many can be attached.
    pub attachments_max: Option<i32>,
    /// How fast optimized ones are together.
    pub speed: Option<Speed>,
    /// Cards, where there are several.
    pub cards: Vec<Speed>,
}

/// How fast volumes can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Always: Mbps, operations a second, MB/s.
    pub baseline: (i32, i32, f64),
    /// For a while.
    pub maximum: (i32, i32, f64),
}

/// A network card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Card {
    /// How fast it is said to be.
    pub performance: &'static str,
    /// Interfaces.
    pub interfaces_max: Option<i32>,
    /// Always.
    pub baseline_gbps: Option<f64>,
    /// For a while.
    pub peak_gbps: Option<f64>,
    /// Queues of an interface unless asked for others.
    pub default_queues: Option<i32>,
    /// Queues of all interfaces.
    pub queues_max: Option<i32>,
    /// Queues of one interface.
    pub queues_per_interface_max: Option<i32>,
    /// Interfaces that can be of another kind.
    pub flexible_interfaces: Option<i32>,
}

/// Disks that come and go with the instance. Instances here have none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage {
    /// How many.
    pub count: i32,
    /// Of what size each.
    pub size_gb: i64,
    /// `ssd` or `hdd`.
    pub kind: &'static str,
    /// `required` or `unsupported`.
    pub encryption: &'static str,
    /// `required` or `unsupported`.
    pub nvme: &'static str,
}

/// A kind of device that computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// `gpu`, `fpga`, `inference`, `media` or `neuron`.
    pub kind: &'static str,
    /// Memory of all.
    pub total_memory_mib: Option<i32>,
    /// How many.
    pub count: Option<i32>,
    /// Who makes it.
    pub manufacturer: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Memory of each.
    pub memory_mib: Option<i32>,
    /// Which part of one an instance has.
    pub partition: Option<f64>,
    /// How many there seem to be.
    pub logical_count: Option<i32>,
    /// What for.
    pub workloads: Vec<&'static str>,
    /// Cores of each.
    pub cores: Option<i32>,
    /// Version of the cores.
    pub core_version: Option<i32>,
}

impl Figures {
    /// Reads the rest of a line.
    pub(super) fn read(line: &'static str) -> Figures {
        let mut cells = Cells::between(line, '\t');
        let processor = Processor::read(Cells::between(cells.text(), '|'));
        let [boot_modes, root_devices, usage_classes, virtualization] = [(); 4].map(|()| cells.list());
        let volumes = Volumes::read(&mut cells);
        let mut network = Cells::between(cells.text(), '|');
        Figures {
            processor,
            boot_modes,
            root_devices,
            usage_classes,
            virtualization,
            volumes,
            network_performance: network.text(),
            ena: network.text(),
            efa_interfaces_max: network.maybe(),
            cards: repeated(cells.text(), Card::read),
            storage: Storage::read(cells.text()),
            devices: repeated(cells.text(), Device::read),
        }
    }
}

impl Processor {
    fn read(mut cells: Cells) -> Processor {
        Processor { manufacturer: cells.text(), clock_ghz: cells.maybe(), features: cells.list() }
    }
}

impl Volumes {
    fn read(cells: &mut Cells) -> Volumes {
        let mut support = Cells::between(cells.text(), '|');
        Volumes {
            attachment_limit: support.text(),
            optimized: support.text(),
            nvme: support.text(),
            attachments_max: support.maybe(),
            speed: repeated(cells.text(), Speed::read).first().copied(),
            cards: repeated(cells.text(), Speed::read),
        }
    }
}

impl Speed {
    fn read(cells: &mut Cells) -> Speed {
        let mut three = || (cells.number(), cells.number(), cells.number());
        Speed { baseline: three(), maximum: three() }
    }
}

impl Card {
    fn read(cells: &mut Cells) -> Card {
        Card {
            performance: cells.text(),
            interfaces_max: cells.maybe(),
            baseline_gbps: cells.maybe(),
            peak_gbps: cells.maybe(),
            default_queues: cells.maybe(),
            queues_max: cells.maybe(),
            queues_per_interface_max: cells.maybe(),
            flexible_interfaces: cells.maybe(),
        }
    }
}

impl Storage {
    fn read(text: &'static str) -> Option<Storage> {
        let mut cells = Cells::between(text, '|');
        let read = |cells: &mut Cells| Storage {
            count: cells.number(),
            size_gb: cells.number(),
            kind: cells.text(),
            encryption: cells.text(),
            nvme: cells.text(),
        };
        (!text.is_empty()).then(|| read(&mut cells))
    }

    /// Of all disks together.
    pub fn total_gb(&self) -> i64 {
        i64::from(self.count) * self.size_gb
    }
}

impl Device {
    fn read(cells: &mut Cells) -> Device {
        Device {
            kind: cells.text(),
            total_memory_mib: cells.maybe(),
            count: cells.maybe(),
            manufacturer: cells.text(),
            name: cells.text(),
            memory_mib: cells.maybe(),
            partition: cells.maybe(),
            logical_count: cells.maybe(),
            workloads: cells.list(),
            cores: cells.maybe(),
            core_version: cells.maybe(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::InstanceType;

    #[test]
    fn every_line_has_what_aws_always_shows() {
        for it in InstanceType::all() {
            let figures = it.figures();
            assert!(!figures.processor.manufacturer.is_empty(), "{}", it.name);
            assert!(
                figures.virtualization.contains(&"hvm") && figures.root_devices.contains(&"ebs"),
                "{}",
                it.name
            );
            let on_cards: i32 = figures.cards.iter().filter_map(|card| card.interfaces_max).sum();
            assert_eq!(usize::try_from(on_cards), Ok(it.interfaces_max), "{}", it.name);
            assert!(figures.volumes.attachments_max.is_some(), "{}", it.name);
        }
    }

    #[test]
    fn a_type_with_everything_is_read_whole() {
        let figures = InstanceType::find("p4d.24xlarge").unwrap().figures();
        assert_eq!(figures.cards.len(), 4);
        assert_eq!(figures.storage.map(|it| (it.count, it.total_gb(), it.kind)), Some((8, 8000, "ssd")));
        let device = figures.devices.first().unwrap();
        assert_eq!((device.kind, device.name, device.total_memory_mib), ("gpu", "A100", Some(327_680)));
        let speed = figures.volumes.speed.unwrap();
        assert_eq!((speed.baseline, speed.maximum), ((19_000, 80_000, 2375.0), (19_000, 80_000, 2375.0)));
        assert_eq!(InstanceType::find("m8gb.48xlarge").unwrap().figures().volumes.cards.len(), 2);
        assert_eq!(InstanceType::find("t2.micro").unwrap().figures().volumes.speed, None);
    }
}
