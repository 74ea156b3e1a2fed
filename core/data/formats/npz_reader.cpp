// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npz_reader.h"

#include "core/data/formats/h5_message.h"
#include "core/data/formats/npy_reader.h"
#include "core/data/formats/zip_reader.h"

#include <algorithm>
#include <new>

namespace core::data {

namespace {

constexpr std::uint64_t mostNpzBytes = std::uint64_t(1) << 35;
constexpr std::size_t pieceBytes = std::size_t(1) << 24;

using Send = base::ConfinedChild::Send;

void sendFailure(const Send& send, const std::string& message, const std::string& advice, const std::string& where)
{
    std::string failure(1, char(h5::Kind::Failure));
    h5::put(failure, std::string_view(message));
    h5::put(failure, std::string_view(advice));
    if (!where.empty())
        h5::put(failure, std::string_view(where));
    send(failure);
}

void sendArray(const Send& send, const std::string& name, const NumberArray& array)
{
    std::string head(1, char(h5::Kind::Array));
    h5::put(head, H5Entry{.name = name, .shape = array.shape, .element = array.element});
    h5::put(head, std::uint64_t(array.rowsInFile));
    send(head);
    for (std::size_t at = 0; at < array.bytes.size(); at += pieceBytes)
        send(char(h5::Kind::Bytes) + array.bytes.substr(at, pieceBytes));
    std::string texts(1, char(h5::Kind::Texts));
    for (const std::string& text : array.texts) {
        h5::put(texts, std::string_view(text));
        if (texts.size() > pieceBytes) {
            send(texts);
            texts.resize(1);
        }
    }
    if (texts.size() > 1)
        send(texts);
}

std::string arrayName(const ZipEntry& entry)
{
    return entry.name.substr(0, entry.name.size() - 4);
}

void sendArrays(const ZipReader& archive, const std::function<bool(const std::string&)>& needed, const Send& send)
{
    std::vector<ZipEntry> arrays = archive.entries();
    std::erase_if(arrays, [](const ZipEntry& entry) { return !entry.name.ends_with(".npy"); });
    std::string list(1, char(h5::Kind::List));
    h5::put(list, std::uint64_t(arrays.size()));
    std::uint64_t total = 0;
    for (const ZipEntry& entry : arrays) {
        h5::put(list, H5Entry{.name = arrayName(entry)});
        // Each is smaller than the archive's limit, so that the sum does not run over.
        total = std::min(total, mostNpzBytes) + entry.size;
    }
    if (total > mostNpzBytes)
        return sendFailure(send, "holds more than can be kept in memory",
                           "Save the arrays of interest in a file of their own", {});
    send(list);
    for (const ZipEntry& entry : arrays) {
        auto bytes = archive.read(entry);
        if (!bytes)
            return sendFailure(send, bytes.error().message, bytes.error().advice, entry.name);
        const auto array = readNpy(std::move(*bytes), entry.name);
        if (array)
            sendArray(send, arrayName(entry), *array);
        else if (needed(arrayName(entry)))
            return sendFailure(send, array.error().message, array.error().advice, entry.name);
    }
}

}

void readNpzMapped(std::string bytes, const std::function<bool(const std::string&)>& needed, const Send& send)
{
    try {
        const auto archive = ZipReader::over(std::move(bytes), {});
        if (archive)
            sendArrays(*archive, needed, send);
        else
            sendFailure(send, archive.error().message, archive.error().advice, archive.error().where);
    } catch (const std::bad_alloc&) {
        sendFailure(send, "needs more memory to be read than it should",
                    "Save the arrays of interest in a file of their own", {});
    }
}

base::Result<H5Contents> readNpz(const std::filesystem::path& file,
                                 const std::function<bool(const std::string&)>& needed)
{
    std::error_code unknown;
    std::uint64_t size = std::filesystem::file_size(file, unknown);
    if (unknown)
        size = 0;
    // The archive, an array as it is unpacked, and the same in another order.
    const std::uint64_t unpacked = std::min(mostNpzBytes, (std::uint64_t(1) << 26) + size * ZipLimits().ratio);
    base::ChildLimits limits;
    limits.memory += size + 3 * unpacked;
    limits.cpuSeconds = 20 + size / 500'000;
    return readApart(file, limits, unpacked, "numpy.savez", [&](const char* bytes, std::size_t size, const Send& send) {
        readNpzMapped(std::string(bytes, size), needed, send);
    });
}

}
