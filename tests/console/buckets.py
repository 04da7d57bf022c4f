#!/usr/bin/env python3
"""S3's buckets: made, emptied, deleted. The API is asked after the clicks."""

import browser

browser.with_playwright()
harness = browser.harness

BUCKET = "nextwork-vpc-project-ada"
OTHER = "lab-in-frankfurt"
ELSEWHERE = "eu-central-1"


class Buckets(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.created()
        self.elsewhere()
        self.emptied()
        self.deleted()

    def s3(self, *words, **options):
        return self.aws("s3api", *words, **options)

    def names(self):
        return [it["Name"] for it in self.s3("list-buckets")["Buckets"]]

    def keys(self, bucket=BUCKET):
        return [it["Key"] for it in self.s3("list-objects-v2", "--bucket", bucket).get("Contents", [])]

    def created(self):
        self.step("the search leads to S3; Create bucket, as AWS's defaults have it")
        self.page.get_by_role("combobox", name="Search", exact=True).fill("S3")
        self.page.get_by_role("option", name="S3").first.click()
        self.heading("General purpose buckets")
        self.reads("No buckets found")
        self.is_accessible("no buckets")
        self.button("Create bucket")
        self.heading("Create bucket")
        self.button("Create bucket")
        self.reads("Type a name.")
        self.step("a name that no bucket can have, and one that is taken, are refused at the field")
        self.fill("Bucket name", "Not_A_Name")
        self.button("Create bucket")
        self.reads("InvalidBucketName: The specified bucket is not valid.")
        self.fill("Bucket name", BUCKET)
        self.button("Add tag")
        self.page.get_by_role("textbox", name="Key").fill("lab")
        self.page.get_by_role("textbox", name="Value").fill("eight")
        self.is_accessible("Create bucket")
        self.picture("create")
        self.button("Create bucket")
        self.reads("Successfully created bucket")
        self.sees(self.names(), [BUCKET])
        block = self.s3("get-public-access-block", "--bucket", BUCKET)["PublicAccessBlockConfiguration"]
        self.sees(set(block.values()), {True})
        owned = self.s3("get-bucket-ownership-controls", "--bucket", BUCKET)["OwnershipControls"]["Rules"]
        self.sees(owned, [{"ObjectOwnership": "BucketOwnerEnforced"}])
        tags = self.s3("get-bucket-tagging", "--bucket", BUCKET)["TagSet"]
        self.sees(tags, [{"Key": "lab", "Value": "eight"}])
        self.button("Create bucket")
        self.fill("Bucket name", BUCKET)
        self.button("Create bucket")
        self.reads("BucketAlreadyOwnedByYou")
        self.button("Cancel")

    def elsewhere(self):
        self.step("a bucket of another Region, public if its maker knows of it, with versions")
        self.page.goto(self.place(f"{ELSEWHERE}/buckets/create"))
        self.heading("Create bucket")
        self.reads("Europe (Frankfurt) eu-central-1")
        self.fill("Bucket name", OTHER)
        self.page.get_by_role("checkbox", name="Block all public access").uncheck()
        self.page.get_by_role("radio", name="Enable", exact=True).check()
        self.button("Create bucket")
        self.reads("Say that you know of it.")
        self.page.get_by_role("checkbox", name="I acknowledge").check()
        self.button("Create bucket")
        self.reads("Successfully created bucket")
        self.sees(sorted(self.names()), sorted([BUCKET, OTHER]))
        where = ("--bucket", OTHER, "--region", ELSEWHERE)
        self.sees(self.s3("get-bucket-location", "--bucket", OTHER)["LocationConstraint"], ELSEWHERE)
        self.sees(self.s3("get-bucket-versioning", *where)["Status"], "Enabled")
        block = self.s3("get-public-access-block", *where)["PublicAccessBlockConfiguration"]
        self.sees(set(block.values()), {False})
        self.step("the list has the buckets of all Regions")
        self.page.goto(self.place(f"{harness.REGION}/buckets"))
        self.page.get_by_role("link", name=BUCKET, exact=True).first.wait_for()
        self.reads(ELSEWHERE)
        self.is_accessible("buckets")
        self.picture("list")

    def emptied(self):
        self.step("a bucket that has something is not deleted; Delete bucket leads to Empty bucket")
        where = ("--bucket", OTHER, "--region", ELSEWHERE)
        for _ in range(2):
            self.s3("put-object", *where, "--key", "twice.txt")
        self.s3("delete-object", *where, "--key", "twice.txt")
        self.menu("General purpose buckets")
        self.select(OTHER)
        self.button("Delete")
        self.heading("Delete bucket")
        self.reads("This bucket is not empty")
        self.is_accessible("Delete bucket, which is not empty")
        self.picture("delete-full")
        self.button("Empty bucket")
        self.heading("Empty bucket")
        self.page.get_by_label("To confirm deletion").fill("permanently delete")
        self.is_accessible("Empty bucket")
        self.picture("empty")
        self.button("Empty")
        self.reads("3 objects deleted")
        self.sees("Versions" in self.s3("list-object-versions", *where), False)

    def deleted(self):
        self.step("Delete bucket, by its name")
        for name in (OTHER, BUCKET):
            self.menu("General purpose buckets")
            self.select(name)
            self.button("Delete")
            self.heading("Delete bucket")
            self.page.get_by_label("To confirm deletion").fill(name)
            self.button("Delete bucket")
            self.reads(f'Successfully deleted bucket "{name}"')
        self.sees(self.names(), [])


if __name__ == "__main__":
    harness.run(Buckets)
