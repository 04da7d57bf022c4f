//! What AWS says when a change of volumes is refused.

use awsproto::AwsError;
use model::refusal::{CapacityRefusal, VolumeRefusal};

use super::invalid;

pub(super) fn refused(refusal: VolumeRefusal) -> AwsError {
    use VolumeRefusal::*;
    match refusal {
        Capacity(refusal) => of_capacity(refusal),
        ModifiedTooOften(_) => AwsError::new(
            "VolumeModificationRateExceeded",
            "You've reached the maximum modification rate per volume limit. Wait until 24 hours have passed since the \
             first of the last four modifications of the volume.",
        ),
        StorageFull(volume_type, max) => AwsError::new(
            "VolumeLimitExceeded",
            format!(
                "You have exceeded your maximum {} storage limit of {max} TiB in this region. Please contact AWS Support \
                 to request an Elastic Block Store service limit increase.",
                volume_type.name()
            ),
        ),
        Attached(volume, instance) => {
            AwsError::new("VolumeInUse", format!("Volume {volume} is currently attached to {instance}"))
        }
        InUse(volume) => AwsError::new("VolumeInUse", format!("{volume} is already attached to an instance")),
        AttachmentsReached(volume, max) => AwsError::new(
            "AttachmentLimitExceeded",
            format!("{volume} cannot be attached to more than {max} instances"),
        ),
        VolumesReached(instance, max) => AwsError::new(
            "AttachmentLimitExceeded",
            format!("{instance} cannot have more than {max} volumes attached"),
        ),
        OtherZone(volume, instance) => AwsError::new(
            "InvalidVolume.ZoneMismatch",
            format!("The volume '{volume}' is not in the same availability zone as instance '{instance}'"),
        ),
        InstanceNotReady(instance) => {
            AwsError::new("IncorrectState", format!("Instance '{instance}' is not 'running'."))
        }
        DeviceName(device) => {
            let reason = format!("{device} is not a valid EBS device name.");
            AwsError::invalid_value("device", &device, &reason)
        }
        DeviceTaken(device) => invalid(format!(
            "Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
        )),
        Available(volume) => {
            AwsError::new("IncorrectState", format!("Volume '{volume}' is in the 'available' state."))
        }
        NotAttached(volume, instance, device) => {
            let to = instance.map(|it| format!(" to instance '{it}'")).unwrap_or_default();
            let at = device.map(|it| format!(" as device '{it}'")).unwrap_or_default();
            AwsError::new(
                "InvalidAttachment.NotFound",
                format!("The volume '{volume}' is not attached{to}{at}."),
            )
        }
        WhichInstance(_) => AwsError::missing_parameter("instanceId"),
        Root(volume, instance) => AwsError::new(
            "IncorrectState",
            format!("Unable to detach root volume '{volume}' from instance '{instance}'"),
        ),
        NoRoot(instance, device) => invalid(format!(
            "Invalid value '{instance}' for instanceId. Instance does not have a volume attached at root ({device})"
        )),
        NoDevice(_, device) => AwsError::new(
            "InvalidInstanceAttributeValue",
            format!("No device is currently mapped at {device}"),
        ),
    }
}

/// What a volume cannot be.
fn of_capacity(refusal: CapacityRefusal) -> AwsError {
    use CapacityRefusal::*;
    let combination = |message: String| AwsError::invalid_parameter_combination(message);
    match refusal {
        TooSmall { volume_type, size_gib, min } => {
            let name = volume_type.name();
            invalid(format!(
                "The volume size is invalid for {name} volumes: {size_gib} GiB. {name} volumes must be at least {min} GiB \
                 in size. Please specify a volume size above the minimum limit."
            ))
        }
        TooLarge { volume_type, size_gib, max } => invalid(format!(
            "Volume of {size_gib}GiB is too large for volume type {}; maximum is {max}GiB",
            volume_type.name()
        )),
        IopsMissing(it) => {
            combination(format!("The parameter iops must be specified for {} volumes.", it.name()))
        }
        IopsUnsupported(it) => {
            combination(format!("The parameter iops is not supported for {} volumes.", it.name()))
        }
        IopsTooLow { iops, min } => invalid(format!("Volume iops of {iops} is too low; minimum is {min}.")),
        IopsTooHigh { iops, max } => invalid(format!("Volume iops of {iops} is too high; maximum is {max}.")),
        IopsRatio { iops, size_gib, max } => invalid(format!(
            "Iops to volume size ratio of {:.6} is too high; maximum is {max}",
            f64::from(iops) / f64::from(size_gib)
        )),
        ThroughputUnsupported(it) => {
            combination(format!("The throughput parameter is not supported for {} volumes.", it.name()))
        }
        ThroughputTooLow { mibps, min } => {
            invalid(format!("Volume throughput of {mibps} is too low; minimum is {min}."))
        }
        ThroughputTooHigh { mibps, max } => {
            invalid(format!("Volume throughput of {mibps} is too high; maximum is {max}."))
        }
        ThroughputRatio { mibps, iops } => invalid(format!(
            "Throughput (MiBps) to iops ratio of {:.6} is too high; maximum is 0.250000 MiBps per iops",
            f64::from(mibps) / f64::from(iops)
        )),
        MultiAttachUnsupported(it) => combination(format!(
            "The parameter multi-attach-enabled is not supported for {} volumes.",
            it.name()
        )),
        SmallerThanSnapshot { size_gib, snapshot, min } => invalid(format!(
            "Volume of size {size_gib}GB is smaller than snapshot '{snapshot}', expect size >= {min}GB"
        )),
        Shrinks { size_gib, now } => invalid(format!(
            "New size cannot be smaller than existing size: {size_gib} GiB, and it has {now} GiB."
        )),
    }
}
