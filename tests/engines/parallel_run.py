"""GNU parallel: a job a shard, tried again when it is killed.

    apt install parallel; pip install pillow
"""

import subprocess
import threading

from common import SHARDS, bench


def run(it):
    threading.Thread(target=it.kill_one_when, args=(20,)).start()
    shards = [str(index) for index in range(SHARDS)]
    command = " ".join(f"'{word}'" for word in it.command())
    subprocess.run(
        ["parallel", "-j", "2", "--retries", "3", f"{command} --out '{it.parts}' --shard {{}}/{SHARDS}", ":::", *shards],
        check=True, stderr=subprocess.DEVNULL,
    )
    it.check()


if __name__ == "__main__":
    bench(run)
