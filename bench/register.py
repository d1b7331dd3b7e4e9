"""The whole bench of the register: import, export, numbers and memory (`imports`), then a night (`register_nightly`).

`./palier bench register [--demands 100000]`; each half has its own options and may be run alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench register")
    parser.add_argument("--demands", type=int, default=100_000)
    options = parser.parse_args()
    for part in ("imports", "register_nightly"):
        print(f"\n## {part}\n", flush=True)
        script = Path(__file__).with_name(f"{part}.py")
        subprocess.run([sys.executable, str(script), "--demands", str(options.demands)], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
