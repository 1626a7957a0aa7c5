/** The supervisor itself: fetched, checked, made current, set up, started. */
export const PROGRAM = String.raw`download() {
  if command -v curl >/dev/null; then curl -fsSL --retry 3 -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}

is_right() {
  [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$SUPERVISOR_SHA256" ]
}

# A link is there whole or not at all, also after a power cut.
point() {
  ln -sfn "versions/$2" "$LIB/$1.new" && mv -fT "$LIB/$1.new" "$LIB/$1"
}

name_of() {
  [ ! -L "$LIB/$1" ] || basename "$(readlink "$LIB/$1")"
}

install_supervisor() {
  folder="$LIB/versions/$NAME"
  mkdir -p "$folder"
  if ! is_right "$folder/supervisor.mjs"; then
    say "downloading supervisor $SUPERVISOR_VERSION from $SERVER_URL"
    download "$SERVER_URL$SUPERVISOR_PATH" "$folder/supervisor.mjs.new" ||
      fail "could not download it; is $SERVER_URL reachable from here?"
    is_right "$folder/supervisor.mjs.new" || fail 'the download is not what the server has; run this again'
    printf '%s  supervisor.mjs\n' "$SUPERVISOR_SHA256" >"$folder/supervisor.mjs.sha256"
    mv "$folder/supervisor.mjs.new" "$folder/supervisor.mjs"
  fi
  says="$(run_node "$folder/supervisor.mjs" --version)" || fail 'Node.js does not run the supervisor on this board'
  [ "$says" = "$SUPERVISOR_VERSION" ] || fail "the supervisor says that it is $says instead of $SUPERVISOR_VERSION"
  run_node "$folder/supervisor.mjs" --print-launcher >"$LIB/launch-supervisor.new"
  chmod 755 "$LIB/launch-supervisor.new"
  sync
  mv "$LIB/launch-supervisor.new" "$LIB/launch-supervisor"
  make_current
  # Where supervisors were before they had versions.
  rm -f "$LIB/supervisor.mjs"
}

# One that takes the place of another has to prove itself; the launcher returns to the former where it does not.
make_current() {
  former="$(name_of current)"
  if [ -n "$former" ] && [ "$former" != "$NAME" ]; then
    rm -f "$LIB/trial-starts" "$LIB/returned" "$LIB/rejected" "$LIB/returned-why"
    point previous "$former"
    point trial "$NAME"
  fi
  point current "$NAME"
  sync
}

# What somebody added to the settings stays there.
write_settings() {
  mkdir -p "$ROOT/etc/flotilla" "$ROOT/etc/systemd/system" "$STATE"
  chmod 700 "$STATE"
  # It holds a key.
  umask 077
  {
    printf '%s\n' "$ENVIRONMENT"
    [ ! -f "$SETTINGS" ] ||
      grep -v -e '^FLOTILLA_SERVER_URL=' -e '^FLOTILLA_PROVISIONING_KEY=' -e '^FLOTILLA_DEVICE_NAME=' "$SETTINGS" || true
  } >"$SETTINGS.new"
  mv "$SETTINGS.new" "$SETTINGS"
  umask 022
  [ "$MODE" = unit ] || return 0
  run_node "$LIB/versions/$NAME/supervisor.mjs" --print-unit >"$UNIT.new"
  mv "$UNIT.new" "$UNIT"
}

start_supervisor() {
  # Only one of the two may use the board's identity.
  if [ "$MODE" = container ]; then
    stop_unit
    docker rm -f flotilla-supervisor >/dev/null 2>&1 || true
    set_container_environment
  else
    docker rm -f flotilla-supervisor >/dev/null 2>&1 || true
    systemctl daemon-reload
    systemctl enable flotilla-supervisor
    systemctl restart flotilla-supervisor
  fi
}

start_container() {
  # It reaches the board's files and programs through the board's first process, as it does as a unit, and may read disks
  # of the kind that USB sticks are, for bundles on them.
  docker run -d --name flotilla-supervisor --restart always --network host --pid host "$@" \
    --cap-add SYS_ADMIN --cap-add SYS_PTRACE --security-opt apparmor=unconfined \
    --device-cgroup-rule 'b 8:* r' \
    -e FLOTILLA_STATE_DIR=/var/lib/flotilla -e FLOTILLA_MANAGE_HOST=true \
    -v /opt/flotilla:/opt/flotilla -v /var/lib/flotilla:/var/lib/flotilla \
    -v /var/run/docker.sock:/var/run/docker.sock -v /var/lib/docker/volumes:/var/lib/docker/volumes \
    -v /var/lib/docker/flotilla-snapshots:/var/lib/docker/flotilla-snapshots \
    "$NODE_IMAGE" /opt/flotilla/launch-supervisor >/dev/null
}

# What the supervisor writes when the server has stored a report of it: since the settings were written, that is.
is_there() {
  [ "$STATE/report-baseline.json" -nt "$SETTINGS" ] && grep -q '"acknowledged":[1-9]' "$STATE/report-baseline.json"
}

wait_until_there() {
  say 'waiting until the server knows this board'
  waited=0
  until is_there; do
    if [ "$waited" -ge "$WAIT_SECONDS" ]; then
      show_log >&2
      fail "the server does not know this board yet; the supervisor goes on trying. Look at: $(log_command)"
    fi
    sleep 1
    waited=$((waited + 1))
  done
  device="$(sed -n 's/.*"deviceName":"\([^"]*\)".*/\1/p' "$STATE/registration.json")"
  say "done: this board is the device $device of $SERVER_URL"
  say "what it does and why:   flotilla device explain $device"
  say "what it writes here:    $(log_command)"
}

log_command() {
  if [ "$MODE" = container ]; then echo 'docker logs -f flotilla-supervisor'; else echo 'journalctl -fu flotilla-supervisor'; fi
}

show_log() {
  if [ "$MODE" = container ]; then docker logs --tail 20 flotilla-supervisor; else journalctl -n 20 --no-pager -u flotilla-supervisor; fi || true
}
`
