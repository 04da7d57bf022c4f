//! Requests at random, sensible and not: nothing panics, what is refused changes nothing, and after every change roles and
//! instance profiles still are ones that AWS could have.

use awsproto::{Action, Input, Need, Provided, testing};
use iam::API;
use iam::shapes::SERVICE;
use model::{Entity, Group, ManagedPolicy, PolicyRef, Role, User, World};
use proptest::prelude::*;
use std::collections::BTreeSet;

const TRUST: &str = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}"#;
const OWN_POLICY: &str = "arn:aws:iam::123456789012:policy/describe";
const SSH_KEY: &str = include_str!("certificates/rsa.pub");
const CERTIFICATE: &str = include_str!("certificates/ec.pem");
const KEY: &str = include_str!("certificates/ec.key");
const SIGNER: &str = include_str!("certificates/root.pem");
const METADATA: &str = include_str!("certificates/metadata.xml");
/// Parameters, and what they may be: mostly one of the first two. Few names, so that they meet.
const PARAMETERS: &[(&str, &[&str])] = &[
    ("RoleName", &["web", "db", "Web", "", "no name", "é"]),
    ("InstanceProfileName", &["web", "db", "WEB", "x y"]),
    ("Path", &["/", "/a/", "/a/b/", "a", ""]),
    ("PathPrefix", &["/", "/a/", "a"]),
    ("AssumeRolePolicyDocument", &[TRUST, TRUST, "{}", "[", "\u{0}"]),
    ("Description", &["for the web", "", "\u{1}", "😀"]),
    ("MaxSessionDuration", &["3600", "43200", "0", "-1", "many"]),
    ("MaxItems", &["1", "1000", "0", "1001", "x"]),
    ("Marker", &["", "x", "cGFnZTE6d2Vi"]),
    ("Tags.member.1.Key", &["team", "Team", "aws:x", ""]),
    ("Tags.member.1.Value", &["", "blue", "é"]),
    ("Tags.member.2.Key", &["TEAM", "stage"]),
    ("Tags.member.2.Value", &["x"]),
    ("TagKeys.member.1", &["team", "TEAM", ""]),
    ("TagKeys", &["", "x"]),
    ("UserName", &["alice", "Alice", "bob", "no one"]),
    ("NewUserName", &["alice", "carol", ""]),
    ("GroupName", &["admins", "ADMINS", "dev", "?"]),
    ("NewGroupName", &["admins", "ops"]),
    ("NewPath", &["/", "/x/", "x"]),
    ("PolicyName", &["describe", "Describe", "all", "a/b"]),
    ("PolicyDocument", &[POLICY, r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#, "{", ""]),
    (
        "PolicyArn",
        &[OWN_POLICY, "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/None", "x"],
    ),
    (
        "PermissionsBoundary",
        &[OWN_POLICY, "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:user/x"],
    ),
    ("VersionId", &["v1", "v2", "v6", "1"]),
    ("SetAsDefault", &["true", "false", "maybe"]),
    ("Status", &["Inactive", "Active", "Expired", "Asleep"]),
    ("Scope", &["Local", "All", "AWS", "x"]),
    ("OnlyAttached", &["true", "false"]),
    ("EntityFilter", &["User", "Role", "LocalManagedPolicy"]),
    ("PolicyUsageFilter", &["PermissionsPolicy", "PermissionsBoundary"]),
    ("VirtualMFADeviceName", &["phone", "Phone", "key", "no name"]),
    (
        "SerialNumber",
        &["arn:aws:iam::123456789012:mfa/phone", "arn:aws:iam::123456789012:mfa/key", "GAHT12345678"],
    ),
    // Of devices that were made of no bits, at the moment of the calls.
    ("AuthenticationCode1", &["185343", "123456", "12345"]),
    ("AuthenticationCode2", &["092827", "654321", "x"]),
    ("AssignmentStatus", &["Assigned", "Unassigned", "Any", "Lost"]),
    ("SSHPublicKeyBody", &[SSH_KEY, SSH_KEY, "ssh-rsa AAAA", "hello"]),
    ("SSHPublicKeyId", &["APKAAAAAAAAAAAAAAAAAB", "x"]),
    ("Encoding", &["SSH", "PEM", "DER"]),
    ("CertificateBody", &[CERTIFICATE, CERTIFICATE, KEY, "-----BEGIN CERTIFICATE-----"]),
    ("PrivateKey", &[KEY, KEY, CERTIFICATE, ""]),
    ("CertificateChain", &[SIGNER, CERTIFICATE]),
    ("CertificateId", &["AAAAAAAAAAAAAAAAAAAAAAAB", "x"]),
    ("ServerCertificateName", &["www", "WWW", "shop", "no name"]),
    ("NewServerCertificateName", &["www", "Shop"]),
    ("SAMLMetadataDocument", &[METADATA, METADATA, "<a/>"]),
    ("Name", &["office", "Office", "home"]),
    (
        "SAMLProviderArn",
        &["arn:aws:iam::123456789012:saml-provider/office", "arn:aws:iam::123456789012:role/x"],
    ),
    ("AddPrivateKey", &[KEY, CERTIFICATE]),
    ("RemovePrivateKey", &["SAMLKAAAAAAAAAAAAAAAAAB", "x"]),
    ("AssertionEncryptionMode", &["Allowed", "Required", "Perhaps"]),
    ("ServiceName", &["codecommit.amazonaws.com", "bedrock.amazonaws.com", "ec2.amazonaws.com"]),
    ("CredentialAgeDays", &["1", "36600", "0"]),
    ("AllUsers", &["true", "false"]),
    ("Colour", &["red"]),
];

/// Which parameters an action knows.
fn known(action: &Action<World>) -> Vec<&'static (&'static str, &'static [&'static str])> {
    let knows = |name: &str| {
        // What must be there is missed before what must not.
        let others = action.required.iter().filter(|required| !name.starts_with(**required));
        let mut sent: Vec<(&str, String)> = others.map(|required| (*required, String::new())).collect();
        sent.push((name, "x".to_owned()));
        let refused = send(action, &mut World::default(), 0, &sent).err();
        refused.is_none_or(|error| error.code != "UnknownParameter")
    };
    PARAMETERS.iter().filter(|(name, _)| knows(name) || *name == "Colour").collect()
}

