//! What instances get unless their launch says otherwise. Follows GetInstanceMetadataDefaults, ModifyInstanceMetadataDefaults
//! and GetDefaultCreditSpecification with its neighbour (EC2 API Reference).

use awsproto::{AwsError, Call};
use model::instance::MetadataOptions;
use model::instance_defaults::MetadataDefaults;
use model::{InstanceType, World};

use crate::shapes::*;

/// What says that there is no preference.
const NO_PREFERENCE: &str = "no-preference";
/// The same where a number is expected.
const NO_PREFERENCE_OF_HOPS: i32 = -1;
/// "Possible values: Integers from 1 to 64, and -1 to indicate no preference" (ModifyInstanceMetadataDefaults).
const HOPS_MAX: u8 = 64;

pub(crate) fn get_metadata(
    call: &mut Call,
    world: &World,
    request: GetInstanceMetadataDefaultsRequest,
) -> Result<GetInstanceMetadataDefaultsResult, AwsError> {
    let GetInstanceMetadataDefaultsRequest {} = request;
    let defaults = world.metadata_defaults(call.scope);
    let named = |set: Option<bool>, on: &str, off: &str| set.map(|it| if it { on } else { off }.to_owned());
    Ok(GetInstanceMetadataDefaultsResult {
        account_level: Some(InstanceMetadataDefaultsResponse {
            http_endpoint: named(defaults.enabled, "enabled", "disabled"),
            http_put_response_hop_limit: defaults.hop_limit.map(i32::from),
            http_tokens: named(defaults.tokens_required, "required", "optional"),
            http_tokens_enforced: named(defaults.tokens_enforced, "enabled", "disabled"),
            instance_metadata_tags: named(defaults.instance_tags, "enabled", "disabled"),
            managed_by: Some("account".to_owned()),
            managed_exception_message: None,
        }),
    })
}

