# text-file: the library is a text; the host says that it is no ELF library.
echo '{"id": "text-file", "version": "1.0.0"}' >"$1/plugin.json"
echo 'Not every file is a library, whatever it is called; this one is a line of text, longer than a header.' \
  >"$1/libtext-file.so"
