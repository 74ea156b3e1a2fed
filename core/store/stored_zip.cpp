// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/stored_zip.h"

#include "core/store/bytes.h"

#include <zlib.h>

namespace core::store {

namespace {

void putZipFields(std::string& to, std::uint32_t sum, std::size_t size, std::size_t name, std::size_t extra)
{
    putBytes(to, std::uint16_t(0)); // version
    putBytes(to, std::uint16_t(0)); // flags
    putBytes(to, std::uint16_t(0)); // stored
    putBytes(to, std::uint32_t(0)); // no time
    putBytes(to, sum);
    putBytes(to, std::uint32_t(size));
    putBytes(to, std::uint32_t(size));
    putBytes(to, std::uint16_t(name));
    putBytes(to, std::uint16_t(extra));
}

}

base::Status StoredZip::add(const std::string& name, const std::string& content, const std::string& instead)
{
    if (content.size() > UINT32_MAX || m_at > UINT32_MAX)
        return base::Error{base::ErrorKind::Resource, "an archive of more than 4 GB is not written here", name,
                           "Export " + instead};
    const auto sum = std::uint32_t(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
    const std::size_t head = 30 + name.size() + 4;
    const std::size_t pad = (64 - (m_at + head) % 64) % 64;
    std::string extra;
    putBytes(extra, std::uint16_t(0x4246)); // as PyTorch calls its padding
    putBytes(extra, std::uint16_t(pad));
    extra.append(pad, 'Z');
    std::string local;
    putBytes(local, std::uint32_t(0x04034b50));
    putZipFields(local, sum, content.size(), name.size(), extra.size());
    local += name + extra;
    putBytes(m_directory, std::uint32_t(0x02014b50));
    putBytes(m_directory, std::uint16_t(0));
    putZipFields(m_directory, sum, content.size(), name.size(), 0);
    m_directory.append(10, '\0'); // no comment, first disk, no attributes
    putBytes(m_directory, std::uint32_t(m_at));
    m_directory += name;
    CORE_CHECK(m_file.write(local));
    CORE_CHECK(m_file.write(content));
    m_at += local.size() + content.size();
    ++m_count;
    return {};
}

base::Status StoredZip::finish()
{
    std::string end;
    putBytes(end, std::uint32_t(0x06054b50));
    putBytes(end, std::uint32_t(0));
    putBytes(end, std::uint16_t(m_count));
    putBytes(end, std::uint16_t(m_count));
    putBytes(end, std::uint32_t(m_directory.size()));
    putBytes(end, std::uint32_t(m_at));
    putBytes(end, std::uint16_t(0));
    CORE_CHECK(m_file.write(m_directory));
    return m_file.write(end);
}

}
