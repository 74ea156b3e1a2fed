// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/record_io_reader.h"

#include <algorithm>
#include <cstring>

namespace core::data {

namespace {

constexpr std::string_view magic("\x0a\x23\xd7\xce", 4); // 0xCED7230A, little-endian
constexpr std::uint64_t maxWidth = 100'000'000;
constexpr std::uint64_t maxRecord = std::uint64_t(1) << 29; // what the length field can hold

enum Wire : std::uint64_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

// Protocol buffers' fields, one after the other; `ok` is false after the first that is damaged.
class Fields {
public:
    explicit Fields(std::string_view bytes) : m_rest(bytes) {}

    std::uint64_t number = 0;  // of the field
    Wire wire = Varint;        // how it is written
    std::uint64_t integer = 0; // Varint
    std::string_view content;  // Bytes, Fixed32, Fixed64
    bool ok() const { return m_ok; }

    bool next()
    {
        if (m_rest.empty() || !m_ok)
            return false;
        const std::uint64_t tag = varint();
        number = tag >> 3;
        wire = Wire(tag & 7);
        integer = 0;
        content = {};
        if (wire == Varint)
            integer = varint();
        else if (wire == Bytes)
            content = take(varint());
        else if (wire == Fixed32 || wire == Fixed64)
            content = take(wire == Fixed32 ? 4 : 8);
        else
            m_ok = false;
        return m_ok && (m_ok = number != 0);
    }

    bool empty() const { return m_rest.empty(); }
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (m_rest.empty())
                break;
            const auto byte = std::uint8_t(m_rest.front());
            m_rest.remove_prefix(1);
            value |= std::uint64_t(byte & 127) << shift;
            if (byte < 128)
                return value;
        }
        m_ok = false;
        return 0;
    }

private:
    std::string_view m_rest;
    bool m_ok = true;

    std::string_view take(std::uint64_t size)
    {
        if (size > m_rest.size()) {
            m_ok = false;
            return {};
        }
        const std::string_view part = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return part;
    }
};

template <class T>
void appendFixed(std::string_view bytes, std::vector<double>& values)
{
    for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
        T value;
        std::memcpy(&value, bytes.data() + at, sizeof(T));
        values.push_back(double(value));
    }
}

// Varints one after the other, or a single one.
template <class Put>
bool eachVarint(const Fields& field, Put put)
{
    if (field.wire == Varint) {
        put(field.integer);
        return true;
    }
    Fields packed(field.content);
    while (field.wire == Bytes && !packed.empty() && packed.ok()) {
        const std::uint64_t value = packed.varint();
        if (packed.ok())
            put(value);
    }
    return field.wire == Bytes && packed.ok();
}

struct NumberTensor {
    std::vector<double> values;
    std::vector<std::uint64_t> keys, shape;
};

// Float32Tensor, Float64Tensor or Int32Tensor: values = 1, keys = 2, shape = 3. `kind` is the tensor's field in Value.
bool readNumberTensor(std::string_view bytes, std::uint64_t kind, NumberTensor& tensor)
{
    Fields field(bytes);
    while (field.next()) {
        bool right = true;
        if (field.number == 1 && kind == 2)
            right = (field.wire == Fixed32 || field.wire == Bytes) && field.content.size() % 4 == 0 &&
                    (appendFixed<float>(field.content, tensor.values), true);
        else if (field.number == 1 && kind == 3)
            right = (field.wire == Fixed64 || field.wire == Bytes) && field.content.size() % 8 == 0 &&
                    (appendFixed<double>(field.content, tensor.values), true);
        else if (field.number == 1)
            right = eachVarint(field, [&](std::uint64_t v) { tensor.values.push_back(double(std::int32_t(v))); });
        else if (field.number == 2)
            right = eachVarint(field, [&](std::uint64_t v) { tensor.keys.push_back(v); });
        else if (field.number == 3)
            right = eachVarint(field, [&](std::uint64_t v) { tensor.shape.push_back(v); });
        if (!right)
            return false;
    }
    return field.ok();
}

// An entry of map<string, Value>. Nothing wrong: empty.
std::string readEntry(std::string_view bytes, NumberTensor& tensor, bool& found)
{
    Fields entry(bytes);
    std::string_view key, value;
    while (entry.next())
        (entry.number == 1 ? key : value) = entry.content;
    if (!entry.ok())
        return "is damaged";
    // Other names are features of pictures and the like, which tables do not have.
    if (key != "values" && !key.empty())
        return "";
    Fields choice(value);
    while (choice.next()) {
        if (choice.number == 9)
            return "holds bytes, such as a picture, instead of numbers";
        if (choice.number != 2 && choice.number != 3 && choice.number != 7)
            continue;
        found = true;
        if (choice.wire != Bytes || !readNumberTensor(choice.content, choice.number, tensor))
            return "has a damaged tensor";
    }
    return choice.ok() ? "" : "is damaged";
}

