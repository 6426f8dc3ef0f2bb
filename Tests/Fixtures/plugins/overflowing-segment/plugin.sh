# overflowing-segment: offset and size of the first segment wrap around when added; the host says that the file is
# truncated or damaged.
echo '{"id": "overflowing-segment", "version": "1.0.0"}' >"$1/plugin.json"
cp "$out/plain/libplain.so" "$1/liboverflowing-segment.so"
# The first program header stands at 64: p_offset at 72, p_filesz at 96.
printf '\000\020\000\000\000\000\000\000' | dd of="$1/liboverflowing-segment.so" bs=1 seek=72 conv=notrunc status=none
printf '\001\360\377\377\377\377\377\377' | dd of="$1/liboverflowing-segment.so" bs=1 seek=96 conv=notrunc status=none
