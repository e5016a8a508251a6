"""Ray Data: actors that keep a process of `--stream` each and hand it pictures; one is killed and started again.

    pip install "ray[data]" pillow
"""

import json
import pathlib
import subprocess
import threading

from common import bench


class Kosmoscope:
    """An actor: its program lives as long as it does."""

    def __init__(self, program):
        self.program, self.process = program, None

    def answer(self, line):
        """The answer to a line; a program that is gone is started again, and the line given once more."""
        for _ in range(3):
            if self.process is None or self.process.poll() is not None:
                command = [self.program, "batch", "--stream"]
                self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                self.process.stdin.write(line + "\n")
                self.process.stdin.flush()
                if told := self.process.stdout.readline():
                    return told.rstrip("\n")
            except BrokenPipeError:
                pass
            self.process.kill()
            self.process.wait()
        raise RuntimeError(f"no answer to {line}")

    def __call__(self, batch):
        return {"line": batch["line"], "told": [self.answer(line) for line in batch["line"]]}


def kill_one(it):
    """Kills one program of the actors as soon as there is one."""
    import time

    while True:
        time.sleep(2)
        for process in pathlib.Path("/proc").iterdir():
            try:
                words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            except OSError:
                continue
            if words[:3] == [it.program.encode(), b"batch", b"--stream"]:
                subprocess.run(["kill", "-9", process.name], check=True)
                print(f"killed process {process.name}")
                return


def run(it):
    import ray

    lines = [
        {"line": json.dumps({"image": str(it.pictures / f"{n}.jpg"), "id": f"{n}.jpg"})}
        for n in range(len(it.expected.splitlines()))
    ]
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    killer = threading.Thread(target=kill_one, args=(it,), daemon=True)
    killer.start()
    found = ray.data.from_items(lines).map_batches(
        Kosmoscope, fn_constructor_args=(it.program,), batch_size=8, concurrency=2
    )
    told = {json.loads(row["told"])["id"]: row["told"] for row in found.take_all()}
    it.check("".join(told[f"{n}.jpg"] + "\n" for n in range(len(lines))).encode())


if __name__ == "__main__":
    bench(run)
