#!/bin/sh
# Starts the supervisor that is current. While that one is new and unproven, its starts are counted and its time is
# limited; then the former one is current again. This is the one part that no update replaces: keep it small.
#
# In its folder, links where something must survive a power cut whole (a link is never half written):
#   versions/<name>/supervisor.mjs   with supervisor.mjs.sha256 beside it
#   current, previous                to versions/<name>
#   trial                            to the one that has yet to prove itself; the supervisor takes it away when it has
#   trial-starts                     boot id of the last start, failed starts, boots
#   returned, returned-why           what was returned from; the supervisor reports it
set -u

LIB="${FLOTILLA_LIB_DIR:-/opt/flotilla}"
SERVER="${FLOTILLA_SERVER_URL:-}"
# Starts that ended by themselves, and boots, before the former version gets its place back.
MOST_FAILURES=5
MOST_BOOTS=10
# How often and how many times the server must have been reached by others while the new one did not report. A link
# that is down proves nothing against it, so only these count.
PROBE_SECONDS="${FLOTILLA_TRIAL_PROBE_SECONDS:-60}"
MOST_PROBES=15
# Memory before speed: on a 512 MB board it belongs to the app.
NODE_FLAGS='--optimize-for-size --max-semi-space-size=1 --single-threaded-gc --v8-pool-size=1'
# What is freed goes back to the system at once: 5 MB with the Node.js of Debian 12.
export MALLOC_TRIM_THRESHOLD_=65536

say() {
  printf 'flotilla-launcher: %s\n' "$*" >&2
}

persist() {
  # Not every sync takes a name.
  sync "$1" 2>/dev/null || sync
}

# point <link> <name>: at once, or not at all.
point() {
  ln -sfn "versions/$2" "$1.new" && mv -fT "$1.new" "$1" && persist .
}

# name_of <link>
name_of() {
  [ -L "$1" ] && basename "$(readlink "$1")"
}

# A card that lost or changed a byte of it must not end in a crash loop.
is_whole() {
  [ -s "$1/supervisor.mjs" ] && (cd "$1" && sha256sum -c supervisor.mjs.sha256 >/dev/null 2>&1)
}

# return_to_previous <why>: may be cut anywhere and is then done again by the next start.
return_to_previous() {
  [ "$(name_of previous)" != "$(name_of current)" ] && is_whole previous || return 1
  say "returning from $(name_of current) to $(name_of previous): $1"
  printf '%s\n' "$1" >returned-why.new && persist returned-why.new && mv -f returned-why.new returned-why
  point returned "$(name_of current)" && point current "$(name_of previous)" && rm -f trial trial-starts
}

# A damaged file is no fault of the version: the plan fetches it again, and here the former one runs until then.
replace_damaged() {
  name="$(name_of current)"
  say "the file of $name is damaged on the disk"
  if [ "$(name_of previous)" != "$name" ] && is_whole previous; then
    point current "$(name_of previous)" && rm -f trial trial-starts
  else
    fetch_again "$name"
  fi
}

# fetch_again <name>: the last twelve characters of a name are the first of the file's digest.
fetch_again() {
  folder="versions/$1"
  fetch "${SERVER%/}/install/supervisors/${1%-*}/supervisor.mjs" >"$folder/supervisor.mjs.new" || return 1
  sum="$(sha256sum "$folder/supervisor.mjs.new" | cut -c 1-64)"
  [ "$(printf %s "$sum" | cut -c 1-12)" = "${1##*-}" ] || return 1
  printf '%s  supervisor.mjs\n' "$sum" >"$folder/supervisor.mjs.sha256"
  mv "$folder/supervisor.mjs.new" "$folder/supervisor.mjs" && persist "$folder/supervisor.mjs"
}

fetch() {
  curl -fsS -m 300 "$1" 2>/dev/null || wget -q -T 60 -O - "$1" 2>/dev/null
}

is_on_trial() {
  [ -L trial ] && [ "$(name_of trial)" = "$(name_of current)" ]
}

count_start() {
  boot="$(cat /proc/sys/kernel/random/boot_id)"
  last='' failures=0 boots=0
  [ ! -r trial-starts ] || read -r last failures boots <trial-starts || true
  case "x$failures$boots" in x | x*[!0-9]*) failures=0 boots=0 ;; esac
  # The same boot: the last one ended without being told to. Another: perhaps only the power was cut.
  if [ "$last" = "$boot" ]; then failures=$((failures + 1)); else boots=$((boots + 1)); fi
  printf '%s %s %s\n' "$boot" "$failures" "$boots" >trial-starts.new
  persist trial-starts.new
  mv -f trial-starts.new trial-starts
  if [ "$failures" -ge "$MOST_FAILURES" ]; then
    return_to_previous "it ended by itself $failures times before it had proven itself"
  elif [ "$boots" -gt "$MOST_BOOTS" ]; then
    return_to_previous "the board started $((boots - 1)) times before it had proven itself"
  fi
}

is_server_there() {
  # What a portal on the way answers has no digest.
  fetch "${SERVER%/}/install/supervisor.json" | grep -q '"digest"'
}

# watch_trial <pid of the supervisor>
watch_trial() {
  probes=0
  while sleep "$PROBE_SECONDS"; do
    is_on_trial || return 0
    ! is_server_there || probes=$((probes + 1))
    [ "$probes" -ge "$MOST_PROBES" ] || continue
    is_on_trial || return 0
    return_to_previous "it did not report, though the server was reached $probes times" || return 0
    kill -TERM "$1"
    sleep 20
    kill -KILL "$1"
    return 0
  done
}

find_node() {
  for node in "$LIB/node/bin/node" "$(command -v node || command -v nodejs || true)"; do
    [ -n "$node" ] && [ -x "$node" ] && printf '%s\n' "$node" && return
  done
  say 'there is no Node.js'
  return 1
}

main() {
  cd "$LIB" || exit 1
  if is_on_trial; then
    count_start
  else
    # Left by a power cut between the decision and the switch.
    rm -f trial
  fi
  is_whole current || replace_damaged || say 'nothing better is at hand'
  program="$LIB/versions/$(name_of current)/supervisor.mjs"
  node="$(find_node)" || exit 1
  ! is_on_trial || watch_trial "$$" &
  export FLOTILLA_LIB_DIR="$LIB"
  # shellcheck disable=SC2086
  exec "$node" $NODE_FLAGS "$program" "$@"
}

main "$@"
