// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/h5_reader.h"

#include <cstring>

/// How the process that reads HDF5 says what it found: one letter, then numbers of 8 bytes and texts with their length.
namespace core::data::h5 {

enum class Kind : char { List = 'L', Array = 'A', Bytes = 'B', Texts = 'T', Failure = 'F' };

inline void put(std::string& out, std::uint64_t number)
{
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
inline void put(std::string& out, std::string_view text)
{
    put(out, std::uint64_t(text.size()));
    out.append(text);
}
inline void put(std::string& out, const H5Entry& entry)
{
    put(out, std::string_view(entry.name));
    put(out, std::string_view(entry.unreadable));
    put(out, std::uint64_t(entry.element));
    put(out, std::uint64_t(entry.shape.size()));
    for (const std::int64_t length : entry.shape)
        put(out, std::uint64_t(length));
}

/// Takes from the front; `ok` is false after the first that is not there.
class Taker {
public:
    explicit Taker(std::string_view bytes) : m_rest(bytes) {}
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        if (m_rest.size() < sizeof value) {
            ok = false;
            return 0;
        }
        std::memcpy(&value, m_rest.data(), sizeof value);
        m_rest.remove_prefix(sizeof value);
        return value;
    }
    std::string text()
    {
        const std::uint64_t size = number();
        if (!ok || size > m_rest.size()) {
            ok = false;
            return {};
        }
        std::string value(m_rest.substr(0, size));
        m_rest.remove_prefix(size);
        return value;
    }
    std::string_view rest() const { return m_rest; }
    bool ok = true;

private:
    std::string_view m_rest;
};

/// Reads a file that lies in memory; what it finds goes to `send`. Runs where a crash does no harm.
void readMapped(const char* bytes, std::size_t size, const H5Choice& choose,
                const std::function<void(std::string_view)>& send);

}
