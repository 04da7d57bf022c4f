# Two VPCs, peered, with a route each way and a server in each.
variable "dns" {
  default = false
}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_vpc" "one" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "two" {
  cidr_block           = "10.2.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.0.0/24"
}

resource "aws_subnet" "two" {
  vpc_id     = aws_vpc.two.id
  cidr_block = "10.2.0.0/24"
}

resource "aws_vpc_peering_connection" "both" {
  vpc_id      = aws_vpc.one.id
  peer_vpc_id = aws_vpc.two.id
  auto_accept = true

  accepter {
    allow_remote_vpc_dns_resolution = var.dns
  }

  requester {
    allow_remote_vpc_dns_resolution = var.dns
  }
}

resource "aws_route" "to_two" {
  route_table_id            = aws_vpc.one.main_route_table_id
  destination_cidr_block    = aws_vpc.two.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.both.id
}

resource "aws_route" "to_one" {
  route_table_id            = aws_vpc.two.main_route_table_id
  destination_cidr_block    = aws_vpc.one.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.both.id
}

resource "aws_security_group" "one" {
  vpc_id = aws_vpc.one.id
  name   = "one"

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "two" {
  vpc_id = aws_vpc.two.id
  name   = "two"

  ingress {
    protocol    = "icmp"
    from_port   = -1
    to_port     = -1
    cidr_blocks = [aws_vpc.one.cidr_block]
  }
}

resource "aws_instance" "one" {
  ami                    = data.aws_ssm_parameter.amazon_linux.value
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.one.id
  vpc_security_group_ids = [aws_security_group.one.id]
  tags = {
    Name = "one"
  }
}

resource "aws_instance" "two" {
  ami                    = data.aws_ssm_parameter.amazon_linux.value
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.two.id
  vpc_security_group_ids = [aws_security_group.two.id]
  tags = {
    Name = "two"
  }
}

output "address" {
  value = aws_instance.two.private_ip
}

output "peering" {
  value = aws_vpc_peering_connection.both.id
}

output "table" {
  value = aws_vpc.one.main_route_table_id
}
