# plugin.mk: builds and tests a plugin in C or C++. A Makefile sets ID and includes this file:
#
#     make        build/lib<ID>.so from src/*.c and src/*.cpp
#     make test   also test/*.c and test/*.cpp as one program, with the fake host; it is given an empty folder
#     make clean
#
# CC, CXX, CFLAGS, CXXFLAGS and LDFLAGS are yours. RUN starts the test program (RUN="valgrind --error-exitcode=1").

SDK := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

CFLAGS ?= -O2 -g
CXXFLAGS ?= -O2 -g

library := build/lib$(ID).so
sources := $(wildcard src/*.c src/*.cpp)
objects := $(sources:%=build/%.o)
test_objects := $(patsubst %,build/%.o,$(wildcard test/*.c test/*.cpp)) \
                $(patsubst $(SDK)/%,build/sdk/%.o,$(wildcard $(SDK)/testing/*.c))
link := $(if $(filter %.cpp,$(sources)),$(CXX),$(CC))

compile_flags := -fPIC -fvisibility=hidden -Wall -Wextra -pedantic -Werror -MMD -MP -I$(SDK)/include -I$(SDK)/testing
link_flags := -shared -Wl,-z,defs -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now -Wl,--version-script=$(SDK)/exports.map

.PHONY: all test clean
all: $(library)

# By rename: a host may have the file open.
$(library): $(objects) $(SDK)/exports.map
	$(link) $(LDFLAGS) $(link_flags) -o $@.new $(objects)
	mv $@.new $@

build/test-$(ID): $(objects) $(test_objects)
	$(link) $(LDFLAGS) -o $@ $^ -pthread

test: $(library) build/test-$(ID)
	rm -rf build/storage && mkdir build/storage
	$(RUN) build/test-$(ID) build/storage

build/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) -std=c17 $(compile_flags) $(CFLAGS) -c -o $@ $<

build/%.cpp.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++17 $(compile_flags) $(CXXFLAGS) -c -o $@ $<

build/sdk/%.c.o: $(SDK)/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 $(compile_flags) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf build

-include $(objects:.o=.d) $(test_objects:.o=.d)
