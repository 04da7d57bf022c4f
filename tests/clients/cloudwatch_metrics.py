#!/usr/bin/env python3
"""CloudWatch's metrics by boto3 and by the aws CLI, in each of its protocols: numbers that are put, numbers that metric
filters make of log events, and who may put where."""

import datetime
import json
import time

import boto3
import botocore.loaders
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"
PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")
# More than botocore sends without compressing it.
MANY = 900


class Metrics(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        for protocol in PROTOCOLS:
            self.numbers(protocol)
        self.many()
        self.command_line()
        self.filters()
        self.refusals()
        self.permissions()

    def client(self, name="cloudwatch", key=None, secret=None, protocol=None):
        """A client that speaks as those do whose botocore knows one protocol alone."""
        environment = self.hamlet.environment
        session = boto3.Session()
        if protocol:
            session._session.register_component("data_loader", OneProtocol(protocol))
        return session.client(
            name,
            region_name="us-west-2",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=key or environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}),
        )

    def fails(self, code, part, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            self.sees(found["Code"], code, found["Message"])
            self.holds(part in found["Message"], found["Message"])
            return
        raise harness.Failed(f"{call} is not refused by {code}")

    def numbers(self, protocol):
        self.step(f"numbers are put and asked for: {protocol}")
        metrics, size = self.client(protocol=protocol), [{"Name": "Size", "Value": "10"}]
        self.sees(metrics.meta.service_model.resolved_protocol, protocol)
        minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        before, at = minute - datetime.timedelta(minutes=5), dict(Namespace=f"App/{protocol}", MetricName="Latency")
        metrics.put_metric_data(
            Namespace=at["Namespace"],
            MetricData=[
                dict(MetricName="Latency", Value=1.5, Timestamp=before, Dimensions=size, Unit="Milliseconds"),
                dict(
                    MetricName="Latency",
                    Values=[2, 3.5],
                    Counts=[2, 1],
                    Timestamp=before,
                    Dimensions=size,
                    Unit="Milliseconds",
                ),
            ],
        )
        (metric,) = metrics.list_metrics(Namespace=at["Namespace"])["Metrics"]
        self.sees(metric, dict(**at, Dimensions=size))
        span = dict(StartTime=before, EndTime=minute)
        asked = dict(Period=60, Statistics=["Sum", "SampleCount", "Minimum", "Maximum", "Average"])
        answer = metrics.get_metric_statistics(**at, Dimensions=size, **span, **asked)
        expected = dict(Sum=9.0, SampleCount=4.0, Minimum=1.5, Maximum=3.5, Average=2.25, Unit="Milliseconds")
        self.sees(answer["Datapoints"], [dict(expected, Timestamp=before)])
        asked = dict(Period=60, ExtendedStatistics=["p50"])
        answer = metrics.get_metric_statistics(**at, Dimensions=size, **span, **asked)
        self.sees(answer["Datapoints"][0]["ExtendedStatistics"], {"p50": 2.0})
        sums = dict(Metric=dict(**at, Dimensions=size), Period=300, Stat="Sum")
        answer = metrics.get_metric_data(**span, MetricDataQueries=[dict(Id="m1", MetricStat=sums, Label="sums")])
        (result,) = answer["MetricDataResults"]
        self.sees((result["Id"], result["Label"], result["StatusCode"]), ("m1", "sums", "Complete"))
        self.sees(result["Values"], [9.0])
        self.sees(int(result["Timestamps"][0].timestamp()) % 300, 0, "a period begins at a multiple of itself")
        self.fails(
            "InvalidParameterValue",
            "The value AWS/",
            metrics.put_metric_data,
            Namespace="AWS/x",
            MetricData=[dict(MetricName="m", Value=1)],
        )
        self.sees(metrics.describe_alarms()["MetricAlarms"], [])

    def many(self):
        self.step("a large request comes compressed, and lists come in pages")
        metrics = self.client()
        data = [dict(MetricName=f"m{n:03}", Value=n, Dimensions=[dict(Name="n", Value=str(n))]) for n in range(MANY)]
        metrics.put_metric_data(Namespace="Many", MetricData=data)
        pages = list(metrics.get_paginator("list_metrics").paginate(Namespace="Many"))
        self.sees([len(page["Metrics"]) for page in pages], [500, MANY - 500])
        names = [it["MetricName"] for page in pages for it in page["Metrics"]]
        self.sees(names, sorted(it["MetricName"] for it in data))
        stat = dict(
            Metric=dict(Namespace="Many", MetricName="m007", Dimensions=[dict(Name="n", Value="7")]),
            Period=60,
            Stat="Sum",
        )
        now = datetime.datetime.now(datetime.timezone.utc)
        span = dict(StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(minutes=1))
        queries = [dict(Id=f"q{n}", MetricStat=stat) for n in range(5)]
        pages = metrics.get_paginator("get_metric_data").paginate(
            **span, MetricDataQueries=queries, PaginationConfig={"PageSize": 2}
        )
        self.sees([it["Values"] for page in pages for it in page["MetricDataResults"]], [[7.0]] * 5)

    def command_line(self):
        self.step("the same by the aws CLI")
        data = ("--metric-name", "Jobs", "--value", "3", "--unit", "Count", "--dimensions", "Host=a,Kind=b")
        self.aws("cloudwatch", "put-metric-data", "--namespace", "Cli", *data)
        (metric,) = self.aws("cloudwatch", "list-metrics", "--namespace", "Cli")["Metrics"]
        self.sees(metric["Dimensions"], [dict(Name="Host", Value="a"), dict(Name="Kind", Value="b")])
        span = ("--start-time", str(int(time.time()) - 600), "--end-time", str(int(time.time()) + 60), "--period", "60")
        which = (
            "--namespace",
            "Cli",
            "--metric-name",
            "Jobs",
            "--dimensions",
            "Name=Kind,Value=b",
            "Name=Host,Value=a",
        )
        answer = self.aws("cloudwatch", "get-metric-statistics", *which, *span, "--statistics", "Sum")
        self.sees([(it["Sum"], it["Unit"]) for it in answer["Datapoints"]], [(3.0, "Count")])

    def sums(self, namespace, name, dimensions=()):
        """The sums of a metric of the last minutes, by minute."""
        now = int(time.time())
        answer = self.client().get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=list(dimensions),
            StartTime=now - 1200,
            EndTime=now + 60,
            Period=60,
            Statistics=["Sum", "SampleCount"],
        )
        return {int(it["Timestamp"].timestamp()): (it["Sum"], it["SampleCount"]) for it in answer["Datapoints"]}

    def filters(self):
        self.step("metric filters count what comes after them")
        logs, at = self.client("logs"), dict(logGroupName="/app", logStreamName="s")
        minute = int(time.time()) // 60 * 60 - 300

        def say(*messages, minutes=0):
            when = (minute + minutes * 60) * 1000
            logs.put_log_events(**at, logEvents=[dict(timestamp=when + n, message=it) for n, it in enumerate(messages)])

        def count(name, pattern, value="1", **more):
            made = dict(metricName=name, metricNamespace="Logs", metricValue=value, **more)
            logs.put_metric_filter(
                logGroupName="/app", filterName=name, filterPattern=pattern, metricTransformations=[made]
            )

        logs.create_log_group(logGroupName="/app")
        logs.create_log_stream(**at)
        say("ERROR before")
        count("Errors", "ERROR", defaultValue=0)
        count("Bytes", "[host, code=4*, bytes]", "$bytes", dimensions={"Host": "$host"}, unit="Bytes")
        count("Latency", '{ $.kind = "call" }', "$.ms", dimensions={"Code": "$.code"})
        say("ERROR one", "fine", "ERROR two")
        say("fine", minutes=1)
        say("ERROR three", minutes=2)
        self.sees(self.sums("Logs", "Errors"), {minute: (2.0, 2.0), minute + 60: (0.0, 1.0), minute + 120: (1.0, 1.0)})
        say("a 404 10", "b 404 7", "a 403 5", "a 200 1000")
        self.sees(self.sums("Logs", "Bytes", [dict(Name="Host", Value="a")]), {minute: (15.0, 2.0)})
        self.sees(self.sums("Logs", "Bytes", [dict(Name="Host", Value="b")]), {minute: (7.0, 1.0)})
        say(json.dumps({"kind": "call", "ms": 12.5, "code": 200}), json.dumps({"kind": "call", "ms": 3}))
        self.sees(self.sums("Logs", "Latency", [dict(Name="Code", Value="200")]), {minute: (12.5, 1.0)})
        names = {it["MetricName"] for it in self.client().list_metrics(Namespace="Logs")["Metrics"]}
        self.sees(names, {"Errors", "Bytes", "Latency"})
        logs.delete_metric_filter(logGroupName="/app", filterName="Errors")
        say("ERROR later", minutes=2)
        self.sees(self.sums("Logs", "Errors")[minute + 120], (1.0, 1.0), "nothing counts any more")

    def refusals(self):
        self.step("what is wrong is told with the codes that older clients know")
        metrics, now = self.client(), int(time.time())
        put = dict(Namespace="App", MetricData=[dict(MetricName="m", Value=1, Timestamp=now - 15 * 86400)])
        self.fails("InvalidParameterValue", "within the past two weeks", metrics.put_metric_data, **put)
        asked = dict(
            Namespace="App", MetricName="m", StartTime=now - 1608 * 60, EndTime=now, Period=60, Statistics=["Sum"]
        )
        self.fails("InvalidParameterCombination", "exceeds the limit of 1,440", metrics.get_metric_statistics, **asked)
        math = dict(StartTime=now - 60, EndTime=now, MetricDataQueries=[dict(Id="e", Expression="m1 / 2")])
        self.fails("NotImplemented", "metric math", metrics.get_metric_data, **math)
        alarm = dict(AlarmName="a", EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold")
        self.fails("NotImplementedException", "PutMetricAlarm", metrics.put_metric_alarm, **alarm)

    def permissions(self):
        self.step("policies decide, by namespace where they say one")
        self.aws("iam", "create-user", "--user-name", "ada")
        key = self.aws("iam", "create-access-key", "--user-name", "ada")["AccessKey"]
        ada = self.client(key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        put = dict(Namespace="Ada", MetricData=[dict(MetricName="m", Value=1)])
        self.fails("AccessDenied", "cloudwatch:PutMetricData", ada.put_metric_data, **put)
        condition = {"StringEquals": {"cloudwatch:namespace": "Ada"}}
        statement = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.aws("iam", "put-user-policy", "--user-name", "ada", "--policy-name", "p", "--policy-document", document)
        ada.put_metric_data(**put)
        self.fails("AccessDenied", "cloudwatch:PutMetricData", ada.put_metric_data, **{**put, "Namespace": "Other"})
        self.fails("AccessDenied", "cloudwatch:ListMetrics", ada.list_metrics)


class OneProtocol(botocore.loaders.Loader):
    """Models of services that say one protocol."""

    def __init__(self, protocol):
        super().__init__()
        self.protocol = protocol
        self.search_paths.append(str(botocore.loaders.Loader.BUILTIN_DATA_PATH))

    def load_service_model(self, service_name, type_name, api_version=None):
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name == "service-2" and "protocols" in model["metadata"]:
            model = {
                **model,
                "metadata": {**model["metadata"], "protocols": [self.protocol], "protocol": self.protocol},
            }
        return model


if __name__ == "__main__":
    harness.run(Metrics, both=False)
