// The page on which a manager decides: asking whether to authorise in place, all guidance at once,
// and what goes with a return. Without JavaScript the server answers each.

const form = document.querySelector("#decision");
const isPhone = matchMedia("(max-width: 767px)");

if (form) {
  askInPlace(form);
  closeGuidanceOnPhone(form);
  openGuidanceInPlace(form);
  countComments(form);
  pairReasons(form);
}

function askInPlace(form) {
  const asking = form.querySelector("[data-authorise]");
  const confirming = form.querySelector("[data-confirm]");
  const ask = form.querySelector("#ask");
  const show = isAsked => {
    asking.hidden = isAsked;
    confirming.hidden = !isAsked;
    confirming.disabled = !isAsked;
    (isAsked ? document.querySelector("#confirm-heading") : ask).focus();
  };
  ask.addEventListener("click", event => {
    if (comments(form).length || isReturning(form)) return; // The server says what is in the way.
    event.preventDefault();
    show(true);
  });
  form.querySelector("[data-go-back]").addEventListener("click", event => {
    event.preventDefault();
    show(false);
  });
}

// Where little fits, the codes and what was answered come first, and guidance where it is asked for.
function closeGuidanceOnPhone(form) {
  if (!isPhone.matches) return;
  showGuidance(form, false);
}

function showGuidance(form, isShown) {
  for (const each of form.querySelectorAll(".review-guidance")) each.open = isShown;
  const button = form.querySelector("[data-all-guidance]");
  if (!button) return;
  button.value = isShown ? "hidden" : "shown";
  button.textContent = `${isShown ? "Hide" : "Show"} all guidance`;
}

function openGuidanceInPlace(form) {
  const button = form.querySelector("[data-all-guidance]");
  button?.addEventListener("click", event => {
    event.preventDefault();
    const isShown = button.value === "shown";
    if (isPhone.matches) return showGuidance(form, isShown); // A wide screen’s choice stays.
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken"]) data.set(name, form.elements[name].value);
    data.set("guidance", button.value);
    data.set("quietly", "yes");
    showGuidance(form, isShown);
    // Where it is not remembered, the page still shows what was asked.
    fetch(button.formAction, { method: "POST", body: new URLSearchParams(data) }).catch(() => {});
  });
}

function comments(form) {
  return [...form.querySelectorAll("textarea")].filter(each => each.value.trim());
}

function isReturning(form) {
  return [...form.querySelectorAll(".review-return input:checked, .review-return select")]
    .some(each => each.value);
}

function countComments(form) {
  const place = form.querySelector("[data-goes-with-it]");
  const count = () => {
    const typed = [...form.querySelectorAll(".review-selection textarea")].filter(each => each.value.trim());
    place.replaceChildren();
    if (!typed.length) {
      place.textContent = "Comments beside the codes go with it, and can be all of it.";
      return;
    }
    place.append(`With it ${typed.length === 1 ? "goes 1 comment" : `go ${typed.length} comments`}: `);
    typed.forEach((each, position) => {
      const link = document.createElement("a");
      const item = each.closest("li");
      link.href = `#${item.id}`;
      link.textContent = item.querySelector(".review-code__code").textContent;
      if (position) place.append(", ");
      place.append(link);
    });
  };
  form.addEventListener("input", count);
  count();
}

// One of the two is shown, by the height of the window; they say the same.
function pairReasons(form) {
  const select = form.querySelector("[data-reason]");
  const radios = [...form.querySelectorAll(".review-reasons input[type=radio]")];
  select.addEventListener("change", () => {
    for (const each of radios) each.checked = each.value === select.value;
  });
  for (const each of radios) each.addEventListener("change", () => { select.value = each.value; });
}
