"""What helps the people who write: new ids, skeletons, summaries of a change, the editor's answers.

Nothing here reads a clock, asks a question or opens a connection; `cli` does that.
"""
