"""The compose file and .env.example say what the code says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from django.conf import settings

from nexus import processes

ROOT = Path(settings.BASE_DIR)
COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
# Set by docker-compose.yml itself for some services, or of no use there.
NOT_PASSED_ON = {
    "NEXUS_DATA_DIR",
    "NEXUS_DEBUG",
    "NEXUS_FLOWER_BASIC_AUTH",
    "NEXUS_HEARTBEAT_FILE",
}


def service(name: str) -> str:
    """The lines of one service."""
    found = re.search(rf"^  {name}:\n((?:(?:    .*| *#.*)?\n)+)", COMPOSE, re.MULTILINE)
    assert found, name
    return found[1]


def options(name: str) -> list[str]:
    """The command line of a service after the program itself."""
    found = re.search(r"^    command: \[(.*)\]$", service(name), re.MULTILINE)
    assert found, name
    return next(csv.reader([found[1]], skipinitialspace=True))[1:]


def celery_options(program: processes.Program) -> list[str]:
    """What follows `python -m celery`."""
    return list(program.command[3:])


def variables_read() -> set[str]:
    """Every variable that the two modules which read the environment name."""
    source = "".join(
        (ROOT / "nexus" / name).read_text() for name in ("env.py", "settings.py")
    )
    return set(re.findall(r'\(\s*"(NEXUS_[A-Z_]+|[A-Z]+_URL)"', source))


def variables_of_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))


def test_web_runs_as_up_runs_it() -> None:
    assert options("web") == processes.web("0.0.0.0", 8000).command[1:]


def test_the_relay_runs_as_up_runs_it() -> None:
    assert options("relay") == processes.relay().command[1:]


def test_the_worker_runs_as_up_runs_it() -> None:
    number = f"${{NEXUS_WORKER_PROCESSES:-{processes.WORKER_PROCESSES}}}"
    ours = [processes.WORKER_PROCESSES, number]
    expected = celery_options(processes.worker())
    assert expected.count(str(ours[0])) == 1
    assert options("worker") == [
        number if option == str(ours[0]) else option for option in expected
    ]


def test_beat_runs_as_up_runs_it() -> None:
    assert options("beat") == celery_options(processes.beat())


def test_flower_runs_as_up_runs_it_but_in_a_folder_of_its_own() -> None:
    ours = " ".join(celery_options(processes.flower()))
    ours = ours.replace(str(settings.NEXUS_FLOWER_SOCKET), "/run/nexus/flower.sock")
    ours = ours.replace(str(settings.DATA_DIR), "/run/nexus")
    assert options("flower") == ours.split()


def test_only_web_is_published_and_only_on_this_machine() -> None:
    assert re.findall(r"^    ports: (.*)$", COMPOSE, re.MULTILINE) == [
        '["${NEXUS_PUBLISH:-127.0.0.1:8000}:8000"]'
    ]
    assert "ports:" in service("web")


def test_only_web_and_worker_reach_the_outside() -> None:
    outside = [
        name
        for name in ("migrate", "web", "relay", "worker", "beat", "flower", "postgres")
        if "outside" in service(name)
    ]
    assert outside == ["web", "worker"]


def test_the_compose_file_passes_every_variable_on() -> None:
    passed = set(re.findall(r"^  ([A-Z][A-Z_]+): ", COMPOSE, re.MULTILINE))
    assert variables_read() - passed <= NOT_PASSED_ON


def test_env_example_names_every_variable_and_no_other() -> None:
    named = re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == variables_read() | variables_of_compose()


def test_each_variable_of_env_example_is_explained() -> None:
    for block in re.split(r"^#?[A-Z][A-Z_]+=.*\n", EXAMPLE, flags=re.MULTILINE)[:-1]:
        assert block.rstrip("\n").rpartition("\n")[2].startswith("# ")


def test_env_example_as_it_is_sets_no_secret() -> None:
    values = re.findall(r"^[A-Z_]+=(.*)$", EXAMPLE, re.MULTILINE)
    assert values == ["", "", ""]
