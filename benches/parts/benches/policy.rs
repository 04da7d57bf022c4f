//! What a decision costs: `cargo bench -p parts-bench --bench policy`.
//!
//! The caller has twenty of AWS's own policies, which are the largest there are; the question is one that all of them have to
//! be read for, or one that many allow.

use divan::{Bencher, black_box};
use model::managed_policy::aws;
use policy::{Attached, Context, Document, Kind, Origin, Policies, Principal, Request};
use std::sync::Arc;

fn main() {
    divan::main();
}

/// With hundreds of actions each, or with many conditions and resources.
const ATTACHED: [&str; 20] = [
    "ReadOnlyAccess",
    "SecurityAudit",
    "ViewOnlyAccess",
    "SystemAdministrator",
    "NetworkAdministrator",
    "DatabaseAdministrator",
    "DataScientist",
    "AmazonEC2FullAccess",
    "AmazonVPCFullAccess",
    "AmazonS3FullAccess",
    "IAMFullAccess",
    "CloudWatchFullAccess",
    "AmazonRDSFullAccess",
    "AmazonECS_FullAccess",
    "AWSLambda_FullAccess",
    "AmazonSSMFullAccess",
    "AmazonSageMakerFullAccess",
    "AdministratorAccess-AWSElasticBeanstalk",
    "AmazonRoute53FullAccess",
    "AWSCloudTrail_FullAccess",
];

const USER: Principal<'_> = Principal::User {
    arn: "arn:aws:iam::111122223333:user/ann",
    account: "111122223333",
    id: "AIDAEXAMPLEEXAMPLE123",
};

fn attached() -> Vec<Attached<'static>> {
    let find = |name: &str| {
        aws::named(name)
            .unwrap_or_else(|| panic!("AWS manages {name}"))
            .document(model::Partition::Commercial)
    };
    ATTACHED.iter().map(|arn| Attached { document: find(arn), origin: Origin::Managed { arn } }).collect()
}

/// What the server knows of a call, and of one resource.
fn context() -> Context {
    let mut call = Context::new()
        .with("aws:SourceIp", "192.0.2.1")
        .with("aws:SecureTransport", "false")
        .with("aws:UserAgent", "aws-cli/2.30")
        .with("aws:RequestedRegion", "us-east-1")
        .with("aws:CurrentTime", "2026-11-29T05:57:49Z")
        .with("aws:EpochTime", "1795931869")
        .with("aws:ViaAWSService", "false");
    USER.describe(&mut call);
    Context::over(Arc::new(call)).with("aws:ResourceTag/Name", "web").with("ec2:InstanceType", "t2.micro")
}

/// Allowed by many, allowed by one, and by none.
#[divan::bench(args = ["ec2:DescribeVpcs", "iam:CreateUser", "ec2:RunInstances", "dynamodb:DeleteTable"])]
fn decide_by_20_policies(bencher: Bencher<'_, '_>, action: &str) {
    let (attached, context) = (attached(), context());
    let policies = Policies { identity: &attached, ..Policies::default() };
    let resource = "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0";
    let request = Request { action, resource, resource_account: None, principal: &USER, context: &context };
    bencher.bench_local(|| policy::decide(black_box(&request), black_box(&policies)));
}

#[divan::bench]
fn explain_by_20_policies(bencher: Bencher<'_, '_>) {
    let (attached, context) = (attached(), context());
    let policies = Policies { identity: &attached, ..Policies::default() };
    let request = Request {
        action: "ec2:DescribeVpcs",
        resource: "*",
        resource_account: None,
        principal: &USER,
        context: &context,
    };
    bencher.bench_local(|| policy::explain(black_box(&request), black_box(&policies)));
}

/// The same decision with the statements that matched, as the simulator tells it.
#[divan::bench]
fn simulate_by_20_policies(bencher: Bencher<'_, '_>) {
    let (attached, context) = (attached(), context());
    let policies = Policies { identity: &attached, ..Policies::default() };
    let request = Request {
        action: "ec2:DescribeVpcs",
        resource: "*",
        resource_account: None,
        principal: &USER,
        context: &context,
    };
    bencher.bench_local(|| policy::simulate(black_box(&request), black_box(&policies)));
}

/// The context that a call brings, made anew.
#[divan::bench]
fn make_a_context() -> Context {
    context()
}

/// One of 6,144 characters, as large as a customer's may be.
#[divan::bench]
fn read_a_policy(bencher: Bencher<'_, '_>) {
    let actions: Vec<String> = (0..250).map(|n| format!("\"service:Action{n:05}\"")).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{}],"Resource":"*"}}}}"#,
        actions.join(",")
    );
    bencher.bench_local(|| {
        Document::parse(black_box(&text), Kind::Identity).map(|document| document.counted_length())
    });
}
