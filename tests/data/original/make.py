"""Write kosmos-2.pt: the tiny checkpoint as fairseq saved the original one, in half precision.

    python make.py        (with torch and safetensors)

Beside the weights there is what such files hold too: arguments of a class of their own, an optimizer's history, tables
that are not needed, one tensor as a parameter, and the head sharing the embedding's storage.
"""
import argparse, collections, pathlib
import torch
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).resolve().parent
RENAMED = [
    ("image_to_text_projection", "img_connector"), ("text_model.model", "gpt_model.decoder"),
    ("vision_model.model.embeddings.class_embedding", "img_model.visual.class_embedding"),
    ("vision_model.model.embeddings.position_embedding.weight", "img_model.visual.positional_embedding"),
    ("vision_model.model.embeddings.patch_embedding", "img_model.visual.conv1"),
    ("vision_model.model", "img_model.visual"), ("pre_layrnorm", "ln_pre"), ("post_layernorm", "ln_post"),
    ("encoder.layers", "transformer.resblocks"),
]
IN_VISION = [("self_attn", "ts_attn"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("fc1", "c_fc"), ("fc2", "c_proj")]

model = collections.OrderedDict()
for name, tensor in reversed(load_file(HERE.parent / "tiny" / "model.safetensors").items()):
    for published, original in RENAMED:
        name = name.replace(published, original)
    if name.startswith("img_model."):
        for published, original in IN_VISION:
            name = name.replace(published, original)
    model[name] = tensor.half()
model["gpt_model.decoder.output_projection.weight"] = model["gpt_model.decoder.embed_tokens.weight"]
model["img_connector.latent_query"] = torch.nn.Parameter(model["img_connector.latent_query"])
model["gpt_model.decoder.embed_positions._float_tensor"] = torch.zeros(1)
model["gpt_model.decoder.self_attn_sope.scale"] = torch.zeros(8)
torch.save(
    {
        "args": argparse.Namespace(arch="unigptmodel_large", lr=[2e-5], seed=-1, tokens=10**12, fp16=True),
        "cfg": {"model": None, "sets": ({"a", "b"}, b"bytes", 1.5)},
        "model": model,
        "optimizer_history": [{"num_updates": 70000, "best_loss": 1.25}],
        "last_optimizer_state": {"state": {0: {"step": torch.ones((), dtype=torch.int64)}}},
    },
    HERE / "kosmos-2.pt",
)
