//! Virtual MFA devices. Follows CreateVirtualMFADevice, EnableMFADevice and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call, Input, SecretBits, encode_uri_component};
use hmac::{Hmac, KeyInit, Mac};
use model::mfa_device::AssignmentStatus;
use model::one_time_code::{SEED_BYTES, Seed};
use model::{MfaDevice, UserId, World};
use sha2::Sha256;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{entity, path, qr_code, secret, tags, user};

/// A new device's seed, drawn out of bits that nobody can guess.
pub(crate) fn seed(_: &Input, bits: &SecretBits) -> Vec<u8> {
    let keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(bits).expect("keys have any length");
    let block = |number: u8| -> [u8; 32] {
        let mut mac = keyed.clone();
        mac.update(&[number]);
        mac.finalize().into_bytes().into()
    };
    (0..2).flat_map(block).take(SEED_BYTES).collect()
}

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateVirtualMFADeviceRequest,
) -> Result<CreateVirtualMFADeviceResponse, AwsError> {
    let CreateVirtualMFADeviceRequest { path, tags, virtual_mfa_device_name } = request;
    let name = virtual_mfa_device_name.unwrap_or_default();
    let bytes = secret::made(call)?.try_into().map_err(|_| secret::absent())?;
    let (account, now, seed) = (call.scope.account, call.now, Seed::new(bytes));
    let picture = qr_code::png(&address(call, world, &name, seed));
    let (place, tags) = ((path::of_new(path), name), tags::checked(tags)?);
    let make = |ids: &mut model::Ids<'_>| world.create_mfa_device(account, place, seed, tags, ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    let device = world.mfa_devices.get(&id);
    Ok(CreateVirtualMFADeviceResponse {
        virtual_mfa_device: device.map(|device| VirtualMFADevice {
            serial_number: Some(device.arn(call.partition())),
            base32_string_seed: Some(seed.to_string().into_bytes()),
            qr_code_png: picture,
            tags: tags::render(&device.tags),
            ..Default::default()
        }),
    })
}

/// "A QR code PNG image that encodes otpauth://totp/$virtualMFADeviceName@$AccountName?secret=$Base32String where …
/// AccountName is the user name if set (otherwise, the account ID)" (VirtualMFADevice). The account's, that is.
fn address(call: &Call, world: &World, name: &str, seed: Seed) -> String {
    let account = call.scope.account;
    let alias = world.account_settings_of(account).and_then(|it| it.alias.clone());
    let account = alias.unwrap_or_else(|| account.to_string());
    format!("otpauth://totp/{}@{account}?secret={seed}", encode_uri_component(name))
}

pub(crate) fn list_virtual(
    call: &mut Call,
    world: &World,
    request: ListVirtualMFADevicesRequest,
) -> Result<ListVirtualMFADevicesResponse, AwsError> {
    let ListVirtualMFADevicesRequest { assignment_status, marker, max_items } = request;
    // "If you do not specify an assignment status, the operation defaults to Any".
    let status = match assignment_status.as_deref() {
        Some("Assigned") => AssignmentStatus::Assigned,
        Some("Unassigned") => AssignmentStatus::Unassigned,
        // What is none of its words was refused with the request.
        Some(_) | None => AssignmentStatus::Any,
    };
    let devices = world.mfa_devices_of(call.scope.account);
    let devices = devices.into_iter().filter(|device| device.has_status(status)).collect();
    let listed = Listed::page(devices, asked(max_items, marker), |device| device.place().to_lowercase())?;
    let listed = listed.map(|device| virtual_device(call, world, device));
    Ok(ListVirtualMFADevicesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        virtual_mfa_devices: listed.items,
    })
}

