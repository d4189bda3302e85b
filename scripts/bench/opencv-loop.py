"""The loop that people write with OpenCV: VideoCapture, letterbox, dnn, decode, NMSBoxes. Prints frames and seconds."""
import sys
import time

import cv2
import numpy as np

SIZE = 416
capture = cv2.VideoCapture(sys.argv[1])
network = cv2.dnn.readNet(sys.argv[2])
limit = int(sys.argv[3])
cells = [(x, y, stride) for stride in (8, 16, 32) for y in range(SIZE // stride) for x in range(SIZE // stride)]
grid = np.array(cells, np.float32)
frames = boxes_found = 0
start = time.time()
while frames < limit:
    more, picture = capture.read()
    if not more:
        break
    height, width = picture.shape[:2]
    ratio = min(SIZE / height, SIZE / width)
    small = cv2.resize(picture, (int(width * ratio), int(height * ratio)), interpolation=cv2.INTER_LINEAR)
    padded = np.full((SIZE, SIZE, 3), 114, np.uint8)
    padded[: small.shape[0], : small.shape[1]] = small
    network.setInput(cv2.dnn.blobFromImage(padded))
    rows = network.forward()[0]
    scores = rows[:, 5:] * rows[:, 4:5]
    best = scores.argmax(1)
    score = scores[np.arange(len(best)), best]
    keep = score >= 0.25
    centre = (rows[keep, :2] + grid[keep, :2]) * grid[keep, 2:]
    size = np.exp(rows[keep, 2:4]) * grid[keep, 2:]
    corners = np.concatenate([centre - size / 2, size], 1) / ratio
    for label in set(best[keep]):
        chosen = best[keep] == label
        boxes_found += len(cv2.dnn.NMSBoxes(corners[chosen].tolist(), score[keep][chosen].tolist(), 0.25, 0.45))
    frames += 1
print(f'{{"version": "{cv2.__version__}", "frames": {frames}, "seconds": {time.time() - start:.3f}, "boxes": {boxes_found}}}')
