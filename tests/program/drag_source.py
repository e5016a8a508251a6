"""A window that is a true drag-and-drop source (XDND, text/uri-list) for the files and addresses given as arguments."""
import os
import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

uris = [arg if ":" in arg else pathlib.Path(arg).resolve().as_uri() for arg in sys.argv[1:]]
content = b"".join(os.fsencode(uri) + b"\r\n" for uri in uris)
window = Gtk.Window(title="drag-source")
window.set_default_size(120, 60)
window.move(0, 0)
button = Gtk.Button(label="drag me")
window.add(button)
button.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
button.drag_source_add_uri_targets()
button.connect("drag-data-get", lambda _button, _context, data, _info, _time: data.set(data.get_target(), 8, content))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
