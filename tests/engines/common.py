"""What the engines' scripts share: pictures to ask about, a run alone to compare with, and a worker that is killed."""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARDS = 4


class Bench:
    """A folder with pictures, and what an undisturbed run makes of them."""

    def __init__(self, program, folder, n_pictures):
        self.program, self.folder = str(pathlib.Path(program).resolve()), pathlib.Path(folder)
        self.pictures = self.folder / "pictures"
        self.parts = self.folder / "parts"
        self.pictures.mkdir()
        samples = [Image.open(path).convert("RGB") for path in sorted((ROOT / "assets/samples").glob("*.png"))]
        for number in range(n_pictures):
            cut = samples[number % len(samples)]
            cut = cut.crop((number % 20, number % 13, cut.width - number % 7, cut.height - number % 5))
            cut.resize((320, 240)).save(self.pictures / f"{number}.jpg", quality=90)
        alone = self.folder / "alone"
        subprocess.run([*self.command(), "--out", alone], check=True, capture_output=True)
        self.expected = self.merged(alone)

    def command(self):
        """The command that works on the pictures, without where its answers go."""
        return [self.program, "batch", str(self.pictures)]

    def merged(self, parts):
        """All answers of a folder as one file."""
        return subprocess.run([self.program, "batch", "merge", str(parts)], check=True, capture_output=True).stdout

    def n_lines(self, pattern="part-*.jsonl"):
        """Answers that are kept."""
        return sum(path.read_bytes().count(b"\n") for path in self.parts.glob(pattern))

    def kill_one_when(self, n_lines):
        """Kills one process that works on the pictures once so many answers are there; says which."""
        while self.n_lines() < n_lines:
            time.sleep(0.02)
        for process in pathlib.Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].decode() == self.program and str(self.pictures).encode() in words:
                os.kill(int(process.name), signal.SIGKILL)
                print(f"killed process {process.name} after {self.n_lines()} of {len(self.expected.splitlines())} answers")
                return
        sys.exit("no worker was there to be killed")

    def check(self, found=None):
        """Ends the script: whether what was merged is what a run alone gives, byte for byte."""
        found = self.merged(self.parts) if found is None else found
        if found != self.expected:
            sys.exit(f"DIFFERENT: {len(found)} bytes, alone {len(self.expected)}")
        print(f"the same: {len(found.splitlines())} answers, {len(found)} bytes")


def bench(body, n_pictures=200):
    """Runs `body` with a bench in a temporary folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(ROOT / "target/release/kosmoscope"))
    parser.add_argument("--pictures", type=int, default=n_pictures)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        body(Bench(args.program, folder, args.pictures))
