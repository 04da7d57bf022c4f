"""IAM's part of the scenario: credentials other than passwords and access keys."""

import hamlet
import one_time_code
from identities import TAGS, USER

PHONE = {"SerialNumber": f"arn:aws:iam::{hamlet.ACCOUNT}:mfa/phones/alice"}


def change(iam):
    mfa_devices(iam)


def mfa_devices(iam):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice", Path="/phones/", Tags=TAGS)["VirtualMFADevice"]
    seed = made["Base32StringSeed"]
    iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")
    iam.enable_mfa_device(**USER, **PHONE, **one_time_code.two(seed))
    iam.list_virtual_mfa_devices()
    iam.list_mfa_devices(**USER)
    iam.get_mfa_device(**USER, **PHONE)
    iam.tag_mfa_device(**PHONE, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_mfa_device_tags(**PHONE)
    iam.untag_mfa_device(**PHONE, TagKeys=["stage"])
    iam.resync_mfa_device(**USER, **PHONE, **one_time_code.two(seed))


def tear_down(iam):
    iam.deactivate_mfa_device(**USER, **PHONE)
    iam.delete_virtual_mfa_device(**PHONE)
