"""Review: the managers' part of the admin, where they find, read and decide on assessments.

Addresses name a record by its random reference, and what is searched for is posted and kept in
the session: a child's id has no place in an address. Facts are read-only; decisions go through
the services; nothing is added or deleted here.
"""

from assessments.review.children import ChildAdmin, EpisodeAdmin
from assessments.review.queue import AssessmentAdmin

__all__ = ["AssessmentAdmin", "ChildAdmin", "EpisodeAdmin"]
