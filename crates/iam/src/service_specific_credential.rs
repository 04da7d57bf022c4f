//! Service-specific credentials. Follows CreateServiceSpecificCredential and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call, Input, SecretBits, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::service_specific_credential::{CredentialService, UnsupportedService};
use model::{ServiceSpecificCredential, User, World};

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{access_key, entity, secret, user};

/// How long a day is.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How an API key begins.
const API_KEY_PREFIX: &str = "ABSK";

/// A new password, from bits that nobody can guess: 44 characters.
pub(crate) fn password(_: &Input, bits: &SecretBits) -> Vec<u8> {
    STANDARD.encode(bits).into_bytes()
}

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateServiceSpecificCredentialRequest,
) -> Result<CreateServiceSpecificCredentialResponse, AwsError> {
    let CreateServiceSpecificCredentialRequest { credential_age_days, service_name, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let service = service(&service_name.unwrap_or_default())?;
    let expires = expiry(service, credential_age_days, call.now)?;
    let (password, now) = (secret::made_text(call)?, call.now);
    let make =
        |ids: &mut model::Ids<'_>| world.create_service_specific_credential(user, service, expires, ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    let made = world.service_specific_credentials.get(&id);
    Ok(CreateServiceSpecificCredentialResponse {
        service_specific_credential: made.map(|it| whole(call, world, it, password)),
    })
}

/// "This field is only valid for services that support long-term API keys" (CreateServiceSpecificCredential).
fn expiry(
    service: CredentialService,
    age_days: Option<i32>,
    now: Timestamp,
) -> Result<Option<Timestamp>, AwsError> {
    match age_days {
        Some(_) if !service.has_api_keys() => Err(AwsError::new(
            "ValidationError",
            format!("CredentialAgeDays is not supported for service {service}."),
        )),
        age_days => Ok(age_days.map(|days| Timestamp(now.0 + i64::from(days) * DAY_MS))),
    }
}

fn service(name: &str) -> Result<CredentialService, AwsError> {
    let unsupported = |UnsupportedService(name)| {
        let sentence = format!("The service {name} does not support service-specific credentials.");
        AwsError::new("NotSupportedService", sentence).with_status(404)
    };
    name.parse().map_err(unsupported)
}

/// With its password, which nobody sees again.
fn whole(
    call: &Call,
    world: &World,
    credential: &ServiceSpecificCredential,
    password: String,
) -> shapes::ServiceSpecificCredential {
    let name = Some(credential.name.clone());
    let shown = shapes::ServiceSpecificCredential {
        create_date: Some(credential.created),
        expiration_date: credential.expires,
        service_name: Some(credential.service.to_string()),
        service_specific_credential_id: Some(credential.id.to_string()),
        status: Some(status(call, credential)),
        user_name: user::name_of(world, Some(credential.user)),
        ..Default::default()
    };
    match credential.service.has_api_keys() {
        true => shapes::ServiceSpecificCredential {
            service_credential_secret: Some(api_key(&credential.name, &password)),
            service_credential_alias: name,
            ..shown
        },
        false => shapes::ServiceSpecificCredential {
            service_password: Some(password),
            service_user_name: name,
            ..shown
        },
    }
}

/// An API key says itself whose it is.
fn api_key(name: &str, password: &str) -> String {
    format!("{API_KEY_PREFIX}{}", STANDARD.encode(format!("{name}:{password}")))
}

fn status(call: &Call, credential: &ServiceSpecificCredential) -> String {
    match credential.has_expired(call.now) {
        true => "Expired".to_owned(),
        false => access_key::status(credential.active),
    }
}

pub(crate) fn reset(
    call: &mut Call,
    world: &mut World,
    request: ResetServiceSpecificCredentialRequest,
) -> Result<ResetServiceSpecificCredentialResponse, AwsError> {
    let ResetServiceSpecificCredentialRequest { service_specific_credential_id, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let id = service_specific_credential_id.unwrap_or_default();
    let credential = world.service_specific_credential(user, &id).map_err(refused)?;
    let shown = whole(call, world, credential, secret::made_text(call)?);
    Ok(ResetServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListServiceSpecificCredentialsRequest,
) -> Result<ListServiceSpecificCredentialsResponse, AwsError> {
    let ListServiceSpecificCredentialsRequest { all_users, marker, max_items, service_name, user_name } =
        request;
    let wanted = service_name.as_deref().map(service).transpose()?;
    let users = listed_users(call, world, user_name.as_deref(), all_users.unwrap_or(false))?;
    let all = users.into_iter().flat_map(|user| world.service_specific_credentials_of(user.id));
    let found = all.filter(|it| wanted.is_none_or(|wanted| it.service == wanted)).collect();
    let listed = Listed::page(found, asked(max_items, marker), |it| it.id.to_string())?;
    let listed = listed.map(|it| metadata(call, world, it));
    Ok(ListServiceSpecificCredentialsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        service_specific_credentials: listed.items,
    })
}

/// "This parameter cannot be specified together with UserName" (AllUsers).
fn listed_users<'a>(
    call: &Call,
    world: &'a World,
    name: Option<&str>,
    all: bool,
) -> Result<Vec<&'a User>, AwsError> {
    match (all, name) {
        (true, Some(_)) => {
            let sentence = "AllUsers and UserName cannot be specified together.";
            Err(AwsError::new("ValidationError", sentence))
        }
        (true, None) => Ok(world.users_of(call.scope.account).collect()),
        (false, name) => Ok(vec![entity::own_user(call, world, name)?]),
    }
}

