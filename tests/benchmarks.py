"""Small benchmarks in the layouts of the published ones, and what they come to by other programs.

    pip install numpy pyarrow pycocoevalcap     # and Java
    python tests/benchmarks.py

Made of the scenes in tests/data/scenes: for each benchmark its files, answers as the original generator prints them (right,
near, far, several, none, of other names), and expected.json with every number, reckoned here: boxes with numpy after the
published rules, captions by pycocoevalcap, with the METEOR of its jar. Nothing of the program is used.
"""

import json
import random
import shutil

from benchmarks_common import OUT, write
from benchmarks_places import flickr, jxu124, lmms_lab, refcoco, refer
from benchmarks_texts import caption_mirrors, captions, karpathy, karpathy_mirror, pope, regions, seed, vqa

random.seed(19)
shutil.rmtree(OUT, ignore_errors=True)
# by folder
expected = {
    "refcoco": refcoco(),
    "flickr": flickr(),
    "pope": pope(),
    "vqav2": vqa(),
    "captions": captions(),
    "refcocog-reg": regions(),
    "refcoco+": refcoco("refcoco+", "testB"),
    "refcocog": refcoco("refcocog", "test"),
    "flickr30k": karpathy(),
    "nocaps": captions("nocaps", "nocaps_val_4500_captions.json", 30),
    "seed-bench": seed(),
    "refer": refer(),
    "jxu124": jxu124(),
    "lmms-lab": lmms_lab(),
    "flickr30k-mirror": karpathy_mirror(),
}
caption_mirrors()
mirrored = {"vqav2": "vqav2", "pope": "pope", "coco": "captions", "nocaps": "nocaps", "seed-bench": "seed-bench"}
expected |= {f"{name}-mirror": expected[folder] for name, folder in mirrored.items()}
write("expected.json", expected)
print(json.dumps(expected, indent=1))
