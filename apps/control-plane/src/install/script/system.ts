/** What the script needs of the board: a system that it knows, an engine, Node.js. */
export const SYSTEM = String.raw`check_system() {
  [ "$(id -u)" = 0 ] || fail 'this needs root; run it again with sudo'
  command -v apt-get >/dev/null ||
    fail 'this script knows Debian and Raspberry Pi OS only; elsewhere install Docker and Node.js and run the supervisor from '"$SERVER_URL"'/install/supervisor.mjs as a service'
  [ "$MODE" = container ] || command -v systemctl >/dev/null ||
    fail 'this system has no systemd to start the supervisor with; try --container'
  case "$(dpkg --print-architecture)" in
    amd64 | arm64 | armhf) ;;
    *) fail "Flotilla knows amd64, arm64 and armhf, and this system is $(dpkg --print-architecture)" ;;
  esac
}

# A board has one identity, and it belongs to one server.
check_other_server() {
  [ -s "$STATE/registration.json" ] && [ -s "$SETTINGS" ] || return 0
  known="$(sed -n 's/^FLOTILLA_SERVER_URL=//p' "$SETTINGS" | tr -d "\"'" | sed 's:/*$::')"
  [ -z "$known" ] || [ "$known" = "$SERVER_URL" ] ||
    fail "this board is a device of another server, $known; to move it, run this again with --uninstall --purge first, or, where the server only has a new address, change it in $SETTINGS"
}

install_packages() {
  say "installing $*"
  [ "$(printenv APT_UPDATED || true)" = yes ] || apt-get update -q
  export APT_UPDATED=yes
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || fail "apt could not install $*"
}

has_engine() {
  docker version >/dev/null 2>&1 ||
    { [ -S /var/run/docker.sock ] && curl -fsS --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null 2>&1; }
}

install_docker() {
  ! has_engine || return 0
  # Without apparmor, an engine on a kernel that has it starts no container.
  command -v docker >/dev/null || install_packages docker.io apparmor
  systemctl enable --now docker || fail 'Docker does not start; look at: journalctl -u docker'
  has_engine || fail 'Docker does not answer; look at: journalctl -u docker'
}

# Prints the path of a Node.js that is new enough.
find_node() {
  for node in /opt/flotilla/node/bin/node "$(command -v node || true)"; do
    [ -n "$node" ] && [ -x "$node" ] || continue
    major="$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)"
    if [ "$major" -ge "$NODE_MAJOR" ]; then
      printf '%s\n' "$node"
      return
    fi
  done
}

find_runtime() {
  if [ "$MODE" = container ]; then
    docker image inspect "$NODE_IMAGE" >/dev/null 2>&1 || docker pull "$NODE_IMAGE" ||
      fail "there is no image $NODE_IMAGE; name another one with --node-image"
    return
  fi
  NODE="$(find_node)"
  [ -z "$NODE" ] || return 0
  [ "$(printenv APT_UPDATED || true)" = yes ] || apt-get update -q
  export APT_UPDATED=yes
  offered="$(apt-cache policy nodejs | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9][0-9]*\)\..*/\2/p')"
  if [ -n "$offered" ] && [ "$offered" -ge "$NODE_MAJOR" ]; then
    install_packages nodejs
    NODE="$(find_node)"
  fi
  [ -n "$NODE" ] || fail "Node.js $NODE_MAJOR or newer is needed, and apt offers $(printf %s "$offered" | grep . || echo none); run this again with --container, or unpack one from https://nodejs.org/dist/ into /opt/flotilla/node, so that there is /opt/flotilla/node/bin/node"
}

run_node() {
  if [ "$MODE" = container ]; then
    docker run --rm --network none -v "$LIB:$LIB:ro" "$NODE_IMAGE" node "$@"
  else
    "$NODE" "$@"
  fi
}
`
