"""The public parameters of Systems Manager: codes, sentences and fields."""

from facts import Facts

LATEST = "/aws/service/ami-amazon-linux-latest"
DEFAULT = f"{LATEST}/al2023-ami-kernel-default-x86_64"


class PublicParameters(Facts):
    def setUp(self):
        super().setUp()
        self.ssm = self.client(service="ssm")

    def test_one(self):
        parameter = self.ssm.get_parameter(Name=DEFAULT)["Parameter"]
        self.shows_members(
            "it",
            dict(
                Name=DEFAULT,
                Type="String",
                Version=1,
                DataType="text",
                ARN=f"arn:aws:ssm:{self.region}::parameter{DEFAULT}",
            ),
            parameter,
        )
        [image] = self.ec2.describe_images(ImageIds=[parameter["Value"]])["Images"]
        self.shows(
            "an image of this Region",
            ("available", "x86_64", "amazon"),
            (image["State"], image["Architecture"], image["ImageOwnerAlias"]),
        )
        other = self.client(service="ssm", region="eu-west-1").get_parameter(Name=DEFAULT)["Parameter"]["Value"]
        self.shows("each Region has its own", True, other != parameter["Value"])
        self.refused("ParameterNotFound", "…", self.ssm.get_parameter, Name=f"{DEFAULT}-nonsense")
        self.refused("ParameterVersionNotFound", "…", self.ssm.get_parameter, Name=f"{DEFAULT}:7")

    def test_several(self):
        answer = self.ssm.get_parameters(Names=[DEFAULT, "nonsense"])
        self.shows(
            "found and not",
            ([DEFAULT], ["nonsense"]),
            ([it["Name"] for it in answer["Parameters"]], answer["InvalidParameters"]),
        )
        self.refused("ValidationException", "…", self.ssm.get_parameters, Names=[DEFAULT] * 11)

    def test_by_path(self):
        below = self.names(Path=LATEST)
        self.shows("directly below", True, all(it.startswith(f"{LATEST}/") for it in below) and len(below) > 30)
        self.shows("not further down", [], self.names(Path="/aws"))
        self.shows("unless asked", True, set(below) < set(self.names(Path="/aws", Recursive=True)))
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path="aws")
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path=LATEST, MaxResults=11)
        self.refused(
            "InvalidFilterKey",
            "…",
            self.ssm.get_parameters_by_path,
            Path=LATEST,
            ParameterFilters=[dict(Key="Name", Values=["x"])],
        )

    def names(self, **what):
        pages = self.ssm.get_paginator("get_parameters_by_path").paginate(**what)
        return [it["Name"] for page in pages for it in page["Parameters"]]

    def test_a_name_that_cannot_be(self):
        for name in ("My App", "{x}"):
            self.refused(
                "ValidationException",
                'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can '
                "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, "
                "numbers and the following 3 symbols .-_",
                self.ssm.get_parameter,
                Name=name,
            )

    def test_an_account_has_none_and_finds_public_ones(self):
        self.shows("its own", [], self.ssm.describe_parameters()["Parameters"])
        filters = [dict(Key="Path", Values=["/aws/service/debian/release/13"])]
        found = self.ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
        self.shows(
            "public ones",
            [("aws:ec2:image", "Standard")] * 2,
            [(it["DataType"], it["Tier"]) for it in found],
        )

    def test_every_publisher(self):
        for name, owner in (
            ("canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", "099720109477"),
            ("canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id", "099720109477"),
            ("canonical/ubuntu/server/focal/stable/current/arm64/hvm/ebs-gp2/ami-id", "099720109477"),
            ("debian/release/12/latest/amd64", "136693071363"),
            ("debian/release/trixie/latest/arm64", "136693071363"),
            ("ecs/optimized-ami/amazon-linux-2023/recommended/image_id", "591542846629"),
            ("ami-windows-latest/Windows_Server-2022-English-Full-Base", "801119661308"),
            ("ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-x86_64-gp2", "137112412989"),
        ):
            id = self.ssm.get_parameter(Name=f"/aws/service/{name}")["Parameter"]["Value"]
            [image] = self.ec2.describe_images(ImageIds=[id])["Images"]
            self.shows(name, owner, image["OwnerId"])
            filters = [dict(Name="public-ssm-parameter-name", Values=[f"/aws/service/{name}"])]
            self.shows(name, [id], [it["ImageId"] for it in self.ec2.describe_images(Filters=filters)["Images"]])
