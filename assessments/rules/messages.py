"""A finding's message: the codes with their names, in the order of the guide."""

from __future__ import annotations

from assessments.catalogue.code_names import in_a_sentence
from assessments.catalogue.types import Edition, Rule, code_order
from assessments.rules.findings import Finding
from assessments.rules.kinds import KINDS
from assessments.rules.selection import Selection


def finding_of(
    edition: Edition, rule: Rule, about: frozenset[str], unlisted: tuple[str, ...] = ()
) -> Finding:
    """Return the rule's finding about these codes, with its message filled in."""
    codes = tuple(sorted(about, key=code_order))
    own = tuple(code for code in codes if code in rule.codes) or codes
    if KINDS[rule.kind].refuses_codes:
        message = question = _unlisted_or_repeated(edition, rule, codes, unlisted)
    else:
        places = {
            "codes": in_a_sentence(edition, own),
            "with_codes": in_a_sentence(edition, about & rule.with_codes),
            "without": in_a_sentence(edition, rule.without),
            "adds": in_a_sentence(edition, rule.adds),
        }
        message = rule.message.format(**places)
        question = rule.question.format(**places) or message
    return Finding(
        rule=rule,
        codes=codes,
        beside=own or tuple(sorted(rule.codes | rule.without, key=code_order)),
        message=message,
        question=question,
        unlisted=unlisted,
    )


def unlisted_in(edition: Edition, selection: Selection) -> tuple[str, ...]:
    """Return what was sent and is no code of the edition, each once, in the order sent."""
    return tuple(dict.fromkeys(code for code in selection.sent if code not in edition.codes))


def _unlisted_or_repeated(
    edition: Edition, rule: Rule, repeated: tuple[str, ...], unlisted: tuple[str, ...]
) -> str:
    """Return a sentence for each replaced code, one for all unknown, one for all repeated ones."""
    sentences = [edition.replaced[code] for code in unlisted if code in edition.replaced]
    unknown = [code for code in unlisted if code not in edition.replaced]
    if unknown:
        sentences.append(rule.message.format(unlisted=_quoted(unknown), edition=edition.title))
    if repeated:
        sentences.append(rule.message_doubled.format(codes=in_a_sentence(edition, repeated)))
    return " ".join(f"{sentence.removesuffix('.')}." for sentence in sentences)


def _quoted(unknown: list[str]) -> str:
    """Return what was sent, safe to show: the first few, cut short, nothing unprintable."""
    shown = [
        "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:20]
        )
        + "…" * (len(text) > 20)
        for text in unknown[:5]
    ]
    return ", ".join(f"“{text}”" for text in shown) + ", …" * (len(unknown) > 5)
