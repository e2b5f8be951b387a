"""The factor page in a real browser: the time of a change on the screen, and a slow phone.

The clock is the page's own, from the click until the frame that shows the response is painted.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from assessments.models import Assessment
from benchmarks.measure import percentile_95
from benchmarks.people import ordinary_selection
from cinfactors.dev import chromium

APPLICATION = "cinfactors.wsgi"
CHANGES, VISITS = 100, 5
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SLOWER_CPU = 4
"""Times as long as the machine for which the goals were set."""
SLOW_4G = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""Milliseconds for each request and bytes a second, as Lighthouse simulates a slow 4G network."""

# One box after another, each once the change before it is saved and painted.
CHANGE = """async ([codes, changes]) => {
    const form = document.getElementById("factors");
    const answered = () => new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(form.dataset.saveState)), 10_000);
        new MutationObserver((_, watch) => {
            if (form.dataset.saveState === "saving") return;
            clearTimeout(timer);
            watch.disconnect();
            form.dataset.saveState === "saved" ? done() : fail(new Error(form.dataset.saveState));
        }).observe(form, {attributeFilter: ["data-save-state"]});
    });
    const painted = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(null);
    }));
    const taken = [];
    for (let change = 0; change < changes; change += 1) {
        const box = document.getElementById(`code-${codes[change % codes.length]}`);
        await painted();
        const saved = answered(), started = performance.now();
        box.click();
        await saved;
        await painted();
        taken.push(performance.now() - started);
    }
    return taken;
}"""
# Every script of the page has run by then.
USABLE = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
SHIFT = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) sum += shift.value;
    }).observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 300);
})"""


@dataclass(frozen=True, slots=True)
class BrowserTimes:
    """Milliseconds on the clock; the shift in thousandths of Cumulative Layout Shift."""

    change: float
    usable_at_first: float
    usable_again: float
    shift: float


def measure(
    assessment: Assessment, *, slowness: float = 1, changes: int = CHANGES, visits: int = VISITS
) -> BrowserTimes:
    """Measure the product as served, on the database that this thread uses.

    `slowness` says how many times as long this machine takes as that of the goals: a phone's
    browser is slowed down by so much less, and is the same phone on any machine.
    """
    codes = ordinary_selection(assessment, 3)
    page = reverse("factors", args=[assessment.reference])
    client = Client()
    client.force_login(assessment.worker)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    # Playwright runs an event loop in its thread, in which Django refuses queries.
    with _serving() as address, ThreadPoolExecutor(1) as thread:
        slower = max(1, SLOWER_CPU / slowness)
        visit = (address, page, session, codes, changes, visits, slower)
        return thread.submit(_visit, *visit).result()


def _visit(
    address: str,
    page: str,
    session: str,
    codes: list[str],
    changes: int,
    visits: int,
    slower: float,
) -> BrowserTimes:
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
    # CHROMIUM's, where `make bench` has named one; looked for before Playwright's event loop runs,
    # in which the path of its own browser cannot be asked for.
    executable = chromium.path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        desktop = browser.new_context(base_url=address)
        desktop.add_cookies([cookie])
        tab = desktop.new_page()
        tab.goto(page)
        taken = tab.evaluate(CHANGE, [codes, changes])
        first, again = [], []
        for _ in range(visits):
            phone = browser.new_context(base_url=address, **PHONE)
            phone.add_cookies([cookie])
            tab = phone.new_page()
            tools = phone.new_cdp_session(tab)
            tools.send("Network.enable")
            tools.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
            tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            for usable in (first, again):
                tab.goto(page)
                usable.append(tab.evaluate(USABLE))
            shift = tab.evaluate(SHIFT)
            phone.close()
        browser.close()
    return BrowserTimes(percentile_95(taken), median(first), median(again), shift * 1000)


@contextmanager
def _serving() -> Iterator[str]:
    """Serve the product as it is deployed, on the database that this thread uses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # gunicorn sets it too, but too late for connections made before it starts.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = subprocess.Popen(  # noqa: S603  ourselves, arguments of ours
            [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", APPLICATION],
            cwd=settings.BASE_DIR,
            env=os.environ | environment(),
            pass_fds=[listener.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait()


def environment() -> dict[str, str]:
    """Return what gives the product's own settings this process's database and sessions."""
    given = connection.settings_dict
    role, password, host = (quote(given[part], safe="") for part in ("USER", "PASSWORD", "HOST"))
    return {
        "DJANGO_SETTINGS_MODULE": "cinfactors.settings",
        "DATABASE_URL": f"postgresql://{role}:{password}@{host}:{given['PORT']}/{given['NAME']}",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
    }