/// As lists show it: without seed, picture and tags.
fn virtual_device(call: &Call, world: &World, device: &MfaDevice) -> VirtualMFADevice {
    let owner = device.assignment.as_ref().map(|it| match it.user.and_then(|id| world.users.get(&id)) {
        Some(user) => user::render(call, user),
        None => user::root(call),
    });
    VirtualMFADevice {
        serial_number: Some(device.arn(call.partition())),
        enable_date: device.assignment.as_ref().map(|it| it.enabled),
        user: owner,
        ..Default::default()
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteVirtualMFADeviceRequest,
) -> Result<(), AwsError> {
    let DeleteVirtualMFADeviceRequest { serial_number } = request;
    world.delete_mfa_device(call.scope.account, &serial_number.unwrap_or_default()).map_err(refused)
}

pub(crate) fn enable(
    call: &mut Call,
    world: &mut World,
    request: EnableMFADeviceRequest,
) -> Result<(), AwsError> {
    let EnableMFADeviceRequest { authentication_code1, authentication_code2, serial_number, user_name } =
        request;
    let owner = owner(call, world, user_name.as_deref())?;
    let [first, second, serial] =
        [authentication_code1, authentication_code2, serial_number].map(Option::unwrap_or_default);
    let codes = (first.as_str(), second.as_str());
    world.enable_mfa_device(call.scope.account, owner, &serial, codes, call.now).map_err(refused)
}

pub(crate) fn resync(
    call: &mut Call,
    world: &mut World,
    request: ResyncMFADeviceRequest,
) -> Result<(), AwsError> {
    let ResyncMFADeviceRequest { authentication_code1, authentication_code2, serial_number, user_name } =
        request;
    let owner = owner(call, world, user_name.as_deref())?;
    let [first, second, serial] =
        [authentication_code1, authentication_code2, serial_number].map(Option::unwrap_or_default);
    let codes = (first.as_str(), second.as_str());
    world.resync_mfa_device(call.scope.account, owner, &serial, codes, call.now).map_err(refused)
}

pub(crate) fn deactivate(
    call: &mut Call,
    world: &mut World,
    request: DeactivateMFADeviceRequest,
) -> Result<(), AwsError> {
    let DeactivateMFADeviceRequest { serial_number, user_name } = request;
    let owner = owner(call, world, user_name.as_deref())?;
    let serial = serial_number.unwrap_or_default();
    world.deactivate_mfa_device(call.scope.account, owner, &serial).map_err(refused)
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListMFADevicesRequest,
) -> Result<ListMFADevicesResponse, AwsError> {
    let ListMFADevicesRequest { marker, max_items, user_name } = request;
    let owner = owner(call, world, user_name.as_deref())?;
    let devices = world.mfa_devices_with(call.scope.account, owner);
    let listed = Listed::page(devices, asked(max_items, marker), |device| device.place().to_lowercase())?;
    let listed = listed.map(|device| shapes::MFADevice {
        enable_date: device.assignment.as_ref().map(|it| it.enabled),
        serial_number: Some(device.arn(call.partition())),
        user_name: user::name_of(world, owner),
    });
    Ok(ListMFADevicesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        mfa_devices: listed.items,
    })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetMFADeviceRequest,
) -> Result<GetMFADeviceResponse, AwsError> {
    let GetMFADeviceRequest { serial_number, user_name } = request;
    let (account, serial) = (call.scope.account, serial_number.unwrap_or_default());
    let device = match user_name {
        Some(name) => {
            let owner = owner(call, world, Some(&name))?;
            world.mfa_device_owned(account, owner, &serial)
        }
        None => world.mfa_device(account, &serial),
    };
    let device = device.map_err(refused)?;
    let assignment = device.assignment.as_ref();
    Ok(GetMFADeviceResponse {
        // Certifications are those of security keys, which there are not.
        certifications: None,
        enable_date: assignment.map(|it| it.enabled),
        serial_number: Some(device.arn(call.partition())),
        user_name: assignment.and_then(|it| user::name_of(world, it.user)),
    })
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagMFADeviceRequest) -> Result<(), AwsError> {
    let TagMFADeviceRequest { serial_number, tags } = request;
    let (account, serial) = (call.scope.account, serial_number.unwrap_or_default());
    let old = &world.mfa_device(account, &serial).map_err(refused)?.tags;
    let tags = tags::with(old, tags::checked(tags)?)?;
    world.mfa_device_mut(account, &serial).map_err(refused)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagMFADeviceRequest,
) -> Result<(), AwsError> {
    let UntagMFADeviceRequest { serial_number, tag_keys } = request;
    let device = world.mfa_device_mut(call.scope.account, &serial_number.unwrap_or_default());
    tags::remove(&mut device.map_err(refused)?.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListMFADeviceTagsRequest,
) -> Result<ListMFADeviceTagsResponse, AwsError> {
    let ListMFADeviceTagsRequest { marker, max_items, serial_number } = request;
    let device = world.mfa_device(call.scope.account, &serial_number.unwrap_or_default());
    let listed = tags::list(&device.map_err(refused)?.tags, asked(max_items, marker))?;
    Ok(ListMFADeviceTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

/// Whose device it is. EnableMFADevice and ResyncMFADevice must have a user's name, which the root has not: it is meant by
/// its identifier, the account's number, when it calls itself.
fn owner(call: &Call, world: &World, name: Option<&str>) -> Result<Option<UserId>, AwsError> {
    let named = entity::owner(call, world, name);
    let is_root = matches!(call.principal, awsproto::Principal::Root(_));
    let means_root = is_root && name == Some(call.scope.account.to_string().as_str());
    if named.is_err() && means_root { Ok(None) } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::root;
    use awsproto::testing::Caller;
    use awsproto::{Principal, Provided};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use model::one_time_code::{code, step};

    const PHONE: &str = "arn:aws:iam::123456789012:mfa/phones/ada";
    const BITS: SecretBits = [3; 32];

    /// The code that the device shows so many half minutes from now.
    fn of(caller: &Caller, offset: i64) -> String {
        let input = Input::parse(awsproto::Protocol::Query, "", b"").unwrap();
        code(&seed(&input, &BITS), step(caller.call.now) + offset)
    }

    fn with_a_phone() -> Caller {
        let mut caller = root();
        let input = Input::parse(awsproto::Protocol::Query, "", b"").unwrap();
        caller.call.provided = Provided::Secret { bits: BITS, made: seed(&input, &BITS) };
        caller.ok("CreateUser", &[("UserName", "ada")]);
        let tags = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
        let named = [("VirtualMFADeviceName", "ada"), ("Path", "/phones/")];
        let made = caller.ok("CreateVirtualMFADevice", &[&named[..], &tags].concat());
        assert_eq!(made.text("SerialNumber"), PHONE);
        let shown = STANDARD.decode(made.text("Base32StringSeed")).unwrap();
        let kept = seed(&input, &BITS).try_into().map(Seed::new).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap(), kept.to_string());
        assert!(STANDARD.decode(made.text("QRCodePNG")).unwrap().starts_with(b"\x89PNG"));
        caller
    }

    fn enable(caller: &Caller, user: &str) -> Vec<(&'static str, String)> {
        vec![
            ("UserName", user.to_owned()),
            ("SerialNumber", PHONE.to_owned()),
            ("AuthenticationCode1", of(caller, -1)),
            ("AuthenticationCode2", of(caller, 0)),
        ]
    }

    fn borrowed<'a>(pairs: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
        pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    #[test]
    fn a_device_is_a_users_after_two_of_its_codes() {
        let mut caller = with_a_phone();
        let (pairs, own) = (enable(&caller, "ada"), [("UserName", "ada")]);
        let mut swapped = pairs.clone();
        swapped[2].1 = pairs[3].1.clone();
        swapped[3].1 = pairs[2].1.clone();
        assert_eq!(
            caller.refused_with_status("EnableMFADevice", &borrowed(&swapped)),
            "403 InvalidAuthenticationCode: Authentication code for device is not valid."
        );
        assert_eq!(
            caller.ok("ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")]).texts("member").len(),
            0
        );
        caller.ok("EnableMFADevice", &borrowed(&pairs));
        let listed = caller.ok("ListMFADevices", &own);
        assert_eq!(
            (listed.text("SerialNumber"), listed.text("UserName")),
            (PHONE.to_owned(), "ada".to_owned())
        );
        let all = caller.ok("ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")]);
        assert_eq!(
            (all.text("Arn"), all.texts("QRCodePNG").len()),
            ("arn:aws:iam::123456789012:user/ada".into(), 0)
        );
        assert_eq!(
            caller.ok("ListVirtualMFADevices", &[("AssignmentStatus", "Unassigned")]).texts("member").len(),
            0
        );
        let got = caller.ok("GetMFADevice", &[("SerialNumber", PHONE), ("UserName", "ada")]);
        assert_eq!(got.text("EnableDate"), "2024-09-24T12:00:00.000Z");
        assert_eq!(
            caller.refused_with_status("EnableMFADevice", &borrowed(&pairs)),
            "409 EntityAlreadyExists: MFA Device is already in use."
        );
        assert_eq!(
            caller.refused_with_status("DeleteUser", &own),
            "409 DeleteConflict: Cannot delete entity, must delete MFA device first."
        );
        assert_eq!(
            caller.refused("DeleteVirtualMFADevice", &[("SerialNumber", PHONE)]),
            "DeleteConflict: MFA VirtualMFADevice in use. Must deactivate first."
        );
        let shown = caller.ok("GetAccountSummary", &[]).0;
        for count in
            ["MFADevices</key><value>1", "MFADevicesInUse</key><value>1", "AccountMFAEnabled</key><value>0"]
        {
            assert!(shown.contains(count), "{count}: {shown}");
        }
        caller.ok("ResyncMFADevice", &borrowed(&pairs));
        caller.ok("DeactivateMFADevice", &[own[0], ("SerialNumber", PHONE)]);
        caller.ok("DeleteVirtualMFADevice", &[("SerialNumber", PHONE)]);
        caller.ok("DeleteUser", &own);
        assert_eq!(
            caller.refused_with_status("GetMFADevice", &[("SerialNumber", PHONE)]),
            format!("404 NoSuchEntity: VirtualMFADevice with serial number {PHONE} doesn't exist.")
        );
    }

    #[test]
    fn the_root_has_one_by_the_accounts_number_and_nobody_else_gives_it_one() {
        let mut caller = with_a_phone();
        let pairs = enable(&caller, "123456789012");
        let (account, root) = (caller.call.scope.account, caller.call.principal.clone());
        let user = caller.world.user_named(account, "ada").unwrap().id;
        caller.call.principal = Principal::User { account, user, path: "/".into(), name: "ada".into() };
        assert_eq!(
            caller.refused("EnableMFADevice", &borrowed(&pairs)),
            "NoSuchEntity: The user with name 123456789012 cannot be found."
        );
        caller.call.principal = root;
        caller.ok("EnableMFADevice", &borrowed(&pairs));
        assert_eq!(caller.ok("ListMFADevices", &[]).texts("SerialNumber"), [PHONE]);
        assert_eq!(caller.ok("ListMFADevices", &[("UserName", "ada")]).texts("SerialNumber").len(), 0);
        let all = caller.ok("ListVirtualMFADevices", &[]);
        assert_eq!(all.text("Arn"), "arn:aws:iam::123456789012:root");
        assert!(caller.ok("GetAccountSummary", &[]).0.contains("AccountMFAEnabled</key><value>1"));
        caller.ok("GenerateCredentialReport", &[]);
        let report = STANDARD.decode(caller.ok("GetCredentialReport", &[]).text("Content")).unwrap();
        let report = String::from_utf8(report).unwrap();
        let has_mfa: Vec<&str> = report.lines().map(|line| line.split(',').nth(7).unwrap()).collect();
        assert_eq!(has_mfa, ["mfa_active", "true", "false"]);
        assert_eq!(
            caller.refused("DeactivateMFADevice", &[("SerialNumber", PHONE), ("UserName", "ada")]),
            "NoSuchEntity: MFA Device invalid for user."
        );
        caller.ok("DeactivateMFADevice", &[("SerialNumber", PHONE)]);
    }

    #[test]
    fn a_device_has_tags_and_one_name() {
        let mut caller = with_a_phone();
        let named = [("SerialNumber", PHONE)];
        caller.ok("TagMFADevice", &[named[0], ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")]);
        assert_eq!(caller.ok("ListMFADeviceTags", &named).texts("Value"), ["red"]);
        caller.ok("UntagMFADevice", &[named[0], ("TagKeys.member.1", "team")]);
        assert_eq!(caller.ok("ListMFADeviceTags", &named).texts("Key").len(), 0);
        assert_eq!(
            caller.refused_with_status(
                "CreateVirtualMFADevice",
                &[("VirtualMFADeviceName", "Ada"), ("Path", "/phones/")]
            ),
            "409 EntityAlreadyExists: MFADevice entity at the same path and name already exists."
        );
        caller.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "ada")]);
        assert_eq!(caller.ok("ListVirtualMFADevices", &[("MaxItems", "1")]).text("IsTruncated"), "true");
    }

    #[test]
    fn the_picture_says_whose_it_is() {
        let caller = root();
        let seed = Seed::new([0; SEED_BYTES]);
        let address = address(&caller.call, &caller.world, "a+b", seed);
        assert_eq!(address, format!("otpauth://totp/a%2Bb@123456789012?secret={}", "A".repeat(64)));
    }
}
