# missing-library: plugin.json without a library beside it; the host names the file that it looked for.
echo '{"id": "missing-library", "version": "1.0.0"}' >"$1/plugin.json"
