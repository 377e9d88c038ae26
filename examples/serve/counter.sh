#!/bin/sh
# Counts up, a number each second, until the client leaves or it has come to the end.
n=0
while [ $n -lt "${1:-10}" ]; do
  n=$((n + 1))
  echo $n
  sleep 1
done
