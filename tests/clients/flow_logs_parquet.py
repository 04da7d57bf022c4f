#!/usr/bin/env python3
"""Flow logs in Parquet, read by DuckDB: every field of every version, whatever it has; and one in a bucket, by the
partitions that its keys name, beside one in text of the same interface."""

import gzip
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

from client import CACHE, ClientLab, harness
from harness import ACCOUNT, REGION, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUCKET = "flow-logs-in-parquet"
REGIONAL = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
# More than two groups of rows.
RECORDS = 41_000
TYPES = {"String": "VARCHAR", "Int32": "INTEGER", "Int64": "BIGINT"}
# What records never have, and files must keep apart all the same.
TEXTS = ["-", "", "eni-0123456789abcdef0", "10.0.0.1", "2001:db8::1", "ünï", "null", "';drop", '"', "\\N", "NaN"]
NUMBERS = {"Int32": [0, 1, 65535, 2**31 - 1, -(2**31)], "Int64": [0, 1, 2**31, 2**63 - 1, -(2**63)]}
# Asks DuckDB, in the environment that has it.
ASK = """
import json, sys, duckdb
database = duckdb.connect()
print(json.dumps([database.execute(question).fetchall() for question in json.load(sys.stdin)], default=str))
"""


def ask(*questions):
    """What DuckDB answers: rows for each question."""
    python = CACHE / "duckdb/bin/python"
    if not python.exists():
        raise harness.CannotRun(f"{python} is missing: tests/clients/install")
    said = subprocess.run([python, "-c", ASK], input=json.dumps(questions), capture_output=True, text=True, check=False)
    if said.returncode:
        raise harness.Failed(f"DuckDB: {said.stderr[-2000:]}")
    return json.loads(said.stdout)


def writer():
    """What writes such files from text, beside the program under test."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    hamlet = pathlib.Path(os.environ.get("HAMLET_PROGRAM") or target / "debug/hamlet")
    found = hamlet.parent / "examples" / "to_parquet"
    if not found.exists():
        raise harness.CannotRun(f"{found} is missing: cargo build --package flowlog --example to_parquet")
    return found


def value(text, kind):
    """What a column has of a record's text."""
    if kind == "String":
        return text
    return None if text == "-" else int(text)


