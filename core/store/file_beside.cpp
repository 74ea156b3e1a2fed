// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/file_beside.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace core::store {

namespace {

constexpr std::size_t bufferBytes = 1 << 20;

base::Status writeAll(int file, std::string_view bytes, const std::filesystem::path& path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return base::systemError("write", path, written == 0 ? ENOSPC : errno);
        bytes.remove_prefix(std::size_t(written));
    }
    return {};
}

}

base::Error withNeed(base::Error error, std::uint64_t bytes)
{
    char needed[40];
    if (bytes < 1000000)
        std::snprintf(needed, sizeof needed, "%llu KB", static_cast<unsigned long long>(bytes / 1000 + 1));
    else
        std::snprintf(needed, sizeof needed, "%.1f MB", double(bytes) / 1e6 + 0.05);
    error.message += "; " + std::string(needed) + " are waiting to be written";
    if (error.advice.starts_with("Free"))
        error.advice = "Free at least " + std::string(needed) + " on that disk";
    else if (error.advice.empty())
        error.advice = "Check the disk; at least " + std::string(needed) + " must be free on it";
    return error;
}

base::Result<FileBeside> FileBeside::create(const std::filesystem::path& file)
{
    FileBeside output;
    output.m_path = file;
    output.m_beside = file.string() + ".tmp";
    output.m_file = ::open(output.m_beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (output.m_file < 0)
        return base::systemError("create", file, errno);
    return output;
}

FileBeside::FileBeside(FileBeside&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_beside(std::move(other.m_beside)),
      m_buffer(std::move(other.m_buffer)),
      m_file(std::exchange(other.m_file, -1)),
      m_synced(other.m_synced)
{
}

FileBeside::~FileBeside()
{
    if (m_file < 0)
        return;
    ::close(m_file);
    ::unlink(m_beside.c_str());
}

base::Status FileBeside::drain()
{
    CORE_CHECK(writeAll(m_file, m_buffer, m_beside));
    m_buffer.clear();
    return {};
}

base::Status FileBeside::write(std::string_view bytes)
{
    m_synced = false;
    if (bytes.size() >= bufferBytes) {
        CORE_CHECK(drain());
        return writeAll(m_file, bytes, m_beside);
    }
    m_buffer += bytes;
    return m_buffer.size() < bufferBytes ? base::Status{} : drain();
}

base::Status FileBeside::sync()
{
    CORE_CHECK(drain());
    if (!m_synced && ::fsync(m_file) != 0)
        return base::systemError("sync", m_beside, errno);
    m_synced = true;
    return {};
}

base::Status FileBeside::show()
{
    CORE_CHECK(drain());
    if (::rename(m_beside.c_str(), m_path.c_str()) != 0)
        return base::systemError("rename", m_path, errno);
    ::close(std::exchange(m_file, -1));
    return {};
}

base::Status FileBeside::commit()
{
    CORE_CHECK(sync());
    CORE_CHECK(show());
    return base::syncFolder(m_path.parent_path());
}

}
