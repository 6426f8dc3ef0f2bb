#include <pthread.h>
#include <unistd.h>

#include "chost.h"

namespace {

/* orch_str: a pointer and a length. */
ffi_type *str_elements[] = {&ffi_type_pointer, &ffi_type_uint64, nullptr};
ffi_type str_type = {0, 0, FFI_TYPE_STRUCT, str_elements};

}  // namespace

extern "C" {

ffi_type *chost_ffi_type(char letter) {
    switch (letter) {
        case 'b': return &ffi_type_uint8;
        case 'i': return &ffi_type_sint64;
        case 'd': return &ffi_type_double;
        case 's':
        case 'y':
        case 'j': return &str_type;
        case 'r': return &ffi_type_sint32; /* orch_status */
        default: return &ffi_type_pointer;
    }
}

ssize_t chost_copy_file_range(int from, int to, size_t n) { return copy_file_range(from, nullptr, to, nullptr, n, 0); }

void chost_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
}
