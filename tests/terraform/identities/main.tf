# Who may do what: users in groups, policies of each kind, roles for people, servers and a workflow elsewhere, and what an
# account has as a whole.
variable "description" {
  default = "May look at the network."
}

variable "hours" {
  default = 1
}

variable "actions" {
  type    = list(string)
  default = ["ec2:DescribeVpcs", "ec2:DescribeSubnets"]
}

variable "password_length" {
  default = 12
}

data "aws_caller_identity" "me" {}

# Users and groups.

resource "aws_iam_user" "ann" {
  name = "ann"
  path = "/people/"

  tags = {
    Team = "blue"
  }
}

resource "aws_iam_user" "bob" {
  name                 = "bob"
  permissions_boundary = "${aws_iam_policy.look.arn}"
}

resource "aws_iam_access_key" "ann" {
  user = "${aws_iam_user.ann.name}"
}

resource "aws_iam_group" "readers" {
  name = "readers"
  path = "/people/"
}

resource "aws_iam_group" "writers" {
  name = "writers"
}

resource "aws_iam_group_membership" "readers" {
  name  = "readers"
  group = "${aws_iam_group.readers.name}"
  users = ["${aws_iam_user.ann.name}", "${aws_iam_user.bob.name}"]
}

resource "aws_iam_user_group_membership" "bob" {
  user   = "${aws_iam_user.bob.name}"
  groups = ["${aws_iam_group.writers.name}"]
}

# Policies: managed, inline, attached.

data "aws_iam_policy_document" "look" {
  statement {
    sid       = "Look"
    actions   = "${var.actions}"
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "ask" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/*"]

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_iam_policy" "look" {
  name        = "look"
  path        = "/network/"
  description = "Looks at the network"
  policy      = "${data.aws_iam_policy_document.look.json}"
}

resource "aws_iam_user_policy" "ask" {
  name   = "ask"
  user   = "${aws_iam_user.ann.name}"
  policy = "${data.aws_iam_policy_document.ask.json}"
}

resource "aws_iam_group_policy" "look" {
  name   = "look"
  group  = "${aws_iam_group.writers.name}"
  policy = "${data.aws_iam_policy_document.look.json}"
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = "${aws_iam_group.readers.name}"
  policy_arn = "${aws_iam_policy.look.arn}"
}

resource "aws_iam_user_policy_attachment" "bob" {
  user       = "${aws_iam_user.bob.name}"
  policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}

resource "aws_iam_policy_attachment" "everywhere" {
  name       = "everywhere"
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
  groups     = ["${aws_iam_group.writers.name}"]
  roles      = ["${aws_iam_role.server.name}"]
}

# Roles: for ann, for servers, for a workflow, for a service.

data "aws_iam_policy_document" "people" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["12345"]
    }
  }
}

data "aws_iam_policy_document" "servers" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "workflow" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["${aws_iam_openid_connect_provider.ci.arn}"]
    }

    condition {
      test     = "StringLike"
      variable = "token.ci.example:sub"
      values   = ["repo:octo-org/*"]
    }
  }
}

resource "aws_iam_role" "looker" {
  name                 = "looker"
  path                 = "/people/"
  description          = "${var.description}"
  assume_role_policy   = "${data.aws_iam_policy_document.people.json}"
  max_session_duration = "${var.hours * 3600}"
  permissions_boundary = "${aws_iam_policy.look.arn}"

  tags = {
    Hours = "${var.hours}"
  }
}

resource "aws_iam_role_policy" "everything" {
  name = "everything"
  role = "${aws_iam_role.looker.id}"

  policy = <<END
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }]
}
END
}

resource "aws_iam_role" "server" {
  name               = "server"
  assume_role_policy = "${data.aws_iam_policy_document.servers.json}"
}

resource "aws_iam_role_policy_attachment" "server" {
  role       = "${aws_iam_role.server.name}"
  policy_arn = "${aws_iam_policy.look.arn}"
}

resource "aws_iam_instance_profile" "server" {
  name = "server"
  role = "${aws_iam_role.server.name}"
}

resource "aws_iam_role" "workflow" {
  name               = "workflow"
  assume_role_policy = "${data.aws_iam_policy_document.workflow.json}"
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
}

# What the account has as a whole.

resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://token.ci.example"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

resource "aws_iam_account_alias" "name" {
  account_alias = "octo-org"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = "${var.password_length}"
  require_numbers                = true
  require_symbols                = true
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}

# What is looked up.

data "aws_iam_user" "ann" {
  user_name = "${aws_iam_user.ann.name}"
}

data "aws_iam_role" "looker" {
  name = "${aws_iam_role.looker.name}"
}

data "aws_iam_group" "writers" {
  group_name = "${aws_iam_group.writers.name}"
}

data "aws_iam_policy" "look" {
  arn = "${aws_iam_policy.look.arn}"
}

data "aws_iam_instance_profile" "server" {
  name = "${aws_iam_instance_profile.server.name}"
}

data "aws_iam_account_alias" "current" {
  depends_on = [aws_iam_account_alias.name]
}

output "account" {
  value = "${data.aws_caller_identity.me.account_id}"
}

output "key" {
  value = "${aws_iam_access_key.ann.id}"
}

output "secret" {
  value     = "${aws_iam_access_key.ann.secret}"
  sensitive = true
}

output "role" {
  value = "${data.aws_iam_role.looker.arn}"
}

output "policy" {
  value = "${data.aws_iam_policy.look.arn}"
}

output "user" {
  value = "${data.aws_iam_user.ann.user_id}"
}

output "alias" {
  value = "${data.aws_iam_account_alias.current.account_alias}"
}
