# A closed VPC whose servers reach SNS, SSM and S3 by interface endpoints.
variable "name" {
  default = "doors"
}

variable "private_dns" {
  default = true
}

data "aws_region" "here" {}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

data "aws_vpc_endpoint_service" "ssm" {
  service = "ssm"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags = {
    Name = var.name
  }
}

resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = "${data.aws_region.here.name}${["a", "b"][count.index]}"
}

resource "aws_security_group" "doors" {
  vpc_id = aws_vpc.main.id
  name   = "doors"

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}

resource "aws_vpc_endpoint" "ssm" {
  vpc_id              = aws_vpc.main.id
  service_name        = data.aws_vpc_endpoint_service.ssm.service_name
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_security_group.doors.id]
  private_dns_enabled = var.private_dns
}

resource "aws_vpc_endpoint" "sts" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.${data.aws_region.here.name}.sts"
  vpc_endpoint_type   = "Interface"
  security_group_ids  = [aws_security_group.doors.id]
  private_dns_enabled = true

  subnet_ids = [aws_subnet.private[1].id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:*"
      Resource  = "*"
    }]
  })
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id             = aws_vpc.main.id
  service_name       = "com.amazonaws.${data.aws_region.here.name}.s3"
  vpc_endpoint_type  = "Interface"
  security_group_ids = [aws_security_group.doors.id]
}

resource "aws_vpc_endpoint_subnet_association" "s3" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  subnet_id       = aws_subnet.private[0].id
}

resource "aws_instance" "main" {
  ami           = data.aws_ssm_parameter.amazon_linux.value
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.private[0].id
  tags = {
    Name = "server"
  }
}

output "endpoint" {
  value = aws_vpc_endpoint.ssm.id
}

output "subnet" {
  value = aws_subnet.private[1].id
}
