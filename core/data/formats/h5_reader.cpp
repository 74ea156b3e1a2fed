// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/h5_reader.h"

#include "core/base/files.h"
#include "core/data/formats/h5_message.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace core::data {

namespace {

constexpr std::uint64_t mostEntries = 100'000;
constexpr std::uint64_t deflateRatio = 1040; // deflate's greatest, rounded up
constexpr std::uint64_t mostH5Bytes = std::uint64_t(1) << 36;

std::uint64_t budgetFor(std::uint64_t fileBytes)
{
    return std::min(mostH5Bytes, (std::uint64_t(64) << 20) + fileBytes * deflateRatio);
}

bool takeEntry(h5::Taker& taker, H5Entry& entry)
{
    entry.name = taker.text();
    entry.unreadable = taker.text();
    const std::uint64_t element = taker.number(), rank = taker.number();
    if (!taker.ok || element > std::uint64_t(Element::Text) || rank > 32)
        return false;
    entry.element = Element(element);
    for (std::uint64_t d = 0; d < rank; ++d) {
        const std::uint64_t length = taker.number();
        if (length > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            return false;
        entry.shape.push_back(std::int64_t(length));
    }
    return taker.ok;
}

}

bool H5Messages::take(std::string_view message)
{
    if (message.empty() || !failure.message.empty())
        return false;
    const std::string_view bytes = message.substr(1);
    switch (h5::Kind(message.front())) {
    case h5::Kind::List:
        return takeList(bytes);
    case h5::Kind::Array:
        return takeArray(bytes);
    case h5::Kind::Bytes:
        if (!m_listed || contents.arrays.empty() || bytes.size() > m_missing ||
            contents.arrays.back().array.element == Element::Text)
            return false;
        contents.arrays.back().array.bytes.append(bytes);
        m_missing -= bytes.size();
        return true;
    case h5::Kind::Texts:
        return takeTexts(bytes);
    case h5::Kind::Failure: {
        h5::Taker taker(bytes);
        failure = {base::ErrorKind::Data, taker.text(), {}, taker.text()};
        failure.where = taker.rest().empty() ? std::string() : ": " + taker.text();
        return taker.ok && !failure.message.empty();
    }
    }
    return false;
}

bool H5Messages::takeList(std::string_view bytes)
{
    h5::Taker taker(bytes);
    const std::uint64_t count = taker.number();
    if (m_listed || count > mostEntries)
        return false;
    for (std::uint64_t i = 0; i < count; ++i)
        if (!takeEntry(taker, contents.entries.emplace_back()))
            return false;
    m_listed = true;
    return taker.rest().empty();
}

bool H5Messages::takeArray(std::string_view bytes)
{
    h5::Taker taker(bytes);
    H5Entry entry;
    if (!whole() || !takeEntry(taker, entry) || contents.arrays.size() >= contents.entries.size())
        return false;
    const std::uint64_t rowsInFile = taker.number();
    std::int64_t count = 0;
    const std::size_t unit = entry.element == Element::Text ? 1 : bytesOf(entry.element);
    if (!taker.ok || !countElements(entry.shape, std::int64_t(m_left / unit), count))
        return false;
    // Of texts it is their number that is missing, since each is as long as it likes.
    NumberArray array{.element = entry.element, .shape = entry.shape};
    m_missing = std::uint64_t(array.count()) * unit;
    m_left -= m_missing;
    array.rowsInFile = std::int64_t(rowsInFile);
    contents.arrays.push_back({std::move(entry.name), std::move(array)});
    return taker.rest().empty();
}

bool H5Messages::takeTexts(std::string_view bytes)
{
    if (!m_listed || contents.arrays.empty() || contents.arrays.back().array.element != Element::Text ||
        bytes.size() > m_left)
        return false;
    m_left -= bytes.size();
    for (h5::Taker taker(bytes); !taker.rest().empty(); --m_missing) {
        std::string text = taker.text();
        if (!taker.ok || m_missing == 0)
            return false;
        contents.arrays.back().array.texts.push_back(std::move(text));
    }
    return true;
}

base::Result<H5Contents> readApart(const std::filesystem::path& file, base::ChildLimits limits, std::uint64_t mostBytes,
                                   const std::string& writer, const ApartWork& work)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return base::systemError("open the file", file, errno);
    const off_t end = ::lseek(descriptor, 0, SEEK_END);
    if (end <= 0) {
        ::close(descriptor);
        return base::Error{base::ErrorKind::Data, "is empty", file.string(), "Fetch or copy the file again"};
    }
    const std::size_t size = std::size_t(end);
    const char* bytes = nullptr;
    limits.memory += size;
    base::ConfinedChild child(
        limits,
        [&] {
            void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
            bytes = mapped == MAP_FAILED ? nullptr : static_cast<const char*>(mapped);
        },
        [&](const base::ConfinedChild::Send& send) {
            if (bytes)
                work(bytes, size, send);
        });
    ::close(descriptor);
    if (!child.started())
        return base::systemError("start a process that reads it", file, errno);
    H5Messages messages(mostBytes);
    messages.contents.confined = child.confined();
    for (std::string message;;) {
        const auto got = child.receive(message);
        if (got == base::ConfinedChild::Got::End)
            break;
        if (got == base::ConfinedChild::Got::Death || !messages.take(message))
            return base::Error{base::ErrorKind::Data, "is damaged or made to do harm: reading it failed", file.string(),
                               "Fetch or copy the file again, or write it anew with " + writer};
        if (!messages.failure.message.empty()) {
            messages.failure.where = file.string() + messages.failure.where;
            return messages.failure;
        }
    }
    if (!messages.whole())
        return base::Error{base::ErrorKind::Data, "cannot be read to its end", file.string(), {}};
    return std::move(messages.contents);
}

base::Result<H5Contents> readH5(const std::filesystem::path& file, const H5Choice& choose)
{
    std::error_code unknown;
    const std::uint64_t size = std::filesystem::file_size(file, unknown);
    base::ChildLimits limits;
    limits.cpuSeconds = 20 + (unknown ? 0 : size) / 2'000'000;
    limits.message = std::uint64_t(1) << 31;
    return readApart(file, limits, budgetFor(unknown ? 0 : size), "h5py",
                     [&](const char* bytes, std::size_t size, const base::ConfinedChild::Send& send) {
                         h5::readMapped(bytes, size, choose, send);
                     });
}

bool looksLikeH5(std::string_view head)
{
    constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
    for (std::size_t at = 0; at + signature.size() <= head.size(); at = at ? 2 * at : 512)
        if (head.substr(at, signature.size()) == signature)
            return true;
    return false;
}

}
