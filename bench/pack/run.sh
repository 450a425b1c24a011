#!/bin/sh
# Runs everything that this pack measures: ./run.sh [--out results] [--rounds 7] [--stages gradcheck,roofline,...] [--modes ...]
# Needs a GPU driver, and nothing else of the machine.
case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
exec "$here/node" "$here/bench/peers/run.mjs" "$@"
