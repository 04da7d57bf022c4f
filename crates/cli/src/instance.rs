//! The instance that a user means.

use server::admin::{InstanceStatus, Status};
use std::net::IpAddr;
use std::time::Duration;

use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::progress;

/// The instance with this ID or Name tag.
pub(crate) fn find<'a>(status: &'a Status, name: &str) -> Result<&'a InstanceStatus> {
    let found: Vec<&InstanceStatus> =
        status.instances.iter().filter(|it| it.id == name || it.name.as_deref() == Some(name)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::new(format!("there is no instance '{name}': {}", choice(status)))),
        several => {
            let ids: Vec<&str> = several.iter().map(|it| it.id.as_str()).collect();
            Err(Failure::new(format!(
                "{} instances are named '{name}': say which by its ID, {}",
                ids.len(),
                ids.join(" or ")
            )))
        }
    }
}

fn choice(status: &Status) -> String {
    let names: Vec<&str> =
        status.instances.iter().map(|it| it.name.as_deref().unwrap_or(&it.id)).take(10).collect();
    match names.is_empty() {
        true => "none was launched, or all are terminated".to_owned(),
        false => format!("there are {}", names.join(", ")),
    }
}

/// How long a launch may take.
const LAUNCH_MAX: Duration = Duration::from_secs(60);

/// The instance with this ID or Name tag, once it runs. One that is being launched is waited for.
pub(crate) fn find_running(daemon: &Daemon, name: &str) -> Result<(Status, InstanceStatus)> {
    let what = format!("waiting for {name} to run");
    let found = progress::wait_for(&what, LAUNCH_MAX, || look(daemon, name).transpose());
    found.unwrap_or_else(|| {
        let status = daemon.status()?;
        Err(not_running(find(&status, name)?))
    })
}

fn look(daemon: &Daemon, name: &str) -> Result<Option<(Status, InstanceStatus)>> {
    let status = daemon.status()?;
    let instance = find(&status, name)?.clone();
    match instance.state.as_str() {
        "running" | "pending" if !status.machines => Err(Failure::new(format!(
            "{} has no machine: this Hamlet was started with --instances none",
            title(&instance)
        ))),
        // After a restart it is called running while it still comes up.
        "running" if instance.pid.is_some() => Ok(Some((status, instance))),
        "running" | "pending" => Ok(None),
        _ => Err(not_running(&instance)),
    }
}

fn not_running(instance: &InstanceStatus) -> Failure {
    let todo = match instance.state.as_str() {
        "stopped" => format!("start it with `aws ec2 start-instances --instance-ids {}`", instance.id),
        _ => "try again in a moment".to_owned(),
    };
    Failure::new(format!("{} is {}, not running: {todo}", title(instance), instance.state))
}

/// The address at which the internet sees it.
pub(crate) fn public_address(instance: &InstanceStatus) -> Result<IpAddr> {
    instance.public_ip.ok_or_else(|| {
        Failure::new(format!(
            "{} has no public address, so nothing on the internet can reach it: associate an Elastic IP, launch it in a \
             subnet that assigns public addresses, or use `hamlet exec`",
            title(instance)
        ))
    })
}

/// How an instance is called in sentences.
pub(crate) fn title(instance: &InstanceStatus) -> String {
    match &instance.name {
        Some(name) => format!("instance {name} ({})", instance.id),
        None => format!("instance {}", instance.id),
    }
}

/// `user@instance`, or `instance` alone.
pub(crate) fn user_and_name(target: &str) -> (Option<&str>, &str) {
    match target.split_once('@') {
        Some((user, name)) => (Some(user).filter(|user| !user.is_empty()), name),
        None => (None, target),
    }
}

/// The user that was said, or the one that the instance's image has.
pub(crate) fn user<'a>(said: Option<&'a str>, instance: &'a InstanceStatus) -> &'a str {
    said.or(instance.user.as_deref()).unwrap_or("ec2-user")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn status(names: &[(&str, &str)]) -> Status {
        let instance = |(id, name): &(&str, &str)| InstanceStatus {
            id: (*id).into(),
            name: Some((*name).into()),
            state: "running".into(),
            region: "us-east-1".into(),
            account: "123456789012".into(),
            vpc: "vpc-1".into(),
            subnet: "subnet-1".into(),
            private_ip: None,
            public_ip: None,
            pid: None,
            key_name: None,
            user: Some("ubuntu".into()),
            problem: None,
        };
        Status {
            api: ([127, 0, 0, 1], 4566).into(),
            data: "/data".into(),
            account: "123456789012".into(),
            region: "us-east-1".into(),
            pid: 1,
            machines: true,
            revision: 1,
            generation: 1,
            resources: Default::default(),
            instances: names.iter().map(instance).collect(),
            instance_connect_endpoints: Vec::new(),
            controllers: Vec::new(),
            ports: Vec::new(),
            drops: Default::default(),
            refusals: Default::default(),
            connections: 0,
            nesting: Default::default(),
            boundary: Vec::new(),
            aws_cli: String::new(),
            internet: Default::default(),
            refused_requests: Default::default(),
            audit_trail: Default::default(),
            flow_logs: Vec::new(),
        }
    }

    #[test]
    fn an_instance_is_found_by_id_and_by_name_and_never_guessed() {
        let status = status(&[("i-1", "web"), ("i-2", "db"), ("i-3", "db")]);
        assert_eq!(find(&status, "web").unwrap().id, "i-1");
        assert_eq!(find(&status, "i-3").unwrap().id, "i-3");
        assert_eq!(
            find(&status, "db").unwrap_err().sentence,
            "2 instances are named 'db': say which by its ID, i-2 or i-3"
        );
        assert_eq!(
            find(&status, "w").unwrap_err().sentence,
            "there is no instance 'w': there are web, db, db"
        );
    }

    #[test]
    fn a_private_instance_is_told_apart_from_one_that_is_stopped() {
        let status = status(&[("i-1", "web")]);
        let web = find(&status, "web").unwrap();
        assert!(public_address(web).unwrap_err().sentence.contains("has no public address"));
        let stopped = InstanceStatus { state: "stopped".into(), ..web.clone() };
        assert!(not_running(&stopped).sentence.contains("aws ec2 start-instances --instance-ids i-1"));
    }

    #[test]
    fn the_user_is_the_images_unless_said() {
        assert_eq!(user_and_name("web"), (None, "web"));
        assert_eq!(user_and_name("root@web"), (Some("root"), "web"));
        assert_eq!(user_and_name("@web"), (None, "web"));
        let status = status(&[("i-1", "web")]);
        assert_eq!(user(None, &status.instances[0]), "ubuntu");
        assert_eq!(user(Some("root"), &status.instances[0]), "root");
    }
}
