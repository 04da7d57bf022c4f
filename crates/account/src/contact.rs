//! Whom AWS writes to: GetContactInformation, PutContactInformation (Account Management API Reference). An account tells it
//! when it is made; here nobody asked, so that there is none until it is put.

use awsproto::{AwsError, Call};
use model::World;
use model::account::ContactInformation as Contact;

use crate::errors;
use crate::shapes::*;

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetContactInformationRequest,
) -> Result<GetContactInformationResponse, AwsError> {
    let GetContactInformationRequest { account_id } = request;
    errors::refuse_account(call, "GetContactInformation", account_id)?;
    let contact = world.account(call.scope.account).and_then(|account| account.contact.clone());
    let contact = contact.ok_or_else(|| errors::not_found("contact information"))?;
    Ok(GetContactInformationResponse {
        contact_information: Some(render(contact)),
        // No telephone is ever called.
        verification_status: None,
    })
}

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutContactInformationRequest,
) -> Result<(), AwsError> {
    let PutContactInformationRequest { account_id, contact_information } = request;
    errors::refuse_account(call, "PutContactInformation", account_id)?;
    let contact = read(contact_information.unwrap_or_default());
    world.account_mut(call.scope.account).contact = Some(contact);
    Ok(())
}

fn read(contact: ContactInformation) -> Contact {
    let ContactInformation {
        full_name,
        address_line1,
        address_line2,
        address_line3,
        city,
        state_or_region,
        district_or_county,
        postal_code,
        country_code,
        phone_number,
        company_name,
        website_url,
    } = contact;
    Contact {
        full_name: full_name.unwrap_or_default(),
        address_line_1: address_line1.unwrap_or_default(),
        address_line_2: address_line2,
        address_line_3: address_line3,
        city: city.unwrap_or_default(),
        state_or_region,
        district_or_county,
        postal_code: postal_code.unwrap_or_default(),
        country_code: country_code.unwrap_or_default(),
        phone_number: phone_number.unwrap_or_default(),
        company_name,
        website_url,
    }
}

fn render(contact: Contact) -> ContactInformation {
    ContactInformation {
        full_name: Some(contact.full_name),
        address_line1: Some(contact.address_line_1),
        address_line2: contact.address_line_2,
        address_line3: contact.address_line_3,
        city: Some(contact.city),
        state_or_region: contact.state_or_region,
        district_or_county: contact.district_or_county,
        postal_code: Some(contact.postal_code),
        country_code: Some(contact.country_code),
        phone_number: Some(contact.phone_number),
        company_name: contact.company_name,
        website_url: contact.website_url,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::caller;
    use serde_json::json;

    #[test]
    fn contact_information_is_there_once_it_was_put() {
        let mut caller = caller();
        assert_eq!(
            caller.refused("GetContactInformation", json!({})),
            "ResourceNotFoundException: No contact information found for the account."
        );
        let contact = json!({
            "FullName": "Ada", "AddressLine1": "1 Main St", "City": "Berlin", "PostalCode": "10115",
            "CountryCode": "DE", "PhoneNumber": "+49 (30) 1", "CompanyName": "A & co.",
        });
        caller.ok("PutContactInformation", json!({"ContactInformation": contact}));
        assert_eq!(caller.ok("GetContactInformation", json!({})), json!({"ContactInformation": contact}));
        let mut wrong = contact.clone();
        wrong["PhoneNumber"] = json!("030 1");
        let refused = caller.refused("PutContactInformation", json!({"ContactInformation": wrong}));
        assert!(refused.contains("at 'contactInformation.phoneNumber' failed"), "{refused}");
        let mut less = contact;
        less.as_object_mut().unwrap().remove("City");
        let refused = caller.refused("PutContactInformation", json!({"ContactInformation": less}));
        assert!(refused.starts_with("ValidationException: 1 validation error detected"), "{refused}");
    }
}
