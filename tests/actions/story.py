"""The scenario, walked once and shared by the tests that look at its requests and answers."""

import functools

import answers
import hamlet
import scenario


class Story:
    def __init__(self):
        # As on AWS, where an image id that nobody has does not exist.
        self.hamlet = hamlet.Hamlet("--unknown-images", "refuse")
        self.recorder = answers.Recorder()
        self.scenario = scenario.Scenario(self.hamlet, self.recorder)
        self.scenario.build()
        self.scenario.change()

    def finish(self):
        """What takes everything down is part of the story, too, and comes last."""
        self.scenario.tear_down()

    def snapshot(self):
        """Everything that can be described, to see whether something changed."""
        seen = {}
        for described in (*DESCRIBES, *LISTS):
            client = self.scenario.iam if described in LISTS else self.scenario.ec2
            answer = getattr(client, described)()
            answer.pop("ResponseMetadata")
            seen[described] = answer
        return seen


DESCRIBES = (
    "describe_vpcs",
    "describe_subnets",
    "describe_route_tables",
    "describe_internet_gateways",
    "describe_egress_only_internet_gateways",
    "describe_nat_gateways",
    "describe_vpc_peering_connections",
    "describe_instance_connect_endpoints",
    "describe_dhcp_options",
    "describe_security_groups",
    "describe_security_group_rules",
    "describe_network_acls",
    "describe_tags",
    "describe_managed_prefix_lists",
    "describe_network_interfaces",
    "describe_addresses",
    "describe_key_pairs",
    "describe_instances",
    "describe_iam_instance_profile_associations",
    "describe_volumes",
)

# Of IAM.
LISTS = (
    "list_roles",
    "list_instance_profiles",
    "list_users",
    "list_groups",
    "list_policies",
    "list_virtual_mfa_devices",
    "list_server_certificates",
    "list_saml_providers",
)


@functools.cache
def told():
    """The story up to where everything there can be is there."""
    return Story()


@functools.cache
def finished():
    """The whole story of another Hamlet, and every request of it."""
    story = Story()
    story.finish()
    return story
