//! AWS's services: what their actions begin with, and what they are called. Follows the Service Authorization Reference; the file
//! beside this one is generated (`cargo xtask codegen`).

/// A line a service, sorted by what its actions begin with: that, and its name.
const SERVICES: &str = include_str!("service_names.tsv");

/// All of them: `ec2` and `Amazon EC2`.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVICES.lines().filter_map(|line| line.split_once('\t'))
}

/// Whether there is one of this namespace.
pub(crate) fn is_known(namespace: &str) -> bool {
    all().any(|(known, _)| known == namespace)
}
