"""The toy detector of ../reference.test.ts in PyTorch, float64: loss parts, gradients and batch statistics.

Reads a JSON description from stdin, writes a JSON result to stdout. Run by the test with UPDATE_REFERENCE=1 (Debian's
python3-torch); the result is stored beside this file. It shares no code with what it is compared with.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
job = json.load(sys.stdin)
P = {}
for p in job["parameters"]:
    P[p["name"]] = torch.tensor(p["values"]).reshape(p["dims"]).requires_grad_(True)
STATS = {}


def tensor(name):
    it = job["feeds"][name]
    return torch.tensor(it["data"]).reshape(it["dims"])


def layer(x, name, stride=1, act=True):
    w = P[name + "/w"]
    y = F.conv2d(x, w, stride=stride, padding=w.shape[2] // 2)
    mean = y.mean(dim=(0, 2, 3))
    var = y.var(dim=(0, 2, 3), unbiased=False)
    n = y.numel() / y.shape[1]
    STATS[name + "/norm/mean"] = mean
    STATS[name + "/norm/variance"] = var * n / (n - 1)
    y = F.batch_norm(y, None, None, P[name + "/norm/scale"], P[name + "/norm/shift"], training=True, eps=1e-3)
    return F.silu(y) if act else y


def stage(x, name, blocks):
    x = layer(x, name + "/down", stride=2)
    for b in range(blocks):
        x = x + layer(layer(x, f"{name}/block{b}/reduce"), f"{name}/block{b}/expand")
    return x


x = tensor("input")
x = layer(x, "backbone/stem", stride=2)
p4 = stage(x, "backbone/stage4", 1)
p8 = stage(p4, "backbone/stage8", 2)
windows = [layer(p8, "backbone/context/reduce")]
for _ in range(2):
    windows.append(F.max_pool2d(windows[-1], 5, stride=1, padding=2))
p8 = p8 + layer(torch.cat(windows, 1), "backbone/context/mix")
n8 = layer(p8, "neck/level8/reduce")
n4 = layer(torch.cat([F.interpolate(n8, scale_factor=2, mode="nearest"), p4], 1), "neck/level4/mix")
n8 = n8 + layer(n4, "path/level8/down", stride=2)
n8 = n8 + layer(layer(n8, "path/level8/block/reduce"), "path/level8/block/expand")
outputs = {"head4": n4, "head8": layer(n8, "head8/hidden")}
for name in outputs:
    outputs[name] = F.conv2d(outputs[name], P[name + "/raw/w"], P[name + "/raw/b"])


def ciou(a, b):
    eps = 1e-7
    ax1, ay1, ax2, ay2 = a[:, 0] - a[:, 2] / 2, a[:, 1] - a[:, 3] / 2, a[:, 0] + a[:, 2] / 2, a[:, 1] + a[:, 3] / 2
    bx1, by1, bx2, by2 = b[:, 0] - b[:, 2] / 2, b[:, 1] - b[:, 3] / 2, b[:, 0] + b[:, 2] / 2, b[:, 1] + b[:, 3] / 2
    inter = (torch.min(ax2, bx2) - torch.max(ax1, bx1)).clamp(0) * (torch.min(ay2, by2) - torch.max(ay1, by1)).clamp(0)
    iou = inter / (a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - inter + eps)
    cw, ch = torch.max(ax2, bx2) - torch.min(ax1, bx1), torch.max(ay2, by2) - torch.min(ay1, by1)
    rho = (a[:, 0] - b[:, 0]) ** 2 + (a[:, 1] - b[:, 1]) ** 2
    v = (4 / math.pi**2) * (torch.atan(b[:, 2] / (b[:, 3] + eps)) - torch.atan(a[:, 2] / (a[:, 3] + eps))) ** 2
    with torch.no_grad():
        alpha = v / (v - iou + 1 + eps)
    return iou - rho / (cw**2 + ch**2 + eps) - v * alpha


C, A, L = job["classes"], len(job["anchors"]), job["landmarks"]
ANCHORS = torch.tensor(job["anchors"])
parts = {"box": 0, "objectness": 0, "classes": 0, "landmarks": 0}
for name, raw in outputs.items():
    n, _, h, w = raw.shape
    t = raw.view(n, A, 5 + C + 2 * L, h, w).permute(0, 1, 3, 4, 2)
    cells = tensor(name + "/cells").long()
    valid = tensor(name + "/valid")
    count = max(1.0, valid.sum().item())
    rows = t.reshape(-1, 5 + C + 2 * L)[cells]
    anchors = ANCHORS[(cells // (h * w)) % A]
    box = torch.cat([rows[:, 0:2].sigmoid() * 2 - 0.5, (rows[:, 2:4].sigmoid() * 2) ** 2 * anchors], 1)
    score = ciou(box, tensor(name + "/boxes"))
    parts["box"] = parts["box"] + ((1 - score) * valid).sum() / count
    goal = torch.zeros(n * A * h * w)
    for m in range(len(cells)):
        goal[cells[m]] = max(goal[cells[m]], score[m].item() * valid[m]) if valid[m] > 0 else goal[cells[m]]
    bce = F.binary_cross_entropy_with_logits(t[..., 4].reshape(-1), goal, reduction="none")
    parts["objectness"] = parts["objectness"] + (bce * tensor(name + "/objectnessWeights")).mean() * job["balance"][name]
    weights = tensor(name + "/classWeights")
    bce = F.binary_cross_entropy_with_logits(rows[:, 5 : 5 + C], tensor(name + "/classes"), reduction="none")
    parts["classes"] = parts["classes"] + (bce * weights).sum() / max(1.0, weights.sum().item())
    weights = tensor(name + "/landmarkWeights")
    points = rows[:, 5 + C :] * anchors.repeat(1, L)
    distance = F.smooth_l1_loss(points, tensor(name + "/landmarks"), reduction="none")
    parts["landmarks"] = parts["landmarks"] + (distance * weights).sum() / max(1.0, weights.sum().item())
weighted = {k: v * job["gains"][k] for k, v in parts.items()}
loss = sum(weighted.values()) * x.shape[0]
loss.backward()
json.dump(
    {
        "torch": torch.__version__,
        "loss": loss.item(),
        "parts": {k: v.item() for k, v in weighted.items()},
        "gradients": {k: v.grad.flatten().tolist() for k, v in P.items()},
        "statistics": {k: v.tolist() for k, v in STATS.items()},
    },
    sys.stdout,
)
