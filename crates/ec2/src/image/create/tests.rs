//! Images of one's own as people use them.

use crate::testing::Caller;

const OTHER: &str = "210987654321";

fn with_account(caller: &mut Caller, account: &str) {
    caller.call.scope.account = account.parse().unwrap();
}

/// An instance with a second volume, and an image of it.
fn image(caller: &mut Caller, name: &str) -> (String, String) {
    let server = caller.running(&[
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "3"),
    ]);
    let image = caller.ok("CreateImage", &[("InstanceId", &server), ("Name", name)]).text("imageId");
    (server, image)
}

fn launch(image: &str) -> Vec<(&str, &str)> {
    vec![("ImageId", image), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")]
}

#[test]
fn an_image_of_an_instance_has_its_volumes_and_is_launched() {
    let mut caller = Caller::new();
    let (server, id) = image(&mut caller, "web-1");
    let shown = caller.ok("DescribeImages", &[("Owner.1", "self")]);
    assert_eq!(
        (shown.text("imageId"), shown.text("imageLocation")),
        (id.clone(), "123456789012/web-1".into())
    );
    assert_eq!((shown.text("isPublic"), shown.text("imageState")), ("false".into(), "available".into()));
    assert_eq!(
        (shown.texts("deviceName"), shown.text("imdsSupport")),
        (vec!["/dev/xvda".into(), "/dev/sdf".into()], "v2.0".into())
    );
    assert_eq!(
        (shown.text("sourceInstanceId"), shown.text("sourceImageId")),
        (server.clone(), caller.image())
    );
    let snapshots = caller.ok("DescribeSnapshots", &[("Owner.1", "self")]);
    assert_eq!(snapshots.texts("snapshotId").len(), 2);
    assert_eq!(snapshots.text("description"), format!("Created by CreateImage({server}) for {id}"));
    let launched = caller.ok("RunInstances", &launch(&id));
    assert_eq!((launched.text("imageId"), launched.text("rootDeviceName")), (id.clone(), "/dev/xvda".into()));
    let copy = launched.text("instanceId");
    let at = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", copy.as_str())];
    let mut sizes = caller.ok("DescribeVolumes", &at).texts("size");
    sizes.sort();
    assert_eq!(sizes, ["3", "8"]);
    let in_use = format!("is currently in use by {id}");
    assert!(
        caller.refused("DeleteSnapshot", &[("SnapshotId", &snapshots.text("snapshotId"))]).ends_with(&in_use)
    );
}

#[test]
fn an_instance_is_restarted_for_its_image_unless_nobody_wants_that() {
    let mut caller = Caller::new();
    let server = caller.running(&[]);
    let boots = |caller: &Caller| caller.world.network.instances.values().map(|it| it.boot).max();
    let before = boots(&caller);
    caller.ok("CreateImage", &[("InstanceId", &server), ("Name", "one"), ("NoReboot", "true")]);
    assert_eq!(boots(&caller), before);
    caller.ok("CreateImage", &[("InstanceId", &server), ("Name", "two")]);
    assert_eq!(boots(&caller), before.map(|it| it + 1));
}

#[test]
fn devices_are_left_out_changed_and_added_by_the_request() {
    let mut caller = Caller::new();
    let server = caller.running(&[
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "3"),
    ]);
    let id = caller.ok(
        "CreateImage",
        &[
            ("InstanceId", &server),
            ("Name", "without data"),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
            ("BlockDeviceMapping.1.NoDevice", ""),
            ("BlockDeviceMapping.2.DeviceName", "/dev/xvda"),
            ("BlockDeviceMapping.2.Ebs.VolumeSize", "30"),
            ("BlockDeviceMapping.3.DeviceName", "/dev/sdg"),
            ("BlockDeviceMapping.3.Ebs.VolumeSize", "5"),
        ],
    );
    let shown = caller.ok("DescribeImages", &[("ImageId.1", &id.text("imageId"))]);
    assert_eq!(
        (shown.texts("deviceName"), shown.texts("volumeSize")),
        (vec!["/dev/xvda".into(), "/dev/sdg".into()], vec!["30".into(), "5".into()])
    );
    assert_eq!(shown.texts("snapshotId").len(), 1);
}

