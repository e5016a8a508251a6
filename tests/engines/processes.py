"""Plain processes, one a shard; one is killed and started again."""

import subprocess

from common import SHARDS, bench


def run(it):
    shard = lambda index: subprocess.Popen(
        [*it.command(), "--out", str(it.parts), "--shard", f"{index}/{SHARDS}"], stderr=subprocess.DEVNULL
    )
    workers = {index: shard(index) for index in range(SHARDS)}
    it.kill_one_when(20)
    codes = {index: worker.wait() for index, worker in workers.items()}
    failed = [index for index, code in codes.items() if code != 0]
    print(f"shards that did not end by themselves: {failed}")
    for index in failed:
        assert shard(index).wait() == 0
    it.check()


if __name__ == "__main__":
    bench(run)
