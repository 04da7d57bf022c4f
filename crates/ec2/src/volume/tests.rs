//! Volumes as people use them.

use crate::testing::Caller;

const ZONE: (&str, &str) = ("AvailabilityZone", "us-west-2a");

fn create(caller: &mut Caller, more: &[(&str, &str)]) -> String {
    caller.ok("CreateVolume", &[&[ZONE], more].concat()).text("volumeId")
}

fn state(caller: &mut Caller, id: &str) -> String {
    caller.ok("DescribeVolumes", &[("VolumeId.1", id)]).text("status")
}

/// An instance in the zone of the volumes.
fn instance(caller: &mut Caller) -> String {
    caller.running(&[("Placement.AvailabilityZone", "us-west-2a")])
}

#[test]
fn a_volume_is_made_attached_detached_and_deleted() {
    let mut caller = Caller::new();
    let made = caller.ok("CreateVolume", &[ZONE, ("Size", "10"), ("VolumeType", "gp3")]);
    assert_eq!((made.text("status"), made.text("iops")), ("creating".into(), "3000".into()));
    let id = made.text("volumeId");
    assert_eq!(state(&mut caller, &id), "available");

    let server = instance(&mut caller);
    let at = [("VolumeId", id.as_str()), ("InstanceId", &server), ("Device", "/dev/sdf")];
    assert_eq!(caller.ok("AttachVolume", &at).text("status"), "attaching");
    assert_eq!(
        caller.refused("AttachVolume", &at),
        format!("VolumeInUse: {id} is already attached to an instance")
    );
    let shown = caller.ok("DescribeVolumes", &[("VolumeId.1", &id)]);
    assert_eq!(
        (shown.texts("status"), shown.text("device")),
        (vec!["attached".into(), "in-use".into()], "/dev/sdf".into())
    );
    assert_eq!(shown.text("deleteOnTermination"), "false");
    let devices = caller.ok("DescribeInstances", &[("InstanceId.1", &server)]).texts("deviceName");
    assert_eq!(devices, ["/dev/xvda", "/dev/sdf"]);
    assert_eq!(
        caller.refused("DeleteVolume", &[("VolumeId", &id)]),
        format!("VolumeInUse: Volume {id} is currently attached to {server}")
    );

    assert_eq!(caller.ok("DetachVolume", &[("VolumeId", &id)]).text("status"), "detaching");
    assert_eq!(
        caller.refused("DetachVolume", &[("VolumeId", &id)]),
        format!("IncorrectState: Volume '{id}' is in the 'available' state.")
    );
    caller.ok("DeleteVolume", &[("VolumeId", &id)]);
    assert_eq!(
        caller.refused("DescribeVolumes", &[("VolumeId.1", &id)]),
        format!("InvalidVolume.NotFound: The volume '{id}' does not exist.")
    );
}

#[test]
fn a_volume_and_its_instance_are_in_one_zone_and_its_device_is_free() {
    let mut caller = Caller::new();
    let server = instance(&mut caller);
    let far =
        caller.ok("CreateVolume", &[("AvailabilityZone", "us-west-2b"), ("Size", "1")]).text("volumeId");
    let attach = |caller: &mut Caller, id: &str, device: &str| {
        caller.refused("AttachVolume", &[("VolumeId", id), ("InstanceId", &server), ("Device", device)])
    };
    assert_eq!(
        attach(&mut caller, &far, "/dev/sdf"),
        format!(
            "InvalidVolume.ZoneMismatch: The volume '{far}' is not in the same availability zone as instance '{server}'"
        )
    );
    let near = create(&mut caller, &[("Size", "1")]);
    assert_eq!(
        attach(&mut caller, &near, "/dev/sda1"),
        "InvalidParameterValue: Invalid value '/dev/sda1' for unixDevice. Attachment point /dev/sda1 is already in use"
    );
    assert_eq!(
        attach(&mut caller, &near, "/dev/sdk1"),
        "InvalidParameterValue: Value (/dev/sdk1) for parameter device is invalid. /dev/sdk1 is not a valid EBS device \
         name."
    );
}

