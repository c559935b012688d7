"""The lock file fits pyproject.toml, and every file that it allows has a hash."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / ".requirements.lock").read_text()
# A requirement, and below it one line for each hash.
ENTRY = re.compile(r"^(?P<requirement>[^\s#].*?)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE)


def wanted():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(text) for text in project["dependencies"]]


def locked():
    return [Requirement(entry["requirement"]) for entry in ENTRY.finditer(LOCK)]


def version(requirement):
    return str(requirement.specifier).removeprefix("==")


def test_each_dependency_is_locked_within_its_bounds():
    versions = {canonicalize_name(each.name): version(each) for each in locked()}
    for requirement in wanted():
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_each_dependency_has_an_upper_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for text in (*project["dependencies"], *project["optional-dependencies"]["test"]):
        assert any(each.operator == "<" for each in Requirement(text).specifier), text


def test_the_lock_pins_one_version_of_each_package_with_hashes():
    entries = list(ENTRY.finditer(LOCK))
    assert len(entries) > len(wanted())
    for entry in entries:
        assert re.fullmatch(r"[^=]+==[^=\s;]+( ; .+)?", entry["requirement"])
        assert entry["hashes"], entry["requirement"]


def test_the_lock_names_no_index():
    assert "://" not in LOCK
    assert "--index-url" not in LOCK
