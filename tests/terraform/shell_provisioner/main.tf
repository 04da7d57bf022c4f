# A server that a provisioner sets up over ssh as soon as it is made, with no endpoint configured: for `hamlet shell`.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  skip_metadata_api_check = true
}

variable "public_key" {}

variable "private_key_file" {}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_key_pair" "own" {
  key_name   = "own"
  public_key = var.public_key
}

resource "aws_security_group" "ssh" {
  name = "ssh"

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

resource "aws_instance" "web" {
  ami                    = data.aws_ssm_parameter.amazon_linux.value
  instance_type          = "t3.micro"
  key_name               = aws_key_pair.own.key_name
  vpc_security_group_ids = [aws_security_group.ssh.id]

  tags = {
    Name = "web"
  }

  connection {
    type        = "ssh"
    user        = "ec2-user"
    host        = self.public_ip
    private_key = file(var.private_key_file)
  }

  provisioner "file" {
    content     = "carried by terraform\n"
    destination = "/tmp/carried"
  }

  provisioner "remote-exec" {
    inline = ["whoami > /tmp/made", "sudo cp /tmp/carried /etc/motd"]
  }
}
