# shell-script: the library is an executable script; the host says that it is no ELF library and runs nothing.
echo '{"id": "shell-script", "version": "1.0.0"}' >"$1/plugin.json"
printf '#!/bin/sh\ntouch "$(dirname "$0")/it-ran"\n' >"$1/libshell-script.so"
chmod +x "$1/libshell-script.so"
