/** What the script is told, and the order in which it goes. */
export const OPTIONS = String.raw`usage() {
  cat <<'USAGE'
Makes this board a device of Flotilla. Run it as root; it may be run again at any time.

  curl -fsSL '<the line you were given>' | sudo sh
  curl -fsSL '<the line you were given>' | sudo sh -s -- [option] ...

  --container         run the supervisor in a container: the board needs a Docker engine and nothing else
  --node-image IMAGE  image with Node.js for it (default node:22-bookworm-slim)
  --no-wait           do not wait until the device is there
  --uninstall         remove the supervisor; asks whether to remove its data, too
  --keep-data         ... and do not ask: what it runs and knows stays, and installing again goes on with it
  --purge             ... and do not ask: remove containers, volumes, keys and settings of the device, too
  --help              say this
USAGE
}

read_options() {
  MODE=unit ACTION=install DATA=ask WAIT=yes NODE_IMAGE=node:22-bookworm-slim
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --container) MODE=container ;;
      --node-image)
        [ "$#" -gt 1 ] || fail 'say which image: --node-image IMAGE'
        NODE_IMAGE="$2"
        shift
        ;;
      --no-wait) WAIT=no ;;
      --uninstall) ACTION=uninstall ;;
      --keep-data) DATA=keep ;;
      --purge) DATA=purge ;;
      --help | -h) ACTION=help ;;
      *) fail "there is no option $1; see --help" ;;
    esac
    shift
  done
}

main() {
  read_options "$@"
  case "$ACTION" in
    help) usage ;;
    uninstall) uninstall ;;
    install) install ;;
  esac
}

install() {
  check_system
  check_other_server
  install_docker
  find_runtime
  install_supervisor
  write_settings
  start_supervisor
  [ "$WAIT" = no ] || wait_until_there
}
`