#[test]
fn a_root_volume_is_detached_only_from_a_stopped_instance_which_then_cannot_start() {
    let mut caller = Caller::new();
    let server = instance(&mut caller);
    let root = caller.ok("DescribeVolumes", &[]).text("volumeId");
    assert_eq!(
        caller.refused("DetachVolume", &[("VolumeId", &root)]),
        format!("IncorrectState: Unable to detach root volume '{root}' from instance '{server}'")
    );
    caller.ok("StopInstances", &[("InstanceId.1", &server)]);
    caller.settle();
    caller.ok("DetachVolume", &[("VolumeId", &root), ("InstanceId", &server)]);
    assert_eq!(
        caller.refused("StartInstances", &[("InstanceId.1", &server)]),
        format!(
            "InvalidParameterValue: Invalid value '{server}' for instanceId. Instance does not have a volume attached at \
             root (/dev/xvda)"
        )
    );
    caller.ok("AttachVolume", &[("VolumeId", &root), ("InstanceId", &server), ("Device", "/dev/xvda")]);
    caller.ok("StartInstances", &[("InstanceId.1", &server)]);
}

#[test]
fn what_is_to_stay_is_available_after_termination_and_the_rest_is_gone() {
    let mut caller = Caller::new();
    let server = caller.running(&[
        ("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"),
        ("BlockDeviceMapping.2.DeviceName", "/dev/sdf"),
        ("BlockDeviceMapping.2.Ebs.VolumeSize", "20"),
        ("BlockDeviceMapping.3.DeviceName", "/dev/sdg"),
        ("BlockDeviceMapping.3.Ebs.VolumeSize", "30"),
        ("BlockDeviceMapping.4.DeviceName", "/dev/sdh"),
        ("BlockDeviceMapping.4.VirtualName", "ephemeral0"),
    ]);
    caller.ok(
        "ModifyInstanceAttribute",
        &[
            ("InstanceId", &server),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sdg"),
            ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"),
        ],
    );
    assert_eq!(caller.ok("DescribeVolumes", &[]).texts("size").len(), 3);
    caller.ok("TerminateInstances", &[("InstanceId.1", &server)]);
    caller.settle();
    let left = caller.ok("DescribeVolumes", &[]);
    let mut sizes = left.texts("size");
    sizes.sort();
    assert_eq!((left.texts("status"), sizes), (vec!["available".into(); 2], vec!["30".into(), "8".into()]));
}

