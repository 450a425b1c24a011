#!/bin/sh
# Measures what this machine's GPU does with dawngrad: ./lab.sh [--budget 540] [--stages gpu,gradcheck,...] [--out results]
# Needs a GPU driver, and nothing else of the machine.
case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
exec "$here/node" "$here/bench/lab/run.mjs" "$@"
