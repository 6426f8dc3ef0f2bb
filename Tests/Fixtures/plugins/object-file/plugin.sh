# object-file: an ELF file that was not linked (ET_REL); the host says that it is no shared library.
echo '{"id": "object-file", "version": "1.0.0"}' >"$1/plugin.json"
echo 'int orch_plugin_object_file(void) { return 1; }' | $CC -c -x c - -o "$1/libobject-file.so"
