# wrong-machine: a library for aarch64 (e_machine 183); the host names that machine and its own.
echo '{"id": "wrong-machine", "version": "1.0.0"}' >"$1/plugin.json"
cp "$out/plain/libplain.so" "$1/libwrong-machine.so"
printf '\267\000' | dd of="$1/libwrong-machine.so" bs=1 seek=18 conv=notrunc status=none
