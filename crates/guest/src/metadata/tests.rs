//! Dialogues with the metadata service.

use super::*;
use crate::fixture::{self, FAR_ETH0, MAIN, NOW, SPARE, WEB, WEB_ETH0, WEB_ETH1};
use crate::role_credentials::RoleSession;
use model::instance::PushedKey;
use model::{AccountId, NetworkInterfaceId};
use proptest::prelude::*;

const KEY: TokenKey = TokenKey([7; 32]);

fn credential_key() -> CredentialKey {
    CredentialKey::of(b"secret")
}

/// Signs by quoting.
struct Notary;

impl IdentitySigner for Notary {
    fn sign(&self, document: &str) -> Signatures {
        Signatures { signature: format!("signed {}", document.len()), pkcs7: format!("signed: {document}") }
    }
}

fn secrets(credentials: &CredentialKey) -> Secrets<'_> {
    Secrets { tokens: &KEY, credentials, identity: Some(&Notary) }
}

fn sent(
    world: &World,
    from: NetworkInterfaceId,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Response {
    answer(
        world,
        &fixture::eni(world, from),
        &Request { method, path, headers },
        NOW,
        &secrets(&credential_key()),
    )
}

/// Status and body of a plain GET by web.
fn got(world: &World, path: &str) -> (u16, String) {
    let response = sent(world, WEB_ETH0, "GET", path, &[]);
    (response.status, String::from_utf8(response.body).unwrap())
}

/// The body of a GET under meta-data that succeeds, or the status.
fn meta(world: &World, path: &str) -> String {
    match got(world, &format!("/latest/meta-data/{path}")) {
        (200, body) => body,
        (status, _) => status.to_string(),
    }
}

fn instance(world: &mut World) -> &mut Instance {
    world.network.instances.get_mut(&WEB).unwrap()
}

fn token(world: &World, from: NetworkInterfaceId) -> String {
    let response = sent(world, from, "PUT", "/latest/api/token", &[(TOKEN_TTL, "60")]);
    assert_eq!(response.status, 200);
    String::from_utf8(response.body).unwrap()
}

#[test]
fn version_2_is_a_token_and_then_the_data() {
    let mut world = fixture::world();
    instance(&mut world).metadata_options.tokens_required = true;
    assert_eq!(got(&world, "/latest/meta-data/instance-id").0, 401, "no token");

    let lower = "x-aws-ec2-metadata-token-ttl-seconds";
    let response = sent(&world, WEB_ETH0, "PUT", "/latest/api/token", &[(lower, "21600")]);
    assert_eq!((response.status, response.hop_limit), (200, Some(2)));
    assert!(response.headers.contains(&(TOKEN_TTL, "21600".to_owned())));

    let token = String::from_utf8(response.body).unwrap();
    let read = sent(&world, WEB_ETH0, "GET", "/latest/meta-data/instance-id", &[(TOKEN, &token)]);
    assert_eq!((read.status, read.hop_limit), (200, None));
    assert_eq!(read.body, WEB.to_string().into_bytes());
    let second = sent(&world, WEB_ETH1, "GET", "/latest/meta-data/instance-id", &[(TOKEN, &token)]);
    assert_eq!(second.status, 200, "the token is the instance's, through whichever interface");
}

#[test]
fn a_foreign_expired_or_broken_token_is_refused_even_where_none_is_needed() {
    let world = fixture::world();
    assert_eq!(got(&world, "/latest/meta-data/instance-id").0, 200, "version 1");
    let (own, foreign) = (token(&world, WEB_ETH0), token(&world, FAR_ETH0));
    for (token, after_s, expected) in
        [(own.as_str(), 59, 200), (&own, 60, 401), (&foreign, 0, 401), ("", 0, 401), ("rubbish", 0, 401)]
    {
        let headers = [(TOKEN, token)];
        let request = Request { method: "GET", path: "/latest/meta-data/", headers: &headers };
        let now = Timestamp(NOW.0 + after_s * 1000);
        let response =
            answer(&world, &fixture::eni(&world, WEB_ETH0), &request, now, &secrets(&credential_key()));
        assert_eq!(response.status, expected, "{token} after {after_s} s");
    }
}

#[test]
fn a_token_needs_a_lifetime_and_no_proxy() {
    let world = fixture::world();
    let put = |headers: &[(&str, &str)]| sent(&world, WEB_ETH0, "PUT", "/latest/api/token", headers).status;
    assert_eq!(put(&[(TOKEN_TTL, "1")]), 200);
    for ttl in ["0", "21601", "-1", "", "6h", "99999999999"] {
        assert_eq!(put(&[(TOKEN_TTL, ttl)]), 400, "{ttl}");
    }
    assert_eq!(put(&[]), 400);
    assert_eq!(put(&[(TOKEN_TTL, "60"), ("X-Forwarded-For", "10.0.1.99")]), 403);
}

#[test]
fn other_methods_other_paths_and_a_disabled_service() {
    let mut world = fixture::world();
    for (method, path, status) in [
        ("HEAD", "/latest/meta-data/", 200),
        ("POST", "/latest/meta-data/", 405),
        ("DELETE", "/latest/meta-data/", 405),
        ("PUT", "/latest/meta-data/", 405),
        ("GET", "/latest/api/token", 405),
        ("GET", "/latest/meta-data/nothing", 404),
        ("GET", "/newest/meta-data/", 404),
        ("GET", "/2021-07-15/meta-data/ami-id", 200),
        ("GET", "", 200),
    ] {
        assert_eq!(sent(&world, WEB_ETH0, method, path, &[]).status, status, "{method} {path}");
    }
    assert_eq!(sent(&world, SPARE, "GET", "/", &[]).status, 404, "an interface without an instance");
    instance(&mut world).metadata_options.enabled = false;
    assert_eq!(got(&world, "/").0, 403);
}

#[test]
fn the_page_of_an_error_is_xhtml() {
    let (status, page) = got(&fixture::world(), "/latest/nothing");
    assert_eq!(status, 404);
    assert!(page.starts_with("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<!DOCTYPE html PUBLIC"));
    assert!(page.contains("\n <head>\n  <title>404 - Not Found</title>\n </head>\n"), "{page}");
}

#[test]
fn folders_are_listed_with_and_without_the_last_slash() {
    let mut world = fixture::world();
    assert!(got(&world, "/").1.starts_with("1.0\n2007-01-19\n"));
    assert!(got(&world, "/").1.ends_with("\n2024-04-11\nlatest"));
    assert_eq!(got(&world, "/latest").1, "dynamic\nmeta-data");
    instance(&mut world).user_data = b"#!/bin/sh".to_vec();
    assert_eq!(got(&world, "/latest/").1, "dynamic\nmeta-data\nuser-data");
    assert_eq!(got(&world, "/latest/meta-data"), got(&world, "//latest//meta-data/"));
    let listing = meta(&world, "");
    assert_eq!(
        listing.split('\n').collect::<Vec<_>>(),
        [
            "ami-id",
            "ami-launch-index",
            "ami-manifest-path",
            "block-device-mapping/",
            "events/",
            "hostname",
            "instance-action",
            "instance-id",
            "instance-life-cycle",
            "instance-type",
            "ipv6",
            "local-hostname",
            "local-ipv4",
            "mac",
            "metrics/",
            "network/",
            "placement/",
            "profile",
            "public-hostname",
            "public-ipv4",
            "public-keys/",
            "reservation-id",
            "security-groups",
            "services/",
        ]
    );
}

#[test]
fn everything_listed_can_be_read() {
    let mut world = fixture::world();
    instance(&mut world).user_data = b"hello".to_vec();
    let mut folders = vec!["/latest/".to_owned()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for child in got(&world, &folder).1.split('\n') {
            // `0=mine` is read as `0`.
            let name = child.split('=').next().unwrap();
            let path = format!("{folder}{name}");
            assert_eq!(got(&world, &path).0, 200, "{path}");
            let folder =
                ["meta-data", "dynamic"].contains(&child) || child.ends_with('/') || child.contains('=');
            if folder {
                folders.push(format!("{}/", path.trim_end_matches('/')));
            }
            read += 1;
        }
    }
    assert!(read > 80, "{read}");
}

#[test]
fn the_categories_are_the_instances_own() {
    let world = fixture::world();
    for (path, expected) in [
        ("instance-id", "i-0000000000000000a"),
        ("instance-type", "t2.micro"),
        ("local-ipv4", "10.0.1.10"),
        ("public-ipv4", "203.0.113.25"),
        ("public-hostname", "ec2-203-0-113-25.us-west-2.compute.amazonaws.com"),
        ("local-hostname", "ip-10-0-1-10.us-west-2.compute.internal"),
        ("hostname/", "ip-10-0-1-10.us-west-2.compute.internal"),
        ("ipv6", "2600:1f13:a:1::10"),
        ("mac", "0a:00:00:00:00:0a"),
        ("placement/availability-zone", "us-west-2a"),
        ("placement/availability-zone-id", "usw2-az1"),
        ("placement/region", "us-west-2"),
        ("security-groups", "web"),
        ("services/domain", "amazonaws.com"),
        ("public-keys/", "0=mine"),
        ("public-keys/0", "openssh-key"),
        ("public-keys/0/openssh-key", "ssh-ed25519 AAAA mine"),
        ("iam/", "404"),
        ("iam/security-credentials/", "404"),
        ("tags/instance", "404"),
        ("spot/", "404"),
        ("network/interfaces/macs/", "0a:00:00:00:00:0a/\n0a:00:00:00:00:1e/"),
    ] {
        assert_eq!(meta(&world, path), expected, "{path}");
    }
}

#[test]
fn every_interface_is_described() {
    let world = fixture::world();
    let first = |leaf: &str| meta(&world, &format!("network/interfaces/macs/0a:00:00:00:00:0a/{leaf}"));
    let second = |leaf: &str| meta(&world, &format!("network/interfaces/macs/0a:00:00:00:00:1e/{leaf}"));
    for (leaf, expected) in [
        ("device-number", "0"),
        ("ipv4-associations/", "203.0.113.25"),
        ("ipv4-associations/203.0.113.25", "10.0.1.10"),
        ("ipv6s", "2600:1f13:a:1::10"),
        ("local-ipv4s", "10.0.1.10\n10.0.1.12"),
        ("owner-id", "123456789012"),
        ("public-ipv4s", "203.0.113.25"),
        ("security-group-ids", "sg-00000000000000001"),
        ("subnet-id", "subnet-00000000000000001"),
        ("subnet-ipv4-cidr-block", "10.0.1.0/24"),
        ("subnet-ipv6-cidr-blocks", "2600:1f13:a:1::/64"),
        ("vpc-id", "vpc-00000000000000001"),
        ("vpc-ipv4-cidr-block", "10.0.0.0/16"),
        ("vpc-ipv6-cidr-blocks", "2600:1f13:a::/56"),
    ] {
        assert_eq!(first(leaf), expected, "{leaf}");
    }
    assert_eq!((second("device-number").as_str(), second("local-ipv4s").as_str()), ("1", "10.0.2.30"));
    for absent in ["public-ipv4s", "public-hostname", "ipv6s", "ipv4-associations", "subnet-ipv6-cidr-blocks"]
    {
        assert_eq!(second(absent), "404", "{absent}");
    }
}

#[test]
fn host_names_follow_the_vpcs_attributes_and_options() {
    let mut world = fixture::world();
    fixture::set_option(&mut world, "domain-name", &["corp.example"]);
    assert_eq!(meta(&world, "local-hostname"), "ip-10-0-1-10.corp.example");
    world.network.vpcs.get_mut(&MAIN).unwrap().dns_hostnames = false;
    assert_eq!(meta(&world, "public-hostname"), "404");
    assert_eq!(meta(&world, "public-ipv4"), "203.0.113.25");
}

#[test]
fn tags_are_shown_only_when_enabled_and_only_those_with_a_name_for_a_path() {
    let mut world = fixture::world();
    let tags = [("Name", "web"), ("empty", ""), ("a/b", "no"), ("with space", "no")];
    instance(&mut world).tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(meta(&world, "tags/instance/Name"), "404");
    instance(&mut world).metadata_options.instance_tags = true;
    assert_eq!(meta(&world, "tags/instance/"), "Name\nempty");
    assert_eq!(meta(&world, "tags/instance/Name"), "web");
    assert_eq!(meta(&world, "tags/instance/empty"), "");
}

#[test]
fn pushed_keys_are_there_until_they_expire() {
    let mut world = fixture::world();
    let key = |os_user: &str, key: &str, expires_ms| PushedKey {
        os_user: os_user.to_owned(),
        public_key: key.to_owned(),
        expires: Timestamp(NOW.0 + expires_ms),
    };
    instance(&mut world).pushed_keys = vec![
        key("ec2-user", "ssh-rsa A", 1),
        key("ec2-user", "ssh-rsa B", 0),
        key("ec2-user", "ssh-rsa C", 60_000),
    ];
    assert_eq!(meta(&world, "managed-ssh-keys/active-keys/ec2-user"), "ssh-rsa A\nssh-rsa C");
    assert_eq!(meta(&world, "managed-ssh-keys/active-keys/root"), "404");
    instance(&mut world).pushed_keys.truncate(0);
    assert_eq!(meta(&world, "managed-ssh-keys/active-keys/ec2-user"), "404");
}

#[test]
fn user_data_is_given_back_byte_for_byte() {
    let mut world = fixture::world();
    assert_eq!(got(&world, "/latest/user-data").0, 404);
    instance(&mut world).user_data = vec![0x1f, 0x8b, 0, 255];
    let response = sent(&world, WEB_ETH0, "GET", "/latest/user-data", &[]);
    assert_eq!((response.status, response.body.as_slice()), (200, [0x1f, 0x8b, 0, 255].as_slice()));
    assert!(response.headers.contains(&("Content-Type", "application/octet-stream".to_owned())));
}

#[test]
fn the_identity_document_is_as_aws_writes_it() {
    let world = fixture::world();
    assert_eq!(
        got(&world, "/latest/dynamic/instance-identity/document").1,
        r#"{
  "accountId" : "123456789012",
  "architecture" : "x86_64",
  "availabilityZone" : "us-west-2a",
  "billingProducts" : null,
  "devpayProductCodes" : null,
  "marketplaceProductCodes" : null,
  "imageId" : "ami-00000000000000001",
  "instanceId" : "i-0000000000000000a",
  "instanceType" : "t2.micro",
  "kernelId" : null,
  "pendingTime" : "2026-01-01T00:00:00Z",
  "privateIp" : "10.0.1.10",
  "ramdiskId" : null,
  "region" : "us-west-2",
  "version" : "2017-09-30"
}"#
    );
}

