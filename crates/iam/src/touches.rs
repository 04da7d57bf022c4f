//! Which users, groups, roles, policies and their like a call touches, and what conditions can be about.
//!
//! Follows "Actions, resources, and condition keys for AWS Identity and Access Management" (Service Authorization
//! Reference). Of the types that the reference has for an action, those touched are the ones that the request names.

use awsproto::params::Node;
use awsproto::{Action, Authorization, Call, Input, Principal, ResourceUse, Touched, tags};
use model::{AnyPolicy, PolicyRef, Tags, World, managed_policy};

/// What a name of a type is in a request, and what the new name is where there is a new one.
const NAMES: [(&str, &str, Option<&str>); 7] = [
    ("user", "UserName", Some("NewUserName")),
    ("group", "GroupName", Some("NewGroupName")),
    ("role", "RoleName", None),
    ("instance-profile", "InstanceProfileName", None),
    ("policy", "PolicyName", None),
    ("server-certificate", "ServerCertificateName", Some("NewServerCertificateName")),
    ("mfa", "VirtualMFADeviceName", None),
];

/// Parameters with ARNs of what is touched.
const ARNS: [&str; 6] =
    ["PolicyArn", "PolicySourceArn", "Arn", "OpenIDConnectProviderArn", "SAMLProviderArn", "SerialNumber"];

/// Which policy is attached or detached.
const POLICY_ARN: &str = "iam:PolicyARN";
/// What bounds whom the call is about.
const BOUNDARY: &str = "iam:PermissionsBoundary";
/// Whom a service-linked role is for.
const SERVICE_NAME: &str = "iam:AWSServiceName";

/// Condition keys that show a parameter as it is.
const PARAMETERS: [(&str, &str); 2] =
    [(SERVICE_NAME, "AWSServiceName"), ("iam:ServiceSpecificCredentialAgeDays", "CredentialAgeDays")];
/// What a service-specific credential is good for.
const CREDENTIAL_SERVICE: &str = "iam:ServiceSpecificCredentialServiceName";

/// What a call touches.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Ok(form) = input.form() else { return Vec::new() };
    Asked { world, call, authorization: action.authorization, form }.all()
}

struct Asked<'a> {
    world: &'a World,
    call: &'a Call,
    authorization: &'static Authorization,
    form: &'a Node,
}

/// What a request names: by its ARN, with what is known of it.
#[derive(Default)]
struct Found<'a> {
    arn: String,
    tags: Option<&'a Tags>,
    boundary: Option<PolicyRef>,
}

impl<'a> Asked<'a> {
    fn all(&self) -> Vec<Touched> {
        let resources = self.authorization.resources;
        let mut touched = Vec::new();
        for resource in resources {
            touched.extend(self.named(resource).into_iter().map(|found| self.touched(resource, found)));
        }
        let required = resources.iter().find(|resource| resource.is_required);
        if let Some(required) = required.filter(|_| touched.is_empty()) {
            touched.push(self.touched(required, self.unnamed(required)));
        }
        touched.extend(self.passed_role());
        touched
    }

