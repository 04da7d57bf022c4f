# A queue with a dead-letter queue and a policy, and a FIFO queue.
variable "wait" {
  default = 5
}

resource "aws_sqs_queue" "dead" {
  name                      = "dead-by-terraform"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs-by-terraform"
  delay_seconds              = 1
  receive_wait_time_seconds  = var.wait
  visibility_timeout_seconds = 60
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 4
  })
  tags = { Name = "jobs" }
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "topics"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.jobs.arn
    }]
  })
}

resource "aws_sqs_queue" "orders" {
  name                        = "orders-by-terraform.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
}

output "jobs" {
  value = aws_sqs_queue.jobs.id
}

output "orders" {
  value = aws_sqs_queue.orders.id
}
