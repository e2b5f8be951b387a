from django.urls import path

from assessments.views import (
    history,
    lists,
    looking_after,
    reading,
    reading_log,
    recording,
    starting,
    submitting,
    working,
)

urlpatterns = [
    path("", lists.home, name="home"),
    path("authority.css", lists.authority_stylesheet, name="authority_stylesheet"),
    path("assessments/", lists.assessment_list, name="assessments"),
    path("assessments/start/", starting.find_child, name="start"),
    path("assessments/start/new/", starting.start_with_new_child, name="start_with_new_child"),
    path("assessments/start/<uuid:reference>/", starting.start_for_child, name="start_for_child"),
    path("assessments/<uuid:reference>/", reading.assessment_record, name="record"),
    path("assessments/<uuid:reference>/factors/", recording.factors, name="factors"),
    path("assessments/<uuid:reference>/working/", working.working, name="working"),
    path("assessments/<uuid:reference>/check/", recording.check, name="check"),
    path("assessments/<uuid:reference>/submitted/", submitting.submitted, name="submitted"),
    path("assessments/<uuid:reference>/withdraw/", submitting.withdraw, name="withdraw"),
    path("assessments/<uuid:reference>/read/", reading.correction_read, name="correction_read"),
    path("assessments/<uuid:reference>/history/", history.assessment_history, name="history"),
    path("assessments/<uuid:reference>/cancel/", submitting.cancel, name="cancel"),
    path("assessments/find/", working.find, name="find_factors"),
    path("assessments/<uuid:reference>/reassign/", looking_after.reassign, name="reassign"),
    path("assessments/<uuid:reference>/restrict/", looking_after.restrict, name="restrict"),
    path("assessments/<uuid:reference>/lift/", looking_after.lift, name="lift_restriction"),
    path("reassign/", looking_after.without_a_worker, name="without_a_worker"),
    path("reading/", reading_log.reading_log, name="reading_log"),
    path("guidance/", reading.guidance, name="guidance"),
    path("guidance/<str:code>/", reading.guidance_for_code, name="guidance_for_code"),
]
