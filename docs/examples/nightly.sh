#!/bin/sh
# Score today's docket and write its page. Exit code 0: all good, 3: some rows rejected, 2: no page.
set -u
cd "${1:?name the folder of pending.csv}" || exit 2
today=$(date +%F)
scored=scored-$today.csv
previous=$(ls scored-????-??-??.csv 2>/dev/null | grep -v "$today" | tail -n 1)

enjoin score pending.csv "$scored"
code=$?
case $code in
  0) ;;
  3) echo "some rows were rejected; see $scored.rejects.jsonl" >&2 ;;
  *) echo "scoring failed with code $code; yesterday's page stays" >&2; exit 2 ;;
esac

# ${previous:+...}: on the first day there is no earlier scoring.
enjoin docket "$scored" docket.html --motions pending.csv ${previous:+--since "$previous"} || exit 2
exit $code
