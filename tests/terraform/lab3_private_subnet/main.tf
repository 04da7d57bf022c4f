# A private subnet in the second zone: a table with the local route alone, and a network ACL that denies everything.
variable "name" {
  default = "lab3"
}

data "aws_availability_zones" "all" {}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.9.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = data.aws_availability_zones.all.names[0]
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = data.aws_availability_zones.all.names[1]
  tags = {
    Name = var.name
  }
}

resource "aws_subnet" "in_more" {
  vpc_id     = aws_vpc_ipv4_cidr_block_association.more.vpc_id
  cidr_block = "10.9.0.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
  tags = {
    Name = var.name
  }
}

resource "aws_route_table_association" "private" {
  route_table_id = aws_route_table.private.id
  subnet_id      = aws_subnet.private.id
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.private.id]
}

output "subnet" {
  value = aws_subnet.private.id
}
