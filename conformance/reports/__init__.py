"""Reports of a conformance run: pure functions of its event stream, live or read back from a file.

``read_report`` or ``build_report`` gives a ``Report``; ``render_html``, ``render_junit``, ``render_markdown`` and
``render_badge`` make text of it. ``ConsolePrinter`` prints events while they come.
"""

from conformance.reports.badge import render_badge
from conformance.reports.console import ConsolePrinter, make_console, print_stream
from conformance.reports.errors import StreamError
from conformance.reports.explain import explain, explain_all, explain_rich
from conformance.reports.html import render_html
from conformance.reports.junit import render_junit
from conformance.reports.markdown import render_markdown
from conformance.reports.openfindings import OpenFindings, open_findings
from conformance.reports.profileshow import View, show_profile
from conformance.reports.sentences import said
from conformance.reports.sheets import Sheet, as_csv, as_markdown, as_rich
from conformance.reports.stream import Report, build_report, parse_event, read_report
from conformance.reports.texts import texts_in
from conformance.reports.translation import translated

__all__ = [
    "ConsolePrinter",
    "OpenFindings",
    "Report",
    "Sheet",
    "StreamError",
    "View",
    "as_csv",
    "as_markdown",
    "as_rich",
    "build_report",
    "explain",
    "explain_all",
    "explain_rich",
    "make_console",
    "open_findings",
    "parse_event",
    "print_stream",
    "read_report",
    "render_badge",
    "render_html",
    "render_junit",
    "render_markdown",
    "said",
    "show_profile",
    "texts_in",
    "translated",
]