#[test]
fn names_are_checked_and_had_once() {
    let mut caller = Caller::new();
    let (server, id) = image(&mut caller, "web-1");
    let mut named = |name: &str| caller.refused("CreateImage", &[("InstanceId", &server), ("Name", name)]);
    assert_eq!(
        named("web-1"),
        format!("InvalidAMIName.Duplicate: AMI name web-1 is already in use by AMI {id}")
    );
    assert!(named("ab").starts_with("InvalidAMIName.Malformed: "));
    assert!(named("web*").starts_with("InvalidAMIName.Malformed: "));
    assert_eq!(
        caller.ok("DescribeSnapshots", &[("Owner.1", "self")]).texts("snapshotId").len(),
        2,
        "none was taken"
    );
}

#[test]
fn a_deregistered_image_is_gone_and_its_instances_go_on_as_they_were() {
    let mut caller = Caller::new();
    let (_, id) = image(&mut caller, "web-1");
    let copy = caller.ok("RunInstances", &launch(&id)).text("instanceId");
    caller.settle();
    let shown = |caller: &mut Caller| {
        let it = caller.ok("DescribeInstances", &[("InstanceId.1", &copy)]);
        (it.text("imageId"), it.text("architecture"), it.text("platformDetails"))
    };
    let before = shown(&mut caller);
    let answer = caller.ok("DeregisterImage", &[("ImageId", &id), ("DeleteAssociatedSnapshots", "true")]);
    assert_eq!(answer.texts("returnCode"), ["success", "success"]);
    assert_eq!(shown(&mut caller), before);
    assert!(caller.ok("DescribeImages", &[("ImageId.1", &id)]).texts("imageId").is_empty());
    let not_found = format!("InvalidAMIID.NotFound: The image id '[{id}]' does not exist");
    assert_eq!(caller.refused("RunInstances", &launch(&id)), not_found);
    assert_eq!(caller.refused("DeregisterImage", &[("ImageId", &id)]), not_found);
    let all = caller.ok("DescribeInstances", &[]).texts("instanceId");
    let ids: Vec<(String, String)> =
        all.into_iter().enumerate().map(|(at, id)| (format!("InstanceId.{}", at + 1), id)).collect();
    let ids: Vec<(&str, &str)> = ids.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
    caller.ok("TerminateInstances", &ids);
    caller.settle();
    caller.call.now = caller.call.now + std::time::Duration::from_secs(2 * 60 * 60);
    let now = caller.call.now;
    caller.world.forget_expired(model::Expiring::Instances, now);
    assert_eq!(caller.refused("DescribeImages", &[("ImageId.1", &id)]), not_found);
}

#[test]
fn an_image_is_shared_disabled_and_protected() {
    let mut caller = Caller::new();
    let (_, id) = image(&mut caller, "web-1");
    let sees = |caller: &mut Caller| {
        with_account(caller, OTHER);
        let seen = caller.ok("DescribeImages", &[("Owner.1", "123456789012")]).texts("imageId").len();
        with_account(caller, "123456789012");
        seen
    };
    assert_eq!(sees(&mut caller), 0);
    with_account(&mut caller, OTHER);
    let not_found = format!("InvalidAMIID.NotFound: The image id '[{id}]' does not exist");
    assert_eq!(caller.refused("RunInstances", &launch(&id)), not_found);
    with_account(&mut caller, "123456789012");
    caller.ok("ModifyImageAttribute", &[("ImageId", &id), ("LaunchPermission.Add.1.UserId", OTHER)]);
    assert_eq!(sees(&mut caller), 1);
    let public = [("ImageId", id.as_str()), ("LaunchPermission.Add.1.Group", "all")];
    assert!(caller.refused("ModifyImageAttribute", &public).starts_with("OperationNotPermitted: "));
    caller.ok("DisableImageBlockPublicAccess", &[]);
    caller.ok("ModifyImageAttribute", &public);
    let shown = caller.ok("DescribeImageAttribute", &[("ImageId", &id), ("Attribute", "launchPermission")]);
    assert_eq!((shown.texts("group"), shown.texts("userId")), (vec!["all".into()], vec![OTHER.into()]));
    with_account(&mut caller, OTHER);
    assert_eq!(
        caller.refused("ModifyImageAttribute", &public),
        format!("AuthFailure: Not authorized for image:{id}")
    );
    with_account(&mut caller, "123456789012");

    caller.ok("DisableImage", &[("ImageId", &id)]);
    assert_eq!(sees(&mut caller), 0);
    assert!(caller.ok("DescribeImages", &[("Owner.1", "self")]).texts("imageId").is_empty());
    let all = caller.ok("DescribeImages", &[("Owner.1", "self"), ("IncludeDisabled", "true")]);
    assert_eq!(all.text("imageState"), "disabled");
    assert_eq!(caller.refused("RunInstances", &launch(&id)), not_found);
    caller.ok("EnableImage", &[("ImageId", &id)]);

    caller.ok("EnableImageDeregistrationProtection", &[("ImageId", &id), ("WithCooldown", "true")]);
    assert!(caller.refused("DeregisterImage", &[("ImageId", &id)]).starts_with("OperationNotPermitted: "));
    caller.ok("DisableImageDeregistrationProtection", &[("ImageId", &id)]);
    assert!(caller.refused("DeregisterImage", &[("ImageId", &id)]).starts_with("OperationNotPermitted: "));
    caller.call.now = caller.call.now + std::time::Duration::from_secs(24 * 60 * 60);
    caller.ok("DeregisterImage", &[("ImageId", &id)]);
}

