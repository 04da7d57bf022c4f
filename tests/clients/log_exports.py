#!/usr/bin/env python3
"""Log groups exported to buckets by the aws CLI, as the User Guide has it: what is there is what was written, in the
service's name and as the bucket's policy lets it, also after a power cut."""

import base64
import gzip
import json
import os
import time

import boto3
from botocore.config import Config

from client import harness
from harness import ACCOUNT, REGION, wait_for

BUCKET = "my-exported-logs"
REGIONAL = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
SERVICE = f"logs.{REGION}.amazonaws.com"


def statements(*groups):
    """What the User Guide has for a bucket of the same account."""
    source = {"aws:SourceAccount": [ACCOUNT]}
    groups = {"aws:SourceArn": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}" for group in groups or ("*",)]}
    owner = {"s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        {
            "Action": "s3:GetBucketAcl",
            "Effect": "Allow",
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Principal": {"Service": SERVICE},
            "Condition": {"StringEquals": source, "ArnLike": groups},
        },
        {
            "Action": "s3:PutObject",
            "Effect": "Allow",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Principal": {"Service": SERVICE},
            "Condition": {"StringEquals": {**owner, **source}, "ArnLike": groups},
        },
    ]


class LogExports(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.as_the_guide_has_it()
        self.who_may()
        self.one_at_a_time()
        self.a_policy_that_changes()
        self.cut()

    def client(self, service):
        """What fills log groups, faster than the CLI."""
        environment = self.hamlet.environment
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}),
        )

    def set_policy(self, *own):
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(own)})
        self.aws("s3api", "put-bucket-policy", "--bucket", BUCKET, "--policy", policy)

    def create(self, group, *more, begin=0, end=None):
        end = end or int(time.time() * 1000)
        times = ("--from", str(begin), "--to", str(end))
        return ("create-export-task", "--log-group-name", group, *times, "--destination", BUCKET, *more)

    def logs(self, *words):
        return self.aws("logs", *words)

    def task(self, id):
        [task] = self.logs("describe-export-tasks", "--task-id", id)["exportTasks"]
        return task

    def status(self, id):
        return self.task(id)["status"]["code"]

    def wait_status(self, id, wanted, seconds=60):
        wait_for(f"a task to be {wanted}", lambda: self.status(id) == wanted, seconds, every=0.2)

    def exported(self, prefix):
        """The lines of each object below a prefix, by what follows it in the key."""
        folder = self.user.stage / f"copies-{time.monotonic_ns()}"
        self.aws_result("s3", "cp", "--recursive", "--quiet", f"s3://{BUCKET}/{prefix}", str(folder))
        read = lambda path: gzip.decompress(path.read_bytes()).decode().splitlines()
        return {str(path.relative_to(folder)): read(path) for path in sorted(folder.rglob("*.gz"))}

    def no_export(self, code, sentence, *words, environment=()):
        said = self.aws_result("logs", *words, environment=environment)
        self.holds(said.code != 0 and code in said.err and sentence in said.err, said.err)

    def as_the_guide_has_it(self):
        self.step("1. a bucket, its policy, a task: lines by stream, with their times")
        self.logs("create-log-group", "--log-group-name", "my-log-group")
        began = int(time.time() * 1000) - 60_000
        written = {"web/1": ["GET /", "two words"], "web/2": ['{"level": "ünï"}'], "db": ["slow query"]}
        for stream, messages in written.items():
            at = ("--log-group-name", "my-log-group", "--log-stream-name", stream)
            self.logs("create-log-stream", *at)
            events = [dict(timestamp=began + place, message=text) for place, text in enumerate(messages)]
            self.logs("put-log-events", *at, "--log-events", json.dumps(events))
        missing = "The given bucket does not exist. Please make sure the bucket is valid."
        self.no_export("InvalidParameterException", missing, *self.create("my-log-group"))
        self.aws("s3api", "create-bucket", "--bucket", BUCKET, *REGIONAL)
        granted = "call on the given bucket failed. Please check if CloudWatch Logs has been granted permission"
        self.no_export("InvalidParameterException", f"GetBucketAcl {granted}", *self.create("my-log-group"))
        self.set_policy(statements()[0])
        self.no_export("InvalidParameterException", f"PutObject {granted}", *self.create("my-log-group"))
        self.set_policy(*statements("other:*"))
        self.no_export("InvalidParameterException", f"GetBucketAcl {granted}", *self.create("my-log-group"))
        self.set_policy(*statements())
        named = ("--task-name", "my-task", "--destination-prefix", "export-task-output")
        id = self.logs(*self.create("my-log-group", *named))["taskId"]
        self.wait_status(id, "COMPLETED")
        task = self.task(id)
        self.sees(task["status"], {"code": "COMPLETED", "message": "Completed successfully"})
        self.sees((task["taskName"], task["destinationPrefix"]), ("my-task", "export-task-output"))
        info = task["executionInfo"]
        self.holds(began < info["creationTime"] <= info["completionTime"], info)
        stamp = lambda ms: time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"
        lines = {
            f"{stream.replace('/', '-')}/000000.gz": [
                f"{stamp(began + place)} {text}" for place, text in enumerate(messages)
            ]
            for stream, messages in written.items()
        }
        self.sees(self.exported(f"export-task-output/{id}"), lines)
        test = self.user.stage / "test"
        self.aws(
            "s3api", "get-object", "--bucket", BUCKET, "--key", "export-task-output/aws-logs-write-test", str(test)
        )
        self.sees(test.read_text(), "Permission Check Successful")
        some = ("--log-stream-name-prefix", "web/", "--destination-prefix", "web")
        times = dict(begin=began, end=began)
        id = self.logs(*self.create("my-log-group", *some, **times))["taskId"]
        self.wait_status(id, "COMPLETED")
        both = {key: it[:1] for key, it in lines.items() if key.startswith("web")}
        self.sees(self.exported(f"web/{id}"), both, "both ends are meant")

    def who_may(self):
        self.step("2. who makes a task must be let write into the bucket; the trail knows who did")
        self.aws("iam", "create-user", "--user-name", "ada")
        key = self.aws("iam", "create-access-key", "--user-name", "ada")["AccessKey"]
        ada = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}.items()

        def allow(*actions):
            policy = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
            self.aws("iam", "put-user-policy", "--user-name", "ada", "--policy-name", "p", "--policy-document", policy)

        task = self.create("my-log-group")
        self.no_export("AccessDeniedException", "logs:CreateExportTask", *task, environment=ada)
        allow("logs:CreateExportTask")
        self.no_export("AccessDeniedException", "s3:PutObject", *task, environment=ada)
        allow("logs:CreateExportTask", "s3:PutObject")
        made = self.aws("logs", *task, environment=ada)["taskId"]
        self.wait_status(made, "COMPLETED")

        def told():
            found = self.aws(
                "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=Username,AttributeValue=ada"
            )
            return [
                it for it in found["Events"] if it["EventName"] == "CreateExportTask" and made in it["CloudTrailEvent"]
            ]

        wait_for("the trail to tell", told, 20, every=0.3)

    def fill(self, group, megabytes):
        """So many megabytes of what does not compress, in two streams."""
        logs = self.client("logs")
        logs.create_log_group(logGroupName=group)
        for stream in ("a", "b"):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        messages = set()
        for number in range(megabytes):
            body = base64.b64encode(os.urandom(700_000)).decode()
            message = f"{number} {body}"
            event = dict(timestamp=int(time.time() * 1000), message=message)
            logs.put_log_events(logGroupName=group, logStreamName="ab"[number % 2], logEvents=[event])
            messages.add(message)
        return messages

    def one_at_a_time(self):
        self.step("3. one task at a time; one that runs is cancelled, one that has ended is not")
        self.fill("long", 16)
        id = self.logs(*self.create("long", "--destination-prefix", "long"))["taskId"]
        self.no_export("LimitExceededException", "Resource limit exceeded.", *self.create("my-log-group"))
        self.logs("cancel-export-task", "--task-id", id)
        self.wait_status(id, "CANCELLED")
        self.no_export("InvalidOperationException", "finished", "cancel-export-task", "--task-id", id)
        found = self.logs("describe-export-tasks", "--status-code", "CANCELLED")["exportTasks"]
        self.sees([it["taskId"] for it in found], [id])
        pages = self.logs("describe-export-tasks", "--page-size", "1")["exportTasks"]
        self.sees(pages, self.logs("describe-export-tasks")["exportTasks"], "page by page")
        self.sees(pages[0]["taskId"], id, "the newest first")

    def a_policy_that_changes(self):
        self.step("4. a policy that lets the test in and no more: the task fails, and says why")
        own = statements()
        own[1]["Resource"] = f"arn:aws:s3:::{BUCKET}/narrow/aws-logs-write-test"
        self.set_policy(*own)
        id = self.logs(*self.create("my-log-group", "--destination-prefix", "narrow"))["taskId"]
        self.wait_status(id, "FAILED")
        self.holds("PutObject call on the given bucket failed" in self.task(id)["status"]["message"], self.task(id))
        self.set_policy(*statements())

    def cut(self):
        self.step("5. the power is cut while a task runs: it goes on, and everything is there once")
        messages = self.fill("cut", 40)
        # By the CLI it would take as long as the task.
        logs, now = self.client("logs"), int(time.time() * 1000)
        wanted = {"logGroupName": "cut", "from": 0, "to": now, "destination": BUCKET, "destinationPrefix": "cut"}
        id = logs.create_export_task(**wanted)["taskId"]
        status = lambda: logs.describe_export_tasks(taskId=id)["exportTasks"][0]["status"]["code"]
        wait_for("the task to run", lambda: status() != "PENDING", 20, every=0.01)
        before = status()
        self.hamlet.kill()
        self.hamlet.start()
        self.sees(before, "RUNNING")
        self.wait_status(id, "COMPLETED")
        exported = self.exported(f"cut/{id}")
        self.sees(sorted({key.split("/")[0] for key in exported}), ["a", "b"])
        self.holds(len(exported) >= 4, f"objects are of 8 MiB at most: {list(exported)}")
        lines = [line.split(" ", 1)[1] for lines in exported.values() for line in lines]
        self.sees((len(lines), set(lines) == messages), (len(messages), True))
        self.holds(self.status(id) == "COMPLETED", "and it stays so")


if __name__ == "__main__":
    harness.run(LogExports)
