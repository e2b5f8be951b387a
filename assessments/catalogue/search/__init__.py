"""Search: finding factors by the words that people use for them.

What is typed is ranked, not required: the factor for which most of it speaks comes first, and a
word that says nothing takes nothing away. `words` reads a text, `index` knows an edition's words,
`spelling` those that nobody knows, `correction` what is meant by them, `ranking` finds, and
`people` puts the codes of a factor in the order in which they fit whom the words are about.
"""

from assessments.catalogue.search.ranking import Found, FoundFactor, find

__all__ = ["Found", "FoundFactor", "find"]
