//! Whom AWS writes to about bills, operations and security: GetAlternateContact and its neighbours (Account Management API
//! Reference).

use awsproto::{AwsError, Call};
use model::World;
use model::account::{AlternateContact as Contact, ContactMatter};

use crate::errors;
use crate::shapes::*;

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetAlternateContactRequest,
) -> Result<GetAlternateContactResponse, AwsError> {
    let GetAlternateContactRequest { account_id, alternate_contact_type } = request;
    errors::refuse_account(call, "GetAlternateContact", account_id)?;
    let matter = matter(alternate_contact_type)?;
    let contacts = world.account(call.scope.account).map(|account| &account.alternate_contacts);
    let contact = contacts.and_then(|contacts| contacts.get(&matter)).ok_or_else(none)?;
    Ok(GetAlternateContactResponse { alternate_contact: Some(render(matter, contact)) })
}

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutAlternateContactRequest,
) -> Result<(), AwsError> {
    let PutAlternateContactRequest {
        account_id,
        alternate_contact_type,
        email_address,
        name,
        phone_number,
        title,
    } = request;
    errors::refuse_account(call, "PutAlternateContact", account_id)?;
    let matter = matter(alternate_contact_type)?;
    let contact = Contact {
        name: name.unwrap_or_default(),
        title: title.unwrap_or_default(),
        email_address: email_address.unwrap_or_default().trim().to_owned(),
        phone_number: phone_number.unwrap_or_default(),
    };
    world.account_mut(call.scope.account).alternate_contacts.insert(matter, contact);
    Ok(())
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteAlternateContactRequest,
) -> Result<(), AwsError> {
    let DeleteAlternateContactRequest { account_id, alternate_contact_type } = request;
    errors::refuse_account(call, "DeleteAlternateContact", account_id)?;
    let matter = matter(alternate_contact_type)?;
    let gone = world.account_mut(call.scope.account).alternate_contacts.remove(&matter);
    gone.map(drop).ok_or_else(none)
}

fn none() -> AwsError {
    errors::not_found("alternate contact of this type")
}

/// The model has checked the word.
fn matter(word: Option<String>) -> Result<ContactMatter, AwsError> {
    match word.as_deref() {
        Some("BILLING") => Ok(ContactMatter::Billing),
        Some("OPERATIONS") => Ok(ContactMatter::Operations),
        Some("SECURITY") => Ok(ContactMatter::Security),
        Some(_) | None => Err(errors::invalid("There is no alternate contact of this type.")),
    }
}

fn render(matter: ContactMatter, contact: &Contact) -> AlternateContact {
    let word = match matter {
        ContactMatter::Billing => "BILLING",
        ContactMatter::Operations => "OPERATIONS",
        ContactMatter::Security => "SECURITY",
    };
    AlternateContact {
        alternate_contact_type: Some(word.to_owned()),
        email_address: Some(contact.email_address.clone()),
        name: Some(contact.name.clone()),
        phone_number: Some(contact.phone_number.clone()),
        title: Some(contact.title.clone()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::caller;
    use serde_json::json;

    #[test]
    fn alternate_contacts_come_and_go_by_matter() {
        let mut caller = caller();
        let security = json!({"AlternateContactType": "SECURITY"});
        let none = "ResourceNotFoundException: No alternate contact of this type found for the account.";
        assert_eq!(caller.refused("GetAlternateContact", security.clone()), none);
        let contact = json!({
            "AlternateContactType": "SECURITY", "EmailAddress": "sec@example.com", "Name": "Ada",
            "PhoneNumber": "030-1", "Title": "Watch",
        });
        caller.ok("PutAlternateContact", contact.clone());
        assert_eq!(caller.ok("GetAlternateContact", security.clone()), json!({"AlternateContact": contact}));
        assert_eq!(caller.refused("GetAlternateContact", json!({"AlternateContactType": "BILLING"})), none);
        caller.ok("DeleteAlternateContact", security.clone());
        assert_eq!(caller.refused("DeleteAlternateContact", security), none);
        let mut wrong = contact;
        wrong["EmailAddress"] = json!("nobody");
        assert!(caller.refused("PutAlternateContact", wrong).contains("at 'emailAddress' failed"));
        let refused = caller.refused("GetAlternateContact", json!({"AlternateContactType": "X"}));
        assert!(refused.contains("[BILLING, OPERATIONS, SECURITY]"), "{refused}");
    }
}