std::string readRecord(std::string_view bytes, NumberRecord& record)
{
    Fields field(bytes);
    NumberTensor features, label;
    bool found = false, labelled = false;
    while (field.next()) {
        std::string wrong;
        if (field.number == 1)
            wrong = readEntry(field.content, features, found);
        else if (field.number == 2)
            wrong = readEntry(field.content, label, labelled);
        if (!wrong.empty())
            return wrong;
    }
    if (!field.ok() || bytes.empty())
        return "is damaged";
    if (!found)
        return "has no features named \"values\"";
    record.sparse = !features.keys.empty() || (features.values.empty() && !features.shape.empty());
    if (record.sparse && features.keys.size() != features.values.size())
        return "has " + std::to_string(features.keys.size()) + " keys for " + std::to_string(features.values.size()) +
               " values";
    record.width = record.sparse && !features.shape.empty() ? features.shape.back() : 0;
    record.values = std::move(features.values);
    record.keys = std::move(features.keys);
    record.labels = std::move(label.values);
    return "";
}

base::Error recordError(const std::string& where, std::size_t offset, const std::string& what)
{
    return {base::ErrorKind::Data, what + " (byte " + std::to_string(offset) + ")", where,
            "Records are 0xCED7230A, a length, a Record of SageMaker's protocol buffer, padding to 4 bytes; write the "
            "file again"};
}

}

base::Result<std::string_view> RecordIoReader::take(std::string& joined)
{
    for (bool first = true;; first = false) {
        const std::size_t begin = m_at;
        if (m_bytes.size() - m_at < 8)
            return recordError(m_where, begin, "ends within the head of a record");
        if (m_bytes.substr(m_at, 4) != magic)
            return recordError(m_where, begin, "has no record where one should begin");
        std::uint32_t word = 0;
        std::memcpy(&word, m_bytes.data() + m_at + 4, 4);
        // The upper three bits say which piece of a record this is: 0 all of it, 1 the first, 2 one between, 3 the
        // last.
        const std::uint32_t piece = word >> 29;
        const std::size_t size = word & (maxRecord - 1), padded = (size + 3) / 4 * 4;
        if (piece > 3 || (first ? piece > 1 : piece < 2))
            return recordError(m_where, begin, "has pieces of a record out of order");
        if (m_bytes.size() - m_at - 8 < size)
            return recordError(m_where, begin,
                               "is truncated: a record of " + std::to_string(size) + " bytes begins here");
        const std::string_view part = m_bytes.substr(m_at + 8, size);
        m_at += std::min(m_bytes.size() - m_at, 8 + padded);
        if (piece == 0)
            return part;
        // A record was cut where the magic stood in it.
        joined.append(first ? "" : magic).append(part);
        if (piece == 3)
            return std::string_view(joined);
    }
}

base::Result<bool> RecordIoReader::next(NumberRecord& record)
{
    if (m_at >= m_bytes.size())
        return false;
    record = {};
    const std::size_t begin = m_at;
    std::string joined;
    CORE_TRY(bytes, take(joined));
    if (const std::string wrong = readRecord(bytes, record); !wrong.empty())
        return recordError(m_where, begin, "the record " + wrong);
    return true;
}

base::Result<SparseRows> readRecordIo(std::string_view bytes, const std::string& where, std::int64_t maxRows)
{
    RecordIoReader reader(bytes, where);
    SparseRows rows;
    bool dense = false;
    while (rows.rows() < maxRows) {
        NumberRecord record;
        const std::size_t begin = reader.offset();
        CORE_TRY(more, reader.next(record));
        if (!more)
            break;
        const std::int64_t width = std::int64_t(record.values.size());
        if (!record.sparse && rows.rows() > 0 && (!dense || width != rows.columns))
            return recordError(where, begin,
                               "the record has " + std::to_string(width) + " values, and those before it " +
                                   (dense ? std::to_string(rows.columns) : "have keys"));
        dense = !record.sparse;
        std::uint64_t columns = dense ? std::uint64_t(width) : std::max(record.width, std::uint64_t(rows.columns));
        for (std::size_t i = 0; i < record.values.size(); ++i) {
            const std::uint64_t column = dense ? i : record.keys[i];
            columns = std::max(columns, column < maxWidth ? column + 1 : maxWidth + 1);
            if (columns > maxWidth)
                return recordError(where, begin, "the record has a column beyond " + std::to_string(maxWidth));
            rows.cells.push_back({std::int64_t(column), float(record.values[i])});
        }
        if (columns > maxWidth)
            return recordError(where, begin, "the record has a column beyond " + std::to_string(maxWidth));
        rows.columns = std::int64_t(columns);
        rows.ends.push_back(rows.cells.size());
        rows.labels.push_back(record.labels.empty() ? std::numeric_limits<double>::quiet_NaN() : record.labels.front());
    }
    if (rows.ends.empty())
        return recordError(where, 0, "holds no records");
    return rows;
}

bool looksLikeRecordIo(std::string_view head)
{
    return head.starts_with(magic);
}

}
