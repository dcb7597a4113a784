"""The press: many pages from one page of the theme, and the files of a site on the disk.

It knows no MkDocs. A theme is asked for the page that it makes of a probe, a page whose values can
be found again; what stands between them is the shell of all pages like it.
"""
