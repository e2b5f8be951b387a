"""Reading a text: its words, without small ones, each with its stem."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_OWNED = re.compile(r"(?<=[a-z])[’'´`]s\b")
_APOSTROPHE = re.compile(r"[’'´`]")
_AGE_APART = re.compile(r"[,(] *(1?\d)(?= *(?:[,)]|$))")
_PUNCTUATION = re.compile(r"[^a-z0-9 ]+")
_STEMMER = snowballstemmer.stemmer("english")

SMALL = frozenset(
    [
        "a", "about", "after", "again", "all", "allegation", "allegations", "alleged", "also",
        "always",
        "am", "an", "and", "apparently", "currently", "lately", "now", "recently", "any", "are",
        "as", "at", "basically", "be", "because", "been", "being",
        "but", "can", "concern", "concerned", "concerns", "could", "did", "do", "does", "doing",
        "dont", "due", "during", "ever", "evidence", "for", "from", "get", "gets", "getting",
        "go", "goes", "going", "got", "had", "has", "have", "having", "he", "her", "hers",
        "him", "his", "history", "how", "i", "if", "in", "into", "is", "isnt", "issue",
        "issues", "it", "its", "just", "keep", "keeps", "kept", "likely", "lot", "lots", "made",
        "make", "makes", "may", "maybe", "might", "more", "much", "my", "of", "off",
        "often", "on", "once", "or", "our", "possible", "possibly", "problem", "problems",
        "really", "reported", "risk", "said", "says", "self", "she", "should", "since", "so",
        "some", "still", "suspected", "than", "that", "the", "their", "theirs", "them", "then",
        "there", "these", "they", "this", "those", "through", "time", "very", "was", "wasnt",
        "we", "were", "what", "when", "where", "which", "while", "who", "whose", "will", "with",
        "would", "you", "your", "yp",
    ]
)  # fmt: skip
"""Words that say nothing of their own. In a phrase they count where it has nothing else."""

DENIED = ("alle", "conc", "evid", "issu", "prob", "risk")
"""How those of them begin without which an expression that denies them says another thing: "no
concerns from school" is not "not school". So many letters are known however they go on."""

LIGHT = frozenset(
    ["by", "down", "me", "no", "not", "off", "out", "over", "to", "up", "with", "without"]
)
"""Words that say little alone, and much in an expression: "home" and "not home"."""

IRREGULAR = {
    "drank": "drink", "drunk": "drink", "drunken": "drink", "ran": "run",
    "beaten": "beat", "bitten": "bite",
    "hid": "hide", "hidden": "hide", "stole": "steal", "stolen": "steal", "took": "take",
    "taken": "take", "taking": "take", "fought": "fight", "broke": "break", "broken": "break",
    "shook": "shake", "shaken": "shake", "threw": "throw", "thrown": "throw", "gave": "give",
    "given": "give", "left": "leave", "lost": "lose", "sold": "sell", "sent": "send",
    "slept": "sleep", "no": "not", "without": "not", "wont": "not", "cant": "not",
    "doesnt": "not", "didnt": "not", "shouldnt": "not", "couldnt": "not", "wouldnt": "not",
    "never": "not", "refuses": "not", "refusing": "not", "refuse": "not", "isnt": "not",
    "ate": "eat", "eaten": "eat", "kicked": "kick", "cut": "cut", "cutting": "cutting",
    "children": "child", "kids": "child", "kid": "child", "fostered": "foster",
    "behavior": "behaviour", "behaviors": "behaviour", "trafficking": "traffic",
    "trafficked": "traffic", "traffickers": "traffic", "trafficker": "traffic",
}  # fmt: skip
"""Word forms that no rule of endings leads to."""


PASSIVE = frozenset({"be", "been", "being", "get", "gets", "getting", "got", "is", "was", "were"})
"""Small words that say, after a person, that something was done to them: "mum was hit"."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as it was typed, and its stem, by which it is compared."""

    typed: str
    stem: str


def plain(text: str) -> str:
    """Return the text in lower case and without punctuation, with "&" as "and".

    A child's age that punctuation alone sets apart is said to be one: "found drunk, 14".
    """
    text = _AGE_APART.sub(r" aged \1 ", text.lower())
    text = _OWNED.sub("", text.replace("&", " and "))
    return " ".join(_PUNCTUATION.sub(" ", _APOSTROPHE.sub("", text)).split())


def words_of(text: str) -> tuple[Word, ...]:
    """Return every word of the text, in order."""
    return tuple(Word(each, stem(each)) for each in plain(text).split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the word without its ending: "neglected" and "neglecting" are "neglect"."""
    if len(word) <= 3 or word.isdigit():
        return IRREGULAR.get(word, word)
    stemmed: str = _STEMMER.stemWord(IRREGULAR.get(word, word))
    return stemmed


def are_deniable(words: Iterable[Word]) -> bool:
    """Return whether one of the words is a concern, a risk or the like."""
    return any(each.typed.startswith(DENIED) for each in words)
