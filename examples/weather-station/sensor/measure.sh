#!/bin/sh
# A simulated sensor: writes time, temperature and humidity to /data/readings.csv, every few seconds.
set -eu

readings=/data/readings.csv
trap 'exit 0' TERM

# Somewhere between the last value and its neighbours: $1 last, $2 lowest, $3 highest.
next() {
  step=$(($(od -An -N1 -tu1 /dev/urandom) % 7 - 3))
  value=$(($1 + step))
  if [ "$value" -lt "$2" ]; then value=$2; fi
  if [ "$value" -gt "$3" ]; then value=$3; fi
  echo "$value"
}

# Tenths, because the shell has no fractions.
temperature=185
humidity=550
echo "measuring every $INTERVAL_SECONDS s"
while true; do
  temperature=$(next "$temperature" 0 350)
  humidity=$(next "$humidity" 200 950)
  printf '%s,%d.%d,%d.%d\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    $((temperature / 10)) $((temperature % 10)) $((humidity / 10)) $((humidity % 10)) >> "$readings"
  # A day of readings at most.
  if [ "$(wc -l < "$readings")" -gt 20000 ]; then
    tail -n 17280 "$readings" > "$readings.new"
    mv "$readings.new" "$readings"
  fi
  sleep "$INTERVAL_SECONDS" &
  wait $!
done
