// A file of lines, bounded in size: when it is full it becomes `<path>.1`, and a new one begins.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// For one thread at a time. Failures are std::system_error.
class Journal {
public:
    Journal(std::string path, size_t max_bytes) : path_(std::move(path)), max_bytes_(max_bytes) {}

    /// Appends text that ends with a newline. A line that a crash has torn is ended first.
    void append(std::string_view lines);

    /// The last lines, oldest first, without their newlines.
    std::vector<std::string> tail(size_t n) const;

private:
    std::string path_;
    size_t max_bytes_;
};
