# What every configuration here begins with: the provider, pointed at Hamlet. Keys and Region come from the environment.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  description = "Where Hamlet listens."
}

provider "aws" {
  skip_metadata_api_check = true
  s3_force_path_style     = true

  endpoints {
    cloudwatchlogs = var.endpoint
    ec2            = var.endpoint
    iam            = var.endpoint
    r53            = var.endpoint
    s3             = var.endpoint
    sqs            = var.endpoint
    sns            = var.endpoint
    ssm            = var.endpoint
    sts            = var.endpoint
  }
}
