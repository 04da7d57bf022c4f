#!/usr/bin/env python3
"""What happens to a bucket's objects, told to queues and topics: which of it, in which words, and after a crash."""

import json
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"
BUCKET = "hamlet-heard"
ARN = f"arn:aws:s3:::{BUCKET}"


class Notifications(harness.Lab):
    """A bucket, a queue that hears of it, and a topic that passes it on."""

    options = ("--instances", "none")

    def client(self, service):
        variables = self.hamlet.environment
        return boto3.client(
            service,
            region_name=harness.REGION,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def queue(self, name, service=None, source=ARN):
        """A queue; its policy lets a service send for a source."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{harness.REGION}:{ACCOUNT}:{name}"
        if service:
            policy = self.policy("sqs:SendMessage", arn, service, source)
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def policy(self, action, arn, service, source):
        condition = {"ArnLike": {"aws:SourceArn": source}}
        if service == "s3.amazonaws.com":
            condition["StringEquals"] = {"aws:SourceAccount": ACCOUNT}
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": action,
            "Resource": arn,
            "Condition": condition,
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def bodies(self, url, count, wait=10):
        """What a queue has, once it has so much."""
        heard = []
        while len(heard) < count:
            asked = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": wait}
            messages = self.sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
            if not messages:
                break
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                heard.append(json.loads(message["Body"]))
        return heard

    def records(self, url, count):
        bodies = self.bodies(url, count)
        self.sees(len(bodies), count, "so many were told")
        return [body["Records"][0] for body in bodies]

    def nothing(self, url, what):
        self.sees(self.bodies(url, 1, wait=1), [], what)

    def refused(self, named, **configuration):
        put = self.s3.put_bucket_notification_configuration
        try:
            put(Bucket=BUCKET, NotificationConfiguration=configuration)
        except ClientError as error:
            seen = error.response["Error"]
            message = "Unable to validate the following destination configurations"
            self.sees((seen["Code"], seen["Message"]), ("InvalidArgument", message))
            self.sees([(seen.get(f"ArgumentName{it}"), seen.get(f"ArgumentValue{it}")) for it in (1, 2)], named)
            return
        raise harness.Failed(f"{configuration} was not refused")

    def walk(self):
        self.s3, self.sqs, self.sns = self.client("s3"), self.client("sqs"), self.client("sns")
        self.aws("s3api", "create-bucket", "--bucket", BUCKET, *self.location())
        self.step("who does not exist, or does not let S3, is named")
        self.destinations()
        self.step("a queue hears of what it asked for")
        self.to_queue()
        self.step("a topic passes it on")
        self.to_topic()
        self.step("versions, tags and many at once")
        self.versions()
        self.step("what was answered is told, whatever happens then")
        self.crash()

    def location(self):
        return ("--create-bucket-configuration", f"LocationConstraint={harness.REGION}")

    def destinations(self):
        created = ["s3:ObjectCreated:*"]
        gone = f"arn:aws:sqs:{harness.REGION}:{ACCOUNT}:gone"
        _, closed = self.queue("closed")
        _, other = self.queue("other", "s3.amazonaws.com", "arn:aws:s3:::another")
        topic = self.sns.create_topic(Name="closed")["TopicArn"]
        denied = "Permissions on the destination {} do not allow S3 to publish notifications from this bucket"
        of = lambda arn, prefix: {
            "QueueArn": arn,
            "Events": created,
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
        }
        both = [of(gone, "a/"), of(closed, "b/")]
        named = [(gone, "The destination queue does not exist"), (closed, denied.format("queue"))]
        self.refused(named, QueueConfigurations=both)
        self.refused([(other, denied.format("queue")), (None, None)], QueueConfigurations=[of(other, "")])
        heard = {"TopicArn": topic, "Events": created}
        self.refused([(topic, denied.format("topic")), (None, None)], TopicConfigurations=[heard])
        function = f"arn:aws:lambda:{harness.REGION}:{ACCOUNT}:function:resize"
        heard = {"LambdaFunctionArn": function, "Events": created}
        named = [(function, f"Not authorized to invoke function [{function}]"), (None, None)]
        self.refused(named, LambdaFunctionConfigurations=[heard])
        self.sees(set(self.s3.get_bucket_notification_configuration(Bucket=BUCKET)), {"ResponseMetadata"})
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET,
            NotificationConfiguration={"QueueConfigurations": both, "EventBridgeConfiguration": {}},
            SkipDestinationValidation=True,
        )
        self.s3.put_object(Bucket=BUCKET, Key="b/unheard", Body=b"")
        try:
            overlapping = {"QueueConfigurations": [of(gone, "a/"), of(closed, "a/b")]}
            self.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=overlapping)
        except ClientError as error:
            self.sees(error.response["Error"]["Code"], "InvalidArgument", "prefixes that overlap")
        else:
            raise harness.Failed("prefixes that overlap were taken")

    def to_queue(self):
        url, arn = self.queue("jobs", "s3.amazonaws.com")
        heard = {
            "Id": "new images",
            "QueueArn": arn,
            "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            "Filter": {
                "Key": {"FilterRules": [{"Name": "suffix", "Value": ".jpg"}, {"Name": "prefix", "Value": "in/"}]}
            },
        }
        written = json.dumps({"QueueConfigurations": [heard]})
        put = ("s3api", "put-bucket-notification-configuration", "--bucket", BUCKET)
        self.aws(*put, "--notification-configuration", written)
        [test] = self.bodies(url, 1)
        self.sees((test["Service"], test["Event"], test["Bucket"]), ("Amazon S3", "s3:TestEvent", BUCKET))
        self.holds(test["RequestId"] and test["HostId"] and test["Time"].endswith("Z"), "the test's numbers")
        self.s3.put_object(Bucket=BUCKET, Key="out/flower.jpg", Body=b"x")
        self.s3.put_object(Bucket=BUCKET, Key="in/flower.png", Body=b"x")
        answer = self.s3.put_object(Bucket=BUCKET, Key="in/red flower(1).jpg", Body=b"hello")
        [record] = self.records(url, 1)
        about = record["s3"]["object"]
        self.sees((about["key"], about["size"]), ("in/red+flower%281%29.jpg", 5))
        self.sees(about["eTag"], answer["ETag"].strip('"'))
        self.sees((record["eventVersion"], record["eventName"]), ("2.1", "ObjectCreated:Put"))
        self.sees((record["awsRegion"], record["s3"]["bucket"]["arn"]), (harness.REGION, ARN))
        self.sees(record["s3"]["configurationId"], "new images")
        self.sees(record["userIdentity"]["principalId"], f"AWS:{ACCOUNT}")
        self.sees(record["requestParameters"]["sourceIPAddress"], "198.51.100.10")
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        told = record["responseElements"]
        names = ("x-amz-request-id", "x-amz-id-2")
        self.sees([told[it] for it in names], [headers[it] for it in names])
        self.s3.copy_object(Bucket=BUCKET, Key="in/copy.jpg", CopySource=f"{BUCKET}/in/flower.png")
        self.upload_in_parts("in/parts.jpg")
        self.post("in/form.jpg")
        for key in ("in/copy.jpg", "in/nothing.jpg"):
            self.s3.delete_object(Bucket=BUCKET, Key=key)
        records = self.records(url, 4)
        names = [(it["eventName"], it["s3"]["object"]["key"]) for it in records]
        expected = [
            ("ObjectCreated:Copy", "in/copy.jpg"),
            ("ObjectCreated:CompleteMultipartUpload", "in/parts.jpg"),
            ("ObjectCreated:Post", "in/form.jpg"),
            ("ObjectRemoved:Delete", "in/copy.jpg"),
        ]
        self.sees(names, expected)
        self.sees(records[1]["s3"]["object"]["size"], 6)
        self.holds("size" not in records[3]["s3"]["object"], "what is gone has no size")
        sequence = [it["s3"]["object"]["sequencer"] for it in records]
        self.sees(sequence, sorted(sequence))
        self.nothing(url, "of other keys nothing is heard")

    def upload_in_parts(self, key):
        begun = self.s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        named = {"Bucket": BUCKET, "Key": key, "UploadId": begun}
        part = self.s3.upload_part(**named, PartNumber=1, Body=b"parted")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        self.s3.complete_multipart_upload(**named, MultipartUpload=parts)

    def post(self, key):
        form = self.s3.generate_presigned_post(BUCKET, key)
        parts = []
        for name, value in form["fields"].items():
            parts.append(f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n')
        head = '--line\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        body = ("".join(parts) + head + "posted\r\n--line--\r\n").encode()
        headers = {"Content-Type": "multipart/form-data; boundary=line"}
        urllib.request.urlopen(urllib.request.Request(form["url"], body, headers)).close()

    def to_topic(self):
        url, queue = self.queue("fan-out", "sns.amazonaws.com", f"arn:aws:sns:{harness.REGION}:{ACCOUNT}:news")
        topic = self.sns.create_topic(Name="news")["TopicArn"]
        policy = self.policy("sns:Publish", topic, "s3.amazonaws.com", ARN)
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        heard = {"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": [heard]}
        )
        self.s3.put_object(Bucket=BUCKET, Key="a", Body=b"1")
        test, told = self.bodies(url, 2)
        self.sees(json.loads(test["Message"])["Event"], "s3:TestEvent")
        self.sees((told["Subject"], told["TopicArn"]), ("Amazon S3 Notification", topic))
        self.sees(json.loads(told["Message"])["Records"][0]["s3"]["object"]["key"], "a")

    def versions(self):
        url, arn = self.queue("all", "s3.amazonaws.com")
        events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": events}]}
        )
        self.bodies(url, 1)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        version = self.s3.put_object(Bucket=BUCKET, Key="v", Body=b"1")["VersionId"]
        tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
        self.s3.put_object_tagging(Bucket=BUCKET, Key="v", Tagging=tags)
        self.s3.delete_object_tagging(Bucket=BUCKET, Key="v")
        marker = self.s3.delete_object(Bucket=BUCKET, Key="v")["VersionId"]
        self.s3.delete_object(Bucket=BUCKET, Key="v", VersionId=version)
        records = self.records(url, 5)
        seen = [(it["eventName"], it["s3"]["object"].get("versionId")) for it in records]
        expected = [
            ("ObjectCreated:Put", version),
            ("ObjectTagging:Put", version),
            ("ObjectTagging:Delete", version),
            ("ObjectRemoved:DeleteMarkerCreated", marker),
            ("ObjectRemoved:Delete", version),
        ]
        self.sees(seen, expected)
        self.sees([it["eventVersion"] for it in records], ["2.1", "2.3", "2.3", "2.1", "2.1"])
        many = [f"many/{number}" for number in range(25)]
        for key in many:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
        self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in many]})
        records = self.records(url, 50)
        deleted = {it["s3"]["object"]["key"] for it in records if it["eventName"].startswith("ObjectRemoved")}
        self.sees(deleted, set(many))
        self.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
        self.s3.put_object(Bucket=BUCKET, Key="silence", Body=b"")
        self.nothing(url, "who asks for nothing more hears nothing more")

    def crash(self):
        url, arn = self.queue("after", "s3.amazonaws.com")
        heard = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
        self.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=heard)
        self.bodies(url, 1)
        answered = []
        for round in range(5):
            for number in range(10):
                self.s3.put_object(Bucket=BUCKET, Key=f"{round}/{number}", Body=b"x")
                answered.append(f"{round}/{number}")
            self.hamlet.kill()
            self.hamlet.start()
            self.s3, self.sqs = self.client("s3"), self.client("sqs")
        heard = {it["Records"][0]["s3"]["object"]["key"] for it in self.bodies(url, 10_000, wait=2)}
        self.sees(heard, set(answered))


if __name__ == "__main__":
    harness.run(Notifications)
