"""Imported by the fork server: each process with the model starts as a copy that has read a paper.

To import all that reads papers, to load the automata and compile the patterns takes two seconds and
400 MB of memory; so it is done, and held, once.
"""

import gc
import logging
import signal

# They are for the endpoint, which finishes the requests in progress, though a terminal, systemd or
# `timeout` sends them to all its processes.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)

import serve.http.jobs  # noqa: E402
import serve.http.model_process  # noqa: E402, F401
from serve.garbage import collect_rarely  # noqa: E402
from serve.warm_up import warm_up_reading  # noqa: E402

collect_rarely()
try:
    warm_up_reading()
except Exception as error:  # the processes meet it again, and report it
    logging.getLogger("enjoin.model").debug("nothing could be read beforehand: %s", error)
gc.collect()
gc.freeze()  # a copy that looks for garbage would write to all of it, and so no longer share it
