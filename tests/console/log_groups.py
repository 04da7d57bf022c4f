#!/usr/bin/env python3
"""CloudWatch's log groups: made, kept for a month, searched, counted, watched as events come, deleted. The API is asked
after the clicks.
"""

import json
import re
import time

import browser

browser.with_playwright()
harness = browser.harness

GROUP = "/lab/web.1"
STREAM = "server one"
# More than three pages of what is loaded at once.
LINES = 250


class LogGroups(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.created()
        self.retention()
        self.streams()
        self.events()
        self.searched()
        self.newer()
        self.metric_filter()
        self.tags()
        self.live_tail()
        self.deleted()

    def logs(self, *words):
        return self.aws("logs", *words)

    def groups(self):
        return self.logs("describe-log-groups")["logGroups"]

    def created(self):
        self.step(
            "the search leads to CloudWatch; Create log group, and one that there is already is refused at its name"
        )
        self.page.get_by_role("combobox", name="Search", exact=True).fill("CloudWatch")
        self.page.get_by_role("option", name="CloudWatch").first.click()
        self.heading("Log groups")
        self.reads("No log groups found in this Region")
        self.is_accessible("no log groups")
        self.button("Create log group")
        self.heading("Create log group")
        self.button("Create")
        self.reads("Type a name.")
        self.fill("Log group name", GROUP)
        self.choose("Retention setting", r"^1 week \(7 days\)")
        self.is_accessible("Create log group")
        self.picture("create")
        self.button("Create")
        self.reads("has been created")
        [group] = self.groups()
        self.sees((group["logGroupName"], group["retentionInDays"], group["logGroupClass"]), (GROUP, 7, "STANDARD"))
        self.button("Create log group")
        self.fill("Log group name", GROUP)
        self.button("Create")
        self.reads("ResourceAlreadyExistsException: The specified log group already exists")
        self.button("Cancel")

    def retention(self):
        self.step("Edit retention setting(s), and back to Never expire")
        self.heading("Log groups")
        self.select(GROUP)
        self.action("Edit retention setting")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Expire events after").click()
        self.page.get_by_role("option", name="Never expire").click()
        dialog.get_by_role("button", name="Save").click()
        dialog.wait_for(state="detached")
        self.sees("retentionInDays" in self.groups()[0], False)
        self.reads("Never expire")
        self.picture("list")

    def streams(self):
        self.step("a log group's page: a stream is made, and found by its beginning")
        self.page.get_by_role("link", name=GROUP, exact=True).first.click()
        self.heading(GROUP)
        self.reads("No log streams: nothing was written yet.")
        self.holds(self.page.get_by_role("tab", name="Field indexes").is_disabled(), "what is not there yet is grey")
        for name in (STREAM, "other"):
            self.button("Create log stream")
            dialog = self.page.get_by_role("dialog")
            dialog.get_by_label("Log stream name").fill(name)
            dialog.get_by_role("button", name="Create", exact=True).click()
            dialog.wait_for(state="detached")
        self.sees([it["logStreamName"] for it in self.described()], ["other", STREAM])
        self.is_accessible("a log group's page")
        self.picture("group")
        self.page.get_by_role("searchbox", name="Filter log streams by prefix").fill("oth")
        self.page.get_by_role("link", name=STREAM, exact=True).wait_for(state="detached")
        self.page.get_by_role("checkbox", name="Select other").check()
        self.button("Delete")
        self.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        self.reads("You successfully deleted 1 log stream")
        self.sees([it["logStreamName"] for it in self.described()], [STREAM])
        self.page.get_by_role("searchbox", name="Filter log streams by prefix").fill("")

    def described(self):
        return self.logs("describe-log-streams", "--log-group-name", GROUP)["logStreams"]

    def put(self, *messages, stream=STREAM, ago_ms=0):
        now = int(time.time() * 1000) - ago_ms
        events = [{"timestamp": now + at, "message": it} for at, it in enumerate(messages)]
        where = ("--log-group-name", GROUP, "--log-stream-name", stream)
        self.logs("put-log-events", *where, "--log-events", json.dumps(events))

    def events(self):
        self.step("a stream's events: the newest first of all, older ones when asked for, until there are none")
        self.put(*(f"line {at:03}" for at in range(LINES)), ago_ms=3_600_000)
        self.put(json.dumps({"level": "ERROR", "request": {"path": "/<b>&", "took": 12}}))
        self.page.get_by_role("link", name=STREAM, exact=True).click()
        self.heading("Log events")
        self.reads("line 249")
        self.holds(self.page.get_by_text("line 000", exact=True).count() == 0, "the oldest are not loaded at once")
        while self.page.get_by_text("There are older events to load.").count():
            self.page.get_by_role("main").get_by_role("button", name="Load more.").first.click()
            self.page.wait_for_timeout(300)
        self.reads("No older events at this moment.")
        self.reads("line 000")
        self.sees(self.page.get_by_role("button", name="Expand event of").count(), LINES + 1)
        self.step("an event that is JSON opens to a line for each member, as it was written")
        self.page.get_by_role("button", name="Expand event of").last.click()
        self.reads('"path": "/<b>&"')
        self.is_accessible("log events")
        self.picture("events")
        self.in_the_dark("log events", "events")
        self.page.get_by_role("button", name="Display").click()
        self.page.get_by_role("menuitem", name="View in plain text").click()
        self.page.locator("pre", has_text="line 000").wait_for()
        self.page.get_by_role("button", name="Display").click()
        self.page.get_by_role("menuitem", name="View as table").click()

    def searched(self):
        self.step("a pattern, a time range and a timezone; they are in the address, and stay after a reload")
        search = self.page.get_by_role("searchbox", name="Filter events")
        search.fill("{ $.level = ERROR }")
        self.page.keyboard.press("Enter")
        rows = self.page.get_by_role("button", name="event of")
        harness.wait_for("one event", lambda: rows.count() == 1, 60)
        self.page.reload()
        harness.wait_for("one event after a reload", lambda: rows.count() == 1, 60)
        search.fill("{ $.level = ")
        self.page.keyboard.press("Enter")
        self.reads("InvalidParameterException")
        self.picture("bad-pattern")
        search.fill("")
        self.page.get_by_role("button", name="30m", exact=True).click()
        harness.wait_for("one event of the last half hour", lambda: rows.count() == 1, 60)
        self.page.get_by_role("button", name="Clear", exact=True).click()
        harness.wait_for("all of them", lambda: rows.count() > 1, 60)
        self.page.get_by_role("button", name="Timezone").click()
        self.page.get_by_role("option", name="UTC timezone").click()
        self.page.get_by_role("button", name=re.compile("event of .*Z$")).first.wait_for()

    def newer(self):
        self.step("what is written now comes by itself")
        self.put("written while somebody looks")
        self.reads("written while somebody looks")

    def metric_filter(self):
        self.step("Create metric filter, tried on the stream's events first")
        self.page.goto(self.place(f"{harness.REGION}/log_groups/{GROUP.replace('/', '%2F')}?tab=metric-filters"))
        self.reads("No metric filters")
        self.button("Create metric filter")
        self.heading("Create metric filter")
        self.fill("Filter pattern", "{ $.level = ERROR }")
        self.choose("Select log data to test", STREAM)
        harness.wait_for(
            "the stream's events", lambda: "ERROR" in self.page.get_by_label("Log event messages").input_value(), 30
        )
        self.button("Test pattern")
        self.reads("Found 1 matches out of")
        self.button("Create metric filter")
        self.reads("Type a metric's name.")
        self.fill("Filter name", "errors")
        self.fill("Metric namespace", "lab")
        self.fill("Metric name", "Errors")
        self.is_accessible("Create metric filter")
        self.picture("metric-filter")
        self.button("Create metric filter")
        self.reads('Metric filter "errors" has been created.')
        [found] = self.logs("describe-metric-filters", "--log-group-name", GROUP)["metricFilters"]
        self.sees((found["filterName"], found["filterPattern"]), ("errors", "{ $.level = ERROR }"))
        self.sees(found["metricTransformations"][0]["metricName"], "Errors")
        self.page.get_by_role("checkbox", name="Select errors").check()
        self.button("Delete")
        self.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        self.reads("You successfully deleted 1 metric filter")
        self.sees(self.logs("describe-metric-filters", "--log-group-name", GROUP)["metricFilters"], [])

    def tags(self):
        self.step("Manage tags")
        self.page.get_by_role("tab", name="Tags").click()
        self.button("Manage tags")
        self.button("Add tag")
        self.page.get_by_role("textbox", name="Key").fill("lab")
        self.page.get_by_role("textbox", name="Value").fill("seven")
        self.button("Save changes")
        self.reads(f"Tags of {GROUP} updated.")
        arn = f"arn:aws:logs:{harness.REGION}:{harness.ACCOUNT}:log-group:{GROUP}"
        self.sees(self.logs("list-tags-for-resource", "--resource-arn", arn)["tags"], {"lab": "seven"})

    def live_tail(self):
        self.step("Live Tail shows events as they come, those that match")
        self.page.get_by_role("tab", name="Log streams").click()
        self.button("Start tailing")
        self.heading("Live Tail")
        self.reads(GROUP)
        self.fill("Add filter patterns – optional", "wanted")
        self.button("Start")
        self.reads("Waiting for events.")
        self.put("not this one", "wanted: this one")
        self.reads("wanted: this one")
        self.sees(self.page.get_by_text("not this one").count(), 0)
        self.is_accessible("Live Tail")
        self.picture("live-tail")
        self.button("Stop")
        self.reads("Stopped")

    def deleted(self):
        self.step("a log group that is protected is not deleted, and the dialog says so")
        self.menu("Log groups")
        self.select(GROUP)
        self.protect()
        self.action("Delete log group")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Delete", exact=True).click()
        dialog.get_by_text("Exception: ").wait_for()
        dialog.get_by_role("button", name="Cancel").click()
        self.protect()
        self.step("Delete log group(s), by a button alone")
        self.action("Delete log group")
        self.is_accessible("Delete log group(s)")
        dialog.get_by_role("button", name="Delete", exact=True).click()
        self.reads("You successfully deleted 1 log group")
        self.sees(self.groups(), [])

    def protect(self):
        """Turns it on, or off again."""
        before = self.groups()[0]["deletionProtectionEnabled"]
        self.action("Change deletion protection")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("checkbox").click()
        dialog.get_by_role("button", name="Save").click()
        dialog.wait_for(state="detached")
        self.sees(self.groups()[0]["deletionProtectionEnabled"], not before)


if __name__ == "__main__":
    harness.run(LogGroups, both=False)
