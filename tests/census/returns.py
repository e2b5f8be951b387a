"""Invented returns for tests, as text: one child with nothing wrong, in any census year."""

from __future__ import annotations

import io
from collections.abc import Iterable

from assessments.census.check import check
from assessments.census.rules.judge import Finding

Edit = tuple[str, str]

SEX = "<Sex>F</Sex>"
GENDER = "<GenderCurrent>2</GenderCurrent>"
ASSESSMENT = """\
        <Assessments>
          <AssessmentActualStartDate>{Y}-05-12</AssessmentActualStartDate>
          <AssessmentInternalReviewDate>{Y}-05-27</AssessmentInternalReviewDate>
          <AssessmentAuthorisationDate>{Y}-07-14</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
            <AssessmentFactors>3B</AssessmentFactors>
            <AssessmentFactors>5A</AssessmentFactors>
          </FactorsIdentifiedAtAssessment>
        </Assessments>
"""
EPISODE = f"""\
      <CINdetails>
        <CINreferralDate>{{Y}}-05-12</CINreferralDate>
        <ReferralSource>6</ReferralSource>
        <PrimaryNeedCode>N1</PrimaryNeedCode>
{ASSESSMENT}\
        <ReferralNFA>false</ReferralNFA>
      </CINdetails>
"""
CHILD = f"""\
    <Child>
      <ChildIdentifiers>
        <LAchildID>CHILD1</LAchildID>
        <UPN>T330201500001</UPN>
        <PersonBirthDate>2010-06-09</PersonBirthDate>
        {SEX}
      </ChildIdentifiers>
      <ChildCharacteristics>
        <Ethnicity>WBRI</Ethnicity>
        <Disabilities>
          <Disability>COMM</Disability>
          <Disability>LD</Disability>
          <Disability>AUT</Disability>
          <Disability>MOB</Disability>
          <Disability>HEAR</Disability>
          <Disability>VIS</Disability>
          <Disability>BEH</Disability>
          <Disability>CON</Disability>
        </Disabilities>
      </ChildCharacteristics>
{EPISODE}\
    </Child>
"""
RETURN = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection>
      <Year>{{Z}}</Year>
      <ReferenceDate>{{Z}}-03-31</ReferenceDate>
    </CollectionDetails>
    <Source>
      <SourceLevel>L</SourceLevel>
      <LEA>330</LEA>
      <SoftwareCode>Invented</SoftwareCode>
      <Release>1.0</Release>
      <SerialNo>001</SerialNo>
      <DateTime>{{Z}}-05-01T09:00:00</DateTime>
    </Source>
  </Header>
  <Children>
{CHILD}\
  </Children>
</Message>
"""


def return_of(year: str = "2025-26", edits: Iterable[Edit] = ()) -> str:
    """Return a return of a census year, edited. `{Y}` is its first calendar year, `{Z}` its last.

    Each edit replaces the first place of a text by another, and must find it.
    """
    text = RETURN
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    if year < "2024-25":
        for code, gender in (("F", "2"), ("M", "1"), ("U", "0")):
            old = f"<GenderCurrent>{gender}</GenderCurrent>"
            text = text.replace(f"<Sex>{code}</Sex>", old)
        text = text.replace("<Sex>", "<GenderCurrent>").replace("</Sex>", "</GenderCurrent>")
    begins = int(year[:4])
    for offset in range(-30, 3):
        text = text.replace(f"{{Y{offset:+}}}", str(begins + offset))
    return text.replace("{Y}", str(begins)).replace("{Z}", str(begins + 1))


def findings_of(text: str | bytes, **options) -> list[Finding]:
    content = text.encode() if isinstance(text, str) else text
    if isinstance(last := options.get("last_return"), str):
        options["last_return"] = io.BytesIO(last.encode())
    return list(check(io.BytesIO(content), **options))


def tag(name: str, value: str) -> str:
    return f"<{name}>{value}</{name}>"


def set_to(name: str, old: str, new: str | None) -> Edit:
    """Return the edit that gives an element another value, or takes it out."""
    return (tag(name, old), "" if new is None else tag(name, new))


def children(number: int, **options) -> str:
    """Return a return of that many children, each with its own id and no UPN."""
    one = CHILD.replace("<UPN>T330201500001</UPN>", "<UPNunknown>UN5</UPNunknown>")
    many = "".join(one.replace("CHILD1", f"CHILD{position}") for position in range(1, number + 1))
    return return_of(edits=[(CHILD, many)], **options)
