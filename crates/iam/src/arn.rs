//! ARNs of users, groups and roles. Follows "IAM ARNs" (IAM User Guide).

/// What an ARN of IAM names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntityKind {
    User,
    Group,
    Role,
}

/// `arn:aws:iam::123456789012:user/division/bob`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntityArn<'a> {
    pub(crate) kind: EntityKind,
    /// Twelve digits.
    pub(crate) account: &'a str,
    /// `/division/`.
    pub(crate) path: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> EntityArn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<EntityArn<'a>> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return None };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, rest) = kind(resource)?;
        let (path, name) = rest.split_at(rest.rfind('/')? + 1);
        let is_whole = is_account && partition.starts_with("aws") && !name.is_empty();
        is_whole.then_some(EntityArn { kind, account, path, name })
    }
}

/// The kind, and the path and name behind it.
fn kind(resource: &str) -> Option<(EntityKind, &str)> {
    let kinds = [("user", EntityKind::User), ("group", EntityKind::Group), ("role", EntityKind::Role)];
    kinds.iter().find_map(|(word, kind)| {
        let rest = resource.strip_prefix(word)?;
        rest.starts_with('/').then_some((*kind, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_what_whose_where_and_who() {
        let bob = EntityArn::parse("arn:aws-cn:iam::123456789012:user/a/b/bob").unwrap();
        assert_eq!(
            (bob.kind, bob.account, bob.path, bob.name),
            (EntityKind::User, "123456789012", "/a/b/", "bob")
        );
        assert_eq!(EntityArn::parse("arn:aws:iam::123456789012:role/web").unwrap().path, "/");
        for other in [
            "bob",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:users/bob",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::12345678901:user/bob",
            "arn:aws:iam:us-east-1:123456789012:user/bob",
            "arn:aws:sts::123456789012:assumed-role/web/s",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ] {
            assert_eq!(EntityArn::parse(other), None, "{other}");
        }
    }
}
