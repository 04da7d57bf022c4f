# A topic with a policy, and a queue's subscription to some of what is said.
variable "display_name" {
  default = "Alarms"
}

variable "colours" {
  type    = list(string)
  default = ["red"]
}

data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

resource "aws_sns_topic" "alarms" {
  name         = "alarms-by-terraform"
  display_name = var.display_name
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2008-10-17"
    Id      = "ours"
    Statement = [{
      Sid       = "peers"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::222222222222:root" }
      Action    = ["SNS:Publish", "SNS:GetTopicAttributes"]
      Resource  = aws_sns_topic.alarms.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "jobs" {
  topic_arn            = aws_sns_topic.alarms.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:${data.aws_region.here.name}:${data.aws_caller_identity.me.account_id}:jobs"
  raw_message_delivery = true
  filter_policy        = jsonencode({ colour = var.colours })
}

output "topic" {
  value = aws_sns_topic.alarms.arn
}

output "subscription" {
  value = aws_sns_topic_subscription.jobs.id
}
