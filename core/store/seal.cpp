// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/seal.h"

#include "core/base/blob.h"
#include "core/base/files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

namespace {

constexpr std::string_view mark = "DSEAL1\r\n";
constexpr std::size_t digits = 16, piece = 1 << 20;
static_assert(mark.size() + digits == sealBytes);

struct File {
    int number = -1;
    std::uint64_t size = 0;

    File(const std::filesystem::path& path, int flags) : number(::open(path.c_str(), flags | O_CLOEXEC))
    {
        struct stat facts {};
        if (number >= 0 && ::fstat(number, &facts) == 0)
            size = std::uint64_t(facts.st_size);
    }
    ~File()
    {
        if (number >= 0)
            ::close(number);
    }
    // Fewer at the end of the file, or where it cannot be read.
    std::string read(std::uint64_t place, std::size_t bytes) const
    {
        std::string text(bytes, '\0');
        std::size_t done = 0;
        while (done < bytes) {
            const ssize_t got = ::pread(number, text.data() + done, bytes - done, off_t(place + done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                break;
            done += std::size_t(got);
        }
        text.resize(done);
        return text;
    }
    // The digest of the digests of its pieces.
    std::string digest(std::uint64_t bytes) const
    {
        std::string pieces;
        for (std::uint64_t place = 0; place < bytes; place += piece) {
            const std::string part = read(place, std::size_t(std::min<std::uint64_t>(piece, bytes - place)));
            pieces += base::digestOf(part.data(), part.size());
        }
        return base::digestOf(pieces.data(), pieces.size());
    }
};

}

base::Status append(const std::filesystem::path& path, std::string_view bytes)
{
    const File file(path, O_WRONLY);
    if (file.number < 0)
        return base::systemError("open", path, errno);
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written =
            ::pwrite(file.number, bytes.data() + done, bytes.size() - done, off_t(file.size + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return base::systemError("write", path, written == 0 ? ENOSPC : errno);
        done += std::size_t(written);
    }
    return {};
}

base::Status seal(const std::filesystem::path& path)
{
    const File file(path, O_RDONLY);
    if (file.number < 0)
        return base::systemError("open", path, errno);
    return append(path, std::string(mark) + file.digest(file.size));
}

bool isSeal(std::string_view bytes)
{
    return bytes.size() == sealBytes && bytes.starts_with(mark);
}

base::Result<SealState> sealOf(const std::filesystem::path& path)
{
    const File file(path, O_RDONLY);
    if (file.number < 0)
        return base::systemError("open", path, errno);
    if (file.size < sealBytes)
        return SealState::Missing;
    const std::uint64_t end = file.size - sealBytes;
    const std::string text = file.read(end, sealBytes);
    if (!isSeal(text))
        return SealState::Missing;
    return text.substr(mark.size()) == file.digest(end) ? SealState::Whole : SealState::Broken;
}

}
