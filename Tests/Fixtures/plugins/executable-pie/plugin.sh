# executable-pie: a position-independent program, which has the type of a library; the host says that it is a program.
echo '{"id": "executable-pie", "version": "1.0.0"}' >"$1/plugin.json"
echo 'int main(void) { return 0; } void *orch_plugin_executable_pie(void *host) { return host; }' |
  $CC -fPIE -pie -rdynamic -x c - -o "$1/libexecutable-pie.so"
