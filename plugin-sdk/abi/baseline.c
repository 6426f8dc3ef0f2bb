/* Prints the binary promises of the headers, one per line: the constants, the function types as spelled, and of each
 * struct its size and the offset, size and declaration of each field. `check` compiles and runs it. */
#include <orchestron/all.h>
#include <orchestron/format.h>

#include <stdio.h>

#define CONSTANT(name) printf("constant %s = %lld\n", #name, (long long)(name));
#define TEXT(name) printf("text %s = %s\n", #name, name);
#define TYPE(spelled) puts("type " spelled);
#define INLINE(spelled) puts("inline " spelled);
#define TAG(tag) printf("struct %s: size %zu\n", #tag, sizeof(struct tag));
#define FIELD(tag, name, spelled)                                                                  \
    printf("struct %s: offset %zu, size %zu, %s\n", #tag, offsetof(struct tag, name),              \
           sizeof(((struct tag *)0)->name), spelled);

int main(void) {
#include "members.inc"
    return 0;
}