    /// What the request names of a type.
    fn named(&self, resource: &ResourceUse) -> Vec<Found<'a>> {
        let kind = resource.of.name;
        let mut found = Vec::new();
        for (_, parameter, new) in NAMES.iter().filter(|(of, _, _)| *of == kind) {
            let name = self.form.text(parameter);
            found.extend(name.map(|name| self.of_name(kind, name)));
            // Whoever renames must be allowed to change what is there, and what it becomes (UpdateUser, IAM API Reference).
            found.extend(name.and_then(|name| self.renamed(kind, name, *new)));
        }
        let arns = ARNS.iter().filter_map(|parameter| self.form.text(parameter));
        let is_of_kind = |arn: &&str| arn.contains(&format!(":{kind}/"));
        found.extend(arns.filter(is_of_kind).map(|arn| self.of_arn(kind, arn)));
        found.extend(self.made_otherwise(kind));
        found
    }

    fn of_name(&self, kind: &str, name: &str) -> Found<'a> {
        let path = self.form.text("Path").unwrap_or("/");
        self.known(kind, name)
            .unwrap_or_else(|| Found { arn: self.arn(kind, path, name), ..Found::default() })
    }

    fn renamed(&self, kind: &str, name: &str, new: Option<&str>) -> Option<Found<'a>> {
        let new = self.form.text(new?);
        let path = self.form.text("NewPath");
        if new.is_none() && path.is_none() {
            return None;
        }
        Some(Found { arn: self.arn(kind, path.unwrap_or("/"), new.unwrap_or(name)), ..Found::default() })
    }

    fn of_arn(&self, kind: &str, arn: &str) -> Found<'a> {
        if let Some(tags) = self.tags_of_arn(kind, arn) {
            return Found { arn: arn.to_owned(), tags: Some(tags), boundary: None };
        }
        let known = arn.rsplit('/').next().and_then(|name| self.known(kind, name));
        known
            .filter(|found| found.arn == arn)
            .unwrap_or_else(|| Found { arn: arn.to_owned(), ..Found::default() })
    }

    /// The tags of what requests name by ARN alone.
    fn tags_of_arn(&self, kind: &str, arn: &str) -> Option<&'a Tags> {
        let (world, account) = (self.world, self.call.scope.account);
        Some(match kind {
            "policy" => match managed_policy::find(world, account, arn).ok()? {
                AnyPolicy::Own(policy) => &policy.tags,
                AnyPolicy::Aws(_) => return None,
            },
            "oidc-provider" => &world.oidc_provider(account, arn).ok()?.tags,
            "saml-provider" => &world.saml_provider(account, arn).ok()?.tags,
            "mfa" => &world.mfa_device(account, arn).ok()?.tags,
            _ => return None,
        })
    }

    /// What there is of a type and name.
    fn known(&self, kind: &str, name: &str) -> Option<Found<'a>> {
        let (world, account, partition) = (self.world, self.call.scope.account, self.call.partition());
        Some(match kind {
            "user" => {
                let user = world.user_named(account, name).ok()?;
                let boundary = user.permissions.boundary;
                Found { arn: user.arn(partition), tags: Some(&user.tags), boundary }
            }
            "group" => {
                Found { arn: world.group_named(account, name).ok()?.arn(partition), ..Found::default() }
            }
            "role" => {
                let role = world.role_named(account, name).ok()?;
                let boundary = role.permissions.boundary;
                Found { arn: role.arn(partition), tags: Some(&role.tags), boundary }
            }
            "server-certificate" => {
                let certificate = world.server_certificate_named(account, name).ok()?;
                let tags = &certificate.described.tags;
                Found { arn: certificate.arn(partition), tags: Some(tags), boundary: None }
            }
            "instance-profile" => {
                let profile = world.instance_profile_named(account, name).ok()?;
                Found { arn: profile.arn(partition), tags: Some(&profile.tags), boundary: None }
            }
            _ => return None,
        })
    }

    /// What is named neither by a name nor by an ARN: an identity provider by its address, a role by the service that it
    /// is linked to, a user by an access key.
    fn made_otherwise(&self, kind: &str) -> Option<Found<'a>> {
        let found = |arn| Some(Found { arn, ..Found::default() });
        match kind {
            "oidc-provider" => {
                let url = self.form.text("Url")?;
                let name = url.split_once("://").map_or(url, |(_, rest)| rest);
                found(self.arn(kind, "/", name))
            }
            "saml-provider" => found(self.arn(kind, "/", self.form.text("Name")?)),
            "role" if self.authorization.keys.has(SERVICE_NAME) => {
                let service = self.form.text("AWSServiceName")?;
                found(self.arn(kind, &format!("/aws-service-role/{service}/"), "*"))
            }
            // A key's owner is looked for where nobody else says whose it is.
            "user"
                if self.form.text("UserName").is_none()
                    && self.authorization.action().ends_with("LastUsed") =>
            {
                let key = self.world.access_keys.get(&self.form.text("AccessKeyId")?.parse().ok()?)?;
                self.known(kind, &self.world.users.get(&key.user?)?.name)
            }
            _ => None,
        }
    }

    /// Who is meant where nobody is named: "If it is not included, it defaults to the user making the request" (GetUser,
    /// IAM API Reference).
    fn unnamed(&self, resource: &ResourceUse) -> Found<'a> {
        let kind = resource.of.name;
        if let (Principal::User { name, .. }, "user") = (&self.call.principal, kind) {
            return self.of_name(kind, name);
        }
        Found { arn: self.arn(kind, "/", "*"), ..Found::default() }
    }

    fn touched(&self, resource: &ResourceUse, found: Found<'_>) -> Touched {
        let is_aws = found.arn.contains("::aws:");
        let account = (!is_aws).then_some(self.call.scope.account);
        let mut touched = Touched::new(found.arn, account);
        for (key, value) in found.tags.into_iter().flatten() {
            for name in ["aws", "iam"].map(|prefix| format!("{prefix}:ResourceTag/{key}")) {
                if resource.of.keys.has(&name) || resource.keys.has(&name) {
                    touched.add(name, vec![value.clone()]);
                }
            }
        }
        self.add_request(&mut touched, found.boundary);
        touched
    }

    /// What conditions can be about whatever the resource.
    fn add_request(&self, touched: &mut Touched, boundary: Option<PolicyRef>) {
        let has = |key| self.authorization.keys.has(key);
        if has(POLICY_ARN)
            && let Some(arn) = self.form.text("PolicyArn")
        {
            touched.add(POLICY_ARN, vec![arn.to_owned()]);
        }
        let asked = self.form.text("PermissionsBoundary").map(str::to_owned);
        if has(BOUNDARY)
            && let Some(arn) = asked.or_else(|| self.policy_arn(boundary?))
        {
            touched.add(BOUNDARY, vec![arn]);
        }
        for (key, parameter) in PARAMETERS.into_iter().filter(|(key, _)| has(key)) {
            if let Some(value) = self.form.text(parameter) {
                touched.add(key, vec![value.to_owned()]);
            }
        }
        if has(CREDENTIAL_SERVICE)
            && let Some(service) = self.credential_service()
        {
            touched.add(CREDENTIAL_SERVICE, vec![service]);
        }
        if has("aws:TagKeys") {
            let tags = tags::of_query(self.form);
            touched.add_request_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            let removed = self.listed("TagKeys.member.");
            if !removed.is_empty() {
                touched.add("aws:TagKeys", removed);
            }
        }
    }

    /// The service of a credential that is to be made, or is there.
    fn credential_service(&self) -> Option<String> {
        let named = self.form.text("ServiceName").map(str::to_owned);
        named.or_else(|| {
            let id = self.form.text("ServiceSpecificCredentialId")?.parse().ok()?;
            Some(self.world.service_specific_credentials.get(&id)?.service.to_string())
        })
    }

    fn listed(&self, start: &str) -> Vec<String> {
        let all = self.form.flatten();
        all.iter().filter(|(at, _)| at.starts_with(start)).map(|(_, text)| (*text).to_owned()).collect()
    }

    /// A role that is put into an instance profile is passed to the profile's instances.
    fn passed_role(&self) -> Option<Touched> {
        const PASS_ROLE: &str = "iam:PassRole";
        if !self.authorization.dependent_actions.contains(&PASS_ROLE) {
            return None;
        }
        let role = self.of_name("role", self.form.text("RoleName")?);
        let service = self.call.partition().service_principals("ec2").pop()?;
        let touched = Touched::new(role.arn, Some(self.call.scope.account)).of_action(PASS_ROLE);
        Some(touched.with("iam:PassedToService", service))
    }

    fn policy_arn(&self, policy: PolicyRef) -> Option<String> {
        self.world.managed_policy(policy).map(|policy| policy.arn(self.call.partition()))
    }

    fn arn(&self, kind: &str, path: &str, name: &str) -> String {
        self.call.partition().arn("iam", self.call.scope.account, format_args!("{kind}{path}{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use crate::shapes::authorization::kind;
    use crate::testing::{TRUST, root};
    use awsproto::testing::Caller;
    use awsproto::{AccessLevel, Keys, Protocol, ResourceType, encode_uri_component};

    const OURS: &str = "arn:aws:iam::123456789012";

    #[test]
    fn a_role_is_touched_in_its_folder_with_its_tags() {
        let mut caller = root();
        let role = [("RoleName", "web"), ("Path", "/servers/"), ("AssumeRolePolicyDocument", TRUST)];
        let tags = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "net")];
        let all: Vec<_> = role.into_iter().chain(tags).collect();
        let made = touched(&caller, "CreateRole", &all);
        assert_eq!(made[0].arn, format!("{OURS}:role/servers/web"));
        assert_eq!(made[0].values("aws:RequestTag/Team").unwrap(), ["net"]);
        assert_eq!(made[0].values("aws:TagKeys").unwrap(), ["Team"]);
        assert_eq!(made[0].values("iam:ResourceTag/Team"), None);
        caller.ok("CreateRole", &all);
        let got = touched(&caller, "GetRole", &[("RoleName", "web")]);
        assert_eq!(got[0].arn, format!("{OURS}:role/servers/web"));
        assert_eq!(got[0].values("iam:ResourceTag/Team").unwrap(), ["net"]);
        assert_eq!(got[0].values("aws:ResourceTag/Team").unwrap(), ["net"]);
        let untagged = touched(&caller, "UntagRole", &[("RoleName", "web"), ("TagKeys.member.1", "Team")]);
        assert_eq!(untagged[0].values("aws:TagKeys").unwrap(), ["Team"]);
        let none = touched(&caller, "DeleteRole", &[("RoleName", "no")]);
        assert_eq!(none[0].arn, format!("{OURS}:role/no"));
        assert_eq!(touched(&caller, "ListRoles", &[]), []);
    }

    #[test]
    fn certificates_and_providers_are_touched_with_their_tags() {
        let mut caller = root();
        let tags = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "net")];
        let url = [("Url", "https://issuer.example")];
        caller.ok("CreateOpenIDConnectProvider", &[&url[..], &tags].concat());
        let arn = format!("{OURS}:oidc-provider/issuer.example");
        let got = touched(&caller, "GetOpenIDConnectProvider", &[("OpenIDConnectProviderArn", &arn)]);
        assert_eq!(
            (got[0].arn.as_str(), got[0].values("aws:ResourceTag/Team").unwrap()),
            (arn.as_str(), &["net".to_owned()][..])
        );
        let www = [("ServerCertificateName", "www"), ("Path", "/x/")];
        let pair = [("CertificateBody", crate::testing::EC), ("PrivateKey", crate::testing::EC_KEY)];
        let made = touched(&caller, "UploadServerCertificate", &[&www[..], &pair, &tags].concat());
        assert_eq!(made[0].arn, format!("{OURS}:server-certificate/x/www"));
        caller.ok("UploadServerCertificate", &[&www[..], &pair, &tags].concat());
        let got = touched(&caller, "TagServerCertificate", &www[..1]);
        assert_eq!(got[0].arn, format!("{OURS}:server-certificate/x/www"));
        assert_eq!(got[0].values("aws:ResourceTag/Team").unwrap(), ["net"]);
        let saml = touched(&caller, "CreateSAMLProvider", &[("Name", "office")]);
        assert_eq!(saml[0].arn, format!("{OURS}:saml-provider/office"));
        let named =
            [("UserName", "ada"), ("ServiceName", "bedrock.amazonaws.com"), ("CredentialAgeDays", "30")];
        let key = touched(&caller, "CreateServiceSpecificCredential", &named);
        assert_eq!(key[0].arn, format!("{OURS}:user/ada"));
        assert_eq!(
            key[0].values("iam:ServiceSpecificCredentialServiceName").unwrap(),
            ["bedrock.amazonaws.com"]
        );
        assert_eq!(key[0].values("iam:ServiceSpecificCredentialAgeDays").unwrap(), ["30"]);
        let device = touched(&caller, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
        assert_eq!(device[0].arn, format!("{OURS}:mfa/phone"));
    }

    #[test]
    fn a_role_is_passed_to_a_profile() {
        let mut caller = root();
        let role = [("RoleName", "web"), ("Path", "/servers/"), ("AssumeRolePolicyDocument", TRUST)];
        caller.ok("CreateRole", &role);
        let pair = [("InstanceProfileName", "web"), ("RoleName", "web")];
        let added = touched(&caller, "AddRoleToInstanceProfile", &pair);
        assert_eq!(added[0].arn, format!("{OURS}:instance-profile/web"));
        assert_eq!(
            (added[1].action, added[1].arn.clone()),
            (Some("iam:PassRole"), format!("{OURS}:role/servers/web"))
        );
        assert_eq!(added[1].values("iam:PassedToService").unwrap(), ["ec2.amazonaws.com"]);
        assert_eq!(touched(&caller, "RemoveRoleFromInstanceProfile", &pair).len(), 1);
    }

    static USER: ResourceType = ResourceType {
        name: "user",
        arn: "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",
        keys: Keys("aws:ResourceTag/${TagKey} iam:ResourceTag/${TagKey}"),
    };
    static POLICY: ResourceType = ResourceType {
        name: "policy",
        arn: "arn:${Partition}:iam::${Account}:policy/${PolicyNameWithPath}",
        keys: Keys("aws:ResourceTag/${TagKey}"),
    };
    static OF_USER: &[ResourceUse] = &[ResourceUse::required(&USER, "")];
    static OF_POLICY: &[ResourceUse] = &[ResourceUse::required(&POLICY, "")];
    static OF_ROLE: &[ResourceUse] = &[ResourceUse::required(&kind::ROLE, "")];

    const fn of(resources: &'static [ResourceUse], keys: &'static str) -> Authorization {
        let plain = Authorization::plain(&["iam:X"], AccessLevel::Write);
        Authorization { resources, keys: Keys(keys), ..plain }
    }

    #[test]
    fn a_user_is_whoever_is_named_or_else_who_asks() {
        static GET: Authorization = of(OF_USER, "");
        let mut caller = root();
        assert_eq!(arns(&caller, &GET, &[("UserName", "ada")]), [format!("{OURS}:user/ada")]);
        assert_eq!(arns(&caller, &GET, &[]), [format!("{OURS}:user/*")]);
        let renamed = [("UserName", "ada"), ("NewUserName", "eve"), ("NewPath", "/x/")];
        assert_eq!(arns(&caller, &GET, &renamed), [format!("{OURS}:user/ada"), format!("{OURS}:user/x/eve")]);
        let account = caller.call.scope.account;
        let user = "AIDAIOSFODNN7EXAMPLEA".parse().unwrap();
        caller.call.principal = Principal::User { account, user, path: "/".into(), name: "bob".into() };
        assert_eq!(arns(&caller, &GET, &[]), [format!("{OURS}:user/bob")]);
    }

    #[test]
    fn conditions_can_be_about_policy_boundary_and_service() {
        static ATTACH: Authorization = of(OF_USER, "iam:PolicyARN iam:PermissionsBoundary");
        static LINK: Authorization = of(OF_ROLE, "iam:AWSServiceName");
        let caller = root();
        let policy = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let attached = asked(&caller, &ATTACH, &[("UserName", "ada"), ("PolicyArn", policy)]);
        assert_eq!(attached[0].arn, format!("{OURS}:user/ada"));
        assert_eq!(attached[0].values("iam:PolicyARN").unwrap(), [policy]);
        assert_eq!(attached[0].values("iam:PermissionsBoundary"), None);
        let bounded = asked(&caller, &ATTACH, &[("UserName", "ada"), ("PermissionsBoundary", policy)]);
        assert_eq!(bounded[0].values("iam:PermissionsBoundary").unwrap(), [policy]);
        let linked = asked(&caller, &LINK, &[("AWSServiceName", "spot.amazonaws.com")]);
        assert_eq!(linked[0].arn, format!("{OURS}:role/aws-service-role/spot.amazonaws.com/*"));
        assert_eq!(linked[0].values("iam:AWSServiceName").unwrap(), ["spot.amazonaws.com"]);
    }

    #[test]
    fn policies_go_by_name_when_they_are_made_and_by_arn_ever_after() {
        static OF: Authorization = of(OF_POLICY, "");
        let caller = root();
        let made = [("PolicyName", "p"), ("Path", "/team/")];
        assert_eq!(arns(&caller, &OF, &made), [format!("{OURS}:policy/team/p")]);
        let aws = asked(&caller, &OF, &[("PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess")]);
        assert_eq!((aws[0].arn.as_str(), aws[0].account), ("arn:aws:iam::aws:policy/ReadOnlyAccess", None));
    }

    fn touched(caller: &Caller, action: &str, parameters: &[(&str, &str)]) -> Vec<Touched> {
        (API.touches)(&caller.world, &caller.call, API.find(action).unwrap(), &input(parameters))
    }

    fn asked(
        caller: &Caller,
        authorization: &'static Authorization,
        parameters: &[(&str, &str)],
    ) -> Vec<Touched> {
        let input = input(parameters);
        let form = input.form().unwrap();
        Asked { world: &caller.world, call: &caller.call, authorization, form }.all()
    }

    fn arns(
        caller: &Caller,
        authorization: &'static Authorization,
        parameters: &[(&str, &str)],
    ) -> Vec<String> {
        asked(caller, authorization, parameters).into_iter().map(|it| it.arn).collect()
    }

    fn input(parameters: &[(&str, &str)]) -> Input {
        let form: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", encode_uri_component(value)))
            .collect();
        Input::parse(Protocol::Query, "", form.join("&").as_bytes()).unwrap()
    }
}
