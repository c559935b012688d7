"""Every module has one test file of its name at the same place, and every such test file has its module."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
# Tests about more than one module.
ABOUT_ALL = {
    "test_access.py", "test_hostile_panel.py", "test_layout.py", "test_lock.py", "test_odd_values.py",
    "test_templates.py", "test_volume.py", "test_walls.py",
}  # fmt: skip
# Folders of tests that mirror no package.
OTHER_FOLDERS = {"answers", "bench", "browser", "faults", "upgrades"}


def wanted_tests(root):
    """Return the path of the test file of each module, relative to tests/."""
    modules = {
        path.relative_to(base)
        for base, folder in ((root / "panels", root / "panels"), (root, root / "dashboard"))
        for path in folder.rglob("*.py")
        if path.name != "__init__.py" and "migrations" not in path.parts
    }
    return {module.with_name(f"test_{module.name}") for module in modules}


def written_tests(root):
    """Return the path of each test file that mirrors a package, relative to tests/."""
    files = {path.relative_to(root / "tests") for path in (root / "tests").rglob("test_*.py")}
    return {file for file in files if str(file) not in ABOUT_ALL and file.parts[0] not in OTHER_FOLDERS}


def gaps(root):
    """Return the sentences about missing test files and missing modules."""
    wanted, written = wanted_tests(root), written_tests(root)
    missing = [f"tests/{file} is missing: its module has no tests of its own" for file in sorted(wanted - written)]
    return missing + [f"tests/{file} tests no module of its name" for file in sorted(written - wanted)]


def test_every_module_has_one_test_file_of_its_name_and_every_test_file_has_its_module():
    assert gaps(ROOT) == []


def test_a_missing_test_file_and_a_missing_module_are_found(tmp_path):
    for name in (
        "panels/bell.py", "panels/orders/__init__.py", "panels/orders/queue.py", "panels/migrations/0001_initial.py",
        "panels/management/commands/demo.py", "dashboard/settings.py", "tests/test_bell.py", "tests/test_access.py",
        "tests/orders/test_queue.py", "tests/browser/test_pages.py", "tests/management/commands/test_demo.py",
        "tests/dashboard/test_settings.py",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert gaps(tmp_path) == []
    (tmp_path / "tests/orders/test_queue.py").rename(tmp_path / "tests/orders/test_switch.py")
    (tmp_path / "panels/urls.py").touch()
    assert gaps(tmp_path) == [
        "tests/orders/test_queue.py is missing: its module has no tests of its own",
        "tests/test_urls.py is missing: its module has no tests of its own",
        "tests/orders/test_switch.py tests no module of its name",
    ]
