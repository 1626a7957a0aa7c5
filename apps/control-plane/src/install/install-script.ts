export interface InstallValues {
  serverUrl: string
  provisioningKey: string
  deviceName?: string
  // sha256 of the supervisor that the server has.
  bundleDigest: string
}

/**
 * The shell script that makes a Debian or Raspberry Pi OS board a device. It is piped into a shell, so all of it is in
 * functions and the last line starts it: a download that breaks off runs nothing. It may be run again at any time.
 */
export function installScript(values: InstallValues): string {
  return [HEAD, settings(values), STEPS, 'main\n'].join('\n')
}

/** Any text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Any text as a value in a systemd EnvironmentFile. */
export function environmentFileQuote(text: string): string {
  return `"${text.replaceAll(/[\\"`$]/g, '\\$&')}"`
}

function settings({ serverUrl, provisioningKey, deviceName, bundleDigest }: InstallValues): string {
  const environment = [
    `FLOTILLA_SERVER_URL=${environmentFileQuote(serverUrl)}`,
    `FLOTILLA_PROVISIONING_KEY=${environmentFileQuote(provisioningKey)}`,
    ...(deviceName === undefined ? [] : [`FLOTILLA_DEVICE_NAME=${environmentFileQuote(deviceName)}`]),
  ].join('\n')
  return [
    `SERVER_URL=${shellQuote(serverUrl)}`,
    `SUPERVISOR_SHA256=${shellQuote(bundleDigest)}`,
    `ENVIRONMENT=${shellQuote(environment)}`,
    '',
  ].join('\n')
}

const HEAD = `#!/bin/sh
# Makes this board a device of Flotilla: installs Docker, Node.js and the supervisor, and starts it.
# Run it as root on Debian or Raspberry Pi OS. Running it again updates the supervisor and its settings.
set -eu
`

const STEPS = String.raw`# Where to install, for preparing a mounted system image; empty for this system.
ROOT="\${FLOTILLA_INSTALL_ROOT:-}"
NODE_MAJOR=20

say() {
  printf '%s\n' "flotilla: $*"
}

fail() {
  printf '%s\n' "flotilla: $*" >&2
  exit 1
}

check_system() {
  [ "$(id -u)" = 0 ] || fail 'this needs root; run it again with sudo'
  command -v apt-get >/dev/null ||
    fail 'this script knows Debian and Raspberry Pi OS only; elsewhere install Docker and Node.js and run the supervisor from '"$SERVER_URL"'/install/supervisor.mjs as a service'
  command -v systemctl >/dev/null || fail 'this system has no systemd to start the supervisor with'
}

install_package() {
  say "installing $1"
  [ -n "\${APT_UPDATED:-}" ] || apt-get update -q
  APT_UPDATED=yes
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$1" || fail "apt could not install $1"
}

install_docker() {
  command -v docker >/dev/null || install_package docker.io
  systemctl enable --now docker || fail 'Docker does not start; look at: journalctl -u docker'
}

# Prints the path of a Node.js that is new enough.
find_node() {
  for node in "$(command -v node || true)" /opt/flotilla/node/bin/node; do
    [ -n "$node" ] && [ -x "$node" ] || continue
    major="$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)"
    if [ "$major" -ge "$NODE_MAJOR" ]; then
      printf '%s\n' "$node"
      return
    fi
  done
}

install_node() {
  NODE="$(find_node)"
  [ -z "$NODE" ] || return 0
  [ -n "\${APT_UPDATED:-}" ] || apt-get update -q
  APT_UPDATED=yes
  offered="$(apt-cache policy nodejs | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9][0-9]*\)\..*/\2/p')"
  if [ "\${offered:-0}" -ge "$NODE_MAJOR" ]; then
    install_package nodejs
    NODE="$(find_node)"
  fi
  [ -n "$NODE" ] || fail "Node.js $NODE_MAJOR or newer is needed, and apt offers \${offered:-none}; unpack one from https://nodejs.org/dist/ into /opt/flotilla/node, so that there is /opt/flotilla/node/bin/node, and run this again"
}

download() {
  if command -v curl >/dev/null; then curl -fsSL --retry 3 -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}

install_supervisor() {
  say "downloading the supervisor from $SERVER_URL"
  mkdir -p "$ROOT/opt/flotilla"
  new="$ROOT/opt/flotilla/supervisor.mjs.new"
  download "$SERVER_URL/install/supervisor.mjs" "$new" || fail "could not download it; is $SERVER_URL reachable from here?"
  [ "$(sha256sum <"$new" | cut -d ' ' -f 1)" = "$SUPERVISOR_SHA256" ] || fail 'the download is not what the server has; run this again'
  mv "$new" "$ROOT/opt/flotilla/supervisor.mjs"
}

write_settings() {
  mkdir -p "$ROOT/etc/flotilla" "$ROOT/etc/systemd/system" "$ROOT/var/lib/flotilla"
  # It holds a key.
  umask 077
  printf '%s\n' "$ENVIRONMENT" >"$ROOT/etc/flotilla/supervisor.env"
  umask 022
  cat >"$ROOT/etc/systemd/system/flotilla-supervisor.service" <<UNIT
[Unit]
Description=Flotilla supervisor
Wants=docker.service
After=docker.service
StartLimitIntervalSec=0

[Service]
EnvironmentFile=/etc/flotilla/supervisor.env
Environment=FLOTILLA_STATE_DIR=/var/lib/flotilla
ExecStart=$NODE /opt/flotilla/supervisor.mjs
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
}

start_supervisor() {
  systemctl daemon-reload
  systemctl enable flotilla-supervisor
  systemctl restart flotilla-supervisor
  say 'the supervisor runs; see what it does with: journalctl -fu flotilla-supervisor'
}

main() {
  check_system
  install_docker
  install_node
  install_supervisor
  write_settings
  start_supervisor
}
`.replaceAll('\\${', '${')
