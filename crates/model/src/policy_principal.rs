//! Users and roles that policies name: looked up when a policy is written down, kept by their unique identifiers, and shown by
//! their ARNs for as long as there are any.
//!
//! Follows "AWS JSON policy elements: Principal" (IAM User Guide): "IAM transforms the ARN to the user's unique principal ID when
//! you save the policy. This helps mitigate the risk of someone escalating their privileges by removing and recreating the user."

use policy::{Document, Named};

use crate::iam_id::{RoleId, UserId};
use crate::partition::Partition;
use crate::place::AccountId;
use crate::world::World;

/// What names of AWS's services end with.
const SERVICE_DOMAINS: [&str; 4] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".amazon.com"];

/// What becomes of a principal that a policy names.
enum Lookup {
    /// It is kept by this identifier.
    Id(String),
    /// It is kept as it is written.
    AsWritten,
    /// There is none.
    Nobody,
}

impl World {
    /// A policy as it is kept, or whom it names and who is not there. Of accounts that have neither users nor roles, nobody
    /// knows who is there.
    pub fn with_principal_ids(
        &self,
        document: &Document,
        own: AccountId,
        partition: Partition,
    ) -> Result<Document, Named> {
        let nobody = document.principals().find(|named| !self.is_somebody(named, own, partition));
        match nobody {
            Some(named) => Err(named.clone()),
            None => Ok(document.with_principals(|named| match self.look_up(named, own, partition) {
                Lookup::Id(id) => Some(id),
                Lookup::AsWritten | Lookup::Nobody => None,
            })),
        }
    }

    /// A policy as it is shown: by ARNs, as they are now, whom it is kept by identifiers; who was deleted stays an identifier.
    pub fn with_principal_arns(&self, document: &Document, partition: Partition) -> Document {
        match document.principals().any(|named| matches!(named, Named::Id(_))) {
            true => document.with_principals(|named| self.arn_of_id(named, partition)),
            false => document.clone(),
        }
    }

    fn is_somebody(&self, named: &Named, own: AccountId, partition: Partition) -> bool {
        match named {
            Named::Arn(arn) => !matches!(self.look_up(arn, own, partition), Lookup::Nobody),
            Named::Id(id) => self.arn_of_id(id, partition).is_some(),
            Named::Service(name) => SERVICE_DOMAINS.iter().any(|domain| name.ends_with(domain)),
            Named::Everyone | Named::Account(_) | Named::Federated(_) | Named::CanonicalUser(_) => true,
        }
    }

    fn look_up(&self, text: &str, own: AccountId, partition: Partition) -> Lookup {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", of, service, "", account, resource] = parts.as_slice() else { return Lookup::AsWritten };
        let Ok(account) = account.parse::<AccountId>() else { return Lookup::Nobody };
        // An account's root has no identifier.
        if *resource == "root" && *service == "iam" {
            return Lookup::AsWritten;
        }
        let is_known = account == own || self.has_principals(account);
        let kept = |id: Option<String>| match id {
            Some(id) => Lookup::Id(id),
            None if is_known => Lookup::Nobody,
            None => Lookup::AsWritten,
        };
        match (*service, resource.split_once('/')) {
            _ if *of != partition.name() => Lookup::Nobody,
            ("iam", Some(("user", name))) => kept(self.user_id_of(account, name, text, partition)),
            ("iam", Some(("role", name))) => kept(self.role_id_of(account, name, text, partition)),
            ("sts", Some(("assumed-role", session))) => {
                let role = session.split('/').next().unwrap_or_default();
                match !is_known || self.role_named(account, role).is_ok() {
                    true => Lookup::AsWritten,
                    false => Lookup::Nobody,
                }
            }
            ("sts", Some(("federated-user", _))) => Lookup::AsWritten,
            _ => Lookup::Nobody,
        }
    }

    fn has_principals(&self, account: AccountId) -> bool {
        self.users_of(account).next().is_some() || self.roles_of(account).next().is_some()
    }

    fn user_id_of(&self, account: AccountId, name: &str, arn: &str, partition: Partition) -> Option<String> {
        let user = self.user_named(account, name.rsplit('/').next()?).ok()?;
        (user.arn(partition) == arn).then(|| user.id.to_string())
    }

    fn role_id_of(&self, account: AccountId, name: &str, arn: &str, partition: Partition) -> Option<String> {
        let role = self.role_named(account, name.rsplit('/').next()?).ok()?;
        (role.arn(partition) == arn).then(|| role.id.to_string())
    }

