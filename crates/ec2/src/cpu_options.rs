//! Cores and threads of instances. Follows CpuOptions and ModifyInstanceCpuOptions (EC2 API Reference). No encrypted memory,
//! no nested virtualization.

use awsproto::{AwsError, Call};
use model::instance_lifecycle::InstanceAttribute;
use model::{CpuOptions as Options, Instance, InstanceType, World};

use crate::errors::refused;
use crate::request::{refuse_unsupported, required_id};
use crate::shapes::*;

/// What a launch asks for.
pub(crate) fn of_launch(
    instance_type: &InstanceType,
    sent: Option<CpuOptionsRequest>,
) -> Result<Option<Options>, AwsError> {
    let CpuOptionsRequest { amd_sev_snp, core_count, nested_virtualization, threads_per_core } =
        sent.unwrap_or_default();
    let is_on = |switch: Option<String>| switch.is_some_and(|it| it != "disabled");
    refuse_unsupported(&[
        ("CpuOptions.AmdSevSnp", is_on(amd_sev_snp)),
        ("CpuOptions.NestedVirtualization", is_on(nested_virtualization)),
    ])?;
    if core_count.is_none() && threads_per_core.is_none() {
        return Ok(None);
    }
    changed(Options::of_type(instance_type), core_count, threads_per_core).map(Some)
}

fn changed(before: Options, cores: Option<i32>, threads: Option<i32>) -> Result<Options, AwsError> {
    let read = |parameter, sent: Option<i32>, before: u32| match sent {
        None => Ok(before),
        Some(sent) => u32::try_from(sent).map_err(|_| {
            AwsError::invalid_value(parameter, &sent.to_string(), "Expecting a value of at least 1.")
        }),
    };
    Ok(Options {
        cores: read("coreCount", cores, before.cores)?,
        threads_per_core: read("threadsPerCore", threads, before.threads_per_core)?,
    })
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceCpuOptionsRequest,
) -> Result<ModifyInstanceCpuOptionsResult, AwsError> {
    let ModifyInstanceCpuOptionsRequest { core_count, instance_id, nested_virtualization, threads_per_core } =
        request;
    let nested = nested_virtualization.is_some_and(|it| it != "disabled");
    refuse_unsupported(&[("NestedVirtualization", nested)])?;
    let id = required_id(instance_id.as_deref())?;
    let before = of_instance(world.instance(call.scope, id).map_err(refused)?);
    let before = before.ok_or_else(|| AwsError::missing_parameter("CoreCount"))?;
    let options = changed(before, core_count, threads_per_core)?;
    let attribute = InstanceAttribute::CpuOptions(options);
    world.set_instance_attribute(call.scope, id, attribute).map_err(refused)?;
    Ok(ModifyInstanceCpuOptionsResult {
        core_count: i32::try_from(options.cores).ok(),
        instance_id: Some(id.to_string()),
        threads_per_core: i32::try_from(options.threads_per_core).ok(),
        ..Default::default()
    })
}

fn of_instance(instance: &Instance) -> Option<Options> {
    let by_type = || InstanceType::find(&instance.instance_type).map(Options::of_type);
    instance.cpu_options.or_else(by_type)
}

/// What an instance has, as answers show it.
pub(crate) fn render(instance: &Instance) -> Option<CpuOptions> {
    let options = of_instance(instance)?;
    Some(CpuOptions {
        core_count: i32::try_from(options.cores).ok(),
        threads_per_core: i32::try_from(options.threads_per_core).ok(),
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_instance_has_the_cores_and_threads_that_its_launch_asks_for_or_its_type_has() {
        let mut caller = Caller::new();
        let large = ("InstanceType", "m5.4xlarge");
        let figures =
            |answer: awsproto::testing::XmlAnswer| (answer.text("coreCount"), answer.text("threadsPerCore"));
        assert_eq!(figures(caller.launch(&[large])), ("8".into(), "2".into()));
        let fewer = [large, ("CpuOptions.CoreCount", "4"), ("CpuOptions.ThreadsPerCore", "1")];
        assert_eq!(figures(caller.launch(&fewer)), ("4".into(), "1".into()));
        let odd = [large, ("CpuOptions.CoreCount", "5"), ("CpuOptions.ThreadsPerCore", "1")];
        assert!(caller.refused_launch(&odd).starts_with("InvalidParameterCombination: "));
        let secret = [large, ("CpuOptions.AmdSevSnp", "enabled")];
        assert!(caller.refused_launch(&secret).starts_with("UnsupportedOperation"));
    }

    #[test]
    fn they_change_while_the_instance_is_stopped_and_are_the_types_again_after_it_changed() {
        let mut caller = Caller::new();
        let id = caller.running(&[("InstanceType", "m5.4xlarge")]);
        let one = [("InstanceId", &*id), ("CoreCount", "2"), ("ThreadsPerCore", "1")];
        assert!(caller.refused("ModifyInstanceCpuOptions", &one).starts_with("IncorrectInstanceState"));
        caller.ok("StopInstances", &[("InstanceId.1", &id)]);
        caller.settle();
        assert_eq!(caller.ok("ModifyInstanceCpuOptions", &one).text("coreCount"), "2");
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!((shown.text("coreCount"), shown.text("threadsPerCore")), ("2".into(), "1".into()));
        let none = [("InstanceId", &*id), ("CoreCount", "-2")];
        assert!(caller.refused("ModifyInstanceCpuOptions", &none).starts_with("InvalidParameterValue"));
        caller.ok("ModifyInstanceAttribute", &[("InstanceId", &*id), ("InstanceType.Value", "t3.micro")]);
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!((shown.text("coreCount"), shown.text("threadsPerCore")), ("1".into(), "2".into()));
    }
}
