# empty-file: the library is an empty file; the host says that the file is empty or no ELF library.
echo '{"id": "empty-file", "version": "1.0.0"}' >"$1/plugin.json"
: >"$1/libempty-file.so"