    fn arn_of_id(&self, id: &str, partition: Partition) -> Option<String> {
        let user = id.parse::<UserId>().ok().and_then(|id| self.users.get(&id));
        let role = id.parse::<RoleId>().ok().and_then(|id| self.roles.get(&id));
        user.map(|user| user.arn(partition)).or_else(|| role.map(|role| role.arn(partition)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;
    use crate::tags::Tags;
    use crate::timestamp::Timestamp;
    use crate::user::NewUser;

    const OWN: AccountId = AccountId::DEFAULT;
    const AWS: Partition = Partition::Commercial;

    fn naming(principal: &str) -> Document {
        Document::stored(&format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}}}"#
        ))
    }

    fn with_user(world: &mut World, name: &str, first: u128) -> UserId {
        let mut number = first;
        let mut bits = || {
            number += 1;
            number
        };
        let new = NewUser { path: "/dev/".into(), name: name.into(), boundary: None, tags: Tags::new() };
        world.create_user(OWN, new, &mut Ids::new(&mut bits), Timestamp(1_700_000_000_000)).unwrap()
    }

    #[test]
    fn who_is_named_is_kept_by_identifier_and_shown_by_arn_while_there() {
        let mut world = World::default();
        let ann = with_user(&mut world, "ann", 0);
        let given = naming(r#"{"AWS": "arn:aws:iam::123456789012:user/dev/ann"}"#);
        let kept = world.with_principal_ids(&given, OWN, AWS).unwrap();
        assert_eq!(kept.principals().collect::<Vec<_>>(), [&Named::Id(ann.to_string().into())]);
        assert_eq!(world.with_principal_arns(&kept, AWS), given);
        let china = world.with_principal_arns(&kept, Partition::China);
        assert!(china.text().contains("arn:aws-cn:iam::123456789012:user/dev/ann"));
        world.rename_user(OWN, "ann", Some("anna".into()), None).unwrap();
        assert!(world.with_principal_arns(&kept, AWS).text().contains("user/dev/anna\""));
        world.delete_user(OWN, "anna").unwrap();
        assert_eq!(world.with_principal_arns(&kept, AWS), kept);
        with_user(&mut world, "ann", 100);
        assert_eq!(world.with_principal_arns(&kept, AWS), kept, "another one of her name is not she");
        let problem = world.with_principal_ids(&kept, OWN, AWS).unwrap_err();
        assert_eq!(problem.quoted(), format!("\"AWS\":\"{ann}\""));
    }

    #[test]
    fn who_cannot_be_there_is_refused_and_of_strange_accounts_nobody_knows() {
        let mut world = World::default();
        with_user(&mut world, "ann", 0);
        for nobody in [
            r#"{"AWS":"arn:aws:iam::123456789012:user/nobody"}"#,
            r#"{"AWS":"arn:aws:iam::123456789012:user/ann"}"#,
            r#"{"AWS":"arn:aws:iam::123456789012:user/dev/Ann"}"#,
            r#"{"AWS":"arn:aws-cn:iam::123456789012:user/dev/ann"}"#,
            r#"{"AWS":["123456789012","arn:aws:iam::123456789012:role/none"]}"#,
            r#"{"AWS":"arn:aws:iam::123456789012:group/staff"}"#,
            r#"{"AWS":"arn:aws:iam::999999999999:group/staff"}"#,
            r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/none/me"}"#,
            r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#,
            r#"{"Service":"ec2.amazonaws.con"}"#,
        ] {
            assert!(world.with_principal_ids(&naming(nobody), OWN, AWS).is_err(), "{nobody}");
        }
        for somebody in [
            r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
            r#"{"AWS":"123456789012"}"#,
            r#""*""#,
            r#"{"AWS":"arn:aws:iam::999999999999:user/nobody"}"#,
            r#"{"AWS":"arn:aws:sts::999999999999:assumed-role/none/me"}"#,
            r#"{"AWS":"arn:aws:sts::123456789012:federated-user/me"}"#,
            r#"{"Service":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}"#,
            r#"{"Federated":"accounts.google.com"}"#,
        ] {
            let given = naming(somebody);
            assert_eq!(world.with_principal_ids(&given, OWN, AWS).as_ref(), Ok(&given), "{somebody}");
        }
        let other: AccountId = "999999999999".parse().unwrap();
        assert!(!world.has_principals(other) && world.has_principals(OWN));
    }
}
