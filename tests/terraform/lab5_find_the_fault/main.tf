# Everything is wrong first: the private network ACL denies all, and the private group does not know the public one.
variable "acl_open" {
  default = false
}

variable "group_open" {
  default = false
}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.private.id]

  dynamic "ingress" {
    for_each = var.acl_open ? [1] : []
    content {
      rule_no    = 100
      protocol   = "icmp"
      action     = "allow"
      cidr_block = "10.0.0.0/24"
      icmp_type  = -1
      icmp_code  = -1
      from_port  = 0
      to_port    = 0
    }
  }

  dynamic "egress" {
    for_each = var.acl_open ? [1] : []
    content {
      rule_no    = 100
      protocol   = "icmp"
      action     = "allow"
      cidr_block = "10.0.0.0/24"
      icmp_type  = -1
      icmp_code  = -1
      from_port  = 0
      to_port    = 0
    }
  }
}

resource "aws_security_group" "public" {
  vpc_id = aws_vpc.main.id
  name   = "public"

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "private" {
  vpc_id = aws_vpc.main.id
  name   = "private"
}

resource "aws_security_group_rule" "icmp" {
  count                    = var.group_open ? 1 : 0
  type                     = "ingress"
  security_group_id        = aws_security_group.private.id
  source_security_group_id = aws_security_group.public.id
  protocol                 = "icmp"
  from_port                = -1
  to_port                  = -1
}

resource "aws_instance" "public" {
  ami                    = data.aws_ssm_parameter.amazon_linux.value
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.public.id]
  tags = {
    Name = "public"
  }
}

resource "aws_instance" "private" {
  ami                    = data.aws_ssm_parameter.amazon_linux.value
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.private.id
  vpc_security_group_ids = [aws_security_group.private.id]
  tags = {
    Name = "private"
  }
}

output "private_ip" {
  value = aws_instance.private.private_ip
}

output "acl" {
  value = aws_network_acl.private.id
}

output "private_group" {
  value = aws_security_group.private.id
}
