// SPDX-License-Identifier: GPL-3.0-or-later
// Event, Summary, TensorProto: TensorFlow's .proto files (core/util/event.proto, core/framework/summary.proto,
// tensor.proto).
#include "core/data/formats/scalar_log.h"

#include "core/base/protobuf.h"
#include "core/base/tf_record.h"

#include <bit>
#include <cstring>

namespace core::data {

using base::Error;
using base::ErrorKind;
using base::ProtoField;
using base::ProtoReader;

namespace {

constexpr std::size_t mostNames = 100'000;

template <class T>
T numberAt(std::string_view bytes, std::size_t at)
{
    static_assert(std::endian::native == std::endian::little);
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

double single(std::uint64_t bits)
{
    return double(std::bit_cast<float>(std::uint32_t(bits)));
}

// A TensorProto of one number.
bool numberOfTensor(std::string_view bytes, double& value)
{
    std::uint64_t type = 0;
    std::string_view content;
    bool found = false;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);) {
        if (field.number == 1 && field.wire == 0)
            type = field.value;
        else if (field.number == 4 && field.wire == 2)
            content = field.bytes;
        else if (field.number == 5 && (field.wire == 5 || (field.wire == 2 && field.bytes.size() == 4))) {
            value = single(field.wire == 5 ? field.value : numberAt<std::uint32_t>(field.bytes, 0));
            found = true;
        } else if (field.number == 6 && (field.wire == 1 || (field.wire == 2 && field.bytes.size() == 8))) {
            value = std::bit_cast<double>(field.wire == 1 ? field.value : numberAt<std::uint64_t>(field.bytes, 0));
            found = true;
        }
    }
    if (!found && type == 1 && content.size() == 4) {
        value = single(numberAt<std::uint32_t>(content, 0));
        found = true;
    } else if (!found && type == 2 && content.size() == 8) {
        value = numberAt<double>(content, 0);
        found = true;
    }
    return found && !fields.failed();
}

// A Summary.Value: its tag and number, if it is a scalar.
bool scalarIn(std::string_view bytes, std::string& tag, double& value)
{
    bool found = false;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 1 && field.wire == 2)
            tag = std::string(field.bytes);
        else if (field.number == 2 && field.wire == 5) {
            value = single(field.value);
            found = true;
        } else if (field.number == 8 && field.wire == 2)
            found = numberOfTensor(field.bytes, value) || found;
    return found && !fields.failed() && !tag.empty() && tag.find('\0') == tag.npos;
}

// False if it is no Event.
bool addEvent(std::string_view bytes, ScalarLog& log)
{
    double time = 0;
    std::int64_t step = 0;
    std::string_view summary;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 1 && field.wire == 1)
            time = std::bit_cast<double>(field.value);
        else if (field.number == 2 && field.wire == 0)
            step = std::int64_t(field.value);
        else if (field.number == 5 && field.wire == 2)
            summary = field.bytes;
    if (fields.failed())
        return false;
    ProtoReader values(summary);
    for (ProtoField field; values.next(field);) {
        std::string tag;
        double value = 0;
        if (field.number == 1 && field.wire == 2 && scalarIn(field.bytes, tag, value) && step >= 0 &&
            log.series.size() < mostNames)
            log.add(tag, step, value, time);
    }
    return !values.failed();
}

}

bool looksLikeTfEvents(std::string_view head)
{
    return base::looksLikeTfRecords(head);
}

base::Result<ScalarLog> readTfEvents(std::string_view bytes, const std::string& where)
{
    ScalarLog log;
    CORE_CHECK(base::readTfRecords(bytes, where, [&](std::string_view content) { return addEvent(content, log); }));
    if (log.empty())
        return Error{ErrorKind::Data, "there are no scalars in it", where, "Log some with add_scalar"};
    return log;
}

}
