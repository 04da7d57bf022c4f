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
        below = self.ssm.get_parameters_by_path(Path=LATEST)["Parameters"]
        self.shows("directly below", True, all(it["Name"].startswith(f"{LATEST}/") for it in below) and len(below) > 3)
        self.shows("not further down", [], self.ssm.get_parameters_by_path(Path="/aws")["Parameters"])
        self.shows(
            "unless asked", len(below), len(self.ssm.get_parameters_by_path(Path="/aws", Recursive=True)["Parameters"])
        )
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path="aws")
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path=LATEST, MaxResults=11)
