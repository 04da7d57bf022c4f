"""Image ids that nobody knows: they run, or do not exist, as `hamlet up` was told; what is stored opens either way."""

import unittest

from botocore.exceptions import ClientError

import hamlet

# Long and short, as AWS has them; and one of each publisher would look the same.
UNKNOWN = "ami-0c55b159cbfafe1f0"
SHORT = "ami-8104a4f8"


class UnknownImages(unittest.TestCase):
    def test_they_run_unless_told_otherwise(self):
        server = hamlet.Hamlet()
        try:
            ec2 = server.client()
            shown = ec2.describe_images(ImageIds=[UNKNOWN, SHORT])["Images"]
            self.assertEqual({UNKNOWN, SHORT}, {image["ImageId"] for image in shown})
            for image in shown:
                self.assertTrue(image["Description"].startswith("Hamlet does not know this image"), image)
            id = self.launch(ec2)
            server.options = ("--unknown-images", "refuse")
            server.restart()
            ec2 = server.client()
            for call in (lambda: self.launch(ec2), lambda: ec2.describe_images(ImageIds=[UNKNOWN])):
                with self.assertRaisesRegex(ClientError, rf"InvalidAMIID.NotFound.*'\[{UNKNOWN}\]' does not exist"):
                    call()
            [reservation] = ec2.describe_instances(InstanceIds=[id])["Reservations"]
            [instance] = reservation["Instances"]
            self.assertEqual((UNKNOWN, "x86_64"), (instance["ImageId"], instance["Architecture"]))
            ec2.terminate_instances(InstanceIds=[id])
        finally:
            server.stop()

    def launch(self, ec2):
        launched = ec2.run_instances(ImageId=UNKNOWN, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        return launched["Instances"][0]["InstanceId"]
