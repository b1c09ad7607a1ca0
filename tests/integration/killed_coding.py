"""Code a docket until killed; run by `test_coding.py`.

python killed_coding.py INPUT OUTPUT URL [resume]
"""

import sys
from pathlib import Path

from data.io.sources import open_source
from features.coder.coder import Coder
from features.coder.settings import CoderSettings
from features.coder.store import ReadingStore, default_store
from serve.coding.job import code_docket

if __name__ == "__main__":
    source, output, url, *resume = sys.argv[1:]
    coder = Coder(CoderSettings("openai", "recorded", url), ReadingStore(default_store()))
    with open_source(source, row_type=None) as docket:
        code_docket(docket, Path(output), coder, concurrency=2, resume=bool(resume))