#[test]
fn devices_of_a_launch_are_checked_as_volumes_are() {
    let mut caller = Caller::new();
    let device = ("BlockDeviceMapping.1.DeviceName", "/dev/sdf");
    assert_eq!(
        caller.refused_launch(&[device, ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3")]),
        "MissingParameter: The request must contain the parameter size or snapshotId"
    );
    let size = ("BlockDeviceMapping.1.Ebs.VolumeSize", "10");
    assert_eq!(
        caller.refused_launch(&[device, size, ("BlockDeviceMapping.1.Ebs.Iops", "100")]),
        "InvalidParameterCombination: The parameter iops is not supported for gp2 volumes."
    );
    let twice = [
        device,
        size,
        ("BlockDeviceMapping.2.DeviceName", "/dev/xvdf"),
        ("BlockDeviceMapping.2.Ebs.VolumeSize", "10"),
    ];
    assert_eq!(
        caller.refused_launch(&twice),
        "InvalidBlockDeviceMapping: The device '/dev/xvdf' is used in more than one block-device mapping"
    );
    let root = [("BlockDeviceMapping.1.DeviceName", "/dev/xvda"), ("BlockDeviceMapping.1.NoDevice", "")];
    assert!(caller.refused_launch(&root).starts_with("InvalidBlockDeviceMapping: "));
    assert!(caller.ok("DescribeVolumes", &[]).texts("volumeId").is_empty(), "nothing is left of them");
}

#[test]
fn an_encrypted_volume_names_its_key() {
    let mut caller = Caller::new();
    let id = create(&mut caller, &[("Size", "1"), ("Encrypted", "true")]);
    let shown = caller.ok("DescribeVolumes", &[("VolumeId.1", &id)]);
    assert_eq!(shown.text("encrypted"), "true");
    let own = shown.text("kmsKeyId");
    assert!(own.starts_with("arn:aws:kms:us-west-2:123456789012:key/"), "{own}");
    let named = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let id = create(&mut caller, &[("Size", "1"), ("Encrypted", "true"), ("KmsKeyId", named)]);
    let shown = caller.ok("DescribeVolumes", &[("VolumeId.1", &id)]).text("kmsKeyId");
    assert_eq!(shown, format!("arn:aws:kms:us-west-2:123456789012:key/{named}"));
    assert_eq!(
        caller.refused("CreateVolume", &[ZONE, ("Size", "1"), ("KmsKeyId", named)]),
        "InvalidParameterDependency: The parameter KmsKeyId requires the parameter Encrypted to be set."
    );
    let alias = [ZONE, ("Size", "1"), ("Encrypted", "true"), ("KmsKeyId", "alias/mine")];
    assert!(caller.refused("CreateVolume", &alias).starts_with("UnsupportedOperation: "));
}

#[test]
fn what_cannot_be_made_is_refused_in_awss_words() {
    let mut caller = Caller::new();
    for (parameters, refusal) in [
        (&[][..], "MissingParameter: The request must contain the parameter size/snapshot"),
        (
            &[("Size", "1"), ("VolumeType", "gp9")][..],
            "UnknownVolumeType: Unsupported volume type 'gp9' for volume creation.",
        ),
        (
            &[("Size", "100"), ("VolumeType", "io1"), ("Iops", "8000")][..],
            "InvalidParameterValue: Iops to volume size ratio of 80.000000 is too high; maximum is 50",
        ),
        (
            &[("Size", "100"), ("VolumeType", "gp3"), ("Throughput", "1000")][..],
            "InvalidParameterValue: Throughput (MiBps) to iops ratio of 0.333333 is too high; maximum is 0.250000 MiBps per \
             iops",
        ),
        (
            &[("Size", "16385")][..],
            "InvalidParameterValue: Volume of 16385GiB is too large for volume type gp2; maximum is 16384GiB",
        ),
        (
            &[("Size", "-1")][..],
            "InvalidParameterValue: Value (-1) for parameter size is invalid. Value must be a positive integer.",
        ),
        (
            &[("SnapshotId", "snap-00000001")][..],
            "InvalidSnapshot.NotFound: The snapshot 'snap-00000001' does not exist.",
        ),
    ] {
        assert_eq!(caller.refused("CreateVolume", &[&[ZONE], parameters].concat()), refusal);
    }
    assert_eq!(
        caller.refused("CreateVolume", &[("AvailabilityZone", "us-east-1a"), ("Size", "1")]),
        "InvalidZone.NotFound: The zone 'us-east-1a' does not exist."
    );
}

#[test]
fn fifty_tebibytes_of_a_type_are_the_most() {
    let mut caller = Caller::new();
    for _ in 0..3 {
        create(&mut caller, &[("Size", "16384")]);
    }
    create(&mut caller, &[("Size", "2048")]);
    assert_eq!(
        caller.refused("CreateVolume", &[ZONE, ("Size", "1")]),
        "VolumeLimitExceeded: You have exceeded your maximum gp2 storage limit of 50 TiB in this region. Please contact AWS \
         Support to request an Elastic Block Store service limit increase."
    );
    create(&mut caller, &[("Size", "1"), ("VolumeType", "gp3")]);
}

#[test]
fn a_volume_grows_and_changes_its_type_four_times_a_day() {
    let mut caller = Caller::new();
    let id = create(&mut caller, &[("Size", "100")]);
    assert_eq!(
        caller.refused("DescribeVolumesModifications", &[("VolumeId.1", &id)]),
        format!("InvalidVolumeModification.NotFound: Modification for volume '{id}' does not exist.")
    );
    assert!(caller.ok("DescribeVolumesModifications", &[]).texts("volumeId").is_empty());
    let send = |caller: &mut Caller, more: &[(&str, &str)]| {
        caller.send("ModifyVolume", &[&[("VolumeId", id.as_str())], more].concat())
    };
    let begun = send(&mut caller, &[("Size", "200"), ("VolumeType", "gp3")]).unwrap();
    assert!(begun.contains("<modificationState>modifying</modificationState>"), "{begun}");
    let shown = caller.ok("DescribeVolumesModifications", &[("VolumeId.1", &id)]);
    assert_eq!((shown.text("modificationState"), shown.text("progress")), ("completed".into(), "100".into()));
    assert_eq!((shown.text("originalIops"), shown.text("targetIops")), ("300".into(), "3000".into()));
    assert_eq!((shown.text("originalSize"), shown.text("targetThroughput")), ("100".into(), "125".into()));
    assert!(send(&mut caller, &[("Size", "100")]).is_err(), "it does not shrink");
    for size in ["201", "202", "203"] {
        send(&mut caller, &[("Size", size)]).unwrap();
    }
    let refused = send(&mut caller, &[("Size", "204")]).unwrap_err();
    assert_eq!(refused.code, "VolumeModificationRateExceeded");
    caller.call.now = caller.call.now + std::time::Duration::from_secs(24 * 60 * 60);
    send(&mut caller, &[("Size", "204")]).unwrap();
}

#[test]
fn several_instances_share_a_volume_of_provisioned_iops() {
    let mut caller = Caller::new();
    let refused = caller.refused("CreateVolume", &[ZONE, ("Size", "4"), ("MultiAttachEnabled", "true")]);
    assert_eq!(
        refused,
        "InvalidParameterCombination: The parameter multi-attach-enabled is not supported for gp2 volumes."
    );
    let io2 = [("Size", "4"), ("VolumeType", "io2"), ("Iops", "100"), ("MultiAttachEnabled", "true")];
    let id = create(&mut caller, &io2);
    let servers = [instance(&mut caller), instance(&mut caller)];
    for server in &servers {
        caller.ok("AttachVolume", &[("VolumeId", &id), ("InstanceId", server), ("Device", "/dev/sdf")]);
    }
    assert!(caller.refused("DetachVolume", &[("VolumeId", &id)]).starts_with("MissingParameter: "));
    caller.ok("DetachVolume", &[("VolumeId", &id), ("InstanceId", &servers[0])]);
    let left = caller.ok("DescribeVolumes", &[("VolumeId.1", &id)]).texts("instanceId");
    assert_eq!(left, [servers[1].clone()]);
}

#[test]
fn status_and_attributes_are_those_of_a_volume_that_is_well() {
    let mut caller = Caller::new();
    let id = create(&mut caller, &[("Size", "1")]);
    let shown = caller.ok("DescribeVolumeStatus", &[("VolumeId.1", &id)]);
    assert_eq!(shown.texts("status"), ["passed", "not-applicable", "ok"]);
    assert_eq!(
        caller.refused("DescribeVolumeStatus", &[("VolumeId.1", &id), ("MaxResults", "5")]),
        "InvalidParameterCombination: The parameter volumeSet cannot be used with the parameter maxResults"
    );
    caller.ok("ModifyVolumeAttribute", &[("VolumeId", &id), ("AutoEnableIO.Value", "true")]);
    let attribute = [("VolumeId", id.as_str()), ("Attribute", "autoEnableIO")];
    assert_eq!(caller.ok("DescribeVolumeAttribute", &attribute).text("value"), "true");
    caller.ok("EnableVolumeIO", &[("VolumeId", &id)]);
    assert_eq!(
        caller.refused("EnableVolumeIO", &[("VolumeId", "vol-1")]),
        "InvalidParameterValue: Value (vol-1) for parameter volumeId is invalid. Expected: 'vol-...'."
    );
}

#[test]
fn a_volume_has_tags_and_is_found_by_them() {
    let mut caller = Caller::new();
    let id = create(
        &mut caller,
        &[
            ("Size", "1"),
            ("TagSpecification.1.ResourceType", "volume"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "data"),
        ],
    );
    create(&mut caller, &[("Size", "1")]);
    let found = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "data")];
    assert_eq!(caller.ok("DescribeVolumes", &found).texts("volumeId"), std::slice::from_ref(&id));
    caller.ok("CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", "tier"), ("Tag.1.Value", "db")]);
    let tags = caller.ok("DescribeTags", &[("Filter.1.Name", "resource-id"), ("Filter.1.Value.1", &id)]);
    assert_eq!(tags.texts("key"), ["Name", "tier"]);
}
