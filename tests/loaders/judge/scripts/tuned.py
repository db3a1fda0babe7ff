# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tuned daemon does at its start, by the package's own unchanged code: it finds the active
profile, loads it, creates the plug-ins that it names and applies them. One-shot (daemon = 0), so
that it ends; without D-Bus, whose modules are replaced by empty ones; on a machine that has no
devices, as a stand-in for pyudev says."""

import sys
import types

sys.path.insert(0, "/.judge/python")


class NoDevices:
    """As much of pyudev as tuned touches when there is nothing to find."""

    def __init__(self, *_arguments, **_options):
        pass

    @classmethod
    def from_netlink(cls, *_arguments, **_options):
        return cls()

    def set_receive_buffer_size(self, _size):
        pass

    def filter_by(self, *_arguments, **_options):
        pass

    def list_devices(self, **_filters):
        return []

    def start(self):
        pass

    def stop(self):
        pass


def replace_module(name, **contents):
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module


replace_module("pyudev", Context=NoDevices, Monitor=NoDevices, Devices=NoDevices, Device=NoDevices,
               MonitorObserver=NoDevices)
replace_module("dbus")
replace_module("tuned.exports.dbus_exporter", DBusExporter=object)
replace_module("tuned.exports.dbus_exporter_with_properties",
               DBusExporterWithProperties=object)

# The imports have to come after the changes to what can be imported.
import tuned.consts  # noqa: E402  pylint: disable=wrong-import-position
import tuned.daemon  # noqa: E402  pylint: disable=wrong-import-position
from tuned.utils.global_config import GlobalConfig  # noqa: E402  pylint: disable=wrong-import-position

config = GlobalConfig()
config.set(tuned.consts.CFG_DAEMON, False)
tuned.daemon.Application(None, config).run(False)
