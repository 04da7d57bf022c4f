#!/usr/bin/env python3
"""Logs Insights: a sample query about flow logs, applied and run, with its table, its histogram and its chart; what is
wrong with a query and where; queries saved, found again in the history, and cancelled. The answers are the API's.
"""

import csv
import json
import time

import browser

browser.with_playwright()
harness = browser.harness

GROUP = "NextWorkVPCFlowLogsGroup"
# Beside the group that is asked.
OTHER = "other"
TOP_TEN = "Top 10 byte transfers by source and destination IP addresses"
# So many records of each pair; the n-th pair's have n times so many bytes.
EACH, BYTES, PAIRS = 4, 100, 12


class LogsInsights(browser.ConsoleLab):
    def steps(self):
        self.records()
        self.page.goto(self.address())
        self.top_ten()
        self.histogram_and_chart()
        self.exported()
        self.record()
        self.wrong()
        self.samples()
        self.saved()
        self.addressed()

    def records(self):
        self.step("a log group with flow log records of twelve pairs of addresses")
        now = int(time.time()) - 600
        lines = [
            f"2 {harness.ACCOUNT} eni-0123456789abcdef0 10.1.0.{pair} 10.2.0.9 40000 443 6 1 {pair * BYTES} "
            f"{now + turn * 60} {now + turn * 60 + 30} ACCEPT OK"
            for turn in range(EACH)
            for pair in range(1, PAIRS + 1)
        ]
        events = [{"timestamp": int(line.split()[10]) * 1000, "message": line} for line in lines]
        for group in (GROUP, OTHER):
            self.aws("logs", "create-log-group", "--log-group-name", group)
        where = ("--log-group-name", GROUP, "--log-stream-name", "eni-0123456789abcdef0-all")
        self.aws("logs", "create-log-stream", *where)
        self.aws("logs", "put-log-events", *where, "--log-events", json.dumps(events))

    def top_ten(self):
        self.step("Logs Insights: select the group, Queries > VPC Flow Logs > Top 10 byte transfers > Apply, Run query")
        self.page.get_by_role("combobox", name="Search", exact=True).fill("Insights")
        self.page.get_by_role("option", name="Logs Insights").first.click()
        self.heading("Logs Insights")
        self.is_accessible("Logs Insights")
        self.button("Run query")
        self.reads("Select at least one log group.")
        self.page.get_by_role("button", name="Selection criteria").click()
        self.page.get_by_role("option", name=GROUP).click()
        self.page.keyboard.press("Escape")
        self.button("Queries")
        self.page.get_by_role("button", name="VPC Flow Logs").click()
        self.page.get_by_role("button", name=TOP_TEN, exact=True).click()
        self.page.get_by_role("button", name=f"Apply {TOP_TEN}").click()
        self.button("Run query")
        self.reads("Completed. Query executed for 1 log groups.")
        self.reads(f"Showing 10 of {EACH * PAIRS} records matched")
        self.sees(self.row(1), ["1", f"10.1.0.{PAIRS}", "10.2.0.9", str(EACH * PAIRS * BYTES)])
        self.sees(self.row(10), ["10", "10.1.0.3", "10.2.0.9", str(EACH * 3 * BYTES)])
        self.is_accessible("the results of a query")

    def table(self):
        # Rows that open make a tree of it.
        return self.page.get_by_role("treegrid", name="Results")

    def row(self, number):
        rows = self.table().get_by_role("row")
        return [it.strip() for it in rows.nth(number).locator("td, th").all_inner_texts()]

    def histogram_and_chart(self):
        self.step("the histogram counts the records over time; Visualization draws stats")
        self.page.get_by_role("application", name="Records over time").wait_for()
        self.picture("top-ten")
        self.in_the_dark("results", "top-ten")
        self.button("Hide histogram")
        self.page.get_by_role("application", name="Records over time").wait_for(state="detached")
        self.button("Show histogram")
        self.fill("Query", "stats sum(bytes) as sent by bin(1m)")
        self.page.keyboard.press("Control+Enter")
        self.reads("Logs (4)")
        self.page.get_by_role("tab", name="Visualization").click()
        self.page.get_by_role("application", name="Visualization of the results").wait_for()
        self.choose("Chart type", "^Bar")
        self.is_accessible("a chart")
        self.picture("chart")
        self.fill("Query", "fields @message | limit 5")
        self.button("Run query")
        self.reads("There is nothing to draw.")
        self.page.get_by_role("tab", name="Logs (5)").click()

    def exported(self):
        self.step("Export results: the table as it is shown")
        self.fill("Query", f"stats count(*) as n by srcAddr | sort srcAddr | limit {PAIRS}")
        self.button("Run query")
        self.reads(f"Logs ({PAIRS})")
        # Rows may come before the end, and a menu that opens then moves under the pointer.
        self.reads("scanned in")
        with self.page.expect_download() as saved:
            self.button("Export results")
            self.page.get_by_role("menuitem", name="Download table (CSV)").click()
        with open(saved.value.path(), newline="") as file:
            table = list(csv.DictReader(file))
        self.sees({it["n"] for it in table}, {str(EACH)})
        self.sees(len({it["srcAddr"] for it in table}), PAIRS)

    def record(self):
        self.step("a row opens to all fields of its record")
        self.fill("Query", "fields @message | sort @timestamp desc | limit 1")
        self.button("Run query")
        self.reads("Logs (1)")
        self.page.get_by_role("button", name="Expand row 1", exact=True).click()
        for field in ("@logStream", "interfaceId", "dstPort"):
            self.table().get_by_text(field, exact=True).wait_for()
        self.picture("record")

    def wrong(self):
        self.step("what is wrong with a query is told under it, with the place")
        self.fill("Query", "fields @message\n| filter action = = 3")
        self.button("Run query")
        self.reads("MalformedQueryException")
        self.reads("Line 2, position")
        self.is_accessible("a query that is none")
        self.picture("wrong")
        self.in_the_dark("a query that is none", "wrong")

    def samples(self):
        self.step("every sample query is one")
        texts = self.page.get_by_role("tabpanel", name="Queries").locator("pre").all_text_contents()
        self.holds(len(texts) > 15, texts)
        end = int(time.time())
        for text in texts:
            window = ("--start-time", str(end - 3600), "--end-time", str(end))
            self.aws("logs", "start-query", "--log-group-name", GROUP, *window, "--query-string", text)

    def saved(self):
        self.step("a query is saved with its groups, applied again, and deleted; the history has what was run")
        text = 'filter action = "ACCEPT" | stats count(*) as accepted'
        self.fill("Query", text)
        self.button("Save")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Query name").fill("lab/accepted")
        dialog.get_by_role("button", name="Save", exact=True).click()
        dialog.wait_for(state="detached")
        [found] = self.aws("logs", "describe-query-definitions")["queryDefinitions"]
        self.sees((found["name"], found["queryString"], found["logGroupNames"]), ("lab/accepted", text, [GROUP]))
        self.fill("Query", "fields @message")
        self.page.get_by_role("button", name="lab/accepted", exact=True).click()
        self.page.get_by_role("button", name="Apply lab/accepted").click()
        self.sees(self.page.get_by_label("Query", exact=True).input_value(), text)
        self.page.get_by_role("button", name="Delete lab/accepted").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        self.reads("has been deleted")
        self.sees(self.aws("logs", "describe-query-definitions")["queryDefinitions"], [])
        self.button("History")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Apply").first.wait_for()
        self.is_accessible("History")
        self.picture("history")
        dialog.get_by_role("button", name="Close").click()

    def addressed(self):
        self.step("what was run is in the address: after a reload it can be run again")
        self.fill("Query", "stats count(*) as all by action")
        self.button("Run query")
        self.reads("Logs (1)")
        self.page.reload()
        self.heading("Logs Insights")
        self.sees(self.page.get_by_label("Query", exact=True).input_value(), "stats count(*) as all by action")
        self.button("Run query")
        self.reads("Logs (1)")
        self.sees(self.row(1), ["1", "ACCEPT", str(EACH * PAIRS)])


if __name__ == "__main__":
    harness.run(LogsInsights, both=False)
