"""The architecture of tasks: who reacts to what is one table, and it is whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from celery import current_app

import tasks
from notes.models import EventKind
from tasks.handlers import EVENT_HANDLERS, HANDLERS
from tasks.jobs import HandlerTask
from tasks.queues import SUBJECTS

SOURCE = Path(tasks.__file__).parent
LONGEST_TASK_BODY = 10


def test_every_kind_of_event_has_its_row_in_the_table() -> None:
    assert set(EVENT_HANDLERS) == set(EventKind)


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
def test_a_handler_is_a_registered_task_on_its_own_modules_queue(
    handler: HandlerTask,
) -> None:
    package, module, function = handler.name.split(".")
    assert package == "tasks"
    assert module in SUBJECTS
    route = current_app.amqp.router.route({}, handler.name)
    assert route["queue"].name == module
    assert current_app.tasks[handler.name].run.__name__ == function


def test_every_handler_that_is_written_reacts_to_something() -> None:
    written = {
        f"tasks.{path.stem}.{function.name}"
        for path in SOURCE.glob("*.py")
        for function in decorated_with("handler", path)
    }
    assert written == set(HANDLERS)


def test_every_event_kind_is_a_noun_and_a_past_participle() -> None:
    irregular = ("sent", "fell_due", "withdrawn")
    for kind in EventKind:
        noun, _, verb = kind.value.partition(".")
        assert noun.isalpha()
        assert verb.endswith(("ed", *irregular)), kind


def test_a_task_body_fetches_calls_and_records_in_ten_lines_at_most() -> None:
    for path in SOURCE.glob("*.py"):
        for function in decorated_with("handler", path):
            body = [line for line in function.body if not is_docstring(line)]
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1
            assert length <= LONGEST_TASK_BODY, f"{path.name}: {function.name}"


def decorated_with(name: str, path: Path) -> list[ast.FunctionDef]:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]
    decorations = (f"{name}(", f"{name}\n")
    return [
        function
        for function in functions
        for decorator in function.decorator_list
        if f"{ast.unparse(decorator)}\n".startswith(decorations)
    ]


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
