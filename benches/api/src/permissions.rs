//! What it costs to be somebody whose policies are asked: calls signed by an IAM user's key beside the same calls signed by
//! the root's, in turns, on one process.

use anyhow::{Context, Result};
use awsproto::Timestamp;
use awsproto::sigv4::{self, CredentialScope, Payload, SignedRequest};
use std::net::SocketAddr;
use std::path::Path;

use crate::client::{Client, calls_per_second, text};
use crate::hamlet::{self, Hamlet};
use crate::{CALLS_FOR, median, row};

const REGION: &str = "us-west-2";
const EC2_VERSION: &str = "2016-11-15";
const IAM_VERSION: &str = "2010-05-08";
const CONNECTIONS: u64 = 8;
const ROUNDS: usize = 9;
/// "Managed policies attached to an IAM user: 10" (IAM quotas); the one that lets the call pass comes last.
const POLICIES: [&str; 10] = [
    "AmazonS3FullAccess",
    "AmazonSQSFullAccess",
    "AmazonSNSFullAccess",
    "AmazonDynamoDBFullAccess",
    "CloudWatchLogsFullAccess",
    "AmazonRoute53FullAccess",
    "IAMReadOnlyAccess",
    "AmazonSSMReadOnlyAccess",
    "AWSKeyManagementServicePowerUser",
    "AmazonEC2FullAccess",
];

/// Prints the rows.
pub(crate) fn user_beside_root(program: &Path) -> Result<()> {
    let hamlet = Hamlet::start(program, "none")?;
    let root = Key::of_root(hamlet.data())?;
    let iam = |form: String| -> Result<String> {
        Client::new(hamlet.api(), 0)?.exchange(&root.signed(hamlet.api(), "iam", IAM_VERSION, &form)?)
    };
    iam("Action=CreateUser&UserName=bob".into())?;
    let made = iam("Action=CreateAccessKey&UserName=bob".into())?;
    for policy in POLICIES {
        iam(format!(
            "Action=AttachUserPolicy&UserName=bob&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2F{policy}"
        ))?;
    }
    let bob = Key {
        id: text(&made, "AccessKeyId").context("no key")?,
        secret: text(&made, "SecretAccessKey").context("no secret")?,
    };
    let by = |key: &Key| -> Result<f64> {
        let request = key.signed(hamlet.api(), "ec2", EC2_VERSION, "Action=DescribeVpcs")?;
        calls_per_second(hamlet.api(), CONNECTIONS, CALLS_FOR, |client, _| client.exchange(&request))
    };
    let (mut roots, mut users) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Each is first in half of the rounds.
        let (first, second) = if round.is_multiple_of(2) { (&root, &bob) } else { (&bob, &root) };
        let (one, other) = (by(first)?, by(second)?);
        let (root, user) = if round.is_multiple_of(2) { (one, other) } else { (other, one) };
        roots.push(root);
        users.push(user);
    }
    let ratios = users.iter().zip(&roots).map(|(user, root)| user / root).collect();
    row(
        "DescribeVpcs/s by a user, 10 policies (root)",
        format!("{:.0}", median(users)),
        format!("{:.0}", median(roots)),
        Some(median(ratios)),
        ">= 0.8",
    );
    hamlet.stop()
}

/// An access key whose signatures hold.
struct Key {
    id: String,
    secret: String,
}

impl Key {
    fn of_root(data: &Path) -> Result<Key> {
        let text = std::fs::read(data.join("root-access-key.json"))?;
        let key: serde_json::Value = serde_json::from_slice(&text)?;
        let part = |name: &str| key[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok(Key { id: part("access_key_id")?, secret: part("secret_access_key")? })
    }

    /// A request that may be sent again and again for some minutes.
    fn signed(&self, api: SocketAddr, service: &str, version: &str, form: &str) -> Result<String> {
        let body = format!("{form}&Version={version}");
        let (date, time) = hamlet::now();
        let host = api.to_string();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", host.as_str()),
            ("x-amz-date", time.as_str()),
        ];
        let request = SignedRequest {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: Payload::Whole(body.as_bytes()),
        };
        let scope = CredentialScope {
            access_key_id: self.id.clone(),
            date,
            region: REGION.into(),
            service: service.into(),
        };
        let now: Timestamp = server::clock::now();
        let authorization = sigv4::sign(&request, scope, &self.secret, now);
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        Ok(format!(
            "POST / HTTP/1.1\r\n{headers}authorization: {authorization}\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }
}
