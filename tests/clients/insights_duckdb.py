#!/usr/bin/env python3
"""Queries of Logs Insights against DuckDB: random ones from a grammar, as SQL by another hand, over the same random
events. Nothing of Hamlet runs but the part that answers queries."""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from client import CACHE, harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUERIES = int(os.environ.get("HAMLET_QUERIES", "400"))
EVENTS = 5000
# The first event; they come every few seconds.
BEGIN_MS = 1_795_000_000_000
TEXTS = ["accept", "reject", "10.0.0.1", "10.0.0.17", "web-1", "web-22", "", "a b"]
NUMBERS = ["bytes", "packets", "took"]
WORDS = ["action", "source"]
FIELDS = [*NUMBERS, *WORDS]
PERIODS = {"1m": 60_000, "10m": 600_000, "1h": 3_600_000, "1d": 86_400_000}


def event(chance, number):
    """A time and the fields of an event; some have not all of them."""
    fields = {
        "bytes": chance.choice([chance.randrange(100_000), chance.randrange(10), None]),
        "packets": chance.choice([chance.randrange(50), None, chance.randrange(5)]),
        "took": chance.choice([chance.randrange(10_000) / 8, -chance.randrange(100) / 4, None]),
        "action": chance.choice(TEXTS[:2]),
        "source": chance.choice([*TEXTS, None]),
    }
    return BEGIN_MS + number * 3000 + chance.randrange(3000), fields


