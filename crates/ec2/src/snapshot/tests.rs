//! Snapshots as people use them.

use crate::testing::Caller;

const ZONE: (&str, &str) = ("AvailabilityZone", "us-west-2a");

fn volume(caller: &mut Caller, more: &[(&str, &str)]) -> String {
    caller.ok("CreateVolume", &[&[ZONE, ("Size", "10")], more].concat()).text("volumeId")
}

fn snapshot(caller: &mut Caller, volume: &str) -> String {
    caller.ok("CreateSnapshot", &[("VolumeId", volume)]).text("snapshotId")
}

fn with_account(caller: &mut Caller, account: &str) {
    caller.call.scope.account = account.parse().unwrap();
}

#[test]
fn a_snapshot_is_taken_described_and_deleted() {
    let mut caller = Caller::new();
    let volume = volume(&mut caller, &[]);
    let tags = [
        ("VolumeId", volume.as_str()),
        ("Description", "before the change"),
        ("TagSpecification.1.ResourceType", "snapshot"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "kept"),
    ];
    let made = caller.ok("CreateSnapshot", &tags);
    assert_eq!((made.text("status"), made.text("volumeSize")), ("pending".into(), "10".into()));
    let id = made.text("snapshotId");
    let shown =
        caller.ok("DescribeSnapshots", &[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "kept")]);
    assert_eq!((shown.text("snapshotId"), shown.text("status")), (id.clone(), "completed".into()));
    assert_eq!((shown.text("progress"), shown.text("ownerId")), ("100%".into(), "123456789012".into()));
    assert_eq!((shown.text("volumeId"), shown.text("storageTier")), (volume.clone(), "standard".into()));
    caller.ok("DeleteVolume", &[("VolumeId", &volume)]);
    assert_eq!(
        caller.ok("DescribeSnapshots", &[("SnapshotId.1", &id)]).text("description"),
        "before the change"
    );
    caller.ok("DeleteSnapshot", &[("SnapshotId", &id)]);
    let gone = format!("InvalidSnapshot.NotFound: The snapshot '{id}' does not exist.");
    assert_eq!(caller.refused("DescribeSnapshots", &[("SnapshotId.1", &id)]), gone);
    assert_eq!(caller.refused("DeleteSnapshot", &[("SnapshotId", &id)]), gone);
    assert_eq!(
        caller.refused("CreateSnapshot", &[("VolumeId", &volume)]),
        format!("InvalidVolume.NotFound: The volume '{volume}' does not exist.")
    );
}

#[test]
fn a_volume_of_a_snapshot_is_at_least_of_its_size_and_encrypted_as_it() {
    let mut caller = Caller::new();
    let encrypted = volume(&mut caller, &[("Encrypted", "true")]);
    let id = snapshot(&mut caller, &encrypted);
    let made = caller.ok("CreateVolume", &[ZONE, ("SnapshotId", &id)]);
    assert_eq!((made.text("size"), made.text("encrypted")), ("10".into(), "true".into()));
    assert_eq!(caller.ok("CreateVolume", &[ZONE, ("SnapshotId", &id), ("Size", "20")]).text("size"), "20");
    assert_eq!(
        caller.refused("CreateVolume", &[ZONE, ("SnapshotId", &id), ("Size", "5")]),
        format!(
            "InvalidParameterValue: Volume of size 5GB is smaller than snapshot '{id}', expect size >= 10GB"
        )
    );
    let server = caller.running(&[
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
        ("BlockDeviceMapping.1.Ebs.SnapshotId", &id),
    ]);
    let at = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", server.as_str())];
    assert!(caller.ok("DescribeVolumes", &at).texts("snapshotId").contains(&id));
}

