#!/usr/bin/env python3
"""What is around every page: search, Regions, colours, filters, export; and a session that ends while somebody types.
With what the first load weighs.
"""

import csv
import re

import browser

browser.with_playwright()
harness = browser.harness
# Compressed, files and styles and fonts: what a browser that was never here loads for its first list.
FIRST_LOAD_BYTES_MAX = 600_000


class Frame(browser.ConsoleLab):
    def steps(self):
        [self.default] = self.ec2("describe-vpcs")["Vpcs"]
        self.first_load()
        self.found()
        self.regions()
        self.colours()
        self.lists()
        self.signed_out()

    def first_load(self):
        self.step("the first list's files are small")
        finished = []
        self.page.on("requestfinished", lambda request: finished.append(request))
        # Without a page of its own, the parts of which would be there or not, by how quickly it is left.
        self.page.request.get(self.address())
        self.page.goto(self.place(f"{harness.REGION}/vpcs"))
        self.reads(self.default["VpcId"])
        self.page.wait_for_load_state("networkidle")
        files = [it for it in list(finished) if "/_hamlet/console/" in it.url]
        loaded = sum(it.sizes()["responseBodySize"] for it in files)
        print(f"      {loaded / 1000:.0f} kB compressed, in {len(files)} files", flush=True)
        self.holds(100_000 < loaded < FIRST_LOAD_BYTES_MAX, f"the first load has {loaded} bytes")

    def found(self):
        self.step("the search finds services, features, and resources by identifier and by address")
        search = self.page.get_by_role("combobox", name="Search", exact=True)
        for typed, option in (
            ("VPC", "Your VPCs"),
            ("Access keys", "Access keys"),
            (self.default["VpcId"][4:12], self.default["VpcId"]),
            ("172.31.0.0/20", "subnet-"),
        ):
            search.fill(typed)
            self.page.get_by_role("option", name=option).first.wait_for()
        self.page.get_by_role("option", name="subnet-").first.click()
        self.reads("Subnet ARN")
        self.is_accessible("a subnet's page")

    def regions(self):
        self.step("the Region menu has names and codes, and every list is of its Region")
        self.page.get_by_role("button", name="Region:").click()
        self.page.get_by_role("menuitem", name="eu-central-1").click()
        self.page.get_by_role("button", name="Region: Europe (Frankfurt)").wait_for()
        self.heading("Subnets")
        self.holds("#/eu-central-1/subnets" in self.page.url, self.page.url)
        self.page.reload()
        self.page.get_by_role("button", name="Region: Europe (Frankfurt)").wait_for()

    def colours(self):
        self.step("dark is dark, also after a reload, and can be read")
        self.page.get_by_role("button", name="Settings").click()
        self.page.get_by_role("menuitemcheckbox", name="Dark").click()
        self.page.reload()
        self.heading("Subnets")
        heading = self.page.evaluate("getComputedStyle(document.querySelector('h1')).color")
        channels = [int(part) for part in re.findall(r"\d+", heading)[:3]]
        self.holds(min(channels) > 180, f"the heading is {heading}")
        self.is_accessible("the dark page")

    def lists(self):
        self.step("a list is filtered by what is typed, and exported as it is shown")
        self.page.goto(self.place(f"{harness.REGION}/subnets"))
        self.heading("Subnets")
        rows = self.page.get_by_role("checkbox", name="Select subnet-")
        everything = len(self.ec2("describe-subnets")["Subnets"])
        harness.wait_for("all rows", lambda: rows.count() == everything, 60)
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name="Export to CSV").click()
        with open(saved.value.path(), newline="") as file:
            table = list(csv.DictReader(file))
        self.sees(len(table), everything)
        self.holds(all(row["Subnet ID"].startswith("subnet-") for row in table), table)
        self.page.get_by_role("combobox", name="Find subnets by attribute or tag").fill("172.31.0.0/20")
        self.page.keyboard.press("Enter")
        self.reads("1 match")
        self.sees(rows.count(), 1)
        self.page.get_by_role("button", name="Clear filters").first.click()
        harness.wait_for("all rows again", lambda: rows.count() == everything, 60)

    def signed_out(self):
        self.step("who is signed out under a form is told what to do, and finds the form as it was")
        self.page.goto(self.place(f"{harness.REGION}/vpcs/create"))
        self.fill("Name tag – optional", "kept <b>&\"'")
        self.fill("IPv4 CIDR", "10.9.0.0/16")
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        dialog = self.page.get_by_role("dialog", name="You are not signed in")
        dialog.get_by_role("button", name="Try again").click()
        self.complaints.clear()
        dialog.get_by_text("Nobody is signed in").wait_for()
        other = self.page.context.new_page()
        other.goto(self.address())
        other.get_by_role("heading", level=1, name="VPC dashboard").wait_for()
        other.close()
        dialog.get_by_role("button", name="Try again").click()
        dialog.wait_for(state="hidden")
        self.button("Create VPC")
        self.reads("You successfully created")
        [vpc] = self.ec2("describe-vpcs", "--filters", "Name=cidr,Values=10.9.0.0/16")["Vpcs"]
        self.sees(vpc["Tags"][0]["Value"], "kept <b>&\"'")


if __name__ == "__main__":
    harness.run(Frame)