class Grammar:
    """A query in both languages. Each function gives a pair: ours, and SQL."""

    def __init__(self, chance):
        self.chance = chance

    def number(self, depth=0):
        kind = self.chance.randrange(9 if depth < 2 else 2)
        if kind == 0:
            return self.literal()
        if kind == 1:
            name = self.chance.choice(NUMBERS)
            return name, name
        if kind < 6:
            operator = self.chance.choice("+-*/%")
            (left, first), (right, second) = self.number(depth + 1), self.number(depth + 1)
            return f"({left} {operator} {right})", self.arithmetic(operator, first, second)
        if kind == 6:
            inner, sql = self.number(depth + 1)
            name = self.chance.choice(["abs", "ceil", "floor"])
            return f"{name}({inner})", f"{name}({sql})"
        if kind == 7:
            (left, first), (right, second) = self.number(depth + 1), self.number(depth + 1)
            name = self.chance.choice(["greatest", "least"])
            return f"{name}({left}, {right})", f"{name}({first}, {second})"
        name = self.chance.choice(WORDS)
        return f"strlen({name})", f"length({name})::double"

    def literal(self):
        value = self.chance.choice([0, 1, 2, 7, 100, 0.5, -3])
        return str(value), f"({value})::double"

    @staticmethod
    def arithmetic(operator, first, second):
        if operator in "/%":
            return f"(({first}) {operator} nullif({second}, 0))"
        return f"(({first}) {operator} ({second}))"

    def condition(self, depth=0):
        kind = self.chance.randrange(10 if depth < 2 else 7)
        if kind < 3:
            (left, first), (right, second) = self.number(1), self.number(2)
            operator = self.chance.choice(["=", "!=", "<", "<=", ">", ">="])
            return f"{left} {operator} {right}", f"coalesce(({first}) {operator} ({second}), false)"
        name = self.chance.choice(WORDS)
        text = self.chance.choice(TEXTS)
        negated = self.chance.choice(["", "not "])
        if kind == 3:
            operator = self.chance.choice(["=", "!=", "<", ">="])
            return f'{name} {operator} "{text}"', f"coalesce({name} {operator} '{text}', false)"
        if kind == 4:
            part = self.chance.choice(["10.0", "e", "-", "web"])
            return f'{name} {negated}like "{part}"', f"coalesce({negated}contains({name}, '{part}'), false)"
        if kind == 5:
            pattern = self.chance.choice(["^web", "[0-9]+$", "(?i)ACC", "a.b|x"])
            return f"{name} {negated}like /{pattern}/", f"coalesce({negated}regexp_matches({name}, '{pattern}'), false)"
        if kind == 6:
            texts = self.chance.sample(TEXTS, 2)
            ours = ", ".join(f'"{it}"' for it in texts)
            sql = ", ".join(f"'{it}'" for it in texts)
            return f"{name} {negated}in [{ours}]", f"coalesce({name} {negated}in ({sql}), false)"
        if kind == 7:
            field = self.chance.choice(FIELDS)
            return f"ispresent({field})", f"{field} is not null"
        (left, first), (right, second) = self.condition(depth + 1), self.condition(depth + 1)
        if kind == 8:
            word = self.chance.choice(["and", "or"])
            return f"({left} {word} {right})", f"(({first}) {word} ({second}))"
        return f"not ({left})", f"not ({first})"

    def key(self):
        kind = self.chance.randrange(4)
        if kind == 0:
            period = self.chance.choice(list(PERIODS))
            length = PERIODS[period]
            return (
                f"bin({period})",
                f"strftime(make_timestamp((ms // {length}) * {length} * 1000), '%Y-%m-%d %H:%M:%S.%g')",
            )
        if kind == 1:
            name = self.chance.choice(WORDS)
            return f"toupper({name})", f"upper({name})"
        name = self.chance.choice(WORDS)
        return name, name

    def aggregate(self):
        kind = self.chance.randrange(8)
        number, sql = self.number(1)
        field = self.chance.choice(FIELDS)
        if kind == 0:
            return "count(*)", "count(*)"
        if kind == 1:
            return f"count({field})", f"count({field})"
        if kind == 2:
            return f"count_distinct({field})", f"count(distinct {field})"
        if kind == 3:
            percent = self.chance.choice([0, 10, 50, 95, 100])
            return f"pct({number}, {percent})", f"quantile_disc({sql}, {percent / 100})"
        if kind == 4:
            return f"stddev({number})", f"stddev_pop({sql})"
        name = self.chance.choice(["sum", "avg", "min", "max"])
        return f"{name}({number})", f"{name}({sql})"

    def query(self):
        """Either rows or groups, mostly of some events only."""
        where = self.condition() if self.chance.random() < 0.7 else None
        ours = f"filter {where[0]} | " if where else ""
        source = f"from events where {where[1]}" if where else "from events"
        if self.chance.random() < 0.35:
            return self.rows(ours, source)
        return self.groups(ours, source)

    def rows(self, ours, source):
        shown = [self.number() for _ in range(self.chance.randrange(1, 3))]
        names = [f"c{index}" for index in range(len(shown))]
        fields = ", ".join(f"{it} as {name}" for (it, _), name in zip(shown, names, strict=True))
        columns = ", ".join(f"{sql} as {name}" for (_, sql), name in zip(shown, names, strict=True))
        direction = self.chance.choice(["asc", "desc"])
        limit = self.chance.randrange(1, 60)
        # Absent values come before all others here; events that are equal, the newest first.
        order = f"order by c0 {direction} nulls {'first' if direction == 'asc' else 'last'}, ms desc, number desc"
        sort = f" | sort c0 {direction}" if self.chance.random() < 0.8 else ""
        order = order if sort else "order by ms desc, number desc"
        return f"{ours}fields {fields}{sort} | limit {limit}", f"select {columns} {source} {order} limit {limit}"

    def groups(self, ours, source):
        keys = [self.key() for _ in range(self.chance.randrange(0, 3))]
        aggregates = [self.aggregate() for _ in range(self.chance.randrange(1, 4))]
        columns = ", ".join(f"{it} as a{index}" for index, (it, _) in enumerate(aggregates))
        by = ", ".join(f"{it} as k{index}" for index, (it, _) in enumerate(keys))
        selected = [f"{sql} as k{index}" for index, (_, sql) in enumerate(keys)]
        selected += [f"{sql} as a{index}" for index, (_, sql) in enumerate(aggregates)]
        grouped = (
            f" group by {', '.join(f'k{index}' for index in range(len(keys)))}" if keys else " having count(*) > 0"
        )
        sql = f"select {', '.join(selected)} {source}{grouped}"
        query = f"{ours}stats {columns}" + (f" by {by}" if keys else "")
        if self.chance.random() < 0.3:
            return (
                f"{query} | stats count(*) as n, max(a0) as m, min(a0) as l",
                f"select count(*), max(a0), min(a0) from ({sql}) having count(*) > 0",
            )
        return query, sql


