"""The selection rules transcribed by hand, to compare `assessments.rules` with.

Deliberately plain, and written from the rules as people agreed them, not from the kinds and not
from `rules.toml`: sets, ifs and the codes themselves. It reads nothing of the product.
"""

CODES = (
    *("1A", "1B", "1C", "2A", "2B", "2C", "3A", "3B", "3C", "4A", "4B", "4C"),
    *("5A", "5B", "5C", "6A", "6B", "6C", "7A", "8B", "8C", "8D", "8E", "8F"),
    *("9A", "10A", "11A", "12A", "13A", "14A", "15A", "16A", "17A", "18B", "18C"),
    *("19B", "19C", "20", "21", "22A", "23A", "24A"),
)
LISTED = set(CODES)
PRIVATE_FOSTERING = {"8B", "8C", "8D", "8E", "8F"}
PARENT_OR_CARER = {"1B", "2B", "3B", "4B", "5B", "6B"}
NOT_BEFORE_BIRTH = {
    *("1A", "2A", "7A", "9A", "10A", "11A", "13A", "14A", "15A", "18B", "19B", "24A"),
}
ILL_TREATMENT = {"16A", "18B", "18C", "19B", "19C"}


def rules_that_speak(
    sent: tuple[str, ...],
    *,
    other_description: str = "",
    outcome: str | None = None,
    age: int | None = None,
    unborn: bool = False,
    sex: str | None = None,
    disabled: bool = False,
) -> list[str]:
    """Return the ids of the rules that speak, errors on save first, notes last."""
    s = set(sent)
    ids = []

    # Errors on every save.
    if len(s) < len(sent) or s - LISTED:
        ids.append("listed-codes")
    if "21" in s and len(s) > 1:
        ids.append("no-factors-stands-alone")

    # Errors on submission.
    if not s:
        ids.append("some-factor")
    if "21" in s and outcome not in ("no_further_action", "early_help"):
        ids.append("no-factors-no-further-action")
    if "20" in s and other_description.strip() == "":
        ids.append("other-described")

    # Explain. An unborn child has no age.
    if "21" in s and outcome == "early_help":
        ids.append("no-factors-early-help")
    if "13A" in s and "24A" not in s:
        ids.append("gangs-with-criminal-exploitation")
    if age is not None and not unborn:
        if age >= 18:
            if "7A" in s:
                ids.append("young-carer-age")
            if "9A" in s:
                ids.append("asylum-age")
            if "10A" in s:
                ids.append("missing-age")
            if "11A" in s:
                ids.append("sexual-exploitation-age")
            if "24A" in s:
                ids.append("criminal-exploitation-age")
            if "18B" in s or "19B" in s:
                ids.append("child-on-child-age")
        if (age >= 18 or (age >= 16 and not disabled)) and s & PRIVATE_FOSTERING:
            ids.append("private-fostering-age")
    if len(s & PRIVATE_FOSTERING) >= 2:
        ids.append("private-fostering-one-kind")
    if "22A" in s and sex == "M":
        ids.append("fgm-girl")
    if unborn and s & NOT_BEFORE_BIRTH:
        ids.append("unborn-child")

    # Consider.
    if "6B" in s and "7A" not in s and not unborn:
        ids.append("young-carer")
    if ("3B" in s or "3C" in s) and "3A" not in s:
        ids.append("child-as-victim")
    if unborn and ("1B" in s or "2B" in s) and "16A" not in s:
        ids.append("unborn-neglect")
    if "22A" in s:
        ids.append("fgm-herself")
        if "23A" in s:
            ids.append("faith-not-fgm")
    if "9A" in s and s & PARENT_OR_CARER:
        ids.append("asylum-with-parents")
    if s == {"20"}:
        ids.append("other-alone")
    if disabled and "5A" not in s and "6A" not in s:
        ids.append("disabled-child")

    # Notes.
    if ("1A" in s and "2A" in s) or ("1B" in s and "2B" in s) or ("1C" in s and "2C" in s):
        ids.append("alcohol-with-other-drugs")
    if "11A" in s and "19B" not in s and "19C" not in s:
        ids.append("exploitation-is-abuse")
    if "17A" not in s and s & ILL_TREATMENT:
        ids.append("emotional-abuse-implied")
    if "18B" in s or "19B" in s:
        ids.append("child-who-harmed")
    if "23A" in s:
        ids.append("faith-setting")
    if "10A" in s and "24A" not in s:
        ids.append("missing-and-exploitation")
    return ids
