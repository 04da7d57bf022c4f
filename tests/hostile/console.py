#!/usr/bin/env python3
"""The web console's door: an address lets in once; its cookie is worth nothing elsewhere, to others, after its end."""

import http.client
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness

PATH = "/_hamlet/console/"
# Somebody else on this machine, to whom the console's own user is a stranger.
ANOTHER_UID = 54321
PASSWORD = "correct-Horse-7"


class Door(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.host = "{}:{}".format(*self.hamlet.address)
        self.token_once()
        self.credentials()
        self.strangers()
        self.signs_in()
        self.pages()
        self.another_user()
        self.ends()

    def token_once(self):
        self.step("a token lets in once, and its cookie is for this site alone and for no script")
        path = self.token()
        status, headers, _ = self.ask("GET", path)
        self.sees((status, headers["location"]), (303, PATH))
        cookie = headers["set-cookie"]
        self.holds({"HttpOnly", "SameSite=Strict", f"Path={PATH}"} <= set(cookie.split("; ")), cookie)
        key = cookie.split(";")[0].partition("=")[2]
        self.holds(len(key) >= 43 and key not in path, "the session's key is 256 bits of its own")
        self.holds("token" not in headers["location"], "the token stays in the address")
        self.sees(self.ask("GET", path)[0], 403, "the same token once more")
        for wrong in ("", "token=", "token=" + "A" * 43, "token=%00", "other=x", "token=" + "a" * 20000):
            self.sees(self.ask("GET", f"{PATH}enter?{wrong}")[0], 403, wrong[:20])
        self.cookie = cookie.split(";")[0]

    def credentials(self):
        self.step("the page gets credentials that hold for an hour at most, and that work")
        status, headers, body = self.post()
        self.sees((status, headers["cache-control"]), (200, "no-store"))
        given = json.loads(body)
        environment = self.environment_of(given)
        caller = json.loads(harness.run_aws(["sts", "get-caller-identity", "--output", "json"], environment).out)
        self.sees(caller["Arn"], f"arn:aws:iam::{given['account']}:root")
        self.sees(harness.run_aws(["iam", "list-users"], environment).code, 0, "pages of IAM can be")

    def environment_of(self, given):
        return {
            **self.hamlet.environment,
            "AWS_ACCESS_KEY_ID": given["accessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["secretAccessKey"],
            "AWS_SESSION_TOKEN": given["sessionToken"],
        }

    def strangers(self):
        self.step("no other origin, no other host, no link and no request without a cookie gets them")
        own = f"http://{self.host}"
        for headers in (
            {"Origin": "http://example.com"},
            {"Origin": "null"},
            {"Origin": f"http://{self.hamlet.address[0]}:1"},
            {"Origin": own, "Sec-Fetch-Site": "cross-site"},
            {"Origin": own, "Sec-Fetch-Site": "same-site"},
        ):
            self.sees(self.post(headers)[0], 403, str(headers))
        # A link, and a program that says no origin.
        self.sees(self.ask("GET", f"{PATH}credentials", {"Cookie": self.cookie})[0], 404)
        self.sees(self.ask("POST", f"{PATH}credentials", {"Cookie": self.cookie})[0], 401)
        for cookie in ("", self.cookie[:-1], self.cookie.replace("=", "=x"), "x" + self.cookie):
            self.sees(self.post({"Cookie": cookie})[0], 401, cookie[:30])
        rebound = {"Host": "rebound.example", "Origin": "http://rebound.example"}
        self.sees(self.post(rebound)[0], 403, "a name that was led here")
        elsewhere = {
            "Host": f"localhost:{self.hamlet.address[1]}",
            "Origin": f"http://localhost:{self.hamlet.address[1]}",
        }
        self.sees(self.post(elsewhere)[0], 401, "a session of another name of this host")
        for method in ("PUT", "DELETE", "PATCH"):
            self.sees(self.ask(method, f"{PATH}credentials")[0], 405)

    def signs_in(self):
        self.step("a user's password makes the session theirs, for who has come in already, and for nobody else")
        account = json.loads(self.post()[2])["account"]
        self.iam("create-user", "--user-name", "bob")
        self.iam("create-login-profile", "--user-name", "bob", "--password", PASSWORD)
        form = {"account": account, "user": "bob", "password": PASSWORD}
        for headers in ({"Cookie": ""}, {"Cookie": self.cookie[:-1]}):
            self.sees(self.sign_in(form, headers)[0], 401, str(headers))
        self.sees(self.sign_in(form, {"Origin": "http://example.com"})[0], 403)
        for wrong in (
            {**form, "password": PASSWORD.lower()},
            {**form, "user": "eve"},
            {**form, "account": "222222222222"},
        ):
            status, _, body = self.sign_in(wrong)
            self.sees((status, PASSWORD.encode() in body), (403, False))
        for body in (b"", b"[]", b"{}", b"\xff", b'{"account":' + b"[" * 3000, b"x" * 100_000):
            self.sees(self.ask("POST", f"{PATH}sign_in", self.headers(), body)[0], 400, body[:20])
        self.holds("user" not in json.loads(self.post()[2]), "somebody is signed in by a wrong password")
        self.sees(self.sign_in(form)[0], 204)
        given = json.loads(self.post()[2])
        self.sees((given["user"], given["mustChangePassword"]), ("bob", False))
        refused = harness.run_aws(["iam", "list-users"], self.environment_of(given))
        self.holds("user/bob is not authorized to perform: iam:ListUsers" in refused.err, refused)
        self.iam("update-login-profile", "--user-name", "bob", "--password-reset-required")
        policy = "arn:aws:iam::aws:policy/AdministratorAccess"
        self.iam("attach-user-policy", "--user-name", "bob", "--policy-arn", policy)
        given = json.loads(self.post()[2])
        self.holds(given["mustChangePassword"], given)
        bounded = self.environment_of(given)
        self.holds("not authorized" in harness.run_aws(["iam", "list-users"], bounded).err, "there is a way round")
        change = ["iam", "change-password", "--old-password", PASSWORD, "--new-password", PASSWORD[::-1]]
        self.sees(harness.run_aws(change, bounded).code, 0)
        self.sees(harness.run_aws(["iam", "list-users"], self.environment_of(json.loads(self.post()[2]))).code, 0)
        self.sees(self.ask("POST", f"{PATH}sign_in_as_root", {**self.headers(), "Cookie": ""})[0], 401)
        self.sees(self.ask("POST", f"{PATH}sign_in_as_root", self.headers())[0], 204)
        self.holds("user" not in json.loads(self.post()[2]), "root is not back")

    def sign_in(self, form, changed=None):
        return self.ask("POST", f"{PATH}sign_in", {**self.headers(), **(changed or {})}, json.dumps(form))

    def iam(self, *words):
        done = harness.run_aws(["iam", *words], self.hamlet.environment)
        self.sees(done.code, 0, done)

    def pages(self):
        self.step("every answer forbids frames, guesses and whatever is not of here")
        for path in ("", "enter?token=x", "nothing", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "assets/"):
            status, headers, body = self.ask("GET", PATH + path)
            policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
            self.sees(policy["default-src"], "'none'", path)
            self.sees((policy["script-src"], policy["connect-src"]), ("'self'", "'self'"), path)
            self.sees((policy["frame-ancestors"], policy["base-uri"]), ("'none'", "'none'"), path)
            self.sees((headers["x-content-type-options"], headers["referrer-policy"]), ("nosniff", "no-referrer"), path)
            self.holds(b"root:" not in body and status in (200, 403, 404), f"{path}: {status}")
            self.holds(not re.search(rb"<script(?![^>]* src=)|https?://(?!www.w3.org)", body), f"{path}: {body[:300]}")
        self.sees(self.ask("GET", PATH.rstrip("/"))[1]["location"], PATH)

    def another_user(self):
        if harness.os.geteuid() != 0:
            return
        self.step("another user of this machine gets nowhere, with a token as little as with the cookie")
        path = self.token()
        own = ("-H", f"Cookie: {self.cookie}", "-H", f"Origin: http://{self.host}")
        asks = (
            ["-o", "/dev/null", f"http://{self.host}{path}"],
            ["-o", "/dev/null", "-X", "POST", *own, f"http://{self.host}{PATH}credentials"],
        )
        for ask in asks:
            self.holds(self.as_another(ask) in ("401", "403"), "another user is answered")
        self.sees(self.ask("GET", path)[0], 303, "the token is still good for its own user")

    def as_another(self, words):
        user = ["setpriv", f"--reuid={ANOTHER_UID}", f"--regid={ANOTHER_UID}", "--clear-groups"]
        done = subprocess.run([*user, "curl", "-s", "-w", "%{http_code}", *words], capture_output=True, text=True)
        return done.stdout

    def ends(self):
        self.step("who leaves, and everybody when Hamlet starts again, has to come in anew")
        status, headers, _ = self.ask("POST", f"{PATH}leave", self.headers())
        self.sees((status, "Max-Age=0" in headers["set-cookie"]), (204, True))
        self.sees(self.post()[0], 401)
        self.cookie = self.ask("GET", self.token())[1]["set-cookie"].split(";")[0]
        self.sees(self.post()[0], 200)
        self.holds(self.hamlet.stop(), "it did not end")
        self.hamlet.start()
        self.host = "{}:{}".format(*self.hamlet.address)
        self.cookie = re.sub(r"\d+(?==)", str(self.hamlet.address[1]), self.cookie, count=1)
        self.sees(self.post()[0], 401)

    def token(self):
        address = self.hamlet.hamlet("console", "--print").out.strip()
        self.holds(address.startswith(f"http://{self.host}{PATH}enter?token="), address)
        return address.removeprefix(f"http://{self.host}")

    def headers(self):
        return {"Cookie": self.cookie, "Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin"}

    def post(self, changed=None):
        return self.ask("POST", f"{PATH}credentials", {**self.headers(), **(changed or {})})

    def ask(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection(*self.hamlet.address, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


class DoorWhereSignaturesDecide(Door):
    """The same where everybody may ask: the console is its own user's all the same."""

    options = ("--instances", "none", "--auth", "strict")


if __name__ == "__main__":
    harness.run(Door, DoorWhereSignaturesDecide)
