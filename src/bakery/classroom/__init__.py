"""The class board: a page for a class that shows live who has joined, and which tasks are done.

Two programs that meet on the network. The board is a Quart app on the teacher's machine, `python -m bakery.classroom`:
read `app` first, then `students` and `teacher`, `board` and `news`, and the small rooms that they lean on. A student's
kernel joins by `class_board.join(...)`: that is `joining`, and `courier` is the thread that carries what is done.
`messages` is all that the two say to each other.
"""
