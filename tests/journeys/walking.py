"""The parts of random walks on the factor page: steps in the page, a network that fails.

A burst of steps is taken within one task of the browser's script, so that no answer comes
between them, and the product's own pauses last until a walk says that they are over: what
happens next never depends on how fast the machine is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from threading import Event
from typing import Any

from playwright.sync_api import Page

from cinfactors.wsgi import application

IN_THE_PAGE = """
(() => {
  // Pauses are over when the walk says so; what is to happen at once does.
  const soon = setTimeout, notSoon = clearTimeout, waiting = new Map();
  let number = 0;
  window.setTimeout = (act, pause = 0, ...given) => {
    if (pause < 50) return soon(act, pause, ...given);
    waiting.set(number -= 1, { pause, act: () => act(...given) });
    return number;
  };
  window.clearTimeout = id => waiting.delete(id) || notSoon(id);
  // Of a second and more are those before another try, up to half a minute; less, in typing.
  function end(least, most) {
    for (const [id, { pause, act }] of [...waiting]) {
      if (pause >= least && pause < most && waiting.delete(id)) act();
    }
  }
  const tryAgain = () => end(1000, 60_000);

  const form = () => document.getElementById("factors");
  const all = selector => [...form().querySelectorAll(selector)];
  const canBeSeen = each => each.checkVisibility();
  const nth = (selector, place) => {
    const found = all(selector).filter(canBeSeen);
    return found[place % found.length];
  };

  // What a step is done to, and what the walk is told of it; nothing where it cannot be done.
  const STEPS = {
    tick(code) {
      const box = document.getElementById(`code-${code}`);
      const on = canBeSeen(box);
      return on && { at: box, told: ["tick", code, !box.checked], click: true };
    },
    press(name, place) {
      const at = nth(`button[name=${name}]`, place);
      const beside = at?.closest(".app-beside")?.id.slice("beside-".length) ?? "";
      return at && { at, told: ["press", name, at.value, beside], click: true };
    },
    choose(place) {
      const at = nth("#conflict input[type=radio]", place);
      return at && { at, told: ["choose", at.name, at.value], click: true };
    },
    codes: text => ({
      at: form().elements.typed, text, keys: ["Enter"], told: ["codes", text],
    }),
    find: text => ({ at: document.getElementById("find"), text, keys: [], told: ["find"] }),
    escape: () => ({ at: document.getElementById("find"), keys: ["Escape"], told: ["find"] }),
    describe(text) {
      const at = form().elements.other_description;
      return canBeSeen(at) && { at, text, keys: [], told: ["describe"] };
    },
    reason(place, text) {
      const at = nth(".app-finding__text", place);
      return at && { at, text, keys: [], told: ["reason"] };
    },
  };
  let ticks = 0;
  function found([kind, ...given]) {
    const what = STEPS[kind](...given) || null;
    if (what && kind === "tick") ticks += 1;
    return what;
  }

  function take(step) {
    const what = found(step);
    if (!what) return null;
    const { at, text, keys, click, told } = what;
    if (click) at.click();
    else at.focus();
    if (text !== undefined) {
      at.value = text;
      at.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    for (const key of keys ?? []) {
      at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
    return told;
  }

  // The page is at rest when it says that all is saved, or why it is not; or waits to try again.
  const RESTS = new Set(["saved", "open", "refused", "conflict", "closed", "failing"]);
  const work = () => form().dataset.saveState;
  // What never comes is a failure, and no run without end.
  function happens(what, begin) {
    return new Promise((resolve, reject) => {
      const end = soon(reject, 20_000, new Error(`Never: ${what} (${work()})`));
      begin(() => { notSoon(end); resolve(); });
    });
  }
  const next = after => happens("the page tells how its work goes on", then => {
    const observer = new MutationObserver(() => { observer.disconnect(); then(); });
    observer.observe(form(), { attributeFilter: ["data-save-state"] });
    after?.();
  });
  async function rest() {
    const begun = performance.now();
    while (!RESTS.has(work())) {
      await next();
      if (performance.now() - begun > 20_000) throw new Error("The page never rests");
    }
    return work();
  }

  // A search is no change, and is waited for as well: until the page has done with its answer.
  let searches = 0;
  const searched = new EventTarget();
  const isAnswered = () => happens("the search is answered", then => {
    searched.addEventListener("answered", then, { once: true });
  });
  const doneWith = () => soon(() => {
    searches -= 1;
    searched.dispatchEvent(new Event("answered"));
  });
  async function search(...request) {
    searches += 1;
    try {
      const response = await fetched(...request);
      response.text = () => Response.prototype.text.call(response).finally(doneWith);
      return response;
    } catch (error) {
      doneWith();
      throw error;
    }
  }
  async function typed() {
    end(0, 1000);
    while (searches) await isAnswered();
  }

  // An answer that is older than what was ticked since shows nothing. Another try is no newer.
  const PARTS = new Set(["saved", "selected", "counts", "findings"]);
  const movedTooLate = [];
  let sentWith = 0;
  const replaceChildren = Element.prototype.replaceChildren;
  Element.prototype.replaceChildren = function replaced(...nodes) {
    if (PARTS.has(this.id) && ticks > sentWith) movedTooLate.push(this.id);
    return replaceChildren.apply(this, nodes);
  };

  const fetched = fetch.bind(window);
  window.fetch = (address, options = {}) => {
    if (address === form()?.dataset.findUrl) return search(address, options);
    if (address !== form()?.dataset.autosaveUrl || options.method !== "POST") {
      return fetched(address, options);
    }
    // What a page sends while it is left says so.
    if (options.keepalive) return fetched(address, { ...options, headers: { "X-Left": "yes" } });
    if (work() !== "failing") sentWith = ticks;
    return fetched(address, options);
  };

  const codesIn = (selector, name) => all(selector).flatMap(each => each[name].split(" "));
  function shown() {
    const state = document.getElementById("state");
    return {
      work: work(),
      says: state.textContent.trim(),
      ticked: all("input[name=codes]").filter(box => box.checked).map(box => box.value),
      outOfSight: all("input[name=codes]")
        .filter(box => box.checked && box.closest("[hidden]")).map(box => box.value),
      listed: all("#selected [name=remove]").map(button => button.value),
      counted: all("#counts .app-count").reduce((sum, each) => sum + parseInt(each.textContent), 0),
      description: form().elements.other_description.value,
      version: Number(form().elements.version.value),
      offered: codesIn("[name=instead]", "value"),
      asked: [...new Set(all("#conflict [type=radio]").map(each => each.name))],
      chosen: Object.fromEntries(
        all("#conflict [type=radio]:checked").map(each => [each.name, each.value]),
      ),
      other: {
        density: all("[name=density]")[0].value,
        shortcuts: all("[name=shortcuts_list]")[0].value,
      },
      movedTooLate,
      isHalfWritten: all(".app-finding__text").some(
        box => box.value !== box.defaultValue || (box.value && "unsaved" in box.dataset),
      ),
      warns: !dispatchEvent(new Event("beforeunload", { cancelable: true })),
    };
  }

  window.walk = {
    mark(step) {
      const what = found(step);
      document.querySelector("[data-step]")?.removeAttribute("data-step");
      what?.at.setAttribute("data-step", "");
      return what && { ...what, at: null };
    },
    burst: steps => ({ told: steps.map(take), work: work() }),
    typed,
    rest,
    isSaving: () => work() === "saving",
    sendsWhenItIsLeft: () => Boolean(history.state?.unansweredAt),
    async finish() {
      await typed();
      while (await rest() === "failing") await next(tryAgain);
      return shown();
    },
  };
})();
"""


class Network:
    """The application behind a network on which the next request may fail.

    A request is lost before the application has it, or its answer after the application has
    carried it out; either is late until `is_in_time_again`; or a proxy answers 503.
    """

    LOST_REQUEST, LOST_ANSWER = "lost request", "lost answer"
    LATE_REQUEST, LATE_ANSWER = "late request", "late answer"
    UNAVAILABLE = "503"

    def __init__(self) -> None:
        self.coming: deque[str] = deque()
        self.is_late, self.goes_on, self.has_gone_on = Event(), Event(), Event()
        self.has_what_was_left = Event()

    def will(self, *failures: str) -> None:
        """The next posts of the page meet these, one after the other."""
        self.coming.extend(failures)

    def waits_until_late(self) -> None:
        assert self.is_late.wait(30)

    def is_in_time_again(self) -> None:
        """What was late arrives, and has been carried out when this returns."""
        self.goes_on.set()
        assert self.has_gone_on.wait(30)
        for each in (self.is_late, self.goes_on, self.has_gone_on):
            each.clear()

    def waits_for_what_was_left(self) -> None:
        """Until what a page sent while it was left has been carried out, or lost."""
        assert self.has_what_was_left.wait(30)
        self.has_what_was_left.clear()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        response = self._answer(environ, start_response)
        is_change = environ["REQUEST_METHOD"] == "POST" and "autosave" in environ["PATH_INFO"]
        if is_change and "HTTP_X_LEFT" in environ:
            self.has_what_was_left.set()
        return response

    def _answer(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/static/"):
            return application(environ, _kept_by_the_browser(start_response))
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith("/autosave/"):
            return application(environ, start_response)
        match self.coming.popleft() if self.coming else "":
            case self.LOST_REQUEST:
                return _cut_off(environ, start_response)
            case self.LOST_ANSWER:
                return self._carried_out_for_nobody(environ, start_response)
            case self.LATE_REQUEST | self.LATE_ANSWER as late:
                return self._late(late, environ, start_response)
            case self.UNAVAILABLE:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
        return application(environ, start_response)

    def _carried_out_for_nobody(self, environ, start_response) -> Iterable[bytes]:
        answer = application(environ, lambda *_: None)
        deque(answer, maxlen=0)
        answer.close()
        return _cut_off(environ, start_response)

    def _late(self, late: str, environ, start_response) -> Iterator[bytes]:
        answer = application(environ, start_response) if late == self.LATE_ANSWER else None
        self.is_late.set()
        assert self.goes_on.wait(30)
        if answer is None:
            answer = application(environ, start_response)
        self.has_gone_on.set()
        return answer


def _cut_off(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """A response of which only the headers arrive.

    A connection that ends without one would make the browser ask again by itself.
    """
    environ["wsgi.input"].read()
    start_response(f"{HTTPStatus.OK} OK", [("Content-Length", "1")])
    start_response.__self__.request_handler.close_connection = True
    return [b""]


def _kept_by_the_browser(start_response: Callable) -> Callable:
    """Static files with the caching header of production, so that a page load requests none."""

    def start(status: str, headers: list[tuple[str, str]], *error) -> Callable:
        others = [each for each in headers if each[0].lower() != "cache-control"]
        return start_response(status, [*others, ("Cache-Control", "max-age=3600")], *error)

    return start


class ByScript:
    """Takes steps in bursts, faster than any response."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def takes(self, steps: list[tuple]) -> list[list | None]:
        return self.page.evaluate("steps => walk.burst(steps).told", steps)


class ByHand:
    """Takes steps with the browser's own mouse and keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def takes(self, steps: list[tuple]) -> list[list | None]:
        return [self._takes(step) for step in steps]

    def _takes(self, step: tuple) -> list | None:
        what = self.page.evaluate("step => walk.mark(step)", step)
        if what is None:
            return None
        at = self.page.locator("[data-step]")
        if what.get("click"):
            at.click()
        else:
            at.focus()
        if "text" in what:
            at.press("Control+a")
            at.press_sequentially(what["text"]) if what["text"] else at.press("Delete")
        for key in what.get("keys", ()):
            at.press(key)
        return what["told"]
