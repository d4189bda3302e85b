/** The 80 classes of COCO detection, by the class id that detectors give (0 to 79, gaps of the data set closed). */
export const COCO_LABELS: readonly string[] = [
  'person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign',
  'parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag',
  'tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard',
  'tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot',
  'hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote',
  'keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear',
  'hair drier, toothbrush',
].flatMap((line) => line.split(', '));

/** The 20 classes of Pascal VOC, by class id. */
export const VOC_LABELS: readonly string[] = [
  'aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse, motorbike, person',
  'pottedplant, sheep, sofa, train, tvmonitor',
].flatMap((line) => line.split(', '));

/** The 17 points of COCO keypoints. */
export const COCO_LANDMARKS: readonly string[] = [
  'nose, left eye, right eye, left ear, right ear, left shoulder, right shoulder, left elbow, right elbow, left wrist',
  'right wrist, left hip, right hip, left knee, right knee, left ankle, right ankle',
].flatMap((line) => line.split(', '));

/** The five points of face detectors; left and right are those of the picture. */
export const FACE_LANDMARKS: readonly string[] = [
  'left eye',
  'right eye',
  'nose',
  'left mouth corner',
  'right mouth corner',
];