#[test]
fn the_identity_document_is_signed_in_three_forms_by_who_has_the_key() {
    let world = fixture::world();
    let folder = "/latest/dynamic/instance-identity";
    assert_eq!(got(&world, folder).1, "document\npkcs7\nrsa2048\nsignature");
    let document = got(&world, &format!("{folder}/document")).1;
    for form in ["pkcs7", "rsa2048"] {
        assert_eq!(got(&world, &format!("{folder}/{form}")).1, format!("signed: {document}"));
    }
    assert_eq!(got(&world, &format!("{folder}//signature?x")).1, format!("signed {}", document.len()));

    let key = credential_key();
    let nobody = Secrets { identity: None, ..secrets(&key) };
    for (leaf, status) in [("document", 200), ("signature", 404), ("pkcs7", 404), ("rsa2048", 404)] {
        let path = format!("{folder}/{leaf}");
        let request = Request { method: "GET", path: &path, headers: &[] };
        assert!(request.is_about_identity());
        let response = answer(&world, &fixture::eni(&world, WEB_ETH0), &request, NOW, &nobody);
        assert_eq!(response.status, status, "{leaf}");
    }
    for path in
        ["/", "/latest/", "/latest/dynamic/", "/latest/meta-data/instance-id", "dynamic/instance-identity"]
    {
        assert!(!Request { method: "GET", path, headers: &[] }.is_about_identity(), "{path}");
    }
}

