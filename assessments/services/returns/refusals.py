"""Why a census file is not made. The text of each is for the person who asked for it."""

from __future__ import annotations

from django.conf import settings

from assessments.census.message import Header
from assessments.census.rules.kinds import shown


class ReturnRefused(Exception):
    """No file is made, or none is handed over."""


class NoAuthorityNumber(ReturnRefused):
    def __init__(self) -> None:
        super().__init__(
            "The authority’s number is not set. Whoever runs this service sets LEA to the three "
            "digits by which the Department for Education knows the authority"
        )


class OtherAuthority(ReturnRefused):
    """A return of another authority: a child of theirs may have the id of one of ours."""

    def __init__(self, theirs: str) -> None:
        super().__init__(
            f"This return is of authority {shown(theirs)}, and this service is of authority "
            f"{settings.LEA}. Choose the return of your own authority, or ask whoever runs this "
            "service whether its number (LEA) is right"
        )


def refuse_other_authority(header: Header) -> None:
    """Raise OtherAuthority for a return that says it is of another one than this service is of."""
    if settings.LEA and header.authority and header.authority != settings.LEA:
        raise OtherAuthority(header.authority)


class EmptyReturn(ReturnRefused):
    def __init__(self, year: str) -> None:
        super().__init__(f"Nothing is recorded that stands in the return of {year}")


class RestrictedRecords(ReturnRefused):
    """Restricted records stand in the file, and nobody is named who may have them.

    They are never left out in silence: the file would be wrong, and nobody would know.
    """

    def __init__(self) -> None:
        super().__init__(
            "Restricted records stand in this return. It is made for a data officer whom an "
            "administrator has given the permission “may export restricted records”, and never "
            "without those records"
        )


class ErrorsStand(ReturnRefused):
    """Something in the file would be refused by DfE."""

    def __init__(self, errors: int, hidden: int = 0) -> None:
        """`hidden` is how many findings, of any kind, are in restricted records."""
        self.errors, self.hidden = errors, hidden
        super().__init__(
            "1 error stands that DfE would refuse"
            if errors == 1
            else f"{errors:,} errors stand that DfE would refuse"
        )


class TooMuchKept(ReturnRefused):
    """The person has as much in the database as one person may have at once."""

    def __init__(self) -> None:
        super().__init__(
            "You have asked for as much as is kept for one person at a time. Wait until some of it "
            "is done, or deleted an hour after you asked for it"
        )


class NoLongerReadable(ReturnRefused):
    """SECRET_KEY was changed, and the earlier one is no fallback; or somebody changed the rows."""

    def __init__(self) -> None:
        super().__init__(
            "What was sent can no longer be read, nor what came of it: the key of this service was "
            "changed. Send it or ask for it again"
        )


class ReadBackDiffers(ReturnRefused):
    """A defect of ours, or of the disk."""

    def __init__(self) -> None:
        super().__init__("What was written and read back is not what is recorded: no file was made")
