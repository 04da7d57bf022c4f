#!/usr/bin/env python3
"""Logs Insights and FilterLogEvents over records of a flow log, beside DuckDB over the same records in Parquet.

Ten million records come in by PutLogEvents, from eight clients at once, and are on the disk when they are answered;
the same lines go into a Parquet file. Queries are asked as people ask them: StartQuery, and GetQueryResults until there
is an answer. Of each the median counts. Called by benches/run with the program to measure and a Python with DuckDB.
"""

import json
import multiprocessing
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import services

RECORDS = int(os.environ.get("HAMLET_BENCH_RECORDS", "10000000"))
WRITERS, A_CALL, TIMES = 8, 5_000, 5
GROUP = "bench/flows"
# The newest record is an hour old.
SECONDS = 3600
# How many hosts there are on both sides: four hundred thousand pairs of addresses.
INSIDE, OUTSIDE = 100, 2_000

QUERIES = {
    "top 10 by bytes": (
        "stats sum(bytes) as transferred by srcAddr, dstAddr | sort transferred desc | limit 10",
        "select srcaddr, dstaddr, sum(bytes) n from records group by all order by n desc limit 10",
        1.5,
    ),
    "top 10 rejected": (
        'filter action = "REJECT" | stats count(*) as n by srcAddr | sort n desc | limit 10',
        "select srcaddr, count(*) n from records where action = 'REJECT' group by all order by n desc limit 10",
        None,
    ),
    "bytes by source": (
        "stats sum(bytes) as n by srcAddr | sort n desc | limit 10",
        "select srcaddr, sum(bytes) n from records group by all order by n desc limit 10",
        None,
    ),
    "by five minutes": (
        "stats count(*) as n by bin(5m) as t | sort t asc | limit 10",
        "select (start // 300) * 300 t, count(*) n from records group by all order by t limit 10",
        None,
    ),
}


def records(chance, writer, begin):
    """One writer's lines with their times: those of an interface, by and by."""
    interface = f"eni-{writer:017x}"
    count = RECORDS // WRITERS
    for number in range(count):
        at = begin + number * SECONDS // count
        inside = f"10.0.1.{chance.randrange(INSIDE)}"
        other = chance.randrange(OUTSIDE)
        outside = f"198.18.{other // 250}.{other % 250}"
        source, destination = (inside, outside) if chance.random() < 0.5 else (outside, inside)
        ports = f"{chance.randrange(32768, 60999)} {chance.choice([22, 80, 443, 3389])}"
        action = "REJECT" if chance.random() < 0.1 else "ACCEPT"
        sums = f"{chance.randrange(1, 50)} {chance.randrange(60, 14000)}"
        line = f"2 123456789012 {interface} {source} {destination} {ports} 6 {sums} {at} {at + 60} {action} OK"
        yield at * 1000, line


def write(server, writer, begin, folder):
    """Puts a writer's lines, and leaves them in a file."""
    connection, at = services.Connection(server.port), {"logGroupName": GROUP, "logStreamName": f"{writer}-all"}
    target = {"X-Amz-Target": "Logs_20140328.PutLogEvents", "Content-Type": "application/x-amz-json-1.1"}
    events = []

    def put():
        body = json.dumps({**at, "logEvents": events}).encode()
        connection.ask(services.signed(server, "logs", target, body))
        events.clear()

    with open(folder / f"{writer}.csv", "w") as lines:
        for time_ms, line in records(random.Random(writer), writer, begin):
            lines.write(f"{line}\n")
            events.append({"timestamp": time_ms, "message": line})
            if len(events) == A_CALL:
                put()
        if events:
            put()


def fill(server, logs, folder):
    logs.create_log_group(logGroupName=GROUP)
    begin = int(time.time()) - 2 * SECONDS
    for writer in range(WRITERS):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=f"{writer}-all")
    writers = [multiprocessing.Process(target=write, args=(server, it, begin, folder)) for it in range(WRITERS)]
    [it.start() for it in writers]
    [it.join() for it in writers]
    assert all(it.exitcode == 0 for it in writers)
    return begin


