"""The scores of every part of an image, by worker processes; run in an environment of its own, which has the engine.

`distribute.py IMAGE WORKERS`: prints the seconds from the first part sent to the last one written, and the sum of the points.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from distributed import Client, LocalCluster

from engine import image


def main(place: Path, workers: int) -> None:
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit=0, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(workers)
        # Each process compiles the grid once, before it is timed.
        client.run(image.ready)
        parts = image.parts(place)
        start = time.perf_counter()
        sums = client.gather([client.submit(image.score, part, pure=False) for part in parts])
        print(time.perf_counter() - start, sum(sums))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
