# headers-outside: the program headers lie beyond the end of the file; the host says that the file is truncated or
# damaged.
echo '{"id": "headers-outside", "version": "1.0.0"}' >"$1/plugin.json"
cp "$out/plain/libplain.so" "$1/libheaders-outside.so"
printf '\360\377\377\377\377\377\377\377' | dd of="$1/libheaders-outside.so" bs=1 seek=32 conv=notrunc status=none
