// SPDX-License-Identifier: GPL-3.0-or-later
// A library for LD_PRELOAD that stands before the C library's calls on files under one folder. It fails one of them, or
// writes all of them down for power_cut. What it does stands in the environment:
//   FAULT_FOLDER   the folder, absolute; nothing else is touched
//   FAULT_AT       which call fails, from 1; 0: none
//   FAULT_KIND     EIO, ENOSPC, EINTR or short (a write of a half)
//   FAULT_FOREVER  set: all behind it fail too, while the file it names exists
//   FAULT_ONLY     a text that the path holds to be counted
//   FAULT_SKIP     texts that it does not hold, with colons between them
//   FAULT_DELAY    microseconds that each call that is counted takes longer
//   FAULT_REPORT   a file that gets one line about the call that failed
//   FAULT_LOG      a file that gets every call, as io_log.h says
#include "tests/fault/io_log.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using fault::Call;
using fault::CallHead;

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

class Shim {
public:
    // Writing and syncing hold it, so that the log has the order in which things happened.
    std::recursive_mutex mutex;

    bool watches(const std::string& path) const
    {
        return !m_folder.empty() && path.compare(0, m_folder.size(), m_folder) == 0 &&
               (path.size() == m_folder.size() || path[m_folder.size()] == '/');
    }
    bool logs() const { return m_log >= 0; }

    // True if this call is to fail; errno says why.
    bool strikes(const char* call, const std::string& path, bool write)
    {
        if ((m_halves && !write) || !counts(path))
            return false;
        if (m_delay > 0)
            ::usleep(useconds_t(m_delay));
        if (m_at == 0)
            return false;
        const long number = ++m_count;
        if (number < m_at || (m_while.empty() && number > m_at) ||
            (!m_while.empty() && ::access(m_while.c_str(), F_OK) != 0))
            return false;
        if (number == m_at)
            put(m_report, std::to_string(number) + ' ' + call + ' ' + path + '\n');
        errno = m_code;
        return true;
    }
    bool halves() const { return m_halves; }
    int code() const { return m_code; }

    void log(CallHead head, const std::string& path, const std::string& target = {}, const void* bytes = nullptr)
    {
        if (!logs())
            return;
        const std::string from = relative(path), to = relative(target);
        head.path = std::uint32_t(from.size());
        head.target = std::uint32_t(to.size());
        std::string record(reinterpret_cast<const char*>(&head), sizeof head);
        record += from + to;
        if (bytes)
            record.append(static_cast<const char*>(bytes), head.size);
        put(m_log, record);
    }

private:
    std::string m_folder = variable("FAULT_FOLDER"), m_only = variable("FAULT_ONLY"), m_skip = variable("FAULT_SKIP"),
                m_while = variable("FAULT_FOREVER");
    long m_at = std::atol(variable("FAULT_AT").c_str()), m_delay = std::atol(variable("FAULT_DELAY").c_str());
    std::atomic<long> m_count{0};
    bool m_halves = variable("FAULT_KIND") == "short";
    int m_code = variable("FAULT_KIND") == "ENOSPC" ? ENOSPC : variable("FAULT_KIND") == "EINTR" ? EINTR : EIO;
    int m_report = appending("FAULT_REPORT"), m_log = appending("FAULT_LOG");

