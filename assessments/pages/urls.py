"""The URLs of every page for those who record, manage and read assessments."""

from django.urls import path

from assessments.components.find import find
from assessments.pages.access.cover import cover, end_cover
from assessments.pages.access.views import lift, reassign, restrict
from assessments.pages.access.work_to_reassign import work_to_reassign
from assessments.pages.census.explaining import explain, notes
from assessments.pages.census.exporting import export
from assessments.pages.census.figures import figures
from assessments.pages.census.late import late
from assessments.pages.census.tasks import census_task, stop, task_file, task_table
from assessments.pages.census.uploading import Upload
from assessments.pages.census.views import census
from assessments.pages.check_answers.views import check, submitted
from assessments.pages.child.views import (
    change_details,
    record_birth,
    record_death,
    record_not_born,
)
from assessments.pages.duplicates.views import likely_duplicates, not_the_same
from assessments.pages.episode.views import change_referral, change_start_date
from assessments.pages.factors.autosave import autosave
from assessments.pages.factors.views import factors
from assessments.pages.guidance.views import guidance, guidance_for_code
from assessments.pages.history.views import assessment_history
from assessments.pages.joining.views import find_other_record, join
from assessments.pages.reading_log.views import reading_hour, reading_log
from assessments.pages.record.views import assessment_record, cancel, correction_read, withdraw
from assessments.pages.start.views import find_child, start_for_child, start_with_new_child
from assessments.pages.voiding.views import void
from assessments.pages.who_read.views import ask_who_read, who_read
from assessments.pages.worklist.download import download
from assessments.pages.worklist.views import assessment_list, home

urlpatterns = [
    path("", home, name="home"),
    path("assessments/", assessment_list, name="assessments"),
    path("assessments/download/", download, name="download_assessments"),
    path("assessments/start/", find_child, name="start"),
    path("assessments/start/new/", start_with_new_child, name="start_with_new_child"),
    path("assessments/start/<uuid:reference>/", start_for_child, name="start_for_child"),
    path("assessments/<uuid:reference>/", assessment_record, name="record"),
    path("assessments/<uuid:reference>/factors/", factors, name="factors"),
    path("assessments/<uuid:reference>/autosave/", autosave, name="autosave"),
    path("assessments/<uuid:reference>/check/", check, name="check"),
    path("assessments/<uuid:reference>/submitted/", submitted, name="submitted"),
    path("assessments/<uuid:reference>/withdraw/", withdraw, name="withdraw"),
    path("assessments/<uuid:reference>/read/", correction_read, name="correction_read"),
    path("assessments/<uuid:reference>/history/", assessment_history, name="history"),
    path("assessments/<uuid:reference>/cancel/", cancel, name="cancel"),
    path(
        "assessments/<uuid:reference>/child/details/", change_details, name="change_child_details"
    ),
    path("assessments/<uuid:reference>/child/birth/", record_birth, name="record_birth"),
    path("assessments/<uuid:reference>/child/death/", record_death, name="record_death"),
    path("assessments/<uuid:reference>/child/not-born/", record_not_born, name="record_not_born"),
    path("assessments/<uuid:reference>/referral/", change_referral, name="change_referral"),
    path("assessments/<uuid:reference>/start-date/", change_start_date, name="change_start_date"),
    path("assessments/find/", find, name="find_factors"),
    path("assessments/<uuid:reference>/reassign/", reassign, name="reassign"),
    path("assessments/<uuid:reference>/restrict/", restrict, name="restrict"),
    path("assessments/<uuid:reference>/lift/", lift, name="lift_restriction"),
    path("assessments/<uuid:reference>/join/", find_other_record, name="find_other_record"),
    path("assessments/<uuid:reference>/join/<uuid:other>/", join, name="join"),
    path("assessments/<uuid:reference>/void/", void, name="void"),
    path("reassign/", work_to_reassign, name="without_a_worker"),
    path("duplicates/", likely_duplicates, name="likely_duplicates"),
    path("duplicates/not-the-same/", not_the_same, name="not_the_same_child"),
    path("cover/", cover, name="cover"),
    path("cover/<uuid:reference>/end/", end_cover, name="end_cover"),
    path("reading/", reading_log, name="reading_log"),
    path("reading/hour/<uuid:reference>/<str:hour>/", reading_hour, name="reading_hour"),
    path("reading/child/", ask_who_read, name="ask_who_read"),
    path("reading/child/<uuid:reference>/", who_read, name="who_read"),
    path("census/", census, name="census"),
    path("census/export/", export, name="census_export"),
    path("census/figures/", figures, name="census_figures"),
    path("census/late/", late, name="census_late"),
    path("census/notes/", notes, name="census_notes"),
    path("census/explain/<uuid:reference>/", explain, name="explain_query"),
    path("census/return/", Upload.as_view(), name="census_return"),
    path("census/task/<uuid:reference>/", census_task, name="census_task"),
    path("census/task/<uuid:reference>/stop/", stop, name="stop_census_task"),
    path("census/task/<uuid:reference>/file/", task_file, name="census_task_file"),
    path("census/task/<uuid:reference>/table/", task_table, name="census_task_table"),
    path("guidance/", guidance, name="guidance"),
    path("guidance/<str:code>/", guidance_for_code, name="guidance_for_code"),
]
