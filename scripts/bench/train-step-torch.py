"""The training step of train-step.mjs in PyTorch: the same network, loss, optimiser and numbers.

Reads one JSON job from the first line of stdin, answers every further line "run N" with a JSON line: milliseconds and CPU
milliseconds of N steps, and the last loss. Debian: python3-torch, libopenblas0-pthread.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
torch.manual_seed(1)
A, C, N = len(job["anchors"]), job["classes"], job["batch"]


class Layer(nn.Sequential):
    def __init__(self, cin, cout, k=3, s=1):
        act = nn.LeakyReLU(0.1, inplace=True) if job["activation"] == "leaky" else nn.SiLU(inplace=True)
        super().__init__(nn.Conv2d(cin, cout, k, s, k // 2, bias=False), nn.BatchNorm2d(cout, 1e-3, 0.03), act)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.reduce, self.expand = Layer(c, c // 2, 1), Layer(c // 2, c)

    def forward(self, x):
        return x + self.expand(self.reduce(x))


class Context(nn.Module):
    def __init__(self, c, pools):
        super().__init__()
        self.reduce, self.mix, self.pools = Layer(c, c // 2, 1), Layer((pools + 1) * (c // 2), c, 1), pools

    def forward(self, x):
        windows = [self.reduce(x)]
        for _ in range(self.pools):
            windows.append(F.max_pool2d(windows[-1], 5, 1, 2))
        return x + self.mix(torch.cat(windows, 1))


class Joint(nn.Module):
    def __init__(self, finer, c):
        super().__init__()
        self.down, self.block = Layer(finer, c, 3, 2), Block(c)

    def forward(self, level, finer):
        return self.block(level + self.down(finer))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        spec = job["spec"]
        c = spec["backbone"]["stem"]
        self.stem, self.stages = Layer(3, c, 3, 2), nn.ModuleList()
        widths, stride = {2: c}, 2
        for stage in spec["backbone"]["stages"]:
            down = Layer(c, stage["channels"], 3, 2)
            c, stride = stage["channels"], stride * 2
            widths[stride] = c
            self.stages.append(nn.Sequential(down, *[Block(c) for _ in range(stage["blocks"])]))
        pools = spec["backbone"].get("pools")
        self.context = Context(c, pools) if pools else nn.Identity()
        self.levels, self.neck, self.narrow, coarser = spec["neck"]["levels"], nn.ModuleList(), nn.ModuleList(), None
        for level in self.levels:
            w = level["channels"]
            if coarser is None:
                self.neck.append(Layer(widths[level["stride"]], w, 1))
                self.narrow.append(nn.Identity())
            else:
                self.narrow.append(nn.Identity() if coarser == w else Layer(coarser, w, 1))
                self.neck.append(Layer(w + widths[level["stride"]], w))
            coarser = w
        out = {level["stride"]: level["channels"] for level in self.levels}
        self.strides = spec["strides"]
        path = [level["stride"] for level in reversed(self.levels)] if spec["neck"].get("back") else []
        self.path, self.joints = path, nn.ModuleList([Joint(out[s // 2], out[s]) for s in path[1:]])
        self.heads = nn.ModuleList([nn.Conv2d(out[s], A * (5 + C), 1) for s in self.strides])

    def forward(self, x):
        x = self.stem(x)
        maps, stride = {2: x}, 2
        for stage in self.stages:
            x, stride = stage(x), stride * 2
            maps[stride] = x
        maps[stride] = self.context(x)
        outputs, coarser = {}, None
        for level, mix, narrow in zip(self.levels, self.neck, self.narrow):
            own = maps[level["stride"]]
            coarser = mix(own) if coarser is None else mix(torch.cat([F.interpolate(narrow(coarser), scale_factor=2), own], 1))
            outputs[level["stride"]] = coarser
        for stride, joint in zip(self.path[1:], self.joints):
            outputs[stride] = joint(outputs[stride], outputs[stride // 2])
        return [head(outputs[s]) for s, head in zip(self.strides, self.heads)]


def ciou(a, b, eps=1e-7):
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


net = Detector().train()
x = torch.rand(N, 3, job["size"], job["size"])
if job["channelsLast"]:
    net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
anchors = torch.tensor(job["anchors"])
rows = []
for stride in job["spec"]["strides"]:
    cells = N * A * (job["size"] // stride) ** 2
    m = job["positives"]
    rows.append((torch.randint(cells, (m,)), torch.cat([torch.rand(m, 2), 1 + 3 * torch.rand(m, 2)], 1), torch.rand(m, C).round()))


def step():
    optimiser.zero_grad(set_to_none=True)
    loss = 0
    for raw, (cells, boxes, classes) in zip(net(x), rows):
        n, _, h, w = raw.shape
        t = raw.view(n, A, 5 + C, h, w).permute(0, 1, 3, 4, 2)
        r = t.reshape(-1, 5 + C)[cells]
        size = (r[:, 2:4].sigmoid() * 2) ** 2 * anchors[(cells // (h * w)) % A]
        score = ciou(torch.cat([r[:, 0:2].sigmoid() * 2 - 0.5, size], 1), boxes)
        goal = torch.zeros(n * A * h * w)
        goal[cells] = score.detach().clamp(0)
        loss = loss + 0.05 * (1 - score).mean() + F.binary_cross_entropy_with_logits(t[..., 4].reshape(-1), goal)
        loss = loss + 0.5 * F.binary_cross_entropy_with_logits(r[:, 5:], classes)
    (loss * N).backward()
    optimiser.step()
    return loss.item()


for line in sys.stdin:
    count = int(line.split()[1])
    times, value = [], 0.0
    for _ in range(count):
        wall, cpu = time.perf_counter(), time.process_time()
        value = step()
        times.append([(time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000])
    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"times": times, "loss": value, "parameters": parameters, "version": torch.__version__, "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}), flush=True)