def close(ours, theirs):
    """Whether what we print is that value."""
    if theirs is None or ours is None:
        return theirs is None and ours is None
    if isinstance(theirs, str):
        return ours == theirs
    number = float(ours)
    return abs(number - float(theirs)) <= 1e-4 + 1e-9 * abs(float(theirs))


def sortable(row):
    """Rows in some order that is the same for both."""
    return [(0, "", 0.0) if it is None else (1, it, 0.0) if isinstance(it, str) else (1, "", float(it)) for it in row]


def differs(ours, theirs, ordered):
    """What is different, or nothing."""
    theirs = [list(row) for row in theirs]
    if len(ours) != len(theirs):
        return f"{len(ours)} rows and not {len(theirs)}"
    if not ordered:
        kinds = (
            [
                next((type(row[column]) for row in theirs if row[column] is not None), str)
                for column in range(len(theirs[0]))
            ]
            if theirs
            else []
        )
        typed = [
            [it if it is None or kind is str else float(it) for it, kind in zip(row, kinds, strict=True)]
            for row in ours
        ]
        ours, theirs = sorted(typed, key=sortable), sorted(theirs, key=sortable)
    for mine, other in zip(ours, theirs, strict=True):
        if not all(close(a, b) for a, b in zip(mine, other, strict=True)):
            return f"{mine} and not {other}"
    return None


def walk(duckdb, program, seed):
    chance = random.Random(seed)
    events = [event(chance, number) for number in range(EVENTS)]
    database = duckdb.connect()
    database.execute(
        "create table events (number integer, ms bigint, bytes double, packets double, took double, "
        "action text, source text)"
    )
    rows = [[number, ms, *fields.values()] for number, (ms, fields) in enumerate(events)]
    database.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", rows)
    grammar = Grammar(chance)
    pairs = [grammar.query() for _ in range(QUERIES)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "events"
        lines = (
            f"{ms} {json.dumps({name: it for name, it in fields.items() if it is not None})}\n" for ms, fields in events
        )
        path.write_text("".join(lines))
        asked = "\n".join(query for query, _ in pairs)
        said = subprocess.run(
            [program, path, "--threads", "2"], input=asked, capture_output=True, text=True, check=True
        )
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    wrong = 0
    for (query, sql), answer in zip(pairs, answers, strict=True):
        theirs = database.execute(sql).fetchall()
        different = answer.get("error") or differs(answer["rows"], theirs, " | limit " in query)
        if different:
            wrong += 1
            print(f"{query}\n  {sql}\n  {different}", file=sys.stderr)
    print(f"{len(pairs)} queries over {len(events)} events, seed {seed}: {wrong} answered otherwise")
    return wrong == 0


def program():
    """What answers queries, beside the program under test."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    hamlet = pathlib.Path(os.environ.get("HAMLET_PROGRAM") or target / "debug/hamlet")
    found = hamlet.parent / "examples" / "run_query"
    if not found.exists():
        raise harness.CannotRun(f"{found} is missing: cargo build --package analytics --example run_query")
    return found


def main():
    python = CACHE / "duckdb/bin/python"
    if pathlib.Path(sys.executable) != python and python.exists():
        os.execv(python, [python, *sys.argv])
    try:
        import duckdb

        seed = int(os.environ.get("HAMLET_SEED") or random.randrange(1 << 32))
        harness.summary(["passed" if walk(duckdb, program(), seed) else "failed"])
    except (ImportError, harness.CannotRun) as reason:
        print(f"cannot run: {reason}")
        harness.summary(["failed" if harness.IN_CI else "not run"])


if __name__ == "__main__":
    main()
