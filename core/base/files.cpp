// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace core::base {

namespace {

struct Descriptor {
    int number = -1;
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

Status writeAll(int descriptor, std::string_view bytes, const std::filesystem::path& file)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return systemError("write", file, errno);
        bytes.remove_prefix(std::size_t(written));
    }
    return {};
}

}

Error systemError(std::string_view doing, const std::filesystem::path& file, int code)
{
    const std::string what = "cannot " + std::string(doing) + ": " + std::strerror(code);
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return {ErrorKind::Resource, what, file.string(), "Free some space on that disk, then go on"};
    case EACCES:
    case EPERM:
    case EROFS:
        return {ErrorKind::Resource, what, file.string(),
                "Choose a folder that you may write to, or change its permissions"};
    case ENOENT:
        return {ErrorKind::Data, what, file.string(), "Check the path; relative paths start at the experiment file"};
    default:
        return {ErrorKind::Resource, what, file.string(), {}};
    }
}

Result<std::string> readHead(const std::filesystem::path& file, std::size_t bytes)
{
    std::ifstream in(file, std::ios::binary);
    std::string head(bytes, '\0');
    in.read(head.data(), std::streamsize(head.size()));
    if (!in && !in.eof())
        return systemError("read", file, errno);
    head.resize(std::size_t(in.gcount()));
    return head;
}

Result<std::string> readFile(const std::filesystem::path& file, std::size_t maxBytes)
{
    Descriptor input{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat facts {};
    if (input.number < 0 || ::fstat(input.number, &facts) != 0) {
        const int code = errno;
        Error error = systemError("open", file, code);
        error.kind = ErrorKind::Data;
        if (code == EACCES || code == EPERM)
            error.advice = "Check whether you may read it";
        return error;
    }
    if (S_ISDIR(facts.st_mode))
        return Error{ErrorKind::Data, "is a folder, not a file", file.string(), {}};
    if (std::size_t(facts.st_size) > maxBytes)
        return Error{ErrorKind::Data, "is longer than " + std::to_string(maxBytes >> 20) + " MB", file.string(), {}};
    std::string bytes;
    bytes.resize(std::size_t(facts.st_size));
    std::size_t done = 0;
    for (;;) {
        if (done == bytes.size()) {
            // Pipes and growing files tell no length; go on until the end is read.
            if (bytes.size() >= maxBytes && maxBytes > 0)
                break;
            bytes.resize(std::min(maxBytes, bytes.size() + 65536));
        }
        const ssize_t got = ::read(input.number, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError("read", file, errno);
        if (got == 0)
            break;
        done += std::size_t(got);
    }
    bytes.resize(done);
    return bytes;
}

Status syncFolder(const std::filesystem::path& folder)
{
    Descriptor opened{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened.number < 0 || ::fsync(opened.number) != 0)
        return systemError("sync the folder", folder, errno);
    return {};
}

Status writeFileAtomically(const std::filesystem::path& file, std::string_view bytes)
{
    std::error_code unknown;
    if (std::filesystem::is_directory(file, unknown))
        return Error{ErrorKind::Resource, "is a folder, not a file", file.string(), "Name a file in it"};
    const std::filesystem::path beside = file.string() + ".tmp";
    // Errors name the file that was asked for; what is half written goes, so that it takes no room.
    const Status written = [&]() -> Status {
        Descriptor output{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
        if (output.number < 0)
            return systemError("create", file, errno);
        CORE_CHECK(writeAll(output.number, bytes, file));
        if (::fsync(output.number) != 0)
            return systemError("sync", file, errno);
        if (::rename(beside.c_str(), file.c_str()) != 0)
            return systemError("rename into place", file, errno);
        return {};
    }();
    if (!written) {
        ::unlink(beside.c_str());
        return written;
    }
    return syncFolder(file.parent_path());
}

}