#[test]
fn an_old_image_is_its_owners_and_of_those_who_ask() {
    let mut caller = Caller::new();
    let (_, id) = image(&mut caller, "web-1");
    caller.ok("ModifyImageAttribute", &[("ImageId", &id), ("LaunchPermission.Add.1.UserId", OTHER)]);
    let late = [("ImageId", id.as_str()), ("DeprecateAt", "2020-01-01T00:00:00Z")];
    assert!(caller.refused("EnableImageDeprecation", &late).starts_with("InvalidParameterValue: "));
    caller.ok("EnableImageDeprecation", &[("ImageId", &id), ("DeprecateAt", "2030-01-01T00:00:00Z")]);
    caller.call.now = awsproto::Timestamp::parse("2031-01-01T00:00:00.000Z").unwrap();
    let mine = caller.ok("DescribeImages", &[("Owner.1", "self")]);
    assert_eq!(mine.text("deprecationTime"), "2030-01-01T00:00:00.000Z");
    with_account(&mut caller, OTHER);
    let others = [("Owner.1", "123456789012")];
    assert!(caller.ok("DescribeImages", &others).texts("imageId").is_empty());
    let all = [("Owner.1", "123456789012"), ("IncludeDeprecated", "true")];
    assert_eq!(caller.ok("DescribeImages", &all).texts("imageId"), [id]);
}

#[test]
fn an_image_is_registered_from_a_snapshot_of_a_root_volume() {
    let mut caller = Caller::new();
    caller.running(&[]);
    let volume = caller.ok("DescribeVolumes", &[]).text("volumeId");
    let snapshot = caller.ok("CreateSnapshot", &[("VolumeId", &volume)]).text("snapshotId");
    let register = [
        ("Name", "registered"),
        ("RootDeviceName", "/dev/xvda"),
        ("Architecture", "x86_64"),
        ("VirtualizationType", "hvm"),
        ("EnaSupport", "true"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
        ("BlockDeviceMapping.1.Ebs.SnapshotId", snapshot.as_str()),
    ];
    let id = caller.ok("RegisterImage", &register).text("imageId");
    assert_eq!(caller.ok("RunInstances", &launch(&id)).text("imageId"), id);
    let no_root = [("Name", "no root"), ("RootDeviceName", "/dev/sdb"), register[5], register[6]];
    assert!(caller.refused("RegisterImage", &no_root).starts_with("InvalidBlockDeviceMapping: "));
}

#[test]
fn an_image_is_copied_to_another_region_with_its_snapshots() {
    let mut caller = Caller::new();
    let (_, id) = image(&mut caller, "web-1");
    caller.move_to("eu-central-1");
    let copy = [("SourceRegion", "us-west-2"), ("SourceImageId", id.as_str()), ("Name", "web-1")];
    let copied = caller.ok("CopyImage", &copy).text("imageId");
    let shown = caller.ok("DescribeImages", &[("ImageId.1", &copied)]);
    assert_eq!(
        (shown.text("sourceImageId"), shown.text("sourceImageRegion")),
        (id.clone(), "us-west-2".into())
    );
    assert_eq!(caller.ok("DescribeSnapshots", &[("Owner.1", "self")]).texts("snapshotId").len(), 2);
    caller.ok("RunInstances", &launch(&copied));
    let public = model::image::all("us-west-2".parse().unwrap()).next().unwrap().id().to_string();
    let of_amazon = [
        ("SourceRegion", "us-west-2"),
        ("SourceImageId", public.as_str()),
        ("Name", "mine"),
        ("Encrypted", "true"),
    ];
    let copied = caller.ok("CopyImage", &of_amazon).text("imageId");
    assert_eq!(caller.ok("DescribeImages", &[("ImageId.1", &copied)]).text("encrypted"), "true");
}