#[test]
fn all_volumes_of_an_instance_are_taken_at_once() {
    let mut caller = Caller::new();
    let data =
        [("BlockDeviceMapping.1.DeviceName", "/dev/sdf"), ("BlockDeviceMapping.1.Ebs.VolumeSize", "3")];
    let tagged = [
        ("TagSpecification.1.ResourceType", "volume"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "web"),
    ];
    let server = caller.running(&[data.as_slice(), &tagged].concat());
    let of = ("InstanceSpecification.InstanceId", server.as_str());
    let taken = caller.ok("CreateSnapshots", &[of, ("CopyTagsFromSource", "volume")]);
    assert_eq!(
        (taken.texts("volumeSize"), taken.texts("value")),
        (vec!["8".into(), "3".into()], vec!["web".into(); 2])
    );
    let without_root = [of, ("InstanceSpecification.ExcludeBootVolume", "true")];
    assert_eq!(caller.ok("CreateSnapshots", &without_root).texts("volumeSize"), ["3"]);
    let root = taken.text("volumeId");
    let excluded = [of, ("InstanceSpecification.ExcludeDataVolumeId.1", root.as_str())];
    assert!(caller.refused("CreateSnapshots", &excluded).contains("boot volume"));
}

#[test]
fn a_snapshot_is_shared_with_accounts_or_everybody_and_only_then_seen() {
    let mut caller = Caller::new();
    let volume = volume(&mut caller, &[]);
    let id = snapshot(&mut caller, &volume);
    let other = "210987654321";
    let share = |caller: &mut Caller, operation: &str, more: (&str, &str)| {
        let attribute = ("Attribute", "createVolumePermission");
        caller.ok(
            "ModifySnapshotAttribute",
            &[("SnapshotId", &id), attribute, ("OperationType", operation), more],
        );
    };
    let sees = |caller: &mut Caller| {
        with_account(caller, other);
        let shared = [("Filter.1.Name", "owner-id"), ("Filter.1.Value.1", "123456789012")];
        let seen = caller.ok("DescribeSnapshots", &shared).texts("snapshotId");
        with_account(caller, "123456789012");
        seen.len()
    };
    assert_eq!(sees(&mut caller), 0);
    share(&mut caller, "add", ("UserId.1", other));
    assert_eq!(sees(&mut caller), 1);
    let shown = caller
        .ok("DescribeSnapshotAttribute", &[("SnapshotId", &id), ("Attribute", "createVolumePermission")]);
    assert_eq!(shown.text("userId"), other);
    with_account(&mut caller, other);
    assert_eq!(caller.ok("CreateVolume", &[ZONE, ("SnapshotId", &id)]).text("snapshotId"), id);
    let refused = caller.refused("DeleteSnapshot", &[("SnapshotId", &id)]);
    assert!(refused.starts_with("InvalidSnapshot.NotFound"), "{refused}");
    with_account(&mut caller, "123456789012");
    share(&mut caller, "remove", ("UserId.1", other));
    assert_eq!(sees(&mut caller), 0);
    share(&mut caller, "add", ("UserGroup.1", "all"));
    assert_eq!(sees(&mut caller), 1);
    let all = [("RestorableBy.1", "all"), ("Owner.1", "self")];
    assert_eq!(caller.ok("DescribeSnapshots", &all).texts("snapshotId"), std::slice::from_ref(&id));
    caller.ok("EnableSnapshotBlockPublicAccess", &[("State", "block-all-sharing")]);
    assert_eq!(sees(&mut caller), 0, "public snapshots are treated as private");
    caller.ok("DisableSnapshotBlockPublicAccess", &[]);
    caller.ok("ResetSnapshotAttribute", &[("SnapshotId", &id), ("Attribute", "createVolumePermission")]);
    assert_eq!(sees(&mut caller), 0);
}

#[test]
fn what_is_encrypted_or_blocked_is_not_made_public() {
    let mut caller = Caller::new();
    let encrypted = volume(&mut caller, &[("Encrypted", "true")]);
    let id = snapshot(&mut caller, &encrypted);
    let public = ("CreateVolumePermission.Add.1.Group", "all");
    assert_eq!(
        caller.refused("ModifySnapshotAttribute", &[("SnapshotId", &id), public]),
        "OperationNotPermitted: Encrypted snapshots cannot be shared publicly"
    );
    let account = ("CreateVolumePermission.Add.1.UserId", "210987654321");
    assert_eq!(
        caller.refused("ModifySnapshotAttribute", &[("SnapshotId", &id), account]),
        "OperationNotPermitted: Encrypted snapshots with EBS default key cannot be shared"
    );
    let plain = volume(&mut caller, &[]);
    let id = snapshot(&mut caller, &plain);
    caller.ok("EnableSnapshotBlockPublicAccess", &[("State", "block-new-sharing")]);
    assert_eq!(caller.ok("GetSnapshotBlockPublicAccessState", &[]).text("state"), "block-new-sharing");
    let refused = caller.refused("ModifySnapshotAttribute", &[("SnapshotId", &id), public]);
    assert!(refused.starts_with("OperationNotPermitted: "), "{refused}");
}

