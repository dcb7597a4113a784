"""The proof that nothing held is in a tree of files, whoever has built it.

::

    held advisories  ->  needles, less what is public
    tree             ->  files  ->  examine: decode, fold, look for needles  ->  report

It knows neither the gate nor a renderer: whatever they do wrong, it finds out from the files alone.
"""
