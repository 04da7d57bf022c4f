# A log group with a retention, a stream, a metric filter, and a policy that lets a service write.
variable "days" {
  default = 7
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/app/by-terraform"
  retention_in_days = var.days
  tags              = { Name = "app" }
}

resource "aws_cloudwatch_log_stream" "one" {
  name           = "one"
  log_group_name = aws_cloudwatch_log_group.app.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = "ERROR"
  metric_transformation {
    name      = "Errors"
    namespace = "App"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_resource_policy" "search" {
  policy_name = "search-by-terraform"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = "logs:PutLogEvents"
      Resource  = aws_cloudwatch_log_group.app.arn
    }]
  })
}

output "group" {
  value = aws_cloudwatch_log_group.app.name
}
