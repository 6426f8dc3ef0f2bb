# wrong-class: the header says 32 bits; the host says that it needs a 64-bit library.
echo '{"id": "wrong-class", "version": "1.0.0"}' >"$1/plugin.json"
cp "$out/plain/libplain.so" "$1/libwrong-class.so"
printf '\001' | dd of="$1/libwrong-class.so" bs=1 seek=4 conv=notrunc status=none
