//! Passwords of users. Follows CreateLoginProfile, ChangePassword and their neighbours in the IAM API Reference. Who signs
//! in with them is `sign_in`'s to say.

use awsproto::{AwsError, Call, Input, SecretBits};
use model::login_profile::LoginProfile as Profile;
use model::{IamNoun, IamRefusal, User, UserId, World};

use crate::errors::refused;
use crate::password_hash::{hashed, salt};
use crate::shapes::*;
use crate::{entity, password_policy, secret};

/// How many former passwords are remembered: as many as a policy may ask for.
const FORMER_MAX: usize = 24;

/// A salt for the password.
pub(crate) fn prepare(_: &Input, bits: &SecretBits) -> Vec<u8> {
    salt(bits).into_bytes()
}

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateLoginProfileRequest,
) -> Result<CreateLoginProfileResponse, AwsError> {
    let CreateLoginProfileRequest { password, password_reset_required, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?;
    let (id, name) = (user.id, user.name.clone());
    if user.login_profile.is_some() {
        return Err(refused(IamRefusal::Exists(IamNoun::LoginProfile, name)));
    }
    let Some(password) = password else {
        let sentence = "Password is required unless the login profile is for a session of the root.";
        return Err(AwsError::new("ValidationError", sentence));
    };
    password_policy::check(password_policy::of(world, call.scope.account), &password)?;
    let profile = Profile {
        created: call.now,
        changed: call.now,
        reset_required: password_reset_required.unwrap_or(false),
        password: hashed(&password, &secret::made_text(call)?),
        former: Vec::new(),
    };
    let shown = shown(&name, &profile);
    of(world, id).login_profile = Some(profile);
    Ok(CreateLoginProfileResponse { login_profile: Some(shown) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetLoginProfileRequest,
) -> Result<GetLoginProfileResponse, AwsError> {
    let GetLoginProfileRequest { user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?;
    Ok(GetLoginProfileResponse { login_profile: Some(shown(&user.name, profile(user)?)) })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateLoginProfileRequest,
) -> Result<(), AwsError> {
    let UpdateLoginProfileRequest { password, password_reset_required, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?;
    let mut profile = profile(user)?.clone();
    if let Some(password) = password {
        replace(call, world, &mut profile, &password)?;
    }
    profile.reset_required = password_reset_required.unwrap_or(profile.reset_required);
    let id = user.id;
    of(world, id).login_profile = Some(profile);
    Ok(())
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteLoginProfileRequest,
) -> Result<(), AwsError> {
    let DeleteLoginProfileRequest { user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?;
    profile(user)?;
    let id = user.id;
    of(world, id).login_profile = None;
    Ok(())
}

/// The caller's own password: "the IAM user who is calling this operation" (ChangePassword).
pub(crate) fn change(
    call: &mut Call,
    world: &mut World,
    request: ChangePasswordRequest,
) -> Result<(), AwsError> {
    let ChangePasswordRequest { new_password, old_password } = request;
    let caller = entity::owner(call, world, None).ok().flatten().and_then(|id| world.users.get(&id));
    let Some(user) = caller else {
        return Err(AwsError::new("InvalidUserType", "Only IAM Users can change their own password"));
    };
    let mut profile = profile(user)?.clone();
    let old = hashed(&old_password.unwrap_or_default(), &profile.password.salt);
    if old != profile.password {
        return Err(AwsError::new("AccessDenied", "The old password was incorrect.").with_status(403));
    }
    replace(call, world, &mut profile, &new_password.unwrap_or_default())?;
    profile.reset_required = false;
    let id = user.id;
    of(world, id).login_profile = Some(profile);
    Ok(())
}

/// Sets another password, and remembers the one of before.
fn replace(call: &Call, world: &World, profile: &mut Profile, password: &str) -> Result<(), AwsError> {
    let policy = password_policy::of(world, call.scope.account);
    password_policy::check(policy, password)?;
    // One salt for all of a user's passwords, so that one hash tells whether it was used before.
    let new = hashed(password, &profile.password.salt);
    let remembered = policy.and_then(|policy| policy.reuse_prevention).unwrap_or(0);
    let former = std::iter::once(&profile.password).chain(&profile.former);
    if former.take(usize::try_from(remembered).unwrap_or(FORMER_MAX)).any(|former| *former == new) {
        return Err(password_policy::violation());
    }
    profile.former.insert(0, std::mem::replace(&mut profile.password, new));
    profile.former.truncate(FORMER_MAX);
    profile.changed = call.now;
    Ok(())
}

fn of(world: &mut World, id: UserId) -> &mut User {
    world.users.get_mut(&id).expect("it was found")
}

fn profile(user: &User) -> Result<&Profile, AwsError> {
    let missing = || refused(IamRefusal::NoSuch(IamNoun::LoginProfile, user.name.clone()));
    user.login_profile.as_ref().ok_or_else(missing)
}

fn shown(name: &str, profile: &Profile) -> LoginProfile {
    LoginProfile {
        create_date: Some(profile.created),
        password_reset_required: Some(profile.reset_required),
        user_name: Some(name.to_owned()),
    }
}
