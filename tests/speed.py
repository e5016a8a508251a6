"""Time kosmoscope against the reference implementation, alternately on one machine, and print the ratios.

    python tests/speed.py CHECKPOINT [--rounds 5] [--tokens 20] [--program target/release/kosmoscope]
                          [--reference ../shared/reference/bench_reference.py] [--precisions q4 q8 f32]

CHECKPOINT is a folder in the published layout; random weights of the full size cost what the published ones cost
(make_full_checkpoint.py beside the reference script writes them). Each round runs the reference in f32 and in bf16 and
ours in each precision, every time in a new process; medians of all rounds are compared. Needs torch and transformers.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
STAGES = ["vision", "prefill", "decode_per_token", "total"]


def run(command):
    return [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]


def reference(args, dtype):
    lines = run([sys.executable, args.reference, args.checkpoint, args.picture, dtype, str(args.tokens), "2"])
    rounds = [line for line in lines if "vision" in line][1:]  # the first is warm-up
    result = {stage: statistics.median(line[stage] for line in rounds) for stage in STAGES}
    return result | {"memory": lines[-1]["peak_rss_gb"]}


def ours(args, precision):
    command = [args.program, "bench", "--checkpoint", args.checkpoint, "--precision", precision, "--json"]
    [report] = run(command + ["--tokens", str(args.tokens), "--rounds", "3"])
    stages = {stage: report[key]["secs"] for stage, key in zip(STAGES, ["vision", "prefill", "token"])}
    again = {"again": report["second_question_ratio"]}
    return stages | {"total": report["total_secs"], "memory": report["peak_memory_bytes"] / 1e9} | again


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--program", default=str(HERE / "target/release/kosmoscope"))
    parser.add_argument("--reference", default=str(HERE.parent / "shared/reference/bench_reference.py"))
    parser.add_argument("--picture", default=str(HERE / "assets/samples/meadow.png"))
    parser.add_argument("--precisions", nargs="+", default=["q4", "q8", "f32"])
    args = parser.parse_args()

    rounds = []
    for number in range(args.rounds):
        results = {f"reference {dtype}": reference(args, dtype) for dtype in ["f32", "bf16"]}
        results |= {f"ours {precision}": ours(args, precision) for precision in args.precisions}
        rounds.append(results)
        print(f"round {number + 1} of {args.rounds} done", file=sys.stderr)
    medians = {who: {key: statistics.median(r[who][key] for r in rounds) for key in rounds[0][who]} for who in rounds[0]}

    columns = STAGES + ["memory"]
    print(f"{'':16}" + "".join(f"{column:>18}" for column in columns) + "   (seconds, GB)")
    for who, values in medians.items():
        print(f"{who:16}" + "".join(f"{values[column]:18.4f}" for column in columns))
    best = {c: min(medians["reference f32"][c], medians["reference bf16"][c]) for c in columns}
    both = min(sum(medians[f"reference {dtype}"][c] for c in ["vision", "prefill"]) for dtype in ["f32", "bf16"])
    print("\nours over the better of the reference's f32 and bf16:")
    for precision in args.precisions:
        mine = medians[f"ours {precision}"]
        ratios = {column: mine[column] / best[column] for column in columns}
        ratios |= {"vision + prefill": (mine["vision"] + mine["prefill"]) / both}
        print(f"{precision:5}" + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))
        print(f"     a second question's first token {mine['again']:.2f} of the first's")
    print("\nours over the reference, both in f32:")
    if "f32" in args.precisions:
        exact = {c: medians["ours f32"][c] / medians["reference f32"][c] for c in columns}
        print("     " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in exact.items()))


if __name__ == "__main__":
    main()
