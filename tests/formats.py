"""What each format of `kosmoscope model convert`, and each precision, costs and changes.

    python tests/formats.py CHECKPOINT [--scenes SCENES] [--program target/release/kosmoscope] [--rounds 3]

CHECKPOINT is a folder of the full size (random weights cost what the published ones cost). For each format it is
converted, loaded in the precision that it is for and asked; printed are size, seconds to load (median, from the page
cache), the most memory while loading and answering, and the error of the logits after a prompt against the original in
f32 (root mean square of the difference over that of the logits), on a picture that q4 is not calibrated on. With --scenes
the built-in checkpoint is converted likewise and evaluated on them.
The reference's loading is timed in turns, if torch is there. Needs numpy and safetensors.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
from safetensors.numpy import load_file

# In which precision each format is computed with.
FORMATS = {"f16": "q8", "q8": "q8", "q4": "q4"}
HERE = pathlib.Path(__file__).resolve().parent.parent
PROMPT = "<grounding>An image of"
REFERENCE = """
import sys, time, torch
from transformers import Kosmos2ForConditionalGeneration
start = time.time()
model = Kosmos2ForConditionalGeneration.from_pretrained(sys.argv[1], dtype=torch.float32)
mapped = time.time() - start
sum(float(p.detach().sum()) for p in model.parameters())
print(mapped, time.time() - start)
"""


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def logits(args, checkpoint, precision, folder):
    out = folder / "trace.safetensors"
    run(args.program, "trace", "--checkpoint", checkpoint, "--precision", precision, "--image", args.picture,
        "--prompt", PROMPT, "--max-new-tokens", 1, "--out", out)
    return load_file(out)["prompt_logits"].astype(numpy.float64)


def bench(args, checkpoint, precision):
    command = [args.program, "bench", "--checkpoint", checkpoint, "--precision", precision]
    return json.loads(run(*command, "--tokens", 2, "--rounds", 1, "--json"))


def size(path):
    path = pathlib.Path(path)
    return sum(file.stat().st_size for file in path.glob("*.safetensors")) if path.is_dir() else path.stat().st_size


def scores(args, checkpoint, precision):
    where = ["--checkpoint", checkpoint] if checkpoint else []
    table = json.loads(run(args.program, "evaluate", "scenes", args.scenes, "--json", "--precision", precision, *where))
    return table["table"]


def print_scores(results):
    """Shares of right answers in f32, and how many points each format is above or below."""
    print(f"\n{'':22}{'f32':>8}" + "".join(f"{name:>10}" for name in results if name != "f32"))
    for task, share in results["f32"].items():
        points = {name: 100 * table[task]["right"] / table[task]["of"] for name, table in results.items()}
        others = "".join(f"{points[name] - points['f32']:+10.1f}" for name in results if name != "f32")
        print(f"{task:22}{points['f32']:8.1f}{others}   of {share['of']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--scenes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=str(HERE / "target/release/kosmoscope"))
    parser.add_argument("--picture", default=str(HERE / "assets/expectations/snowman_224.png"))
    args = parser.parse_args()

    with tempfile.TemporaryDirectory(dir=pathlib.Path(args.checkpoint).parent) as folder:
        folder = pathlib.Path(folder)
        cases = [(args.checkpoint, "f32"), (args.checkpoint, "q8"), (args.checkpoint, "q4")]
        for name, precision in FORMATS.items():
            start = time.time()
            where = ["--checkpoint", args.checkpoint, "--to", folder / f"{name}.gguf"]
            run(args.program, "model", "convert", "--format", name, *where)
            print(f"{name} written in {time.time() - start:.1f} s", file=sys.stderr)
            cases.append((folder / f"{name}.gguf", precision))
        exact = logits(args, args.checkpoint, "f32", folder)
        errors = {}
        for case in cases:
            difference = logits(args, *case, folder) - exact
            errors[case] = numpy.sqrt((difference**2).mean() / (exact**2).mean())
        reports, reference = {case: [] for case in cases}, []
        for number in range(args.rounds):
            try:
                reference.append([float(t) for t in run(sys.executable, "-c", REFERENCE, args.checkpoint).split()])
            except subprocess.CalledProcessError:
                pass
            for case in cases:
                reports[case].append(bench(args, *case))
            print(f"round {number + 1} of {args.rounds} done", file=sys.stderr)
        print(f"{'':24}{'GB':>8}{'load, s':>10}{'memory, GB':>12}{'logits':>10}")
        for case in cases:
            load = statistics.median(report["load_secs"] for report in reports[case])
            memory = max(report["peak_memory_bytes"] for report in reports[case]) / 1e9
            name = f"{pathlib.Path(case[0]).name} as {case[1]}"
            print(f"{name:24}{size(case[0]) / 1e9:8.2f}{load:10.2f}{memory:12.2f}{100 * errors[case]:9.2f}%")
        if reference:
            mapped, touched = (statistics.median(times) for times in zip(*reference))
            print(f"the reference maps the file in {mapped:.2f} s; with every weight read once {touched:.2f} s")

        if args.scenes:
            results = {"f32": scores(args, None, "f32"), "q8": scores(args, None, "q8"), "q4": scores(args, None, "q4")}
            for name, precision in {**FORMATS, "f16": "f32"}.items():
                path = folder / f"mini-{name}.gguf"
                run(args.program, "model", "convert", "--format", name, "--to", path)
                results[f"{name} file"] = scores(args, path, precision)
            print_scores(results)


if __name__ == "__main__":
    main()
