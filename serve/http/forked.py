"""Imported by the fork server: each process with the model starts as a copy that has read a paper.

To import all that reads papers, to load the automata and compile the patterns takes two seconds and
400 MB of memory; so it is done, and held, once.
"""

import gc
import logging

import serve.http.jobs
import serve.http.model_process  # noqa: F401
from serve.garbage import collect_rarely
from serve.warm_up import warm_up_reading

collect_rarely()
try:
    warm_up_reading()
except Exception as error:  # the processes meet it again, and report it
    logging.getLogger("enjoin.model").debug("nothing could be read beforehand: %s", error)
gc.collect()
gc.freeze()  # a copy that looks for garbage would write to all of it, and so no longer share it
