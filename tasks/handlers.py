"""Who reacts to what: the only table of its kind."""

from __future__ import annotations

from notes.models import EventKind
from tasks.digests import (
    compose_digest,
    send_confirmation,
    send_digest,
    send_test_digest,
)
from tasks.housekeeping import prune_history
from tasks.jobs import HandlerTask
from tasks.links import check_links, find_copies, recheck_links
from tasks.readme import push_readme, rebuild_readme

EVENT_HANDLERS: dict[str, tuple[HandlerTask, ...]] = {
    EventKind.NOTE_SUBMITTED: (rebuild_readme, check_links),
    EventKind.NOTE_EDITED: (rebuild_readme, check_links),
    EventKind.NOTE_MOVED: (rebuild_readme,),
    EventKind.NOTE_WITHDRAWN: (rebuild_readme,),
    EventKind.SECTION_ADDED: (rebuild_readme,),
    EventKind.SECTION_RENAMED: (rebuild_readme,),
    EventKind.SECTION_MOVED: (rebuild_readme,),
    EventKind.SECTION_REMOVED: (rebuild_readme,),
    EventKind.CHECKLIST_CHANGED: (),
    EventKind.README_IMPORTED: (rebuild_readme, recheck_links),
    EventKind.README_PUBLISHED: (),
    EventKind.REMOTE_CHANGED: (push_readme,),
    EventKind.REMOTE_REMOVED: (),
    EventKind.PUSH_FELL_DUE: (push_readme,),
    EventKind.HANDEDIT_NOTICED: (),
    EventKind.HANDEDIT_SETTLED: (push_readme,),
    EventKind.LINKS_CHECK_REQUESTED: (recheck_links,),
    EventKind.LINKS_FELL_DUE: (recheck_links,),
    EventKind.LINKS_CHECKED: (),
    EventKind.LINKS_DIED: (find_copies,),
    EventKind.LINK_VERDICT_CHANGED: (),
    EventKind.LINK_OVERRULED: (),
    EventKind.LINK_OVERRULE_WITHDRAWN: (),
    EventKind.SUBSCRIPTION_REQUESTED: (send_confirmation,),
    EventKind.SUBSCRIPTION_CONFIRMED: (),
    EventKind.SUBSCRIPTION_CHANGED: (),
    EventKind.SUBSCRIPTION_ENDED: (),
    EventKind.DIGEST_FELL_DUE: (compose_digest,),
    EventKind.DIGEST_COMPOSED: (),
    EventKind.DIGEST_SKIPPED: (),
    EventKind.DIGEST_TEST_REQUESTED: (send_test_digest,),
    EventKind.DELIVERIES_FELL_DUE: (send_digest,),
    EventKind.DELIVERY_SETTLED: (send_digest,),
    EventKind.DELIVERY_REPORTED: (),
    EventKind.ADDRESS_SUPPRESSED: (),
    EventKind.SUPPRESSION_LIFTED: (),
    EventKind.DIGEST_SENT: (),
    EventKind.HOUSEKEEPING_FELL_DUE: (prune_history,),
}

HANDLERS: dict[str, HandlerTask] = {
    handler.name: handler
    for handlers in EVENT_HANDLERS.values()
    for handler in handlers
}
