# A queue with a dead-letter queue and a policy, which a bucket tells what is put into it, and a FIFO queue.
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
      Sid       = "topics and buckets"
      Effect    = "Allow"
      Principal = { Service = ["sns.amazonaws.com", "s3.amazonaws.com"] }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.jobs.arn
    }]
  })
}

resource "aws_s3_bucket" "uploads" {
  bucket        = "uploads-by-terraform"
  force_destroy = true
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    }
  }
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket     = aws_s3_bucket.uploads.id
  depends_on = [aws_sqs_queue_policy.jobs]
  queue {
    queue_arn     = aws_sqs_queue.jobs.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
  }
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
