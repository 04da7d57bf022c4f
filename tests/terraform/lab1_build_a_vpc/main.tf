# A VPC with a subnet in the first zone whose instances get public addresses, and an internet gateway.
variable "name" {
  default = "lab1"
}

data "aws_availability_zones" "all" {}

data "aws_caller_identity" "me" {}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    Name = var.name
  }
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/24"
  availability_zone       = data.aws_availability_zones.all.names[0]
  map_public_ip_on_launch = true
  tags = {
    Name = var.name
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_dhcp_options" "main" {
  domain_name         = "lab.example.com"
  domain_name_servers = ["AmazonProvidedDNS"]
}

resource "aws_vpc_dhcp_options_association" "main" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.main.id
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

output "vpc" {
  value = aws_vpc.main.id
}
