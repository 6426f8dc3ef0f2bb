# truncated: a library cut at eight lengths, all short of its last segment; the host says that the file is truncated,
# with both lengths.
good=$out/plain/libplain.so
end=$(readelf -lW "$good" | awk '$1 == "LOAD" { print $2, $5 }' |
  while read -r offset size; do echo $((offset + size)); done | sort -n | tail -n 1)
for length in 1 16 63 64 500 $((end / 4)) $((end / 2)) $((end - 1)); do
  folder=$1/at-$length
  mkdir -p "$folder"
  echo "{\"id\": \"at-$length\", \"version\": \"1.0.0\"}" >"$folder/plugin.json"
  head -c "$length" "$good" >"$folder/libat-$length.so"
done
