//! What may be done to an instance without asking. Follows ModifyInstanceMaintenanceOptions (EC2 API Reference). Shown and
//! without effect: nothing here fails as hardware does.

use awsproto::{AwsError, Call};
use model::World;
use model::instance::MaintenanceOptions;
use model::instance_lifecycle::InstanceAttribute;

use crate::errors::refused;
use crate::request::required_id;
use crate::shapes::*;

/// What a launch asks for.
pub(crate) fn of_launch(
    sent: Option<InstanceMaintenanceOptionsRequest>,
) -> Result<MaintenanceOptions, AwsError> {
    let InstanceMaintenanceOptionsRequest { auto_recovery } = sent.unwrap_or_default();
    let no_auto_recovery = disabled("autoRecovery", auto_recovery, false)?;
    Ok(MaintenanceOptions { no_auto_recovery, no_reboot_migration: false })
}

fn disabled(parameter: &str, sent: Option<String>, before: bool) -> Result<bool, AwsError> {
    match sent.as_deref() {
        None => Ok(before),
        Some("default") => Ok(false),
        Some("disabled") => Ok(true),
        Some(other) => Err(AwsError::invalid_value(parameter, other, "Expecting disabled or default.")),
    }
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceMaintenanceOptionsRequest,
) -> Result<ModifyInstanceMaintenanceOptionsResult, AwsError> {
    let ModifyInstanceMaintenanceOptionsRequest { auto_recovery, instance_id, reboot_migration } = request;
    let id = required_id(instance_id.as_deref())?;
    let before = world.instance(call.scope, id).map_err(refused)?.maintenance;
    let options = MaintenanceOptions {
        no_auto_recovery: disabled("autoRecovery", auto_recovery, before.no_auto_recovery)?,
        no_reboot_migration: disabled("rebootMigration", reboot_migration, before.no_reboot_migration)?,
    };
    let attribute = InstanceAttribute::Maintenance(options);
    world.set_instance_attribute(call.scope, id, attribute).map_err(refused)?;
    let InstanceMaintenanceOptions { auto_recovery, reboot_migration } = render(options);
    Ok(ModifyInstanceMaintenanceOptionsResult {
        auto_recovery,
        instance_id: Some(id.to_string()),
        reboot_migration,
    })
}

/// As answers show it.
pub(crate) fn render(options: MaintenanceOptions) -> InstanceMaintenanceOptions {
    let shown = |off: bool| Some(if off { "disabled" } else { "default" }.to_owned());
    InstanceMaintenanceOptions {
        auto_recovery: shown(options.no_auto_recovery),
        reboot_migration: shown(options.no_reboot_migration),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn recovery_and_migration_are_as_they_were_set() {
        let mut caller = Caller::new();
        let id = caller.running(&[("MaintenanceOptions.AutoRecovery", "disabled")]);
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!(
            (shown.text("autoRecovery"), shown.text("rebootMigration")),
            ("disabled".into(), "default".into())
        );
        let wanted = [("InstanceId", &*id), ("AutoRecovery", "default"), ("RebootMigration", "disabled")];
        assert_eq!(
            caller.ok("ModifyInstanceMaintenanceOptions", &wanted).text("rebootMigration"),
            "disabled"
        );
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!(
            (shown.text("autoRecovery"), shown.text("rebootMigration")),
            ("default".into(), "disabled".into())
        );
        let wrong = [("InstanceId", &*id), ("AutoRecovery", "enabled")];
        assert!(
            caller.refused("ModifyInstanceMaintenanceOptions", &wrong).starts_with("InvalidParameterValue")
        );
    }
}
