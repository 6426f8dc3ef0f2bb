# executable: a program at a fixed address (ET_EXEC); the host says that it is no shared library.
echo '{"id": "executable", "version": "1.0.0"}' >"$1/plugin.json"
echo 'int main(void) { return 0; }' | $CC -no-pie -x c - -o "$1/libexecutable.so"
