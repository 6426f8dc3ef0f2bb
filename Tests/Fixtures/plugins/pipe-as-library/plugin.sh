# pipe-as-library: the library is a named pipe, which would hold whoever opens it; the host says that it is not a
# file.
echo '{"id": "pipe-as-library", "version": "1.0.0"}' >"$1/plugin.json"
mkfifo "$1/libpipe-as-library.so"