class FlowLogsInParquet(ClientLab):
    options = ("--flow-log-minute", "1")

    def walk(self):
        self.every_field()
        self.as_the_text()

    def every_field(self):
        self.step("1. every field of every version, texts and numbers of all kinds, several groups of rows")
        chance = random.Random(int(os.environ.get("HAMLET_SEED") or random.randrange(1 << 32)))
        named = subprocess.run([writer()], input="?", capture_output=True, text=True, check=True).stdout
        fields = [line.split(" ") for line in named.splitlines()]
        self.holds(len(fields) >= 48, fields)

        def drawn(kind, number):
            if chance.random() < 0.2:
                return "-"
            return chance.choice([*TEXTS, str(number)] if kind == "String" else [*map(str, NUMBERS[kind]), str(number)])

        for count in (1, RECORDS):
            records = [[drawn(kind, number) for _, kind in fields] for number in range(count)]
            lines = [" ".join(name for name, _ in fields), *(" ".join(record) for record in records)]
            text = "".join(f"{line}\n" for line in lines).encode()
            made = subprocess.run([writer()], input=text, capture_output=True, check=True).stdout
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "records.parquet"
                path.write_bytes(made)
                columns, rows, groups, [[few]] = ask(
                    f"select name, duckdb_type from parquet_schema('{path}') where duckdb_type is not null",
                    f"select * from '{path}'",
                    f"select distinct row_group_id, compression from parquet_metadata('{path}') order by all",
                    f"select count(*) from '{path}' where packets > 100 and dstport <= 65535 and action = 'ünï'",
                )
            self.sees(columns[-len(fields) :], [[name.replace("-", "_"), TYPES[kind]] for name, kind in fields])
            self.sees(groups, [[number, "GZIP"] for number in range(-(-count // 20_000))])
            expected = [[value(text, kind) for text, (_, kind) in zip(it, fields, strict=True)] for it in records]
            different = [pair for pair in zip(rows, expected, strict=True) if pair[0] != pair[1]]
            self.holds(not different, different[:1])
            place = {name: number for number, (name, _) in enumerate(fields)}
            has = lambda row, name, test: row[place[name]] is not None and test(row[place[name]])
            found = [
                row
                for row in expected
                if has(row, "packets", lambda it: it > 100)
                and has(row, "dstport", lambda it: it <= 65535)
                and has(row, "action", lambda it: it == "ünï")
            ]
            self.sees(few, len(found), "by the least and greatest values of groups")

    def listed(self, prefix):
        found = self.aws("s3api", "list-objects-v2", "--bucket", BUCKET, "--prefix", prefix)
        return [it["Key"] for it in found.get("Contents", [])]

    def fetch(self, prefix):
        """Copies what is under a prefix to a folder, by the keys; the folder."""
        folder = self.user.stage / "copies"
        for key in self.listed(prefix):
            copy = folder / key
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                self.aws("s3api", "get-object", "--bucket", BUCKET, "--key", key, str(copy))
        return folder / prefix

    def as_the_text(self):
        self.step("2. an interface's packets in Parquet, by hours as Hive names them, and in text: the same records")
        vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(vpc)
        self.route(self.main_table(vpc), "0.0.0.0/0", "--gateway-id", gateway)
        subnet = self.subnet(vpc, "10.0.0.0/24", "a")
        public = ("--associate-public-ip-address",)
        server = self.launch("server", subnet, self.default_group(vpc), *public)
        self.wait_running(server)
        self.booted(server)
        eni = self.describe(server)["NetworkInterfaces"][0]["NetworkInterfaceId"]
        self.aws("s3api", "create-bucket", "--bucket", BUCKET, *REGIONAL)
        names = (
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
        )
        names += "log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id "
        names += "sublocation-type pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path reject-reason"
        of = ("--resource-type", "NetworkInterface", "--resource-ids", eni, "--traffic-type", "ALL")
        form = ("--log-format", " ".join(f"${{{name}}}" for name in names.split(" ")))

        def made(folder, options):
            to = ("--log-destination-type", "s3", "--log-destination", f"arn:aws:s3:::{BUCKET}/{folder}/")
            words = (*of, *to, *form, "--max-aggregation-interval", "60", "--destination-options", options)
            answer = self.ec2("create-flow-logs", *words)
            self.sees(answer["Unsuccessful"], [])
            return answer["FlowLogIds"][0]

        parquet = made("parquet", "FileFormat=parquet,HiveCompatiblePartitions=true,PerHourPartition=true")
        text = made("text", "FileFormat=plain-text")
        [shown] = self.ec2("describe-flow-logs", "--flow-log-ids", parquet)["FlowLogs"]
        expected = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}
        self.sees(shown["DestinationOptions"], expected)
        # One flow log may have seen a window less than the other: what is compared is between these two moments.
        time.sleep(2)
        begin = int(time.time())
        self.inside(server, "ping", "-n", "-c", "2", "-i", "0.2", "-w", "2", "192.0.2.77")
        self.laptop("curl", "-sS", "--max-time", "1", f"http://{self.describe(server)['PublicIpAddress']}:82/")
        self.inside(server, "curl", "-sS", "--max-time", "3", "http://example.com/")
        time.sleep(2)
        end = int(time.time())
        time.sleep(2)
        self.ec2("delete-flow-logs", "--flow-log-ids", parquet, text)
        ends = (f"parquet/AWSLogs/aws-account-id={ACCOUNT}/", f"text/AWSLogs/{ACCOUNT}/")
        wait_for("the last files", lambda: all(self.listed(it) for it in ends), 40, every=0.5)
        time.sleep(2)
        lines = []
        for path in sorted(self.fetch(ends[1]).rglob("*.log.gz")):
            header, *more = gzip.decompress(path.read_bytes()).decode().splitlines()
            self.sees(header, names)
            lines += [line.split(" ") for line in more]
        folder = self.fetch(ends[0])
        columns = ", ".join(f'"{name.replace("-", "_")}"' for name in names.split(" "))
        files = f"read_parquet('{folder}/**/*.log.parquet', hive_partitioning = true)"
        rows, partitions, kinds = ask(
            f"select {columns} from {files}",
            f'select distinct "aws-service", "aws-region", year, month, day, hour from {files}',
            f"describe select {columns} from {files}",
        )
        self.holds(partitions and all(it[:2] == ["vpcflowlogs", REGION] for it in partitions), partitions)
        now = time.gmtime(begin)
        self.holds([now.tm_year, now.tm_mon, now.tm_mday] == [int(it) for it in partitions[0][2:5]], partitions)
        is_number = [kind != "VARCHAR" for _, kind, *_ in kinds]
        place = names.split(" ").index("start")
        typed = [
            [(None if it == "-" else int(it)) if number else it for it, number in zip(line, is_number, strict=True)]
            for line in lines
        ]
        within = lambda all: sorted((it for it in all if begin <= it[place] < end), key=str)
        self.holds(len(within(typed)) >= 5, within(typed))
        self.sees(within(rows), within(typed))
        statuses = {row[names.split(" ").index("log-status")] for row in rows}
        self.holds("OK" in statuses, statuses)
        keys = self.listed("")
        for key in keys:
            self.aws("s3api", "delete-object", "--bucket", BUCKET, "--key", key)
        self.aws("s3api", "delete-bucket", "--bucket", BUCKET)
        self.terminate(server)


if __name__ == "__main__":
    harness.run(FlowLogsInParquet)