#[test]
fn the_instance_profile_and_its_roles_credentials_are_there() {
    let mut world = fixture::with_role();
    let expected = RoleSession {
        account: AccountId::DEFAULT,
        role: world.roles.iter().next().unwrap().0,
        instance: WEB,
        issued: NOW,
    };
    assert_eq!(meta(&world, "iam/"), "info\nsecurity-credentials/");
    let info = meta(&world, "iam/info");
    assert!(
        info.starts_with("{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2026-01-01T00:00:00Z\",\n"),
        "{info}"
    );
    assert!(
        info.contains("\"InstanceProfileArn\" : \"arn:aws:iam::123456789012:instance-profile/web\""),
        "{info}"
    );
    assert_eq!(meta(&world, "iam/security-credentials/"), "reader");
    let credentials = expected.credentials(&credential_key());
    assert_eq!(
        meta(&world, "iam/security-credentials/reader"),
        format!(
            "{{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2026-01-01T00:00:00Z\",\n  \"Type\" : \"AWS-HMAC\",\n  \
             \"AccessKeyId\" : \"{}\",\n  \"SecretAccessKey\" : \"{}\",\n  \"Token\" : \"{}\",\n  \
             \"Expiration\" : \"2026-01-01T06:00:00Z\"\n}}",
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        )
    );
    assert_eq!(meta(&world, "iam/security-credentials/other"), "404");

    world.role_named_mut(AccountId::DEFAULT, "reader").unwrap().trust_policy = policy::Document::stored(
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#,
    );
    let refused = meta(&world, "iam/security-credentials/reader");
    assert!(refused.contains("\"Code\" : \"AssumeRoleUnauthorizedAccess\""), "{refused}");
    assert!(!refused.contains("SecretAccessKey"), "{refused}");
    for (condition, holds) in [
        (r#"{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}"#, true),
        (r#"{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalServiceName":"ec2.amazonaws.com"}}"#, true),
        (r#"{"StringEquals":{"sts:ExternalId":"x"}}"#, false),
    ] {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole","Condition":{condition}}}}}"#
        );
        let role = world.role_named_mut(AccountId::DEFAULT, "reader").unwrap();
        role.trust_policy = policy::Document::stored(&text);
        let shown = meta(&world, "iam/security-credentials/reader");
        assert_eq!(shown.contains("SecretAccessKey"), holds, "{condition}");
    }

    world.remove_role_from_instance_profile(AccountId::DEFAULT, "web", "reader").unwrap();
    assert_eq!(meta(&world, "iam/"), "info");
    let empty = meta(&world, "iam/info");
    assert!(empty.contains("\"Message\" : \"Instance Profile does not contain a role. "), "{empty}");
    assert!(empty.contains("\"Code\" : \"Success\""), "{empty}");
    world.delete_instance_profile(AccountId::DEFAULT, "web").unwrap();
    assert!(meta(&world, "iam/info").contains("\"Code\" : \"InstanceProfileNotFound\""));
    instance(&mut world).profile_association = None;
    assert_eq!(meta(&world, "iam/"), "404");
}

proptest! {
    #[test]
    fn no_request_makes_the_service_panic(
        method in "(GET|PUT|HEAD|[A-Z]{0,4})",
        path in "(/|/latest|/latest/meta-data|/latest/api/token)?[ -~é/?#]{0,30}",
        name in "(X-aws-ec2-metadata-token(-ttl-seconds)?|[ -~]{0,10})",
        value in "[ -~é]{0,60}",
    ) {
        let world = fixture::world();
        let response = sent(&world, WEB_ETH0, &method, &path, &[(&name, &value)]);
        prop_assert!([200, 400, 401, 403, 404, 405].contains(&response.status));
    }

    #[test]
    fn no_bytes_make_the_request_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), tail in "\\PC{0,40}") {
        let mut stream = bytes;
        stream.extend(tail.as_bytes());
        stream.extend(b"\r\n\r\n");
        if let http::Parsed::Whole(head) = http::parse(&stream) {
            prop_assert!(head.len <= stream.len());
        }
    }
}
