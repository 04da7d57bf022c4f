# A public and a private server: key pair, image by its name and by its parameter, user data, a role, an Elastic IP.
variable "name" {
  default = "lab4"
}

variable "public_key" {}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public.id
}

resource "aws_security_group" "public" {
  vpc_id = aws_vpc.main.id
  name   = "public"

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }

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

  ingress {
    protocol        = "icmp"
    from_port       = -1
    to_port         = -1
    security_groups = [aws_security_group.public.id]
  }
}

resource "aws_key_pair" "key" {
  key_name   = "lab4"
  public_key = var.public_key
}

resource "aws_iam_role" "server" {
  name = "server"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_instance_profile" "server" {
  name = "server"
  role = aws_iam_role.server.name
}

resource "aws_instance" "public" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.public.id]
  key_name               = aws_key_pair.key.key_name
  iam_instance_profile   = aws_iam_instance_profile.server.name
  user_data              = "#!/bin/sh\necho made by terraform > /root/made"
  tags = {
    Name = "public"
  }
  volume_tags = {
    Name = var.name
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

resource "aws_network_interface" "second" {
  subnet_id       = aws_subnet.private.id
  private_ips     = ["10.0.1.50", "10.0.1.51"]
  security_groups = [aws_security_group.public.id]

  attachment {
    instance     = aws_instance.public.id
    device_index = 1
  }
}

resource "aws_eip" "public" {
  vpc               = true
  network_interface = aws_instance.public.primary_network_interface_id
}

output "public_ip" {
  value = aws_eip.public.public_ip
}

output "private_ip" {
  value = aws_instance.private.private_ip
}
