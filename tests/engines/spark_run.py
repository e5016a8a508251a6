"""Spark: `pipe` hands each partition to a process of `--stream`; one is killed, and Spark gives its partition to another.

`pipe` gives an empty environment and takes no notice of exit codes by itself: a partition with too few lines is an error
here, which Spark tries again.

    pip install pyspark pillow        (and a Java)
"""

import json
import threading

from common import bench
from ray_run import kill_one


def whole(program):
    """One partition through the program; as many lines must come back as went in."""

    def answered(lines):
        import subprocess

        lines = list(lines)
        told = subprocess.run(
            [program, "batch", "--stream"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, env={}
        ).stdout.splitlines()
        if len(told) != len(lines):
            raise RuntimeError(f"{len(told)} answers to {len(lines)} lines")
        return told

    return answered


def run(it):
    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setMaster("local[2,4]").setAppName("kosmoscope").set("spark.ui.enabled", "false")
    context = SparkContext(conf=conf)
    context.setLogLevel("OFF")
    n_pictures = len(it.expected.splitlines())
    lines = [json.dumps({"image": str(it.pictures / f"{n}.jpg"), "id": f"{n}.jpg"}) for n in range(n_pictures)]
    threading.Thread(target=kill_one, args=(it,), daemon=True).start()
    told = context.parallelize(lines, 8).mapPartitions(whole(it.program)).collect()
    context.stop()
    by_id = {json.loads(line)["id"]: line for line in told}
    it.check("".join(by_id[f"{n}.jpg"] + "\n" for n in range(n_pictures)).encode())


if __name__ == "__main__":
    bench(run)