    bool counts(const std::string& path) const
    {
        for (std::size_t from = 0; from < m_skip.size();) {
            const std::size_t to = std::min(m_skip.find(':', from), m_skip.size());
            if (path.find(m_skip.substr(from, to - from)) != path.npos)
                return false;
            from = to + 1;
        }
        return path.find(m_only) != path.npos;
    }
    static int appending(const char* name)
    {
        const std::string file = variable(name);
        return file.empty() ? -1
                            : int(::syscall(SYS_openat, AT_FDCWD, file.c_str(),
                                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    }
    static void put(int file, const std::string& bytes)
    {
        for (std::size_t done = 0; file >= 0 && done < bytes.size();) {
            const long written = ::syscall(SYS_write, file, bytes.data() + done, bytes.size() - done);
            if (written <= 0)
                std::abort(); // a log with holes would prove nothing
            done += std::size_t(written);
        }
    }
    std::string relative(const std::string& path) const
    {
        return path.size() > m_folder.size() ? path.substr(m_folder.size() + 1) : std::string();
    }
};

Shim& shim()
{
    static Shim& one = *new Shim; // calls come until the very end of the process
    return one;
}

std::string pathOf(int file)
{
    char path[4096];
    const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
    return size > 0 ? std::string(path, std::size_t(size)) : std::string();
}

std::string pathAt(int folder, const char* name)
{
    return folder == AT_FDCWD || name[0] == '/' ? std::string(name) : pathOf(folder) + '/' + name;
}

std::uint64_t inodeOf(int file)
{
    struct stat facts {};
    return ::fstat(file, &facts) == 0 ? facts.st_ino : 0;
}

template <class Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

template <class Real>
int opened(Real real, int folder, const char* name, int flags)
{
    const bool changes = flags & (O_CREAT | O_TRUNC);
    const std::string path = name ? pathAt(folder, name) : std::string();
    if (!shim().watches(path) || !((flags & (O_ACCMODE | O_DIRECTORY)) || changes))
        return real();
    const std::lock_guard lock(shim().mutex);
    // To open a folder takes no room.
    if ((changes || shim().code() == EIO) && shim().strikes("open", path, false))
        return -1;
    const int file = real();
    if (file >= 0 && changes)
        shim().log({.call = Call::Open, .truncates = (flags & O_TRUNC) != 0, .inode = inodeOf(file)}, path);
    return file;
}

template <class Real>
ssize_t written(Real real, const char* call, int file, const void* bytes, size_t size, off64_t place)
{
    const std::string path = file > 2 && size > 0 ? pathOf(file) : std::string();
    if (!shim().watches(path))
        return real(size);
    const std::lock_guard lock(shim().mutex);
    if ((!shim().halves() || size > 1) && shim().strikes(call, path, true)) {
        if (!shim().halves())
            return -1;
        size /= 2;
    }
    if (place < 0)
        place = ::lseek64(file, 0, ::fcntl(file, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    const ssize_t done = real(size);
    if (done > 0)
        shim().log(
            {.call = Call::Write, .inode = inodeOf(file), .place = std::uint64_t(place), .size = std::uint64_t(done)},
            path, {}, bytes);
    return done;
}

template <class Real>
int changed(Real real, const char* call, int file, CallHead head)
{
    const std::string path = pathOf(file);
    if (!shim().watches(path))
        return real();
    const std::lock_guard lock(shim().mutex);
    if (shim().strikes(call, path, false))
        return -1;
    const int result = real();
    struct stat facts {};
    if (result == 0 && ::fstat(file, &facts) == 0) {
        if (head.call == Call::Sync && S_ISDIR(facts.st_mode))
            head.call = Call::SyncFolder;
        head.inode = facts.st_ino;
        shim().log(head, path);
    }
    return result;
}

template <class Real>
int named(Real real, const char* call, bool counts, Call what, const std::string& path, const std::string& target = {})
{
    if (!shim().watches(path))
        return real();
    const std::lock_guard lock(shim().mutex);
    if (counts && shim().strikes(call, path, false))
        return -1;
    const int result = real();
    if (result == 0)
        shim().log({.call = what}, path, target);
    return result;
}

}

#define OPEN(name, parameters, folder, ...) \
    int name parameters \
    { \
        static auto* const real = next<int parameters>(#name); \
        va_list rest; \
        va_start(rest, flags); \
        const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return opened([&] { return real(__VA_ARGS__, flags, mode); }, folder, path, flags); \
    }
#define WRITE(name, offset) \
    ssize_t name(int file, const void* bytes, size_t size, offset place) \
    { \
        static auto* const real = next<ssize_t(int, const void*, size_t, offset)>(#name); \
        return written([&](size_t most) { return real(file, bytes, most, place); }, #name, file, bytes, size, place); \
    }
#define SYNC(name) \
    int name(int file) \
    { \
        static auto* const real = next<int(int)>(#name); \
        return changed([&] { return real(file); }, #name, file, {.call = Call::Sync}); \
    }
#define TRUNCATE(name, offset) \
    int name(int file, offset size) noexcept \
    { \
        static auto* const real = next<int(int, offset)>(#name); \
        return changed([&] { return real(file, size); }, #name, file, \
                       {.call = Call::Truncate, .place = std::uint64_t(size)}); \
    }

extern "C" {
OPEN(open, (const char* path, int flags, ...), AT_FDCWD, path)
OPEN(open64, (const char* path, int flags, ...), AT_FDCWD, path)
OPEN(openat, (int folder, const char* path, int flags, ...), folder, folder, path)
OPEN(openat64, (int folder, const char* path, int flags, ...), folder, folder, path)
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
ssize_t write(int file, const void* bytes, size_t size)
{
    static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
    return written([&](size_t most) { return real(file, bytes, most); }, "write", file, bytes, size, -1);
}
SYNC(fsync)
SYNC(fdatasync)
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
int rename(const char* from, const char* to) noexcept
{
    static auto* const real = next<int(const char*, const char*)>("rename");
    return named([&] { return real(from, to); }, "rename", true, Call::Rename, from, to);
}
int mkdir(const char* path, mode_t mode) noexcept
{
    static auto* const real = next<int(const char*, mode_t)>("mkdir");
    return named([&] { return real(path, mode); }, "mkdir", true, Call::MakeFolder, path);
}
int link(const char* from, const char* to) noexcept
{
    static auto* const real = next<int(const char*, const char*)>("link");
    return named([&] { return real(from, to); }, "link", true, Call::Link, from, to);
}
// Removing does not need room and is not on the list of what fails; the log needs it.
int unlink(const char* path) noexcept
{
    static auto* const real = next<int(const char*)>("unlink");
    return named([&] { return real(path); }, "unlink", false, Call::Remove, path);
}
int rmdir(const char* path) noexcept
{
    static auto* const real = next<int(const char*)>("rmdir");
    return named([&] { return real(path); }, "rmdir", false, Call::Remove, path);
}
int remove(const char* path) noexcept
{
    static auto* const real = next<int(const char*)>("remove");
    return named([&] { return real(path); }, "remove", false, Call::Remove, path);
}
int unlinkat(int folder, const char* path, int flags) noexcept
{
    static auto* const real = next<int(int, const char*, int)>("unlinkat");
    return named([&] { return real(folder, path, flags); }, "unlinkat", false, Call::Remove, pathAt(folder, path));
}
}
