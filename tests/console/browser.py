"""The web console in a real browser: Debian's chromium, led by visible roles and labels as a tutorial leads."""

import contextlib
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness

# Nothing that a browser asks its maker for: the tests stay on this machine.
FLAGS = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
# A busy machine takes its time; what never comes fails all the same.
PATIENCE_MS = 60_000
# Where a failing walk leaves what was seen, if somebody says where.
PICTURES = os.environ.get("HAMLET_TEST_PICTURES")
# Waits until nothing moves any more but what does so for ever.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((it) => it.effect && it.effect.getComputedTiming().endTime !== Infinity)
    .map((it) => it.finished.catch(() => {})))"""


def with_playwright():
    """Goes on in the tests' virtual environment, which has Playwright and axe."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        python = (
            pathlib.Path(os.environ.get("HAMLET_CACHE") or pathlib.Path.home() / ".cache/hamlet") / "venv/bin/python"
        )
        if python.exists() and pathlib.Path(sys.prefix) != python.parents[1]:
            os.execv(python, [python, *sys.argv])


def plain(text):
    """A text within a pattern. Playwright's own notation ends at a stroke."""
    return re.escape(text).replace("/", ".").replace(r"\ ", " ")


class ConsoleLab(harness.Lab):
    """A walk through the console of a Hamlet of its own. `self.page` is the page.

    Without instances it is the same for whoever runs Hamlet, and most are walked once: `both=False`.
    """

    options = ("--instances", "none")

    def walk(self):
        with self.browser() as context:
            self.page = context.new_page()
            self.complaints = []
            self.page.on("console", self.hear)
            self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
            self.page.on("request", self.see_request)
            try:
                self.steps()
            except Exception:
                self.picture("failed")
                raise
            self.sees(self.complaints, [], "what the browser complains of")

    def steps(self):
        raise NotImplementedError

    @contextlib.contextmanager
    def browser(self, **options):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise harness.CannotRun("playwright is missing: `tests/install python` installs it") from None
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if not program:
            raise harness.CannotRun("chromium (package chromium) is missing")
        flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=flags)
            context = browser.new_context(viewport={"width": 1400, "height": 950}, **options)
            context.set_default_timeout(PATIENCE_MS)
            yield context
            browser.close()

    def hear(self, message):
        # A refusal of the API is the walk's own business; what the page breaks of its own rules is ours.
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def see_request(self, request):
        host = "http://{}:{}/".format(*self.hamlet.address)
        if not request.url.startswith((host, "data:", "blob:")):
            self.complaints.append(f"asks {request.url}")

    def address(self):
        """A new address that lets in once."""
        return self.hamlet.hamlet("console", "--print").out.strip()

    def place(self, fragment=""):
        return "http://{}:{}/_hamlet/console/#/{}".format(*self.hamlet.address, fragment)

    # What a reader does.

    def menu(self, text):
        self.page.get_by_role("navigation").get_by_role("link", name=text, exact=True).last.click()
        self.heading(text)

    def heading(self, text):
        # With its count: `Your VPCs (2)`.
        named = re.compile(rf"^{plain(text)}( .[0-9 of/]+.)?$")
        self.page.get_by_role("heading", level=1, name=named).wait_for()

    def button(self, text):
        # Buttons that lead to a page are links.
        named = {"name": text, "exact": True}
        main = self.page.get_by_role("main")
        main.get_by_role("button", **named).or_(main.get_by_role("link", **named)).last.click()

    def fill(self, label, text):
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label, option):
        self.page.get_by_role("button", name=re.compile(f"^{plain(label)}")).last.click()
        self.page.get_by_role("option", name=re.compile(option)).first.click()

    def action(self, text):
        self.page.get_by_role("button", name="Actions", exact=True).click()
        self.page.get_by_role("menuitem", name=text).click()

    def select(self, title):
        self.page.get_by_role("checkbox", name=f"Select {title}").check()

    def confirm(self, word, button):
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label(re.compile("To confirm")).fill(word)
        dialog.get_by_role("button", name=button, exact=True).click()
        dialog.wait_for(state="detached")

    def dialog(self, button):
        """Agrees to what a dialog asks."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=button, exact=True).click()
        dialog.wait_for(state="detached")

    def write(self, label, text):
        """Writes a document into its editor, in the place of what is there."""
        editor = self.page.get_by_label(label, exact=True)
        editor.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def find(self, text):
        """Leaves those rows of a list that have a text."""
        self.page.get_by_role("combobox", name="by attribute or tag").fill(text)
        self.page.keyboard.press("Enter")

    def iam(self, *words, **options):
        return self.aws("iam", *words, **options)

    def reads(self, text):
        self.page.get_by_text(text).first.wait_for()

    def in_the_dark(self, where, name):
        """What a page looks like in the dark, where it can be read as well; then by day again."""
        for colours in ("Dark", "Light"):
            self.page.get_by_role("button", name="Settings").click()
            self.page.get_by_role("menuitemcheckbox", name=colours).click()
            if colours == "Dark":
                self.is_accessible(f"{where} in the dark")
                self.picture(f"{name}-dark")

    def picture(self, name):
        if PICTURES:
            for colours in ("dark", "light"):
                self.page.emulate_media(color_scheme=colours)
                self.page.evaluate(SETTLED)
                self.page.screenshot(path=f"{PICTURES}/{type(self).__name__}-{name}-{colours}.png")

    def is_accessible(self, where):
        """No finding of axe that keeps anybody from using the page."""
        from axe_playwright_python.sync_playwright import Axe

        # What is still fading in has too little contrast, and will have enough.
        self.page.evaluate(SETTLED)
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [it for it in found if it["impact"] in ("serious", "critical")]
        told = [f"{it['id']}: {it['nodes'][0]['html'][:200]}" for it in serious]
        self.sees(told, [], f"serious findings of axe on {where}")
