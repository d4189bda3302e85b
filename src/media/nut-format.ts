/**
 * The parts of the NUT container that lookout speaks (specification: "NUT Open Container Format", version 3).
 * FFmpeg writes one raw video stream as NUT and thereby puts each frame's exact timestamp in front of its pixels.
 */
export const FILE_ID = 'nut/multimedia container\0';

/** Every start code is `N`, a letter and six magic bytes; told apart by its letter, checked by its first four bytes. */
export const STARTCODE = {
  main: 0x4e4d7a56,
  stream: 0x4e531140,
  syncpoint: 0x4e4be4ad,
  index: 0x4e58dd67,
  info: 0x4e49ab68,
} as const;

/** The remaining four bytes of each start code. */
export const STARTCODE_TAIL = {
  main: 0x1f5f04ad,
  stream: 0x5bf2f9db,
  syncpoint: 0xeeca4569,
  index: 0x2f23e64e,
  info: 0xb596ba78,
} as const;

/** First byte of every start code; never a valid frame code. */
export const STARTCODE_BYTE = 0x4e;

/** Packets above this length carry a checksum of their header. */
export const LONG_PACKET = 4096;

export const FLAG = {
  key: 1,
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideMetadata: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;
