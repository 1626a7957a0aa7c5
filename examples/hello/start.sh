#!/bin/sh
# Fills in the page with what this device knows of itself, and serves it.
set -eu

escape() { printf %s "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/[&|\\]/\\&/g'; }

mkdir -p /www
sed -e "s|__MESSAGE__|$(escape "$(cat message.txt)")|" \
    -e "s|__COLOR__|$(escape "$COLOR")|" \
    -e "s|__FLEET__|$(escape "${FLOTILLA_APP_NAME:-none}")|" \
    -e "s|__DEVICE__|$(escape "${FLOTILLA_DEVICE_UUID:-none}")|" \
    -e "s|__ARCH__|$(uname -m)|" \
    -e "s|__STARTED__|$(date -u '+%Y-%m-%d %H:%M:%S') UTC|" \
    page.html > /www/index.html

echo "serving: $(cat message.txt)"
# A shell that waits, so that the container ends at once when it is told to.
trap 'exit 0' TERM
httpd -f -v -p 8080 -h /www &
wait