pub(crate) fn modify_metadata(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceMetadataDefaultsRequest,
) -> Result<ModifyInstanceMetadataDefaultsResult, AwsError> {
    let ModifyInstanceMetadataDefaultsRequest {
        http_endpoint,
        http_put_response_hop_limit,
        http_tokens,
        http_tokens_enforced,
        instance_metadata_tags,
    } = request;
    let before = world.metadata_defaults(call.scope);
    let on_or_off = ("enabled", "disabled");
    let defaults = MetadataDefaults {
        enabled: preference("httpEndpoint", http_endpoint, on_or_off, before.enabled)?,
        tokens_required: preference(
            "httpTokens",
            http_tokens,
            ("required", "optional"),
            before.tokens_required,
        )?,
        tokens_enforced: preference(
            "httpTokensEnforced",
            http_tokens_enforced,
            on_or_off,
            before.tokens_enforced,
        )?,
        hop_limit: hops(http_put_response_hop_limit, before.hop_limit)?,
        instance_tags: preference(
            "instanceMetadataTags",
            instance_metadata_tags,
            on_or_off,
            before.instance_tags,
        )?,
    };
    world.set_metadata_defaults(call.scope, defaults);
    Ok(ModifyInstanceMetadataDefaultsResult { r#return: Some(true) })
}

fn preference(
    parameter: &str,
    sent: Option<String>,
    (on, off): (&str, &str),
    before: Option<bool>,
) -> Result<Option<bool>, AwsError> {
    match sent {
        None => Ok(before),
        Some(text) if text == NO_PREFERENCE => Ok(None),
        Some(text) if text == on => Ok(Some(true)),
        Some(text) if text == off => Ok(Some(false)),
        Some(text) => {
            let reason = format!("Expecting {on}, {off} or {NO_PREFERENCE}.");
            Err(AwsError::invalid_value(parameter, &text, &reason))
        }
    }
}

fn hops(sent: Option<i32>, before: Option<u8>) -> Result<Option<u8>, AwsError> {
    let Some(sent) = sent else { return Ok(before) };
    if sent == NO_PREFERENCE_OF_HOPS {
        return Ok(None);
    }
    let hops = u8::try_from(sent).ok().filter(|hops| (1..=HOPS_MAX).contains(hops));
    let reason = format!("Expecting -1, or a value between 1 and {HOPS_MAX}.");
    let refused = || AwsError::invalid_value("httpPutResponseHopLimit", &sent.to_string(), &reason);
    hops.map(Some).ok_or_else(refused)
}

/// Refuses metadata without tokens where the account enforces them ("Enforce IMDSv2 at the account level", EC2 User Guide).
pub(crate) fn check_tokens(call: &Call, world: &World, options: MetadataOptions) -> Result<(), AwsError> {
    let enforced = world.metadata_defaults(call.scope).tokens_enforced == Some(true);
    match enforced && !options.tokens_required {
        false => Ok(()),
        true => Err(AwsError::new(
            "UnsupportedOperation",
            "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account. Either launch \
             the instance with httpTokens=required or contact your account owner to disable httpTokensEnforced using the \
             ModifyInstanceMetadataDefaults API or the account settings in the EC2 console.",
        )),
    }
}

pub(crate) fn get_credits(
    call: &mut Call,
    world: &World,
    request: GetDefaultCreditSpecificationRequest,
) -> Result<GetDefaultCreditSpecificationResult, AwsError> {
    let GetDefaultCreditSpecificationRequest { instance_family } = request;
    let family = checked_family(instance_family)?;
    Ok(GetDefaultCreditSpecificationResult {
        instance_family_credit_specification: Some(of_family(call, world, family)),
    })
}

pub(crate) fn modify_credits(
    call: &mut Call,
    world: &mut World,
    request: ModifyDefaultCreditSpecificationRequest,
) -> Result<ModifyDefaultCreditSpecificationResult, AwsError> {
    let ModifyDefaultCreditSpecificationRequest { cpu_credits, instance_family } = request;
    let family = checked_family(instance_family)?;
    let credits = cpu_credits.unwrap_or_default();
    if credits != "standard" && credits != "unlimited" {
        return Err(AwsError::invalid_value("cpuCredits", &credits, "Expecting standard or unlimited."));
    }
    world.set_default_cpu_credits(call.scope, family.family(), &credits);
    Ok(ModifyDefaultCreditSpecificationResult {
        instance_family_credit_specification: Some(of_family(call, world, family)),
    })
}

/// One of the family's types: all spend credits alike.
fn checked_family(family: Option<String>) -> Result<&'static InstanceType, AwsError> {
    let family = family.unwrap_or_default();
    let found = InstanceType::all().iter().find(|it| it.is_burstable() && it.family() == family);
    found.ok_or_else(|| {
        let reason = "It has no burstable performance instances whose credits can be set.";
        AwsError::invalid_value("instanceFamily", &family, reason)
    })
}

fn of_family(call: &Call, world: &World, family: &InstanceType) -> InstanceFamilyCreditSpecification {
    InstanceFamilyCreditSpecification {
        cpu_credits: world.default_cpu_credits(call.scope, family),
        instance_family: Some(family.family().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn metadata_of_a_launch_are_the_accounts_unless_it_says_otherwise() {
        let mut caller = Caller::new();
        let nothing = caller.ok("GetInstanceMetadataDefaults", &[]);
        assert!(nothing.texts("httpTokens").is_empty(), "{}", nothing.0);
        let wanted = [("HttpTokens", "optional"), ("HttpPutResponseHopLimit", "5")];
        caller.ok("ModifyInstanceMetadataDefaults", &wanted);
        let launched = caller.launch(&[]);
        let figures = (launched.text("httpTokens"), launched.text("httpPutResponseHopLimit"));
        assert_eq!(figures, ("optional".into(), "5".into()));
        let launched = caller.launch(&[("MetadataOptions.HttpTokens", "required")]);
        let figures = (launched.text("httpTokens"), launched.text("httpPutResponseHopLimit"));
        assert_eq!(figures, ("required".into(), "5".into()));
        let less = [("HttpTokens", "no-preference"), ("HttpPutResponseHopLimit", "-1")];
        caller.ok("ModifyInstanceMetadataDefaults", &less);
        assert_eq!(caller.launch(&[]).text("httpTokens"), "required", "as the image has it");
        for wrong in [("HttpTokens", "perhaps"), ("HttpPutResponseHopLimit", "65"), ("HttpEndpoint", "on")] {
            let refused = caller.refused("ModifyInstanceMetadataDefaults", &[wrong]);
            assert!(refused.starts_with("InvalidParameterValue"), "{refused}");
        }
    }

    #[test]
    fn where_tokens_are_enforced_nothing_starts_without() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        caller.ok("ModifyInstanceMetadataDefaults", &[("HttpTokensEnforced", "enabled")]);
        assert_eq!(caller.ok("GetInstanceMetadataDefaults", &[]).text("httpTokensEnforced"), "enabled");
        caller.launch(&[]);
        let refused = caller.refused_launch(&[("MetadataOptions.HttpTokens", "optional")]);
        assert!(
            refused.starts_with("UnsupportedOperation: You can't launch instances with IMDSv1"),
            "{refused}"
        );
        let optional = [("InstanceId", &*id), ("HttpTokens", "optional")];
        assert!(
            caller.refused("ModifyInstanceMetadataOptions", &optional).starts_with("UnsupportedOperation")
        );
    }

    #[test]
    fn credits_of_a_family_are_spent_as_it_was_told() {
        let mut caller = Caller::new();
        let of = |caller: &mut Caller, family| {
            caller.ok("GetDefaultCreditSpecification", &[("InstanceFamily", family)]).text("cpuCredits")
        };
        assert_eq!((of(&mut caller, "t2"), of(&mut caller, "t3")), ("standard".into(), "unlimited".into()));
        caller
            .ok("ModifyDefaultCreditSpecification", &[("InstanceFamily", "t3"), ("CpuCredits", "standard")]);
        assert_eq!((of(&mut caller, "t3"), of(&mut caller, "t3a")), ("standard".into(), "unlimited".into()));
        let id = caller.running(&[("InstanceType", "t3.micro")]);
        let shown = caller.ok("DescribeInstanceCreditSpecifications", &[("InstanceId.1", &id)]);
        assert_eq!(shown.text("cpuCredits"), "standard");
        let refused = caller.refused("GetDefaultCreditSpecification", &[("InstanceFamily", "m5")]);
        assert!(refused.starts_with("InvalidParameterValue"), "{refused}");
    }
}
