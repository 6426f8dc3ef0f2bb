#include "journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const std::string &path) { throw std::system_error(errno, std::generic_category(), path); }

/// An open file.
class File {
public:
    File(const std::string &path, int flags) : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
        if (fd_ < 0 && errno != ENOENT) fail(path_);
    }
    File(const File &) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }

    bool exists() const { return fd_ >= 0; }

    size_t size() const {
        struct stat status;
        if (::fstat(fd_, &status) != 0) fail(path_);
        return static_cast<size_t>(status.st_size);
    }

    std::string read(size_t at, size_t n) const {
        std::string text(n, '\0');
        ssize_t got = ::pread(fd_, text.data(), n, static_cast<off_t>(at));
        if (got < 0) fail(path_);
        text.resize(static_cast<size_t>(got));
        return text;
    }

    void write(std::string_view text) {
        while (!text.empty()) {
            ssize_t wrote = ::write(fd_, text.data(), text.size());
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) fail(path_);
            text.remove_prefix(static_cast<size_t>(wrote));
        }
    }

private:
    std::string path_;
    int fd_;
};

/// The last lines of one file, oldest first.
std::vector<std::string> last_lines(const std::string &path, size_t n) {
    constexpr size_t block = 64 * 1024;
    File file(path, O_RDONLY);
    if (!file.exists() || n == 0) return {};
    // So much of the end of the file that it holds n whole lines.
    std::string text;
    size_t at = file.size();
    while (at > 0 && static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) <= n) {
        size_t size = std::min(block, at);
        at -= size;
        text.insert(0, file.read(at, size));
    }
    std::vector<std::string> lines;
    for (size_t start = 0; start < text.size();) {
        size_t end = std::min(text.find('\n', start), text.size());
        if (end > start) lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    if (lines.size() > n) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(n));
    return lines;
}

} // namespace

void Journal::append(std::string_view lines) {
    bool full;
    {
        File file(path_, O_RDONLY);
        full = file.exists() && file.size() > 0 && file.size() + lines.size() > max_bytes_;
    }
    if (full && std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) fail(path_);
    File file(path_, O_RDWR | O_CREAT | O_APPEND);
    if (!file.exists()) fail(path_);
    size_t size = file.size();
    if (size > 0 && file.read(size - 1, 1) != "\n") file.write("\n");
    file.write(lines);
}

std::vector<std::string> Journal::tail(size_t n) const {
    std::vector<std::string> newer = last_lines(path_, n);
    std::vector<std::string> lines = last_lines(path_ + ".1", n - newer.size());
    std::move(newer.begin(), newer.end(), std::back_inserter(lines));
    return lines;
}