def ask(logs, begin, query):
    """An answer, and how long it took."""
    began = time.monotonic()
    started = logs.start_query(
        logGroupName=GROUP, startTime=begin - SECONDS, endTime=begin + 2 * SECONDS, queryString=query
    )
    while True:
        answer = logs.get_query_results(queryId=started["queryId"])
        if answer["status"] not in ("Scheduled", "Running"):
            break
        time.sleep(0.005)
    took = time.monotonic() - began
    assert answer["status"] == "Complete", answer["status"]
    assert answer["statistics"]["recordsScanned"] == RECORDS // WRITERS * WRITERS, answer["statistics"]
    rows = [[it["value"] for it in row if it["field"] != "@ptr"] for row in answer["results"]]
    return took, rows


def matches(logs, begin):
    """How long it takes to look through everything for what is nowhere."""
    began, found = time.monotonic(), 0
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, startTime=(begin - SECONDS) * 1000, filterPattern='"203.0.113.77"'
    )
    for page in pages:
        found += len(page["events"])
    assert found == 0
    return time.monotonic() - began


def forget_pages():
    """Has the kernel forget what it has read of files, if we may."""
    try:
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


# Said to a Python that has DuckDB: makes the file once, then answers each query so many times.
DUCKDB = """
import duckdb, json, sys, time
folder, times, queries = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
names = "version account interface srcaddr dstaddr srcport dstport protocol packets bytes start end action status"
names = names.split()
words = {"account", "interface", "srcaddr", "dstaddr", "action", "status"}
columns = {name: "VARCHAR" if name in words else "BIGINT" for name in names}
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute("SET threads = 2")
db.execute(f"COPY (SELECT * FROM read_csv('{folder}/*.csv', delim=' ', header=false, columns={columns})) "
           f"TO '{folder}/records.parquet' (FORMAT parquet)")
db.execute(f"CREATE VIEW records AS SELECT * FROM '{folder}/records.parquet'")
for query in queries:
    took = []
    for _ in range(times):
        began = time.monotonic()
        rows = db.execute(query).fetchall()
        took.append(time.monotonic() - began)
    print(json.dumps([took, rows]), flush=True)
"""


def same(ours, theirs, name):
    """Whether the last column is the same, from the first row to the last: of equal ones either may come first."""
    ours, theirs = ([int(row[-1]) for row in rows] for rows in (ours, theirs))
    assert ours == theirs, (name, ours, theirs)


def main():
    program, python = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    with (
        tempfile.TemporaryDirectory(prefix="hamlet-bench-", dir="/var/tmp") as name,
        services.hamlet(program) as server,
    ):
        folder, logs = pathlib.Path(name), services.client(server, "logs")
        began = time.monotonic()
        begin = fill(server, logs, folder)
        rate = RECORDS / (time.monotonic() - began)
        print(f"{RECORDS:,} records by PutLogEvents, made and signed by {WRITERS} clients meanwhile: {rate:,.0f}/s")
        ours, cold = {}, None
        if forget_pages():
            cold, _ = ask(logs, begin, QUERIES["top 10 by bytes"][0])
        for name, (query, _, _) in QUERIES.items():
            ours[name] = [ask(logs, begin, query) for _ in range(TIMES)]
        looked = statistics.median(matches(logs, begin) for _ in range(3))
        queries = json.dumps([sql for _, sql, _ in QUERIES.values()])
        told = subprocess.check_output([python, "-c", DUCKDB, str(folder), str(TIMES), queries], text=True)
        bytes_all = sum(it.stat().st_size - 1 for it in folder.glob("*.csv"))
    print(f"\n{'Logs Insights':<34}{'Hamlet, s':>12}{'DuckDB, s':>12}{'slower':>9}{'goal':>8}")
    for (name, (_, _, goal)), line in zip(QUERIES.items(), told.splitlines(), strict=True):
        took, rows = json.loads(line)
        same(ours[name][0][1], rows, name)
        mine, theirs = statistics.median(it for it, _ in ours[name]), statistics.median(took)
        print(f"{name:<34}{mine:>12.2f}{theirs:>12.2f}{mine / theirs:>9.2f}{goal or '':>8}")
    if cold is not None:
        print(f"{'top 10 by bytes, cold':<34}{cold:>12.2f}{'':>21}{'2 s':>8}")
    print(f"{f'FilterLogEvents, {bytes_all / 1e9:.2f} GB':<34}{looked:>12.2f}{'':>21}{'3 s':>8}")


if __name__ == "__main__":
    main()