fn metadata(
    call: &Call,
    world: &World,
    credential: &ServiceSpecificCredential,
) -> ServiceSpecificCredentialMetadata {
    let (name, is_api_key) = (Some(credential.name.clone()), credential.service.has_api_keys());
    ServiceSpecificCredentialMetadata {
        create_date: Some(credential.created),
        expiration_date: credential.expires,
        service_credential_alias: name.clone().filter(|_| is_api_key),
        service_name: Some(credential.service.to_string()),
        service_specific_credential_id: Some(credential.id.to_string()),
        service_user_name: name.filter(|_| !is_api_key),
        status: Some(status(call, credential)),
        user_name: user::name_of(world, Some(credential.user)),
    }
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateServiceSpecificCredentialRequest,
) -> Result<(), AwsError> {
    let UpdateServiceSpecificCredentialRequest { service_specific_credential_id, status, user_name } =
        request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let id = service_specific_credential_id.unwrap_or_default();
    let active = access_key::is_active(status.as_deref())?;
    world.set_service_specific_credential_active(user, &id, active).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteServiceSpecificCredentialRequest,
) -> Result<(), AwsError> {
    let DeleteServiceSpecificCredentialRequest { service_specific_credential_id, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let id = service_specific_credential_id.unwrap_or_default();
    world.delete_service_specific_credential(user, &id).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::root;
    use awsproto::Provided;
    use awsproto::testing::Caller;

    const ADA: (&str, &str) = ("UserName", "ada");
    const GIT: (&str, &str) = ("ServiceName", "codecommit.amazonaws.com");
    const BEDROCK: (&str, &str) = ("ServiceName", "bedrock.amazonaws.com");

    fn with_ada() -> Caller {
        let mut caller = root();
        let input = Input::parse(awsproto::Protocol::Query, "", b"").unwrap();
        let bits = [7; 32];
        caller.call.provided = Provided::Secret { bits, made: password(&input, &bits) };
        caller.ok("CreateUser", &[ADA]);
        caller
    }

    #[test]
    fn a_user_has_two_for_a_service_and_their_passwords_are_shown_once() {
        let mut caller = with_ada();
        let made = caller.ok("CreateServiceSpecificCredential", &[ADA, GIT]);
        assert_eq!(made.text("ServiceUserName"), "ada-at-123456789012");
        assert_eq!((made.text("ServicePassword").len(), made.text("Status")), (44, "Active".to_owned()));
        let id = made.text("ServiceSpecificCredentialId");
        assert!(id.starts_with("ACCA"), "{id}");
        let second = caller.ok("CreateServiceSpecificCredential", &[ADA, GIT]);
        assert_eq!(second.text("ServiceUserName"), "ada+1-at-123456789012");
        assert_eq!(
            caller.refused_with_status("CreateServiceSpecificCredential", &[ADA, GIT]),
            "409 LimitExceeded: Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"
        );
        let named = [ADA, ("ServiceSpecificCredentialId", id.as_str())];
        assert_eq!(caller.ok("ResetServiceSpecificCredential", &named).text("ServicePassword").len(), 44);
        caller.ok("UpdateServiceSpecificCredential", &[&named[..], &[("Status", "Inactive")]].concat());
        let listed = caller.ok("ListServiceSpecificCredentials", &[ADA, GIT]);
        assert_eq!((listed.texts("Status").len(), listed.texts("ServicePassword").len()), (2, 0));
        assert!(listed.texts("Status").contains(&"Inactive".to_owned()));
        assert_eq!(
            caller.refused("DeleteUser", &[ADA]),
            "DeleteConflict: Cannot delete entity, must remove referenced objects first."
        );
        caller.ok("DeleteServiceSpecificCredential", &named);
        assert_eq!(
            caller.refused_with_status("DeleteServiceSpecificCredential", &named),
            format!("404 NoSuchEntity: No such credential {id} exists")
        );
        // The first name is free again.
        let third = caller.ok("CreateServiceSpecificCredential", &[ADA, GIT]);
        assert_eq!(third.text("ServiceUserName"), "ada-at-123456789012");
    }

    #[test]
    fn an_api_key_says_whose_it_is_and_may_expire() {
        let mut caller = with_ada();
        let made = caller.ok("CreateServiceSpecificCredential", &[ADA, BEDROCK, ("CredentialAgeDays", "30")]);
        assert_eq!(made.text("ServiceCredentialAlias"), "ada-at-123456789012");
        let key = made.text("ServiceCredentialSecret");
        let told = STANDARD.decode(key.strip_prefix(API_KEY_PREFIX).unwrap()).unwrap();
        assert!(told.starts_with(b"ada-at-123456789012:"), "{key}");
        assert_eq!(made.text("ExpirationDate"), "2024-10-24T12:00:00.000Z");
        caller.call.now.0 += 30 * DAY_MS;
        assert_eq!(
            caller.ok("ListServiceSpecificCredentials", &[("AllUsers", "true")]).text("Status"),
            "Expired"
        );
        assert_eq!(
            caller.refused("CreateServiceSpecificCredential", &[ADA, GIT, ("CredentialAgeDays", "30")]),
            "ValidationError: CredentialAgeDays is not supported for service codecommit.amazonaws.com."
        );
        assert_eq!(
            caller.refused("ListServiceSpecificCredentials", &[ADA, ("AllUsers", "true")]),
            "ValidationError: AllUsers and UserName cannot be specified together."
        );
        assert_eq!(
            caller.refused_with_status(
                "CreateServiceSpecificCredential",
                &[ADA, ("ServiceName", "ec2.amazonaws.com")]
            ),
            "404 NotSupportedService: The service ec2.amazonaws.com does not support service-specific credentials."
        );
    }
}
