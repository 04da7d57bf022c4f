variable "endpoint" {}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "AKIAALONE"
  secret_key                  = "secret"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_get_ec2_platforms      = true
  s3_force_path_style         = true
  endpoints {
    s3 = var.endpoint
  }
}
# Each says how it is encrypted: a provider of this age takes it for a change if a bucket is and it does not say so.
resource "aws_s3_bucket" "logs" {
  bucket = "tf-logs"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    }
  }
}
resource "aws_s3_bucket" "b" {
  bucket              = "tf-bucket"
  force_destroy       = true
  tags                = { team = "blue" }
  acceleration_status = "Enabled"
  request_payer       = "Requester"
  versioning { enabled = true }
  logging {
    target_bucket = aws_s3_bucket.logs.id
    target_prefix = "s3/"
  }
  website {
    index_document = "index.html"
    error_document = "error.html"
    routing_rules  = jsonencode([{ Condition = { KeyPrefixEquals = "docs/" }, Redirect = { ReplaceKeyPrefixWith = "documents/" } }])
  }
  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["PUT", "POST"]
    allowed_origins = ["https://example.com"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }
  lifecycle_rule {
    id      = "log"
    enabled = true
    prefix  = "log/"
    tags    = { rule = "log" }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    expiration { days = 90 }
    noncurrent_version_expiration { days = 90 }
  }
  lifecycle_rule {
    id                                     = "tmp"
    enabled                                = true
    prefix                                 = "tmp/"
    abort_incomplete_multipart_upload_days = 3
    expiration { date = "2030-01-12" }
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    }
  }
}
resource "aws_s3_bucket" "locked" {
  bucket = "tf-locked"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    }
  }
  object_lock_configuration {
    object_lock_enabled = "Enabled"
    rule {
      default_retention {
        mode = "GOVERNANCE"
        days = 1
      }
    }
  }
}
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:DeleteBucket", Resource = "arn:aws:s3:::tf-bucket" }] })
}
resource "aws_s3_bucket_public_access_block" "p" {
  bucket            = aws_s3_bucket.b.id
  block_public_acls = true
  depends_on        = [aws_s3_bucket_policy.p]
}
resource "aws_s3_bucket_object" "o" {
  bucket  = aws_s3_bucket.b.id
  key     = "a"
  content = "hello"
  tags    = { x = "y" }
}
