# unresolved-symbol: the library uses a function that nobody defines; the host names the plugin and the function.
echo '{"id": "unresolved-symbol", "version": "1.0.0"}' >"$1/plugin.json"
echo 'int zoo_by_nobody(void); void *orch_plugin_unresolved_symbol(void *host) { return zoo_by_nobody() ? host : 0; }' |
  $CC -fPIC -shared -x c - -o "$1/libunresolved-symbol.so"
