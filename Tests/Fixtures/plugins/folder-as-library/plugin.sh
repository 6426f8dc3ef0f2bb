# folder-as-library: the library is a folder; the host says that it is not a file.
echo '{"id": "folder-as-library", "version": "1.0.0"}' >"$1/plugin.json"
mkdir -p "$1/libfolder-as-library.so"
