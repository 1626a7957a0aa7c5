/** Back to a board without Flotilla. Docker and Node.js stay: others may use them by now. */
export const UNINSTALL = String.raw`uninstall() {
  [ "$(id -u)" = 0 ] || fail 'this needs root; run it again with sudo'
  [ "$DATA" != ask ] || ask_for_data
  docker rm -f flotilla-supervisor >/dev/null 2>&1 || true
  stop_unit
  rm -f "$UNIT"
  ! command -v systemctl >/dev/null || systemctl daemon-reload || true
  rm -rf "$LIB"
  if [ "$DATA" = keep ]; then
    say "the supervisor is removed. What it started still runs, and its keys are in $STATE: installing it again goes on"
    return
  fi
  if command -v docker >/dev/null; then
    remove_of_device container 'docker rm -f'
    remove_of_device volume 'docker volume rm -f'
    remove_of_device network 'docker network rm'
  else
    say 'there is no docker command here: remove what carries the label io.flotilla.device from the engine yourself'
  fi
  rm -rf "$STATE" "$ROOT/etc/flotilla"
  say 'the supervisor and all that it kept are removed; remove the device on the server, too'
}

# The script itself comes by standard input.
ask_for_data() {
  { : </dev/tty; } 2>/dev/null || fail 'say what is to become of the data of this device: --keep-data or --purge'
  printf 'Remove the containers, volumes and keys of this device, too? They cannot be got back. [y/N] ' >/dev/tty
  read -r answer </dev/tty || answer=n
  case "$answer" in
    [yY]*) DATA=purge ;;
    *) DATA=keep ;;
  esac
}

stop_unit() {
  [ -e "$UNIT" ] || return 0
  systemctl disable --now flotilla-supervisor || true
}

# remove_of_device <kind> <command>: what carries the label of a device, and nothing else.
remove_of_device() {
  case "$1" in
    container) ids="$(docker ps -aq --filter label=io.flotilla.device)" ;;
    *) ids="$(docker "$1" ls -q --filter label=io.flotilla.device)" ;;
  esac
  # shellcheck disable=SC2086
  [ -z "$ids" ] || $2 $ids >/dev/null
}
`
