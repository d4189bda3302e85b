"""A real RTSP server (GStreamer's) for tests, run by Debian's own python3.

    /usr/bin/python3 rtsp-server.py '{"port": 0, "mounts": {"/cam": {"file": "clip.h264"}}}'

Prints `{"port": N}` once it listens. A mount plays a clip that loops for ever, or launches a pipeline of its own:
  file     H.264, H.265 or MJPEG in any container that GStreamer can parse, played in real time, looped, untouched
  launch   elements up to and including the payloader, which must be called pay0
  clock    a live picture that shows the time at which it was made, see clock_picture.py: {"width", "height", "fps", "group"}
A `user` and `password` protect a mount by digest authentication. Ends when its stdin ends.
"""

import json
import os
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

import clock_picture  # noqa: E402

PARSERS = {
    "h264": "h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96 config-interval=-1",
    "mjpeg": "jpegparse ! rtpjpegpay name=pay0 pt=26",
}


def launch_line(mount):
    if "clock" in mount:
        return f"( {clock_picture.elements(mount['clock'])} ! {PARSERS['h264']} )"
    if "launch" in mount:
        return f"( {mount['launch']} )"
    codec = mount.get("codec", "h264")
    demux = "matroskademux" if mount["file"].endswith(".mkv") else "qtdemux"
    return f"( multifilesrc location={mount['file']} loop=true ! {demux} ! {PARSERS[codec]} )"


def main():
    Gst.init(None)
    config = json.loads(sys.argv[1])
    server = GstRtspServer.RTSPServer.new()
    server.set_address(config.get("host", "127.0.0.1"))
    server.set_service(str(config.get("port", 0)))
    points = server.get_mount_points()
    for path, mount in config["mounts"].items():
        factory = GstRtspServer.RTSPMediaFactory.new()
        factory.set_launch(launch_line(mount))
        factory.set_shared(mount.get("shared", True))
        if "clock" in mount:
            factory.connect("media-configure", lambda _, media, clock=mount["clock"]: clock_picture.run(media, clock))
        if any("user" in each for each in config["mounts"].values()):
            protect(server, factory, mount.get("user"), mount.get("password"))
        points.add_factory(path, factory)
    loop = GLib.MainLoop()
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)

    def wait_for_end():
        while sys.stdin.buffer.read(4096):
            pass
        os._exit(0)

    threading.Thread(target=wait_for_end, daemon=True).start()
    loop.run()


def protect(server, factory, user, password):
    """Lets in whoever knows the user's password, or everybody where there is no user."""
    auth = server.get_auth()
    if auth is None:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        anybody = GstRtspServer.RTSPToken()
        anybody.set_string("media.factory.role", "anybody")
        auth.set_default_token(anybody)
        server.set_auth(auth)
    role = user or "anybody"
    if user is not None:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", user)
        auth.add_digest(user, password, token)
    permissions = GstRtspServer.RTSPPermissions()
    # Who may not even access gets 404; who may access but not construct is asked for a password.
    for name in {role, "anybody"}:
        permissions.add_role(name)
        permissions.add_permission_for_role(name, "media.factory.access", True)
        permissions.add_permission_for_role(name, "media.factory.construct", name == role)
    factory.set_permissions(permissions)


main()
