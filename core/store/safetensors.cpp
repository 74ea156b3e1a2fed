// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/safetensors.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/bytes.h"
#include "core/store/checkpoint.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::uint64_t maxHeader = 100000000;

Error damaged(const std::filesystem::path& file, const std::string& what)
{
    return {ErrorKind::Data, "this is no whole safetensors file: " + what, file.string(), {}};
}

// Bytes of a tensor of this shape; false if it has none that a file could hold.
bool sizeOf(const std::vector<std::int64_t>& shape, std::uint64_t element, std::uint64_t& size)
{
    size = element;
    for (const std::int64_t dimension : shape)
        if (dimension < 0 || __builtin_mul_overflow(size, std::uint64_t(dimension), &size))
            return false;
    return true;
}

}

const std::string* TensorHeader::find(std::string_view key) const
{
    const auto found =
        std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
    return found == metadata.end() ? nullptr : &found->second;
}

base::Result<TensorReader> TensorReader::open(const std::filesystem::path& file)
{
    TensorReader reader;
    reader.m_path = file;
    reader.m_file = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts {};
    if (reader.m_file < 0 || ::fstat(reader.m_file, &facts) != 0) {
        Error error = base::systemError("open", file, errno);
        error.kind = ErrorKind::Data;
        return error;
    }
    if (!S_ISREG(facts.st_mode))
        return Error{ErrorKind::Data, "is not a file", file.string(), {}};
    const auto size = std::uint64_t(facts.st_size);
    std::uint64_t length = 0;
    std::string head(sizeof length, '\0');
    if (size < sizeof length)
        return damaged(file, "it is shorter than its head");
    CORE_CHECK(reader.read(head, 0));
    length = ByteReader(head).take<std::uint64_t>();
    if (length > maxHeader || length > size - sizeof length)
        return damaged(file, "its header claims " + std::to_string(length) + " bytes");
    std::string text(length, '\0');
    CORE_CHECK(reader.read(text, sizeof length));
    auto header = parseTensorHeader(std::move(text), size - sizeof length - length);
    if (!header)
        return damaged(file, describe(header.error()));
    reader.m_header = std::move(*header);
    reader.m_header.start = sizeof length + length;
    return reader;
}

TensorReader::TensorReader(TensorReader&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_file(std::exchange(other.m_file, -1)),
      m_header(std::move(other.m_header))
{
}

TensorReader::~TensorReader()
{
    if (m_file >= 0)
        ::close(m_file);
}

base::Status TensorReader::read(std::string& bytes, std::uint64_t place) const
{
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got = ::pread(m_file, bytes.data() + done, bytes.size() - done, off_t(place + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return base::systemError("read", m_path, errno);
        if (got == 0)
            return damaged(m_path, "it became shorter while it was read");
        done += std::size_t(got);
    }
    return {};
}

base::Result<std::string> TensorReader::bytes(const TensorEntry& entry) const
{
    std::string bytes(entry.end - entry.begin, '\0');
    CORE_CHECK(read(bytes, m_header.start + entry.begin));
    return bytes;
}

base::Result<TensorPlan> planTensors(const base::Object& metadata, const std::vector<base::BlobView>& tensors)
{
    TensorPlan plan;
    for (const base::BlobView& tensor : tensors)
        plan.order.push_back(&tensor);
    std::stable_sort(plan.order.begin(), plan.order.end(), [](const base::BlobView* a, const base::BlobView* b) {
        const std::size_t left = base::bytesOf(a->dtype), right = base::bytesOf(b->dtype);
        return left != right ? left > right : a->name < b->name;
    });
    std::set<std::string> names;
    // Members are put together as text: an Object looks each new key up among all others.
    std::string header = "{\"__metadata__\":" + base::writeJson(base::Value(metadata));
    std::uint64_t place = 0;
    for (const base::BlobView* tensor : plan.order) {
        std::uint64_t size = 0;
        if (!sizeOf(tensor->shape, base::bytesOf(tensor->dtype), size) || size != tensor->size ||
            base::bytesOf(tensor->dtype) == 0)
            return Error{ErrorKind::Internal, "the size of \"" + tensor->name + "\" does not fit its shape", {}, {}};
        if (tensor->name == "__metadata__" || !names.insert(tensor->name).second)
            return Error{
                ErrorKind::Internal, "the name \"" + tensor->name + "\" cannot be used, or stands there twice", {}, {}};
        base::Array shape;
        for (const std::int64_t dimension : tensor->shape)
            shape.emplace_back(dimension);
        header += ',' + base::writeJson(base::Value(tensor->name)) + ':' +
                  base::writeJson(base::Object{{"dtype", tensor->dtype},
                                               {"shape", std::move(shape)},
                                               {"data_offsets", base::Array{place, place + size}}});
        place += size;
    }
    header += '}';
    header.append((8 - header.size() % 8) % 8, ' ');
    if (header.size() > maxHeader)
        return Error{ErrorKind::Internal, "too many tensors for one file", {}, {}};
    plan.header = std::move(header);
    return plan;
}

base::Status writeTensors(FileBeside& file, const TensorPlan& plan)
{
    std::string length;
    putBytes(length, std::uint64_t(plan.header.size()));
    CORE_CHECK(file.write(length));
    CORE_CHECK(file.write(plan.header));
    for (const base::BlobView* tensor : plan.order)
        CORE_CHECK(file.write({static_cast<const char*>(tensor->data), tensor->size}));
    return {};
}

base::Result<TensorFile> readSafetensors(const std::filesystem::path& file)
{
    CORE_TRY(reader, TensorReader::open(file));
    TensorFile content;
    for (const auto& [key, value] : reader.header().metadata)
        content.metadata.set(key, value);
    for (const TensorEntry& entry : reader.header().tensors) {
        CORE_TRY(bytes, reader.bytes(entry));
        content.tensors.push_back({entry.name, entry.dtype, entry.shape, std::move(bytes)});
    }
    return content;
}

base::Status writeSafetensors(const std::filesystem::path& file, const base::Object& metadata,
                              const std::vector<base::BlobView>& tensors)
{
    CORE_TRY(plan, planTensors(metadata, tensors));
    CORE_TRY(output, FileBeside::create(file));
    CORE_CHECK(writeTensors(output, plan));
    return output.commit();
}

}
