"""Every check of the doctor's, in the order in which `manage.py doctor` shows them."""

from __future__ import annotations

from nexus.doctor import ground, work
from nexus.doctor.examination import Check
from nexus.doctor.mail import MAIL_CHECKS

CHECKS = (
    Check("data folder", ground.data_folder),
    Check("base URL", ground.base_url),
    Check("debug", ground.debug),
    Check("git", ground.git_program),
    Check("database", ground.database),
    Check("migrations", ground.migrations, needs="database"),
    Check("repositories", work.repositories, needs="migrations"),
    Check("cache", ground.cache),
    Check("broker", ground.broker),
    Check("relay", work.relay, needs="migrations"),
    Check("jobs", work.jobs, needs="migrations"),
    Check("worker", work.worker, needs="broker"),
    Check("beat", work.beat, needs="migrations"),
    Check("mail", ground.mail_server),
    Check("Flower", work.flower_socket),
    *MAIL_CHECKS,
)
