# wrong-byte-order: the header says big-endian; the host says that it needs little-endian.
echo '{"id": "wrong-byte-order", "version": "1.0.0"}' >"$1/plugin.json"
cp "$out/plain/libplain.so" "$1/libwrong-byte-order.so"
printf '\002' | dd of="$1/libwrong-byte-order.so" bs=1 seek=5 conv=notrunc status=none
