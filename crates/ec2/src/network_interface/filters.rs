//! The filters of DescribeNetworkInterfaces.

use awsproto::Filterable;
use std::borrow::Cow;

use crate::request::{bool_values, text_values};
use crate::shapes::{self, *};

/// The values of text members of a list, for a filter.
pub(crate) fn each<'a, T>(list: &'a [T], member: impl Fn(&'a T) -> &'a Option<String>) -> Vec<Cow<'a, str>> {
    list.iter().filter_map(|item| member(item).as_deref()).map(Cow::from).collect()
}

impl Filterable for shapes::NetworkInterface {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("attachment.") {
            return attachment_values(self.attachment.as_slice(), name);
        }
        if let Some(name) = name.strip_prefix("association.") {
            return association_values(self.association.as_slice(), name);
        }
        if let Some(name) = name.strip_prefix("addresses.") {
            return address_values(&self.private_ip_addresses, name);
        }
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "availability-zone-id" => text_values(&self.availability_zone_id),
            "deny-all-igw-traffic" | "ipv6-native" => bool_values(Some(false)),
            "description" => text_values(&self.description),
            "group-id" => each(&self.groups, |group| &group.group_id),
            "group-name" => each(&self.groups, |group| &group.group_name),
            "interface-type" => text_values(&self.interface_type),
            "ipv6-address" | "ipv6-addresses.ipv6-address" => {
                each(&self.ipv6_addresses, |it| &it.ipv6_address)
            }
            "mac-address" => text_values(&self.mac_address),
            "network-interface-id" => text_values(&self.network_interface_id),
            "operator.managed" => bool_values(Some(false)),
            "operator.principal" => Vec::new(),
            "owner-id" => text_values(&self.owner_id),
            "private-dns-name" => text_values(&self.private_dns_name),
            "private-ip-address" => text_values(&self.private_ip_address),
            "public-dns-name" => text_values(&self.public_dns_name),
            "requester-id" => text_values(&self.requester_id),
            "requester-managed" => bool_values(self.requester_managed),
            "source-dest-check" => bool_values(self.source_dest_check),
            "status" => text_values(&self.status),
            "subnet-id" => text_values(&self.subnet_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

fn attachment_values<'a>(
    attachments: &'a [NetworkInterfaceAttachment],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    let number = |value: Option<i32>| value.map(|number| number.to_string().into());
    Some(match name {
        "attachment-id" => each(attachments, |it| &it.attachment_id),
        "attach-time" => {
            attachments.iter().filter_map(|it| Some(it.attach_time?.to_string().into())).collect()
        }
        "delete-on-termination" => {
            attachments.iter().flat_map(|it| bool_values(it.delete_on_termination)).collect()
        }
        "device-index" => attachments.iter().filter_map(|it| number(it.device_index)).collect(),
        "instance-id" => each(attachments, |it| &it.instance_id),
        "instance-owner-id" => each(attachments, |it| &it.instance_owner_id),
        "network-card-index" => attachments.iter().filter_map(|it| number(it.network_card_index)).collect(),
        "status" => each(attachments, |it| &it.status),
        _ => return None,
    })
}

fn association_values<'a>(
    associations: &'a [NetworkInterfaceAssociation],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    Some(match name {
        "allocation-id" => each(associations, |it| &it.allocation_id),
        "association-id" => each(associations, |it| &it.association_id),
        "ip-owner-id" | "owner-id" => each(associations, |it| &it.ip_owner_id),
        "public-ip" => each(associations, |it| &it.public_ip),
        "public-dns-name" => each(associations, |it| &it.public_dns_name),
        "carrier-ip" | "customer-owned-ip" => Vec::new(),
        _ => return None,
    })
}

fn address_values<'a>(
    addresses: &'a [NetworkInterfacePrivateIpAddress],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    if let Some(name) = name.strip_prefix("association.") {
        // An unknown name is unknown whether there are addresses or not.
        association_values(&[], name)?;
        let values = addresses.iter().filter_map(|it| association_values(it.association.as_slice(), name));
        return Some(values.flatten().collect());
    }
    Some(match name {
        "primary" => addresses.iter().flat_map(|it| bool_values(it.primary)).collect(),
        "private-ip-address" => each(addresses, |it| &it.private_ip_address),
        "private-dns-name" => each(addresses, |it| &it.private_dns_name),
        _ => return None,
    })
}
