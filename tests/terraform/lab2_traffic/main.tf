# What decides about traffic: routes, groups, network ACLs; those that come with a VPC, and new ones.
variable "name" {
  default = "lab2"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_default_route_table" "main" {
  default_route_table_id = aws_vpc.main.default_route_table_id
  tags = {
    Name = var.name
  }
}

resource "aws_route" "out" {
  route_table_id         = aws_vpc.main.default_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route_table_association" "public" {
  route_table_id = aws_vpc.main.main_route_table_id
  subnet_id      = aws_subnet.public.id
}

resource "aws_security_group" "http" {
  vpc_id      = aws_vpc.main.id
  name        = "http"
  description = "HTTP from anywhere"
  tags = {
    Name = var.name
  }

  ingress {
    description = "anybody"
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group_rule" "from_http" {
  type                     = "ingress"
  security_group_id        = aws_default_security_group.main.id
  source_security_group_id = aws_security_group.http.id
  protocol                 = "tcp"
  from_port                = 22
  to_port                  = 22
}

resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id

  lifecycle {
    ignore_changes = [ingress, egress]
  }
}

resource "aws_network_acl" "all" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.public.id]

  ingress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl_rule" "out" {
  network_acl_id = aws_network_acl.closed.id
  rule_number    = 100
  egress         = true
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 1024
  to_port        = 65535
}

resource "aws_network_acl" "closed" {
  vpc_id = aws_vpc.main.id

  lifecycle {
    ignore_changes = [egress]
  }
}

output "group" {
  value = aws_security_group.http.id
}

output "table" {
  value = aws_default_route_table.main.id
}
