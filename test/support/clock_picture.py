"""A live picture with a clock burnt in: bars of equal width over the whole picture hold the milliseconds since the Unix
epoch at which it was made, modulo 2^16, as a Gray code, least significant left; white is 1. A band at the bottom moves, so
that the picture is never taken for a frozen one. Frames are made when they are due, and never in advance."""

import threading
import time

from gi.repository import Gst

BITS = 16
GREY, BLACK, WHITE = 128, 16, 235


def elements(clock):
    """Elements up to the encoder: no look-ahead, no reordering, a key frame every `group` frames."""
    size = f"width={clock['width']},height={clock['height']},framerate={clock['fps']}/1"
    source = f"appsrc name=clock is-live=true do-timestamp=true format=time caps=video/x-raw,format=I420,{size}"
    return f"{source} ! x264enc tune=zerolatency sliced-threads=false threads=1 speed-preset=ultrafast key-int-max={clock['group']}"


def run(media, clock):
    """Feeds the clock of a new media until it is unprepared."""
    source = media.get_element().get_by_name("clock")
    ended = threading.Event()
    media.connect("unprepared", lambda _: ended.set())
    threading.Thread(target=feed, args=(source, clock, ended), daemon=True).start()


def feed(source, clock, ended):
    due = time.monotonic()
    while not ended.is_set():
        due = max(due + 1 / clock["fps"], time.monotonic())
        time.sleep(max(0, due - time.monotonic()))
        picture = draw(int(time.time() * 1000), clock["width"], clock["height"])
        if source.emit("push-buffer", Gst.Buffer.new_wrapped(picture)) != Gst.FlowReturn.OK:
            return


def draw(milliseconds, width, height):
    """I420 bytes."""
    number = milliseconds % 2**BITS
    number ^= number >> 1
    bar = width // BITS
    line = b"".join(bytes([WHITE if number >> bit & 1 else BLACK]) * bar for bit in range(BITS))
    line += bytes([BLACK]) * (width - len(line))
    band = height // 8
    shift = milliseconds // 8 % width
    moving = bytes([GREY]) * width
    moving = moving[:shift] + bytes([WHITE]) * 8 + moving[shift:]
    return line * (height - band) + moving[:width] * band + bytes([GREY]) * (width * height // 2)
