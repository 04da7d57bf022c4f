//! A list of an account's users and of what credentials they have. Follows GenerateCredentialReport and GetCredentialReport
//! in the IAM API Reference, and "Generate credential reports for your AWS account" (IAM User Guide).

use awsproto::{AwsError, Call, Timestamp};
use model::account_settings::CredentialReport;
use model::{AccessKey, SigningCertificate, UserId, World};

use crate::shapes::*;
use crate::user::ACCOUNT_CREATED;

/// "You can generate a credential report as often as once every four hours."
const LIFETIME_MS: i64 = 4 * 60 * 60 * 1000;
/// Columns of one access key.
const KEY_COLUMNS: [&str; 5] =
    ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"];
const ABSENT: &str = "N/A";

pub(crate) fn generate(
    call: &mut Call,
    world: &mut World,
    _: (),
) -> Result<GenerateCredentialReportResponse, AwsError> {
    if report(call, world).is_some_and(|report| is_fresh(report, call.now)) {
        return Ok(GenerateCredentialReportResponse {
            description: None,
            state: Some("COMPLETE".to_owned()),
        });
    }
    let text = text(call, world);
    let report = CredentialReport { generated: call.now, text };
    world.account_settings_mut(call.scope.account).credential_report = Some(report);
    Ok(GenerateCredentialReportResponse {
        description: Some("No report exists. Starting a new report generation task".to_owned()),
        state: Some("STARTED".to_owned()),
    })
}

pub(crate) fn get(call: &mut Call, world: &World, _: ()) -> Result<GetCredentialReportResponse, AwsError> {
    let refused = |code, sentence: &str| AwsError::new(code, sentence).with_status(410);
    let report = report(call, world)
        .ok_or_else(|| refused("ReportNotPresent", "No report present. Try generating a report first."))?;
    if !is_fresh(report, call.now) {
        return Err(refused("ReportExpired", "The report has expired. Try generating a report first."));
    }
    Ok(GetCredentialReportResponse {
        content: Some(report.text.clone().into_bytes()),
        generated_time: Some(report.generated),
        report_format: Some("text/csv".to_owned()),
    })
}

fn report<'a>(call: &Call, world: &'a World) -> Option<&'a CredentialReport> {
    world.account_settings_of(call.scope.account)?.credential_report.as_ref()
}

fn is_fresh(report: &CredentialReport, now: Timestamp) -> bool {
    (0..LIFETIME_MS).contains(&now.0.saturating_sub(report.generated.0))
}

/// The whole report.
fn text(call: &Call, world: &World) -> String {
    let mut lines = vec![header(), root(call, world)];
    lines.extend(world.users_of(call.scope.account).map(|user| line(call, world, user)));
    lines.join("\n")
}

fn header() -> String {
    let mut columns: Vec<String> = [
        "user",
        "arn",
        "user_creation_time",
        "password_enabled",
        "password_last_used",
        "password_last_changed",
        "password_next_rotation",
        "mfa_active",
    ]
    .map(str::to_owned)
    .into();
    for number in 1..=2 {
        columns.extend(KEY_COLUMNS.map(|column| format!("access_key_{number}_{column}")));
    }
    columns.extend(
        (1..=2).flat_map(|number| ["active", "last_rotated"].map(|it| format!("cert_{number}_{it}"))),
    );
    columns.join(",")
}

/// The root, of whose password nothing is known.
fn root(call: &Call, world: &World) -> String {
    let arn = call.partition().arn("iam", call.scope.account, "root");
    let not_known = "not_supported".to_owned();
    let mut columns = vec![
        "<root_account>".to_owned(),
        arn,
        moment(ACCOUNT_CREATED),
        not_known.clone(),
        "no_information".to_owned(),
        not_known.clone(),
        not_known,
        has_mfa(call, world, None),
    ];
    columns.extend(keys(call, world, None));
    columns.extend(certificates(call, world, None));
    columns.join(",")
}

fn line(call: &Call, world: &World, user: &model::User) -> String {
    let profile = user.login_profile.as_ref();
    let age_days = crate::password_policy::of(world, user.account).and_then(|policy| policy.age_days_max);
    let next = profile.zip(age_days).map(|(profile, days)| {
        moment(Timestamp(profile.changed.0.saturating_add(i64::from(days) * 24 * 60 * 60 * 1000)))
    });
    let last_used = match (profile, user.password_last_used) {
        (None, _) => ABSENT.to_owned(),
        (Some(_), None) => "no_information".to_owned(),
        (Some(_), Some(used)) => moment(used),
    };
    let mut columns = vec![
        user.name.clone(),
        user.arn(call.partition()),
        moment(user.created),
        profile.is_some().to_string(),
        last_used,
        profile.map_or_else(|| ABSENT.to_owned(), |profile| moment(profile.changed)),
        next.unwrap_or_else(|| ABSENT.to_owned()),
        has_mfa(call, world, Some(user.id)),
    ];
    columns.extend(keys(call, world, Some(user.id)));
    columns.extend(certificates(call, world, Some(user.id)));
    columns.join(",")
}

fn has_mfa(call: &Call, world: &World, user: Option<UserId>) -> String {
    (!world.mfa_devices_with(call.scope.account, user).is_empty()).to_string()
}

/// The columns of the two access keys, the older first.
fn keys(call: &Call, world: &World, user: Option<UserId>) -> Vec<String> {
    let mut keys: Vec<&AccessKey> = world.access_keys_of(call.scope.account, user).collect();
    keys.sort_by_key(|key| key.created);
    let columns = |key: Option<&&AccessKey>| -> [String; 5] {
        let used = key.and_then(|key| key.last_used.as_ref());
        let or_absent = |text: Option<String>| text.unwrap_or_else(|| ABSENT.to_owned());
        [
            key.is_some_and(|key| key.active).to_string(),
            or_absent(key.map(|key| moment(key.created))),
            or_absent(used.map(|used| moment(used.at))),
            or_absent(used.map(|used| used.region.clone())),
            or_absent(used.map(|used| used.service.clone())),
        ]
    };
    (0..2).flat_map(|number| columns(keys.get(number))).collect()
}

/// The columns of two signing certificates, the older first.
fn certificates(call: &Call, world: &World, user: Option<UserId>) -> Vec<String> {
    let found = world.signing_certificates_of(call.scope.account, user);
    let mut certificates: Vec<&SigningCertificate> = found.collect();
    certificates.sort_by_key(|certificate| certificate.uploaded);
    let columns = |certificate: Option<&&SigningCertificate>| {
        let uploaded = certificate.map(|certificate| moment(certificate.uploaded));
        [
            certificate.is_some_and(|certificate| certificate.active).to_string(),
            uploaded.unwrap_or_else(|| ABSENT.to_owned()),
        ]
    };
    (0..2).flat_map(|number| columns(certificates.get(number))).collect()
}

/// `2026-01-01T00:00:00+00:00`.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}+00:00", text.get(..19).unwrap_or_default())
}