fn send(
    action: &Action<World>,
    world: &mut World,
    seed: u64,
    parameters: &[(&str, String)],
) -> Result<(), awsproto::AwsError> {
    let mut call = testing::call("us-east-1", seed);
    let pairs =
        parameters.iter().map(|(name, value)| format!("{name}={}", awsproto::encode_uri_component(value)));
    let form = pairs.collect::<Vec<_>>().join("&");
    let input = Input::parse(SERVICE.protocol, "", form.as_bytes())?;
    if let Need::Secret(make) = action.need {
        call.provided = Provided::Secret { bits: [0; 32], made: make(&input, &[0; 32]) };
    }
    API.perform(action.name, &mut call, world, &input).map(drop)
}

/// Names are unique in either case, roles of instance profiles are there, and all of it survives a restart.
fn check(world: &World, stored: &std::collections::BTreeMap<String, Vec<u8>>) {
    let unique = |names: Vec<String>| names.len() == names.iter().collect::<BTreeSet<_>>().len();
    assert!(unique(world.roles.values().map(|role: &Role| role.name.to_lowercase()).collect()));
    assert!(unique(world.instance_profiles.values().map(|it| it.name.to_lowercase()).collect()));
    for profile in world.instance_profiles.values() {
        assert!(profile.role.is_none_or(|role| world.roles.contains(&role)), "{profile:?}");
    }
    assert!(unique(world.users.values().map(|user: &User| user.name.to_lowercase()).collect()));
    assert!(unique(world.groups.values().map(|group: &Group| group.name.to_lowercase()).collect()));
    assert!(unique(
        world.managed_policies.values().map(|it: &ManagedPolicy| it.name.to_lowercase()).collect()
    ));
    for user in world.users.values() {
        assert!(user.groups.iter().all(|group| world.groups.contains(group)), "{user:?}");
    }
    assert!(world.access_keys.values().all(|key| key.user.is_none_or(|user| world.users.contains(&user))));
    let serials: Vec<String> = world.mfa_devices.values().map(|it| it.place().to_lowercase()).collect();
    assert!(unique(serials));
    let owners = world.mfa_devices.values().filter_map(|it| it.assignment.as_ref()?.user);
    assert!(owners.into_iter().all(|user| world.users.contains(&user)));
    assert!(world.ssh_public_keys.values().all(|key| world.users.contains(&key.user)));
    assert!(world.service_specific_credentials.values().all(|it| world.users.contains(&it.user)));
    let owners = world.signing_certificates.values().filter_map(|it| it.user);
    assert!(owners.into_iter().all(|user| world.users.contains(&user)));
    assert!(unique(world.server_certificates.values().map(|it| it.described.name.to_lowercase()).collect()));
    assert!(unique(world.saml_providers.values().map(|it| it.name.to_lowercase()).collect()));
    let entities = world.users.iter().map(|(id, _)| Entity::User(id));
    let entities = entities.chain(world.groups.iter().map(|(id, _)| Entity::Group(id)));
    for entity in entities.chain(world.roles.iter().map(|(id, _)| Entity::Role(id))) {
        for (policy, usage) in world.permissions(entity).unwrap().managed() {
            assert!(world.managed_policy(policy).is_some(), "{entity:?} has {policy:?}");
            assert!(world.entities_with_policy(policy).any(|used| used == (entity, usage)));
        }
    }
    let loaded = World::load(1, stored.iter().map(|(key, value)| (key.as_str(), value.as_slice()))).unwrap();
    let indexes = |world: &World| {
        let uses = |policy| world.entities_with_policy(policy).collect::<Vec<_>>();
        let own = world.managed_policies.iter().map(|(id, _)| uses(PolicyRef::Own(id)));
        let members =
            world.groups.iter().map(|(id, _)| world.users_in(id).map(|user| user.id).collect::<Vec<_>>());
        (own.collect::<Vec<_>>(), members.collect::<Vec<_>>())
    };
    assert_eq!(indexes(&loaded), indexes(world));
    assert!(loaded.users.values().eq(world.users.values()));
    assert!(loaded.roles.values().eq(world.roles.values()));
    assert!(loaded.instance_profiles.values().eq(world.instance_profiles.values()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_sent_is_answered(
        requests in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), PARAMETERS.len())),
            40..120,
        )
    ) {
        let mut world = World::default();
        // More is made than is taken away, or there would never be much.
        let makes = |action: &&Action<World>| ["Create", "Add", "Upload"].iter().any(|word| action.name.starts_with(word));
        let making: Vec<_> = API.actions.iter().filter(makes).collect();
        let often: Vec<_> = API.actions.iter().chain([&making; 4].into_iter().flatten().copied()).collect();
        let mut stored = std::collections::BTreeMap::new();
        for (seed, (index, choices)) in requests.iter().enumerate() {
            let action = index.get(&often);
            // What must be there mostly is, or hardly anything would be answered well.
            let is_required = |name: &str| action.required.iter().any(|required| name.starts_with(required));
            let chosen = known(action).into_iter().zip(choices);
            let chosen = chosen.filter(|((name, _), (_, dice, _))| match is_required(name) {
                true => *dice < 250,
                false => *dice < if *name == "Colour" { 5 } else { 30 },
            });
            let value = |values: &'static [&'static str], index: &prop::sample::Index, dice: u8| {
                let usual = &values[..values.len().min(2)];
                (*index.get(if dice < 230 { usual } else { values })).to_owned()
            };
            let parameters: Vec<(&str, String)> =
                chosen.map(|((name, values), (index, _, dice))| (*name, value(values, index, *dice))).collect();
            let answer = send(action, &mut world, seed as u64, &parameters);
            let records = world.commit().records;
            match answer {
                Ok(()) => prop_assert!(records.is_empty() || action.is_write(), "{}", action.name),
                Err(error) => {
                    prop_assert!(records.is_empty(), "{} was refused and changed something", action.name);
                    prop_assert!((400..500).contains(&error.status) && !error.message.is_empty(), "{}: {error}", action.name);
                }
            }
            for record in records {
                match record.value {
                    Some(value) => stored.insert(record.key, value),
                    None => stored.remove(&record.key),
                };
            }
            check(&world, &stored);
        }
    }
}
