"""The charts of the HTML reports, that zoom and filter in the browser: Bokeh, which is imported nowhere else.

A page holds each picture twice: as SVG, for printing and for readers that run no scripts, and as a chart, which hides the SVG once
it is there. Everything that a chart needs is in the page. ``kit`` has the look and the embedding, the others the charts.
"""
