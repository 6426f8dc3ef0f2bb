# two-sdk-revisions: two Swift plugins, one built on this SDK and one on a later one in which orch_method has grown by
# 256 bytes, as orch_method_2; the host loads both, whichever comes first, and `run` of each answers the size of the
# struct that it was built with. Swift keeps one record per C struct name in a process, so that it is the revision in
# the tag that makes this work.
later=$(mktemp -d)
trap 'rm -rf "$later"' EXIT
cp -R "$sdk/." "$later"
sed -i -e 's/struct orch_method_1/struct orch_method_2/' \
  -e 's/^} orch_method;/    uint64_t later[32];\n} orch_method;/' "$later/orchestron/method.h"
grep -q 'struct orch_method_2' "$later/orchestron/method.h" && grep -q 'later\[32\]' "$later/orchestron/method.h"

# library FOLDER ID HEADERS FLAGS: a host loads plugins in the order of their ids.
library() {
  mkdir -p "$1"
  symbol=$(echo "$2" | tr - _)
  echo "{\"id\": \"$2\", \"version\": \"1.0.0\", \"provides\": {\"$symbol\": \"1.0.0\"}}" >"$1/plugin.json"
  sed -e "s/@ID@/$2/" -e "s/@SYMBOL@/$symbol/" plugin.swift.in >"$1/plugin.swift"
  $SWIFTC -swift-version 6 -warnings-as-errors -parse-as-library -emit-library $4 -module-name "Zoo_$symbol" -I "$3" \
    -Xlinker -z -Xlinker nodelete -o "$1/lib$2.so" "$1/plugin.swift"
  rm "$1/plugin.swift"
}
for build in debug release; do
  [ $build = debug ] && flags=-Onone || flags=-O
  library "$1/$build-older-first/first" "$build-a-older" "$sdk" $flags
  library "$1/$build-older-first/second" "$build-b-newer" "$later" $flags
  library "$1/$build-newer-first/first" "$build-c-newer" "$later" $flags
  library "$1/$build-newer-first/second" "$build-d-older" "$sdk" $flags
done
