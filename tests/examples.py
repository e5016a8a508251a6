"""Writes tests/data/examples.json: what the tiny checkpoint says behind examples, by the decoder written anew with numpy; and
tests/data/choices.json: how likely it takes choices to be, as SEED-Bench asks.

    python tests/examples.py            (needs: pip install numpy tokenizers)

Pictures come in as embeddings that the reference implementation made (tests/data/golden); before anything is written, the
decoder here is held against that implementation's own logits and answers.
"""
import json, math, pathlib, struct
import numpy as np
from tokenizers import Tokenizer

DATA = pathlib.Path(__file__).parent / "data"
erf = np.vectorize(math.erf)


def tensors(path):
    raw = path.read_bytes()
    n = struct.unpack("<Q", raw[:8])[0]
    types = {"F32": np.float32, "I64": np.int64}
    read = {}
    for name, about in json.loads(raw[8:8 + n]).items():
        if name != "__metadata__":
            start, end = about["data_offsets"]
            read[name] = np.frombuffer(raw[8 + n + start:8 + n + end], types[about["dtype"]]).reshape(about["shape"])
    return read


CFG = json.loads((DATA / "tiny/config.json").read_text())["text_config"]
W = {name: value.astype(np.float64) for name, value in tensors(DATA / "tiny/model.safetensors").items()}
TEXT = "text_model.model."


def linear(x, name):
    return x @ W[name + ".weight"].T + W[name + ".bias"]


def norm(x, name):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + CFG["layer_norm_eps"]) * W[name + ".weight"] + W[name + ".bias"]


def attention(x, name):
    n, width = x.shape
    heads = CFG["attention_heads"]
    q, k, v = (linear(x, f"{name}.{p}_proj").reshape(n, heads, -1).transpose(1, 0, 2) for p in "qkv")
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(width // heads) + np.triu(np.full((n, n), -np.inf), 1)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (scores / scores.sum(-1, keepdims=True)) @ v
    return linear(norm(mixed.transpose(1, 0, 2).reshape(n, width), name + ".inner_attn_ln"), name + ".out_proj")


def logits(ids, pictures):
    """[ids] and, for each picture, its first slot and embeddings, to [ids, vocab]."""
    table = W[TEXT + "embed_tokens.weight"]
    x = table[ids]
    for first, embeds in pictures:
        x[first:first + len(embeds)] = embeds
    half = x.shape[1] // 2
    angles = np.arange(2, 2 + len(ids))[:, None] * np.exp(np.arange(half) * -math.log(10000) / (half - 1))
    x = x * math.sqrt(x.shape[1]) + np.concatenate([np.sin(angles), np.cos(angles)], 1)
    for i in range(CFG["layers"]):
        layer = f"{TEXT}layers.{i}."
        x = x + attention(norm(x, layer + "self_attn_layer_norm"), layer + "self_attn")
        hidden = linear(norm(x, layer + "final_layer_norm"), layer + "ffn.fc1")
        hidden = norm(hidden * (1 + erf(hidden / math.sqrt(2))) / 2, layer + "ffn.ffn_layernorm")
        x = x + linear(hidden, layer + "ffn.fc2")
    return norm(x, TEXT + "layer_norm") @ table.T


def greedy(ids, pictures, n, ngram):
    ids = list(ids)
    for _ in range(n):
        scores = logits(np.array(ids), pictures)[-1]
        tail = ids[len(ids) - ngram + 1:]
        for at in range(len(ids) - ngram + 1):
            if ids[at:at + ngram - 1] == tail:
                scores[ids[at + ngram - 1]] = -np.inf
        ids.append(int(scores.argmax()))
        if ids[-1] == CFG["eos_token_id"]:
            break
    return ids


def check(case):
    case_json = json.loads((DATA / f"golden/case_{case}.json").read_text())
    golden = tensors(DATA / f"golden/case_{case}.safetensors")
    ids, pictures = golden["input_ids"][0], [(2, golden["image_embeds"][0])]
    assert np.allclose(logits(ids, pictures), golden["prompt_logits"][0], atol=1e-3), case
    new = greedy(ids, pictures, case_json["max_new_tokens"], case_json["no_repeat_ngram"])
    assert new == golden["output_ids"][0].tolist(), case
    return case_json["image"], golden["image_embeds"][0], ids.tolist()


def main():
    cases = [check(n) for n in range(1, 9)]
    embeds = {image: embeds for image, embeds, _ in cases}
    first, second = "pattern_457x301.png", "pattern_90x100.png"
    tokenizer = Tokenizer.from_file(str(DATA / "tiny/tokenizer.json"))
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    examples = [(first, "An image of a dog"), (second, "An image of the tree")]
    question = "<grounding>An image of"
    slots = cases[0][2][:2 + len(embeds[first]) + 1]  # <s> <image> slots </image>
    written = []
    for n_examples in (1, 2):
        ids, pictures = slots[:1], []
        for image, text in examples[:n_examples] + [(second, question)]:
            pictures.append((len(ids) + 1, embeds[image]))
            ids += slots[1:] + encode(text)
        new = greedy(ids, pictures, 16, 3)[len(ids):]
        shown = [{"image": image, "text": text} for image, text in examples[:n_examples]]
        written.append({"examples": shown, "image": second, "prompt": question, "max_new_tokens": 16, "no_repeat_ngram": 3,
                        "prompt_ids": ids, "new_ids": new})
    (DATA / "examples.json").write_text(json.dumps(written, indent=1) + "\n")


def rank(slots, embeds, prompt, choices, encode):
    """Natural logarithms of the probabilities of the tokens behind the prompt, and how many they are."""
    n_prompt, ranked = len(slots) + len(encode(prompt)), []
    for choice in choices:
        ids = np.array(slots + encode(prompt + choice))
        assert ids[:n_prompt].tolist() == slots + encode(prompt), choice
        scores = logits(ids, [(2, embeds)])
        scores = scores - scores.max(-1, keepdims=True)
        log_probs = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
        own = [log_probs[at - 1, ids[at]] for at in range(n_prompt, len(ids))]
        ranked.append({"choice": choice, "log_prob": sum(own), "n_tokens": len(own)})
    return ranked


def write_choices():
    tokenizer = Tokenizer.from_file(str(DATA / "tiny/tokenizer.json"))
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    written = []
    for case, question in ((1, "What is in the picture?"), (2, "Is it a dog, or is it the snow?"), (3, "How many trees are there?")):
        image, embeds, ids = check(case)
        prompt, choices = f"Question: {question} Answer:", [" a dog", " the tree and the snow", " No", " 3"]
        ranked = rank(ids[: 2 + len(embeds) + 1], embeds, prompt, choices, encode)
        written.append({"image": image, "prompt": prompt, "choices": ranked})
    (DATA / "choices.json").write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
    write_choices()
