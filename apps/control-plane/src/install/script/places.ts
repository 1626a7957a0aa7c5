/** Where things are on a board, and how the script speaks. */
export const PLACES = String.raw`# Where to install, for preparing a mounted system image; empty for this system.
ROOT="$(printenv FLOTILLA_INSTALL_ROOT || true)"
LIB="$ROOT/opt/flotilla"
STATE="$ROOT/var/lib/flotilla"
SETTINGS="$ROOT/etc/flotilla/supervisor.env"
UNIT="$ROOT/etc/systemd/system/flotilla-supervisor.service"
NAME="$SUPERVISOR_VERSION-$(printf %s "$SUPERVISOR_SHA256" | cut -c 1-12)"
# What Debian 12 and the Raspberry Pi OS made from it have.
NODE_MAJOR=18
WAIT_SECONDS=180

say() {
  printf '%s\n' "flotilla: $*"
}

fail() {
  printf '%s\n' "flotilla: $*" >&2
  exit 1
}
`
