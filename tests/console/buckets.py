#!/usr/bin/env python3
"""S3's buckets: made, filled, looked through, set, locked as in lab 9 and opened again, emptied, deleted. The API is
asked after the clicks.
"""

import json
import os
import pathlib
import tempfile

import browser

browser.with_playwright()
harness = browser.harness

BUCKET = "nextwork-vpc-project-ada"
OTHER = "lab-in-frankfurt"
ELSEWHERE = "eu-central-1"
# More than goes up in one piece.
LARGE_BYTES = 70_000_000
LOCK = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0123456789abcdef0"}},
        }
    ],
}


class Buckets(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.created()
        self.elsewhere()
        self.uploaded()
        self.large()
        self.folders()
        self.read_back()
        self.versions()
        self.properties()
        self.permissions()
        self.locked()
        self.opened()
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

    def file(self, name, content):
        path = pathlib.Path(self.files.name) / name
        path.write_bytes(content)
        return path

    def add(self, *paths):
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_text("Add files", exact=True).first.click()
        chooser.value.set_files(paths)

    def uploaded(self):
        self.step("Upload: two pictures, one of them is removed again, and a file with a name that is hard to write")
        self.files = tempfile.TemporaryDirectory()
        self.cat = os.urandom(3000)
        self.page.get_by_role("link", name=BUCKET, exact=True).first.click()
        self.heading(BUCKET)
        self.reads("No objects: you don't have any objects in this bucket.")
        self.is_accessible("a bucket without objects")
        self.button("Upload")
        self.heading("Upload")
        self.reads("you have not chosen any files to upload")
        self.add(self.file("cat.png", self.cat), self.file("dog.png", b"dog"), self.file("ä +&%23.txt", b"odd"))
        self.page.get_by_role("checkbox", name="Select dog.png").check()
        self.button("Remove")
        self.page.get_by_text("dog.png").wait_for(state="detached")
        self.is_accessible("Upload")
        self.picture("upload")
        self.button("Upload")
        self.heading("Upload: status")
        self.reads("Upload succeeded")
        self.is_accessible("Upload: status")
        self.picture("uploaded")
        self.sees(self.keys(), ["cat.png", "ä +&%23.txt"])
        self.sees(self.s3("head-object", "--bucket", BUCKET, "--key", "cat.png")["ContentType"], "image/png")
        self.button("Close")
        self.page.get_by_role("link", name="cat.png", exact=True).wait_for()

    def large(self):
        self.step("a large file goes up in parts")
        self.button("Upload")
        self.add(self.file("large.bin", bytes(LARGE_BYTES)))
        self.button("Upload")
        self.reads("Upload succeeded")
        told = self.s3("head-object", "--bucket", BUCKET, "--key", "large.bin")
        self.sees(told["ContentLength"], LARGE_BYTES)
        self.holds(told["ETag"].strip('"').endswith("-5"), told)
        self.button("Close")
        self.step("what others put there is seen after a refresh")
        self.s3("put-object", "--bucket", BUCKET, "--key", "test.txt")
        self.page.get_by_role("button", name="Refresh objects").click()
        self.page.get_by_role("link", name="test.txt", exact=True).wait_for()

    def folders(self):
        self.step("Create folder; a file goes into it, and is found by prefix")
        self.button("Create folder")
        self.page.get_by_role("dialog").get_by_label("Folder name").fill("pictures")
        self.dialog("Create folder")
        self.reads('Successfully created folder "pictures".')
        self.page.get_by_role("link", name="pictures/", exact=True).click()
        self.reads("No objects: you don't have any objects in this folder.")
        self.button("Upload")
        self.reads(f"s3://{BUCKET}/pictures/")
        self.add(self.file("bird.png", b"bird"))
        self.button("Upload")
        self.reads("Upload succeeded")
        self.button("Close")
        self.page.get_by_role("link", name="bird.png", exact=True).wait_for()
        self.holds("pictures/bird.png" in self.keys(), self.keys())
        self.picture("folder")
        self.page.get_by_role("navigation", name="Folders").get_by_role("link", name=BUCKET).click()
        self.page.get_by_role("link", name="cat.png", exact=True).wait_for()
        self.page.get_by_role("searchbox", name="Find objects by prefix").fill("pic")
        self.page.get_by_role("link", name="cat.png", exact=True).wait_for(state="detached")
        self.page.get_by_role("link", name="pictures/", exact=True).wait_for()
        self.page.get_by_role("searchbox", name="Find objects by prefix").fill("")
        self.page.get_by_role("link", name="cat.png", exact=True).wait_for()
        self.is_accessible("a bucket's objects")
        self.picture("objects")
        self.in_the_dark("a bucket's objects", "objects")

    def read_back(self):
        self.step("Download gives what went up; Open shows it in another tab, which cannot reach the console")
        self.select("cat.png")
        with self.page.expect_download() as saved:
            self.button("Download")
        self.sees(saved.value.suggested_filename, "cat.png")
        self.sees(pathlib.Path(saved.value.path()).read_bytes() == self.cat, True)
        self.page.get_by_role("checkbox", name="Select cat.png").uncheck()
        page = b"<title>object</title><script>document.title += ' of ' + window.origin</script>"
        self.s3_put("page.html", page, "text/html")
        self.page.get_by_role("button", name="Refresh objects").click()
        self.select("page.html")
        with self.page.expect_popup() as opened:
            self.button("Open")
        opened.value.wait_for_url("**/page.html?**")
        harness.wait_for("its title", lambda: opened.value.title() == "object of null", 30)
        opened.value.close()
        self.step("an object's page")
        self.page.get_by_role("link", name="cat.png", exact=True).click()
        self.heading("cat.png")
        self.reads(f"s3://{BUCKET}/cat.png")
        self.reads(f"arn:aws:s3:::{BUCKET}/cat.png")
        self.reads("image/png")
        self.is_accessible("an object's page")
        self.picture("object")
        self.page.get_by_role("link", name=BUCKET, exact=True).first.click()
        self.heading(BUCKET)
        self.step("Delete objects, for good where there are no versions")
        self.select("page.html")
        self.select("pictures/")
        self.button("Delete objects")
        self.confirm("permanently delete", "Delete objects")
        self.reads("Successfully deleted 3 objects.")
        self.sees(self.keys(), ["cat.png", "large.bin", "test.txt", "ä +&%23.txt"])

    def s3_put(self, key, content, content_type):
        body = ("--body", str(self.file("body", content)), "--content-type", content_type)
        self.s3("put-object", "--bucket", BUCKET, "--key", key, *body)

    def versions(self):
        self.step("Edit Bucket Versioning; what is deleted then is had back by deleting its marker")
        self.page.get_by_role("tab", name="Properties").click()
        self.button("Edit Bucket Versioning")
        self.page.get_by_role("dialog").get_by_role("radio", name="Enable").check()
        self.dialog("Save changes")
        self.sees(self.s3("get-bucket-versioning", "--bucket", BUCKET)["Status"], "Enabled")
        self.s3_put("test.txt", b"second", "text/plain")
        self.page.get_by_role("tab", name="Objects").click()
        self.select("test.txt")
        self.button("Delete objects")
        self.confirm("delete", "Delete objects")
        self.page.get_by_role("link", name="test.txt", exact=True).wait_for(state="detached")
        self.holds("test.txt" not in self.keys(), self.keys())
        self.page.get_by_role("checkbox", name="Show versions").check()
        self.reads("Delete marker")
        self.sees(self.page.get_by_role("checkbox", name="Select test.txt").count(), 3)
        self.is_accessible("versions")
        self.picture("versions")
        self.page.get_by_role("checkbox", name="Select test.txt").first.check()
        self.button("Delete objects")
        self.confirm("permanently delete", "Delete objects")
        harness.wait_for("the object again", lambda: "test.txt" in self.keys(), 30)
        self.page.get_by_role("checkbox", name="Show versions").uncheck()
        self.page.get_by_role("link", name="test.txt", exact=True).click()
        self.heading("test.txt")
        self.page.get_by_role("tab", name="Versions").click()
        self.reads("(current version)")
        self.is_accessible("an object's versions")
        self.picture("object-versions")
        self.page.get_by_role("link", name=BUCKET, exact=True).first.click()
        self.heading(BUCKET)

    def properties(self):
        self.step("a bucket's properties, and its tags")
        self.page.get_by_role("tab", name="Properties").click()
        self.reads("Server-side encryption with Amazon S3 managed keys (SSE-S3)")
        self.is_accessible("a bucket's properties")
        self.picture("properties")
        self.button("Edit tags")
        self.heading("Edit bucket tags")
        self.page.get_by_role("textbox", name="Value").fill("nine")
        self.button("Save changes")
        self.reads("Successfully edited bucket tags.")
        self.sees(self.s3("get-bucket-tagging", "--bucket", BUCKET)["TagSet"], [{"Key": "lab", "Value": "nine"}])

    def permissions(self):
        self.step("Permissions: Block public access and Object Ownership are edited")
        self.page.get_by_role("tab", name="Permissions").click()
        self.reads("No policy to display.")
        self.is_accessible("a bucket's permissions")
        self.picture("permissions")
        self.button("Edit Block public access")
        self.heading("Edit Block public access (bucket settings)")
        self.page.get_by_role("checkbox", name="through any public bucket").uncheck()
        self.page.get_by_label("To confirm the settings").fill("confirm")
        self.picture("edit-public-access")
        self.button("Save changes")
        self.reads("Successfully edited Block Public Access settings")
        block = self.s3("get-public-access-block", "--bucket", BUCKET)["PublicAccessBlockConfiguration"]
        self.sees((block["RestrictPublicBuckets"], block["BlockPublicPolicy"]), (False, True))
        self.button("Edit Object Ownership")
        self.page.get_by_role("dialog").get_by_role("radio", name="ACLs enabled: object writer").check()
        self.dialog("Save changes")
        owned = self.s3("get-bucket-ownership-controls", "--bucket", BUCKET)["OwnershipControls"]["Rules"]
        self.sees(owned, [{"ObjectOwnership": "ObjectWriter"}])

    def locked(self):
        self.step("Edit bucket policy: what is no policy is refused under the editor, with nothing lost")
        self.button("Edit bucket policy")
        self.heading("Edit bucket policy")
        self.reads(f"arn:aws:s3:::{BUCKET}")
        self.write("Policy", json.dumps(LOCK).replace("Deny", "Denied"))
        self.button("Save changes")
        self.reads("MalformedPolicy")
        self.is_accessible("Edit bucket policy")
        self.step("lab 9's policy locks the console out: each panel says so, and the page stays")
        self.write("Policy", json.dumps(LOCK, indent=4))
        self.picture("edit-policy")
        self.button("Save changes")
        self.reads("Successfully edited bucket policy.")
        for doing in ("get Block Public Access settings", "get Object Ownership", "get the ACL", "get CORS"):
            self.reads(f"you don't have permission to {doing}")
        self.reads("with an explicit deny in a resource-based policy")
        self.is_accessible("locked permissions")
        self.picture("locked-permissions")
        self.page.get_by_role("tab", name="Properties").click()
        self.reads("you don't have permission to get Bucket Versioning")
        self.page.get_by_role("tab", name="Objects").click()
        self.reads("you don't have permission to list objects")
        self.page.reload()
        self.reads("you don't have permission to list objects")
        self.is_accessible("locked objects")
        self.picture("locked-objects")
        self.step("an upload is refused, and says why")
        self.button("Upload")
        self.add(self.file("late.txt", b"late"))
        self.button("Upload")
        self.reads("Upload failed")
        self.reads("Failed. AccessDenied: ")
        self.picture("upload-failed")
        self.button("Close")
        self.step("Delete bucket is refused as well, and nothing that was typed is lost")
        self.button("Delete")
        self.heading("Delete bucket")
        self.page.get_by_label("To confirm deletion").fill(BUCKET)
        self.button("Delete bucket")
        self.reads("with an explicit deny in a resource-based policy")
        self.sees(self.page.get_by_label("To confirm deletion").input_value(), BUCKET)
        self.button("Cancel")

    def opened(self):
        self.step("the policy can be deleted by the account's root all the same; a refresh shows everything again")
        self.page.get_by_role("link", name=BUCKET, exact=True).first.click()
        self.reads("you don't have permission to list objects")
        self.aws("s3api", "delete-bucket-policy", "--bucket", BUCKET)
        self.page.get_by_role("button", name="Refresh objects").click()
        self.page.get_by_role("link", name="cat.png", exact=True).wait_for()
        self.sees(self.page.get_by_text("you don't have permission").count(), 0)
        self.s3("put-bucket-policy", "--bucket", BUCKET, "--policy", json.dumps(LOCK))
        self.page.get_by_role("tab", name="Permissions").click()
        self.reads('"Effect": "Deny"')
        self.button("Delete bucket policy")
        self.confirm("delete", "Delete")
        self.reads("No policy to display.")
        self.reads("ACLs enabled: object writer")
        denied = self.page.get_by_text("you don't have permission")
        harness.wait_for("every panel to be there again", lambda: denied.count() == 0, 60)

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
        self.menu("General purpose buckets")
        self.select(BUCKET)
        self.button("Empty")
        self.page.get_by_label("To confirm deletion").fill("permanently delete")
        self.button("Empty")
        self.reads(f'Successfully emptied bucket "{BUCKET}"')
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
    harness.run(Buckets, both=False)
