"""The command that runs a sandbox panel."""

from tests.processes import ROOT, end_while_halted, halting_at_django


def test_a_panel_takes_signals_before_it_loads_django(start, tmp_path):
    panel = start("manage.py", "sandbox_panel", "--port=0", cwd=ROOT, **halting_at_django(tmp_path))
    assert end_while_halted(panel, tmp_path) == 0
    assert "Traceback" not in panel.output
