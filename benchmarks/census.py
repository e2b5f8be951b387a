"""How fast a census return is judged, beside lxml that reads it and does nothing."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from assessments.catalogue import loader
from assessments.census.check import check

CHILDREN = 900_000
PART = 20_000
"""Children of a part: the two take turns, part by part, so that a slow moment hits both."""
MEGABYTE = 1024 * 1024

BEGINNING = """\
<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection>
      <Year>2026</Year>
      <ReferenceDate>2026-03-31</ReferenceDate>
    </CollectionDetails>
    <Source>
      <SourceLevel>L</SourceLevel>
      <LEA>330</LEA>
      <SoftwareCode>Invented</SoftwareCode>
      <Release>1.0</Release>
      <SerialNo>001</SerialNo>
      <DateTime>2026-05-01T09:00:00</DateTime>
    </Source>
  </Header>
  <Children>
"""
CHILD = """\
    <Child>
      <ChildIdentifiers>
        <LAchildID>INVENTED{number}</LAchildID>
        <UPNunknown>UN5</UPNunknown>
        <PersonBirthDate>20{year:02}-06-{day:02}</PersonBirthDate>
        <Sex>{sex}</Sex>
      </ChildIdentifiers>
      <ChildCharacteristics>
        <Ethnicity>WBRI</Ethnicity>
        <Disabilities>
          <Disability>{disability}</Disability>
        </Disabilities>
      </ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2025-05-{day:02}</CINreferralDate>
        <ReferralSource>6</ReferralSource>
        <PrimaryNeedCode>N1</PrimaryNeedCode>
        <CINclosureDate>2025-12-{day:02}</CINclosureDate>
        <ReasonForClosure>RC7</ReasonForClosure>
        <Assessments>
          <AssessmentActualStartDate>2025-06-{day:02}</AssessmentActualStartDate>
          <AssessmentInternalReviewDate>2025-06-{day:02}</AssessmentInternalReviewDate>
          <AssessmentAuthorisationDate>2025-07-{day:02}</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
{factors}\
          </FactorsIdentifiedAtAssessment>
        </Assessments>
        <CINPlanDates>
          <CINPlanStartDate>2025-07-{day:02}</CINPlanStartDate>
          <CINPlanEndDate>2025-12-{day:02}</CINPlanEndDate>
        </CINPlanDates>
        <Section47>
          <S47ActualStartDate>2025-06-{day:02}</S47ActualStartDate>
          <ICPCnotRequired>true</ICPCnotRequired>
        </Section47>
        <ReferralNFA>false</ReferralNFA>
      </CINdetails>
    </Child>
"""
FACTOR = "            <AssessmentFactors>{}</AssessmentFactors>\n"
END = "  </Children>\n</Message>\n"


class InventedReturn:
    """A return of that many children as a file to be read, without being on any disk."""

    def __init__(self, codes: list[str], children: int, first: int = 0) -> None:
        self._pieces = self._made(codes, children, first)
        self._rest = b""

    def _made(self, codes: list[str], children: int, first: int) -> Iterator[bytes]:
        yield BEGINNING.encode()
        disabilities = ["NONE"] * 7 + ["LD"]
        for number in range(first, first + children):
            some = {codes[number % len(codes)], codes[number // 7 % len(codes)]}
            text = CHILD.format(
                number=number,
                year=8 + number % 12,
                day=1 + number % 28,
                sex="FM"[number % 2],
                disability=disabilities[number % len(disabilities)],
                factors="".join(map(FACTOR.format, sorted(some))),
            )
            yield text.encode()
        yield END.encode()

    def read(self, size: int, /) -> bytes:
        pieces, length = [self._rest], len(self._rest)
        while length < size and (piece := next(self._pieces, b"")):
            pieces.append(piece)
            length += len(piece)
        content = b"".join(pieces)
        self._rest = content[size:]
        return content[:size]


@dataclass(frozen=True, slots=True)
class Speed:
    children: int
    judged_a_second: float
    """Children, of CPU time on one core."""
    read_a_second: float
    """The same for lxml, that reads every element and does nothing with it."""
    peak_memory: float
    """Of a process that judges all of them as one file, in megabytes."""
    findings: int
    """Of the whole file: almost none, as in a return that is about to be sent."""


def measure(children: int = CHILDREN) -> Speed:
    """Judge that many children in parts, beside lxml, and then as one file for the memory."""
    every_code = codes()
    judging = reading = 0.0
    for first in range(0, children, PART):
        number = min(PART, children - first)
        content = InventedReturn(every_code, number, first).read(number * 4096)
        started = time.process_time()
        read_and_do_nothing(content)
        middle = time.process_time()
        for _ in check(io.BytesIO(content)):
            pass
        reading += middle - started
        judging += time.process_time() - middle
    memory, findings = _memory(children)
    return Speed(children, children / judging, children / reading, memory, findings)


def read_and_do_nothing(content: bytes) -> None:
    """Read a return as a stream with lxml, as its manual has it: each element, then cleared."""
    for _, element in etree.iterparse(io.BytesIO(content)):
        element.clear()


def codes() -> list[str]:
    alone = {"20", "21"}
    return [code for code in loader.edition("2021-04").codes if code not in alone]


def _memory(children: int) -> tuple[float, int]:
    done = subprocess.run(  # noqa: S603  this module, in a process of its own
        [sys.executable, "-m", "benchmarks.census", str(children)],
        capture_output=True,
        text=True,
        check=True,
    )
    peak, findings = done.stdout.split()
    return float(peak), int(findings)


def main() -> None:
    """Print the peak memory in megabytes, and the number of findings."""
    number = sum(1 for _ in check(InventedReturn(codes(), int(sys.argv[1]))))
    print(peak_memory(), number)


def peak_memory() -> float:
    """Return the most memory that this process has had, in megabytes."""
    if (status := Path("/proc/self/status")).exists():
        # Linux's rusage counts what the parent had when this process began, too.
        [line] = [each for each in status.read_text().splitlines() if each.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


if __name__ == "__main__":
    main()