#[test]
fn a_snapshot_is_copied_to_another_region_and_can_be_encrypted_there() {
    let mut caller = Caller::new();
    let volume = volume(&mut caller, &[]);
    let id = snapshot(&mut caller, &volume);
    caller.move_to("eu-central-1");
    let copy = [("SourceRegion", "us-west-2"), ("SourceSnapshotId", id.as_str())];
    let copied =
        caller.ok("CopySnapshot", &[copy.as_slice(), &[("Encrypted", "true")]].concat()).text("snapshotId");
    let shown = caller.ok("DescribeSnapshots", &[("SnapshotId.1", &copied)]);
    assert_eq!((shown.text("encrypted"), shown.text("volumeId")), ("true".into(), "vol-ffffffff".into()));
    for other in ["cn-north-1", "nowhere"] {
        let refused =
            caller.refused("CopySnapshot", &[("SourceRegion", other), ("SourceSnapshotId", id.as_str())]);
        assert!(refused.starts_with(&format!("InvalidParameterValue: Value ({other})")), "{refused}");
    }
    let nowhere = [("SourceRegion", "eu-central-1"), ("SourceSnapshotId", id.as_str())];
    assert_eq!(
        caller.refused("CopySnapshot", &nowhere),
        format!("InvalidSnapshot.NotFound: The snapshot '{id}' does not exist.")
    );
}

#[test]
fn the_snapshot_of_a_public_image_is_there_for_everybody() {
    let mut caller = Caller::new();
    let image = caller.image();
    let id = caller.ok("DescribeImages", &[("ImageId.1", &image)]).text("snapshotId");
    let shown = caller.ok("DescribeSnapshots", &[("SnapshotId.1", &id)]);
    assert_eq!((shown.text("ownerAlias"), shown.text("status")), ("amazon".into(), "completed".into()));
    assert_eq!(caller.ok("CreateVolume", &[ZONE, ("SnapshotId", &id)]).text("size"), "8");
    assert!(caller.ok("DescribeSnapshots", &[("Owner.1", "self")]).texts("snapshotId").is_empty());
    assert!(caller.ok("DescribeSnapshots", &[("Owner.1", "amazon")]).texts("snapshotId").contains(&id));
}

#[test]
fn what_is_settled_for_all_volumes_is_in_force() {
    let mut caller = Caller::new();
    assert_eq!(caller.ok("GetEbsEncryptionByDefault", &[]).text("ebsEncryptionByDefault"), "false");
    assert_eq!(caller.ok("GetEbsDefaultKmsKeyId", &[]).text("kmsKeyId"), "alias/aws/ebs");
    assert_eq!(caller.ok("EnableEbsEncryptionByDefault", &[]).text("ebsEncryptionByDefault"), "true");
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = caller.ok("ModifyEbsDefaultKmsKeyId", &[("KmsKeyId", key)]).text("kmsKeyId");
    assert_eq!(arn, format!("arn:aws:kms:us-west-2:123456789012:key/{key}"));
    let made = caller.ok("CreateVolume", &[ZONE, ("Size", "1"), ("Encrypted", "false")]);
    assert_eq!((made.text("encrypted"), made.text("kmsKeyId")), ("true".into(), arn));
    let server = caller.running(&[]);
    let at = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", server.as_str())];
    assert_eq!(caller.ok("DescribeVolumes", &at).text("encrypted"), "true");
    caller.ok("ResetEbsDefaultKmsKeyId", &[]);
    caller.ok("DisableEbsEncryptionByDefault", &[]);
    assert_eq!(caller.ok("CreateVolume", &[ZONE, ("Size", "1")]).text("encrypted"), "false");
    assert_eq!(
        caller.ok("GetImageBlockPublicAccessState", &[]).text("imageBlockPublicAccessState"),
        "block-new-sharing"
    );
}
