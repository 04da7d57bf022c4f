#!/usr/bin/env python3
"""Logs Insights by boto3 and by the aws CLI: questions of the console about flow logs, several groups, times, pages,
what is wrong with a query and where; policies decide about each group."""

import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"
RECORDS = [
    "2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40000 6 5 300 1 60 ACCEPT OK",
    "2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40001 6 5 700 1 60 ACCEPT OK",
    "2 123456789012 eni-0a 10.0.0.2 10.0.1.1 53 40002 17 1 50 61 120 ACCEPT OK",
    "2 123456789012 eni-0b 203.0.113.9 10.0.1.2 51001 23 6 1 40 61 120 REJECT OK",
    "2 123456789012 eni-0b - - - - - - - 61 120 - NODATA",
]
TOP = (
    "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n"
    "| sort bytesTransferred desc # the console's own\n"
    "| limit 10"
)


class Insights(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.hamlet = harness.Hamlet(self.user, *self.options)
        self.flow_logs()
        self.several_groups()
        self.pages()
        self.wrong()
        self.command_line()
        self.many()
        self.permissions()

    def client(self, key=None, secret=None):
        environment = self.hamlet.environment
        return boto3.client(
            "logs",
            region_name="us-west-2",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=key or environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}),
        )

    def fails(self, code, message, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            self.sees((found["Code"], found["Message"]), (code, message), str(parameters)[:200])
            return error.response
        raise harness.Failed(f"{call} is not refused by {code}")

    def group(self, name, messages):
        logs = self.client()
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="one")
        # A second apart, the last of them some seconds ago.
        begin = int(time.time() - 60) * 1000 - len(messages)
        events = [dict(timestamp=begin + place, message=text) for place, text in enumerate(messages)]
        logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)

    def answer(self, query, client=None, **more):
        """What a query comes to: the whole answer, and its rows as dictionaries without pointers."""
        logs = client or self.client()
        asked = dict(startTime=int(time.time()) - 3600, endTime=int(time.time()), queryString=query)
        started = logs.start_query(**{**asked, **more})["queryId"]
        done = harness.wait_for(
            "the query to end",
            lambda: (it := logs.get_query_results(queryId=started))["status"] not in ("Scheduled", "Running") and it,
            30,
        )
        self.sees(done["status"], "Complete", query)
        rows = [{it["field"]: it["value"] for it in row if it["field"] != "@ptr"} for row in done["results"]]
        return done, rows

    # What it does.

    def flow_logs(self):
        self.step("who sends the most, and who is turned away")
        self.group("flow", RECORDS)
        done, rows = self.answer(TOP, logGroupName="flow")
        expected = [
            {"srcAddr": "10.0.0.1", "dstAddr": "10.0.1.1", "bytesTransferred": "1000"},
            {"srcAddr": "10.0.0.2", "dstAddr": "10.0.1.1", "bytesTransferred": "50"},
            {"srcAddr": "203.0.113.9", "dstAddr": "10.0.1.2", "bytesTransferred": "40"},
            {},
        ]
        self.sees(rows, expected)
        statistics = done["statistics"]
        self.sees((statistics["recordsScanned"], statistics["recordsMatched"]), (5.0, 5.0))
        self.sees(statistics["bytesScanned"], float(sum(map(len, RECORDS))))
        query = (
            'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20'
        )
        self.sees(self.answer(query, logGroupName="flow")[1], [{"srcAddr": "203.0.113.9", "numRejections": "1"}])
        _, binned = self.answer("stats count(*) by bin(1h)", logGroupName="flow")
        self.sees(sum(int(it["count(*)"]) for it in binned), 5)
        self.holds(all(it["bin(1h)"].endswith(":00:00.000") for it in binned), binned)

    def several_groups(self):
        self.step("several groups, by names, ARNs and SOURCE, and JSON in them")
        self.group(
            "app-1", ['{"level": "ERROR", "took": 12.5, "user": {"name": "mary"}}', '{"level": "INFO", "took": 3}']
        )
        self.group("app-2", ['{"level": "ERROR", "took": 7}'])
        query = (
            "filter level = 'ERROR' | stats count(*) as n, avg(took), max(user.name) as who by @log | sort n desc, @log"
        )
        expected = [
            {"@log": f"{ACCOUNT}:app-1", "n": "1", "avg(took)": "12.5", "who": "mary"},
            {"@log": f"{ACCOUNT}:app-2", "n": "1", "avg(took)": "7"},
        ]
        arns = [it["logGroupArn"] for it in self.client().describe_log_groups(logGroupNamePrefix="app-")["logGroups"]]
        self.sees(self.answer(query, logGroupNames=["app-1", "app-2"])[1], expected)
        self.sees(self.answer(query, logGroupIdentifiers=arns)[1], expected)
        self.sees(self.answer(f"SOURCE logGroups(namePrefix: ['app-']) | {query}")[1], expected)
        fields = self.client().get_log_group_fields(logGroupName="app-1")["logGroupFields"]
        percent = {it["name"]: it["percent"] for it in fields}
        self.sees((percent["level"], percent["user.name"], percent["@message"]), (100, 50, 100))

    def pages(self):
        self.step("the newest first, with pointers, in pages")
        done, rows = self.answer("fields @timestamp, @message", logGroupName="flow")
        self.sees([it["@message"] for it in rows], RECORDS[::-1])
        pointer = done["results"][0][-1]
        self.sees(pointer["field"], "@ptr")
        record = self.client().get_log_record(logRecordPointer=pointer["value"])["logRecord"]
        self.sees((record["@message"], record["@logStream"]), (RECORDS[-1], "one"))
        started = self.client().describe_queries(logGroupName="flow")["queries"][0]
        self.sees(started["status"], "Complete")
        self.holds(started["queryString"].startswith('SOURCE "flow" START='), started)
        pages = self.client().get_paginator("describe_queries").paginate(PaginationConfig={"PageSize": 1})
        self.holds(sum(len(page["queries"]) for page in pages) > 3, "queries in pages")
        first = self.client().get_query_results(queryId=started["queryId"], maxItems=3)
        rest = self.client().get_query_results(queryId=started["queryId"], maxItems=3, nextToken=first["nextToken"])
        self.sees((len(first["results"]), len(rest["results"]), rest.get("nextToken")), (3, 2, None))

    def wrong(self):
        self.step("what is wrong with a query, and where")
        asked = dict(logGroupName="flow", startTime=0, endTime=int(time.time()))
        said = self.fails(
            "MalformedQueryException",
            "unexpected symbol found i at line 1 and position 27",
            self.client().start_query,
            queryString="filter @message like /abcd/i",
            **asked,
        )
        self.sees(said["queryCompileError"]["location"], {"startCharOffset": 27, "endCharOffset": 28})
        self.fails(
            "MalformedQueryException",
            "The command diff of Logs Insights is not supported here",
            self.client().start_query,
            queryString="pattern @message | diff",
            **asked,
        )
        for language in ("SQL", "PPL"):
            self.fails(
                "MalformedQueryException",
                f"Queries in the language {language} are not supported here; the language CWLI is",
                self.client().start_query,
                queryString="SELECT 1",
                queryLanguage=language,
                **asked,
            )

    def command_line(self):
        self.step("by the aws CLI")
        words = ("--start-time", int(time.time()) - 3600, "--end-time", int(time.time()), "--query-string", TOP)
        started = self.aws("logs", "start-query", "--log-group-name", "flow", *words)["queryId"]
        done = harness.wait_for(
            "the query to end",
            lambda: (it := self.aws("logs", "get-query-results", "--query-id", started))["status"] == "Complete" and it,
            30,
        )
        self.sees(done["results"][0][2], {"field": "bytesTransferred", "value": "1000"})

    def many(self):
        self.step("more are refused than may wait, and a stopped one is stopped")
        # A message and a query that take a while.
        self.group("many", ["x" * 200_000])
        logs, started = self.client(), []
        asked = dict(logGroupName="many", startTime=int(time.time()) - 3600, endTime=int(time.time()))
        slow = "fields strlen(" + "replace(" * 20 + "@message" + ", 'x', 'x')" * 20 + ")"
        try:
            for _ in range(200):
                started.append(logs.start_query(queryString=slow, **asked)["queryId"])
            raise harness.Failed("two hundred queries at once are not refused")
        except ClientError as error:
            self.sees(error.response["Error"]["Code"], "LimitExceededException")
        for query in reversed(started):
            try:
                logs.stop_query(queryId=query)
            except ClientError as error:
                self.sees(error.response["Error"]["Code"], "InvalidParameterException")
        states = {logs.get_query_results(queryId=query)["status"] for query in started}
        self.holds("Cancelled" in states and states <= {"Cancelled", "Complete"}, states)
        self.sees(self.answer("stats count(*) as n", logGroupName="many")[1], [{"n": "1"}])

    def permissions(self):
        self.step("a policy allows queries of one group alone")
        iam = boto3.client(
            "iam",
            region_name="us-east-1",
            endpoint_url=self.hamlet.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.hamlet.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.hamlet.environment["AWS_SECRET_ACCESS_KEY"],
        )
        iam.create_user(UserName="asker")
        group = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:app-1:*"
        statements = [
            {"Effect": "Allow", "Action": "logs:StartQuery", "Resource": group},
            {"Effect": "Allow", "Action": "logs:GetQueryResults", "Resource": "*"},
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="asker", PolicyName="ask", PolicyDocument=document)
        key = iam.create_access_key(UserName="asker")["AccessKey"]
        asker = self.client(key["AccessKeyId"], key["SecretAccessKey"])
        self.sees(len(self.answer("fields @message", asker, logGroupName="app-1")[1]), 2)
        sources = {"queryString": "SOURCE logGroups(namePrefix: ['app-']) | fields @message"}
        for groups in ({"logGroupName": "app-2"}, {"logGroupNames": ["app-1", "app-2"]}, sources):
            asked = {"startTime": 0, "endTime": 10, "queryString": "fields @message", **groups}
            try:
                asker.start_query(**asked)
                raise harness.Failed(f"{groups} is not refused")
            except ClientError as error:
                self.sees(error.response["Error"]["Code"], "AccessDeniedException", str(groups))


if __name__ == "__main__":
    harness.run(Insights, both=False)
