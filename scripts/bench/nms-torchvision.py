# Times torchvision.ops.batched_nms on sets of boxes that nms.mjs wrote: FOLDER COUNT IOU.
# Prints the CPU ms of each set (best of several, one thread) as JSON and writes the kept indices, ascending, beside the boxes.
import json
import sys
import time

import numpy
import torch
import torchvision

folder, count, iou = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(1)
times = []
for i in range(count):
    boxes = torch.from_numpy(numpy.fromfile(f"{folder}/{i}.boxes", "f4").reshape(-1, 4))
    scores = torch.from_numpy(numpy.fromfile(f"{folder}/{i}.scores", "f4"))
    classes = torch.from_numpy(numpy.fromfile(f"{folder}/{i}.classes", "i4")).long()
    best = float("inf")
    for _ in range(3 if len(scores) > 10000 else 20):
        start = time.process_time()
        kept = torchvision.ops.batched_nms(boxes, scores, classes, iou)
        best = min(best, time.process_time() - start)
    kept.sort().values.numpy().astype("i4").tofile(f"{folder}/{i}.kept")
    times.append(best * 1000)
print(json.dumps(times))
