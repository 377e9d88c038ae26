#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "Hello, $REMOTE_ADDR. You asked for ${PATH_INFO:-nothing in particular}."
