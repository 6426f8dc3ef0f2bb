# unresolvable-library: the library needs another one that does not exist; the host names both.
echo '{"id": "unresolvable-library", "version": "1.0.0"}' >"$1/plugin.json"
echo 'int zoo_absent(void) { return 1; }' |
  $CC -fPIC -shared -Wl,-soname,libzoo-absent.so -x c - -o "$1/libzoo-absent.so"
echo 'int zoo_absent(void); void *orch_plugin_unresolvable_library(void *host) { return zoo_absent() ? host : 0; }' |
  $CC -fPIC -shared -x c - -L"$1" -lzoo-absent -o "$1/libunresolvable-library.so"
rm "$1/libzoo-absent.so"
