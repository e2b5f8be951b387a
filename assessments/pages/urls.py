"""The URLs of every page for those who record, manage and read assessments."""

from django.urls import path

from assessments.components.find import find
from assessments.pages.access.views import lift, reassign, restrict, without_a_worker
from assessments.pages.check_answers.views import check, submitted
from assessments.pages.factors.autosave import autosave
from assessments.pages.factors.views import factors
from assessments.pages.guidance.views import guidance, guidance_for_code
from assessments.pages.history.views import assessment_history
from assessments.pages.reading_log.views import reading_log
from assessments.pages.record.views import assessment_record, cancel, correction_read, withdraw
from assessments.pages.start.views import find_child, start_for_child, start_with_new_child
from assessments.pages.worklist.views import assessment_list, home

urlpatterns = [
    path("", home, name="home"),
    path("assessments/", assessment_list, name="assessments"),
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
    path("assessments/find/", find, name="find_factors"),
    path("assessments/<uuid:reference>/reassign/", reassign, name="reassign"),
    path("assessments/<uuid:reference>/restrict/", restrict, name="restrict"),
    path("assessments/<uuid:reference>/lift/", lift, name="lift_restriction"),
    path("reassign/", without_a_worker, name="without_a_worker"),
    path("reading/", reading_log, name="reading_log"),
    path("guidance/", guidance, name="guidance"),
    path("guidance/<str:code>/", guidance_for_code, name="guidance_for_code"),
]
