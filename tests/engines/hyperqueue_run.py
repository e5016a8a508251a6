"""HyperQueue: a task a shard on workers of this computer; a task that is killed is submitted again.

    pip install hyperqueue pillow
"""

import threading

from common import SHARDS, bench
from hyperqueue import Job, LocalCluster


def job(it, shards):
    made = Job()
    for index in shards:
        made.program([*it.command(), "--out", str(it.parts), "--shard", f"{index}/{SHARDS}"], name=str(index))
    return made


def run(it):
    with LocalCluster() as cluster:
        cluster.start_worker()
        client = cluster.client()
        killer = threading.Thread(target=it.kill_one_when, args=(20,))
        killer.start()
        submitted = client.submit(job(it, range(SHARDS)))
        ended = client.wait_for_jobs([submitted], raise_on_error=False)
        killer.join()
        failed = sorted(client.get_failed_tasks(submitted)) if not ended else []
        print(f"tasks that failed: {failed}")
        # A shard that is through has nothing to do, so all may be submitted again.
        client.wait_for_jobs([client.submit(job(it, range(SHARDS)))])
    it.check()


if __name__ == "__main__":
    bench(run)
