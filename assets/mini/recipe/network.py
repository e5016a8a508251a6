"""The mini Kosmos-2: its sizes, its start values, and a forward pass for training on packed tasks.

The modules are those of the reference implementation (`Kosmos2ForConditionalGeneration`); only the forward passes are
written out again here, because training wants things that inference does not: dense features of the patches, and
several tasks behind one picture with their own positions and a block mask. `check.py` compares both.

Start values are the reason why this is learnable on a CPU within hours:
- patch embedding: principal components of patches, nearly whitened, so that the first layer sees detail at once;
- positions: 2-D Fourier codes in dimensions of their own;
- attention of the vision tower: four heads look at the four neighbours, two look around, as a small ConvNet would.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers import Kosmos2Config, Kosmos2ForConditionalGeneration

import world

WIDTH, HEADS, VISION_LAYERS, TEXT_LAYERS, LATENTS = 192, 6, 6, 4, 64
HEAD = WIDTH // HEADS
CODE = 32  # dimensions of the residual stream that hold the place of a patch at the start
CELLS = 32  # location tokens per side
NEIGHBOURS = ((1, 0), (-1, 0), (0, 1), (0, -1))
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def build(vocabulary):
    """An untrained network for a vocabulary of that many tokens."""
    text = {
        "vocab_size": vocabulary, "max_position_embeddings": 512, "embed_dim": WIDTH, "layers": TEXT_LAYERS,
        "ffn_dim": 4 * WIDTH, "attention_heads": HEADS, "dropout": 0.0, "attention_dropout": 0.0,
    }
    vision = {
        "hidden_size": WIDTH, "intermediate_size": 4 * WIDTH, "num_hidden_layers": VISION_LAYERS,
        "num_attention_heads": HEADS, "image_size": world.PIXELS, "patch_size": world.PATCH,
    }
    return Kosmos2ForConditionalGeneration(
        Kosmos2Config(text_config=text, vision_config=vision, latent_query_num=LATENTS)
    )


class DenseHeads(nn.Module):
    """What each patch shows, where that thing is, and whether the patch is in its middle.

    Used in training only; not part of the checkpoint.
    """

    def __init__(self, kinds):
        super().__init__()
        self.noun = nn.Linear(WIDTH, kinds + 1)
        self.box = nn.Linear(WIDTH, 4 * CELLS)
        self.middle = nn.Linear(WIDTH, 1)


def normalised(pixels):
    """uint8 pictures [n, 3, h, w] as the processor would give them."""
    return (pixels.float() / 255 - MEAN) / STD


def _split(x):
    """[n, tokens, width] → [n, heads, tokens, width of a head]"""
    return x.view(x.shape[0], x.shape[1], HEADS, HEAD).transpose(1, 2)


def _attend(attention, x, mask=None):
    """Heads of one attention over `x`, concatenated, before the output projection."""
    q, k, v = (_split(projection(x)) for projection in (attention.q_proj, attention.k_proj, attention.v_proj))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(x.shape)


def _quick_gelu_mlp(mlp, x):
    """x·sigmoid(1.702x) is silu(1.702x) / 1.702: with both factors moved to the weights it is one fused operation."""
    h = F.silu(F.linear(x, 1.702 * mlp.fc1.weight, 1.702 * mlp.fc1.bias))
    return F.linear(h, mlp.fc2.weight / 1.702, mlp.fc2.bias)


def patch_features(vision, pixels):
    """Features of the class token and of all patches after the last norm, [n, 1 + patches, width]."""
    embeddings = vision.embeddings
    patches = embeddings.patch_embedding(pixels).flatten(2).transpose(1, 2)
    x = torch.cat([embeddings.class_embedding.expand(len(patches), 1, -1), patches], 1)
    x = vision.pre_layrnorm(x + embeddings.position_embedding.weight)
    for layer in vision.encoder.layers:
        x = x + layer.self_attn.out_proj(_attend(layer.self_attn, layer.layer_norm1(x)))
        x = x + _quick_gelu_mlp(layer.mlp, layer.layer_norm2(x))
    return vision.post_layernorm(x)


def image_embeds(model, features):
    """The latents of a picture as the decoder sees them, [n, latents, width]."""
    return model.image_to_text_projection(F.normalize(features, dim=-1))[0]


def decode(text, inputs, positions, mask, kept):
    """Last hidden states of the `kept` tokens (bool [n, tokens]); only these go through the end of the last layer.

    `inputs` are unscaled embeddings; `positions` count from 2 as the reference does.
    """
    x = inputs * text.embed_scale + text.embed_positions.weights[positions]
    for index, layer in enumerate(text.layers):
        attention = layer.self_attn
        h = _attend(attention, layer.self_attn_layer_norm(x), mask)
        if index == len(text.layers) - 1:
            h, x = h[kept], x[kept]
        x = x + attention.out_proj(attention.inner_attn_ln(h))
        h = F.gelu(layer.ffn.fc1(layer.final_layer_norm(x)))
        x = x + layer.ffn.fc2(layer.ffn.ffn_layernorm(h))
    return text.layer_norm(x)


def fourier(x, y, period, count):
    """2-D code of places: sines and cosines of `count` frequencies per axis, [n, 4 * count]."""
    turns = math.pi * torch.arange(1, count + 1) / period
    return torch.cat([f(turns * axis[:, None]) for axis in (x, y) for f in (torch.cos, torch.sin)], 1)


def _shifted_code(dx, dy, count):
    """Matrix M with code(place) · M · code(other) largest where other = place + (dx, dy)."""
    turns = math.pi * torch.arange(1, count + 1) / world.GRID
    blocks = []
    for shift in (dx, dy):
        c, s = torch.diag(torch.cos(turns * shift)), torch.diag(torch.sin(turns * shift))
        blocks.append(torch.cat([torch.cat([c, -s], 1), torch.cat([s, c], 1)], 0))
    return torch.block_diag(*blocks)


@torch.no_grad()
def start_vision(vision, pictures):
    """Start values of the vision tower from some pictures (uint8 [n, 3, h, w])."""
    generator = torch.Generator().manual_seed(1)
    free = WIDTH - CODE
    patches = F.unfold(normalised(pictures), world.PATCH, stride=world.PATCH).transpose(1, 2).flatten(0, 1)
    mean = patches.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((patches - mean)[::3].T))
    values, vectors = values.flip(0)[:free], vectors.flip(1)[:, :free]
    filters = torch.zeros(WIDTH, patches.shape[1])
    filters[:free] = (vectors / (values + values[60]).sqrt()).T
    vision.embeddings.patch_embedding.weight.copy_(filters.view(WIDTH, 3, world.PATCH, world.PATCH))
    y, x = torch.meshgrid(torch.arange(world.GRID) + 0.5, torch.arange(world.GRID) + 0.5, indexing="ij")
    position = torch.zeros(1 + world.GRID**2, WIDTH)
    position[1:, :free] = -(filters @ mean)[:free]
    position[1:, free:] = fourier(x.flatten(), y.flatten(), world.GRID, CODE // 4)
    vision.embeddings.position_embedding.weight.copy_(position)
    vision.embeddings.class_embedding.normal_(0, 0.3, generator=generator)
    for layer in vision.encoder.layers:
        for name, linear in layer.named_modules():
            if isinstance(linear, nn.Linear):
                quiet = (2 * VISION_LAYERS) ** -0.5 if name.endswith(("out_proj", "fc2")) else 1.0
                linear.weight.normal_(0, quiet * linear.in_features**-0.5, generator=generator)
                linear.bias.zero_()
        _start_attention(layer.self_attn, free)


def _start_attention(attention, free):
    """Heads 0..3 look at the four neighbours; the others look around broadly."""
    attention.q_proj.weight.mul_(0.3)
    attention.k_proj.weight.mul_(0.3)
    for head in range(HEADS):
        rows = slice(head * HEAD, (head + 1) * HEAD)
        dx, dy = NEIGHBOURS[head] if head < len(NEIGHBOURS) else (0, 0)
        strength = 1.3 if head < len(NEIGHBOURS) else 0.6
        attention.q_proj.weight[rows, free:] += strength * _shifted_code(dx, dy, CODE // 4)
        attention.k_proj.weight[rows, free:] += strength * torch.eye(CODE)


def load_heads(heads, path):
    """Dense heads kept beside an exported checkpoint."""
    from safetensors.torch import load_file

    known = {name: value.float() for name, value in load_file(path).items()}
    heads.load_state_dict({**heads.state_dict(), **known})  # a head that came later starts anew


@torch.no_grad()
def start_decoder(model, codec, pixels, what):
    """Start values of resampler and decoder from scenes seen by the trained vision tower.

    Each latent looks at one patch, nouns are embedded where the features of such things lie, and location tokens have
    a 2-D structure. So the decoder starts with pictures whose parts already resemble words.
    """
    generator = torch.Generator().manual_seed(2)
    vision = model.vision_model.model
    seen = torch.cat([patch_features(vision, normalised(part)) for part in pixels.split(64)])
    features = F.normalize(seen, dim=-1)[:, 1:].flatten(0, 1)
    mean = features.mean(0)
    _start_resampler(model.image_to_text_projection, features - mean, mean, len(pixels))
    for name, linear in model.text_model.model.layers.named_modules():
        if isinstance(linear, nn.Linear):
            quiet = (2 * TEXT_LAYERS) ** -0.5 if name.endswith(("out_proj", "fc2")) else 1.0
            linear.weight.normal_(0, quiet * linear.in_features**-0.5, generator=generator)
            linear.bias.zero_()
    _start_embeddings(model.text_model.model.embed_tokens.weight, codec, features - mean, what.flatten(), generator)


def _start_resampler(projection, features, mean, pictures):
    """Latent i attends to patch i and hands its feature on unchanged."""
    y, x = torch.meshgrid(torch.arange(world.GRID) + 0.5, torch.arange(world.GRID) + 0.5, indexing="ij")
    places = fourier(x.flatten(), y.flatten(), world.GRID, CODE // 4)
    wanted = places.repeat(pictures, 1)
    gram = features.T @ features + 1e-3 * torch.eye(WIDTH) * features.pow(2).sum(0).mean()
    reader = torch.linalg.solve(gram, features.T @ wanted)  # [width, code]: reads the place from a feature
    error = (features @ reader - wanted).pow(2).mean() / wanted.pow(2).mean()
    print(f"place of a patch read from its feature: {1 - error:.2f} of the variance", flush=True)
    free = torch.linalg.qr(reader, mode="complete")[0][:, CODE : 2 * CODE]  # directions that the reader ignores
    strength = 2.0
    projection.dense.weight.copy_(torch.eye(WIDTH))
    projection.dense.bias.copy_(-mean)
    projection.latent_query.copy_(places @ free.T)
    attention = projection.x_attn
    attention.q_proj.weight.copy_((strength * free.T).repeat(HEADS, 1))
    attention.k_proj.weight.copy_((strength * reader.T).repeat(HEADS, 1))
    attention.v_proj.weight.copy_(torch.eye(WIDTH))
    attention.out_proj.weight.copy_(torch.eye(WIDTH) * 1.6)  # latents about as long as word embeddings
    for linear in (attention.q_proj, attention.k_proj, attention.v_proj, attention.out_proj):
        linear.bias.zero_()


def _start_embeddings(table, codec, features, what, generator):
    """Unit vectors: nouns near their features, locations by their place, other words anywhere."""
    import nouns

    table.normal_(0, WIDTH**-0.5, generator=generator)
    table[1] = 0
    typical = torch.stack([features[what == noun].mean(0) for noun in range(nouns.COUNT)])
    typical = F.normalize(typical - typical.mean(0), dim=-1)
    for noun, direction in enumerate(typical):
        forms = {nouns.NOUNS[noun], nouns.PLURALS[noun]}
        for form in forms | {form.capitalize() for form in forms}:
            token = codec.id("▁" + form)
            table[token] = F.normalize(direction + 0.4 * table[token], dim=-1)
    cell = torch.arange(float(CELLS))
    y, x = torch.meshgrid(cell + 0.5, cell + 0.5, indexing="ij")
    code = fourier(x.flatten(), y.flatten(), CELLS, 16)
    code = code / torch.arange(1, 17).sqrt().repeat(4)  # slow waves weigh more: near places are alike
    mixed = code @ torch.randn(code.shape[1], WIDTH, generator=generator)
    table[codec.first_location :] = F.normalize(mixed - mixed.mean(0), dim=-1)


MATCHING_HEADS = (0, 1)
PREFIX_END = LATENTS + 3 + 2  # position of the first token behind a picture


@torch.no_grad()
def start_matching(model, codec, pixels, what, where):
    """Lets two heads of the first decoder layer look from a noun to the latents of such things and fetch their box.

    Nothing is found, counted or denied before this look is there, and training alone takes long to hit on it. It is
    the bilinear form that tells right from wrong pairs of noun and latent best (linear discriminants on both sides);
    one dimension of each head prefers latents to words, or every noun would look at itself.
    """
    layer = model.text_model.model.layers[0]
    heard, others, seen = _first_inputs(model, codec, pixels)
    owned = what.flatten() < heard.shape[0]
    things_seen, kinds = seen[owned], what.flatten()[owned]
    ours, theirs = heard.mean((0, 1)), things_seen.mean(0)
    spread = lambda x: x.T @ x / len(x) + 0.2 * torch.eye(WIDTH)
    words = heard.mean(1) - ours
    things = torch.stack([things_seen[kinds == noun].mean(0) for noun in range(len(words))]) - theirs
    form = torch.linalg.solve(spread((heard - ours).flatten(0, 1)), words.T @ things)
    left, values, right = torch.linalg.svd(form @ torch.linalg.inv(spread(things_seen - theirs)))
    apart = seen.mean(0) - others.mean(0)
    towards = torch.linalg.solve(spread(seen - seen.mean(0)) + spread(others - others.mean(0)), apart)
    towards = towards / (towards @ apart)
    boxes = _box_reader(things_seen - theirs, where.flatten(0, 1)[owned])
    for order, head in enumerate(MATCHING_HEADS):
        chosen = torch.arange(order, (HEAD - 1) * len(MATCHING_HEADS), len(MATCHING_HEADS))
        ask = left[:, chosen] * values[chosen].sqrt()
        show = right[chosen].T * values[chosen].sqrt()
        scores = (words @ ask) @ (things @ show).T
        factor = (7 * HEAD**0.5 / (scores.diagonal().mean() - scores.mean())).sqrt()
        _set_head(layer.self_attn, head, ask.T * factor, show.T * factor, ours, theirs, towards)
        rows = slice(head * HEAD, (head + 1) * HEAD)
        layer.self_attn.v_proj.weight[rows] = boxes[:, order::2].T
        layer.self_attn.v_proj.bias[rows] = -boxes[:, order::2].T @ theirs
        layer.self_attn.out_proj.weight[:, rows] *= 2


def _box_reader(things, where):
    """[width, 2 heads]: reads slow cosines of the four edges from centred latents."""
    waves = torch.cat([torch.cos(math.pi * k * where) for k in range(1, 2 * HEAD // 4 + 1)], 1)
    waves = waves - waves.mean(0)
    gram = things.T @ things + 1e-3 * torch.eye(WIDTH) * things.pow(2).sum(0).mean()
    reader = torch.linalg.solve(gram, things.T @ waves)
    error = (things @ reader - waves).pow(2).mean() / waves.pow(2).mean()
    print(f"box of a thing read from a latent: {1 - error:.2f} of the variance", flush=True)
    return reader / waves.std()


def _first_inputs(model, codec, pixels):
    """Inputs of the first layer: nouns [nouns, positions, width], other tokens and latents [n, width]."""
    import nouns

    text = model.text_model.model
    norm, places = text.layers[0].self_attn_layer_norm, text.embed_positions.weights
    table = text.embed_tokens.weight * text.embed_scale
    spots = places[torch.arange(PREFIX_END, PREFIX_END + 36, 3)]
    forms = [torch.tensor([codec.id("▁" + form) for form in column]) for column in (nouns.NOUNS, nouns.PLURALS)]
    heard = torch.cat([table[ids][:, None] + spots for ids in forms], 1)
    others = table[4::5, None] + spots
    latents = [
        image_embeds(model, patch_features(model.vision_model.model, normalised(part))) for part in pixels.split(64)
    ]
    seen = torch.cat(latents) * text.embed_scale + places[4 : 4 + LATENTS]
    return norm(heard), norm(others).flatten(0, 1), norm(seen).flatten(0, 1)


def _set_head(attention, head, ask, show, ours, theirs, towards):
    """Writes queries and keys of one matching head."""
    rows, last = slice(head * HEAD, (head + 1) * HEAD - 1), (head + 1) * HEAD - 1
    attention.q_proj.weight[rows], attention.q_proj.bias[rows] = ask, -ask @ ours
    attention.k_proj.weight[rows], attention.k_proj.bias[rows] = show, -show @ theirs
    attention.q_proj.weight[last], attention.q_proj.bias[last] = 0, 8 * HEAD**0.5
    attention.k_proj.weight[last], attention.k_proj.bias[last] = towards, -towards @ theirs


class HeldHeads:
    """Keeps the matching heads as they started until the layers above have learned to use them.

    Without this they are gone after some dozen steps: Muon moves every direction of a matrix at full pace, also those
    that nothing depends on yet.
    """

    def __init__(self, model, steps):
        attention = model.text_model.model.layers[0].self_attn
        rows = slice(0, len(MATCHING_HEADS) * HEAD)
        self.steps = steps
        self.kept = [
            (part[rows], part[rows].clone())
            for linear in (attention.q_proj, attention.k_proj, attention.v_proj)
            for part in (linear.weight.data, linear.bias.data)
        ]

    def after(self, step):
        """To be called after each step of the optimisers."""
        if step < self.steps:
            for part, start in self.kept:
                part.copy_(start)
