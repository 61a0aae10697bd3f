"""A dataset's schedule is paused and resumed by an operator in charge; flows/prepare asks before a scheduled run."""

from __future__ import annotations

from review.models import SchedulePause, User
from review.permissions import Act, check_can
from review.reading import office
from review.transaction import Page, act


@act()
def pause_schedule(page: Page, username: str, dataset: str, department: str) -> None:
    """From now on the dataset isn't prepared by its schedule. Raises NotPermitted."""
    check_can(office(username), username, Act.SCHEDULE, department, page.at)
    if SchedulePause.objects.filter(dataset=dataset).exists():
        page.nothing_new()
        return
    SchedulePause.objects.create(dataset=dataset, user=User.objects.get(username=username), at=page.at)
    page.write("schedule-paused", username, dataset=dataset, unit=department)


@act()
def resume_schedule(page: Page, username: str, dataset: str, department: str) -> None:
    """The schedule runs again; what it would have done meanwhile isn't made up for. Raises NotPermitted."""
    check_can(office(username), username, Act.SCHEDULE, department, page.at)
    if not SchedulePause.objects.filter(dataset=dataset).delete()[0]:
        page.nothing_new()
        return
    page.write("schedule-resumed", username, dataset=dataset, unit=department)
