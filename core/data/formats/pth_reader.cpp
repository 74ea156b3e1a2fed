// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/pth_reader.h"

#include "core/base/files.h"
#include "core/data/formats/pickle.h"
#include "core/data/formats/zip_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

namespace core::data {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::uint64_t mostPickle = 64'000'000;
constexpr std::size_t mostDimensions = 64;
constexpr std::uint64_t mostGrowth = 16, alwaysAllowed = 1 << 20;
// What the format before PyTorch 1.6 begins with: a pickle of its magic number.
constexpr std::string_view oldMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);

struct Type {
    const char *storage, *dtype;
    std::uint64_t bytes;
};
constexpr std::array types{Type{"FloatStorage", "F32", 4}, Type{"DoubleStorage", "F64", 8},
                           Type{"HalfStorage", "F16", 2},  Type{"BFloat16Storage", "BF16", 2},
                           Type{"LongStorage", "I64", 8},  Type{"IntStorage", "I32", 4},
                           Type{"ShortStorage", "I16", 2}, Type{"CharStorage", "I8", 1},
                           Type{"ByteStorage", "U8", 1},   Type{"BoolStorage", "BOOL", 1}};

constexpr std::array wrappers{"state_dict", "model_state_dict", "model_state", "model", "module",
                              "net",        "network",          "weights",     "ema"};

class Archive {
public:
    Archive(const ZipReader& zip, std::uint64_t bytes, std::string where)
        : m_zip(zip),
          m_bytes(bytes),
          m_where(std::move(where))
    {
    }

    base::Result<std::vector<base::Blob>> read()
    {
        CORE_CHECK(findPickle());
        CORE_TRY(pickled, file("data.pkl", mostPickle));
        CORE_TRY(heap, pickle::read(pickled, m_where));
        m_heap = std::move(heap);
        const pickle::Dict* state = stateDict();
        if (!state)
            return fail("holds no state dict", "Save one: torch.save(model.state_dict(), file)");
        std::vector<base::Blob> all;
        for (const auto& [key, item] : state->items) {
            const auto* name = std::get_if<std::string>(&m_heap[key]);
            const auto* tensor = std::get_if<pickle::Tensor>(&m_heap[item]);
            if (!name || !tensor)
                continue;
            CORE_TRY(blob, blobOf(*name, *tensor));
            all.push_back(std::move(blob));
        }
        return all;
    }

private:
    const ZipReader& m_zip;
    std::uint64_t m_bytes, m_made = 0;
    std::string m_where, m_folder;
    pickle::Heap m_heap;
    std::map<std::string, std::string> m_storages; // by key

    Error fail(const std::string& what, const std::string& advice = "Fetch or save the file again") const
    {
        return {ErrorKind::Data, what, m_where, advice};
    }

    base::Status findPickle()
    {
        bool script = false;
        for (const ZipEntry& entry : m_zip.entries()) {
            script = script || entry.name.ends_with("/constants.pkl");
            if (m_folder.empty() && entry.name.ends_with("/data.pkl"))
                m_folder = entry.name.substr(0, entry.name.size() - std::strlen("data.pkl"));
        }
        if (script)
            return fail("is a TorchScript program, not weights",
                        "Save its weights: torch.save(model.state_dict(), file)");
        if (m_folder.empty())
            return fail("is a zip archive, but none that torch.save wrote", "Name a file of weights");
        if (const ZipEntry* order = find("byteorder")) {
            CORE_TRY(text, m_zip.read(*order));
            if (text != "little")
                return fail("was written by a big-endian machine", "Save it again on this one");
        }
        return {};
    }

    const ZipEntry* find(const std::string& name) const
    {
        const auto& all = m_zip.entries();
        const auto found = std::ranges::find(all, m_folder + name, &ZipEntry::name);
        return found == all.end() ? nullptr : &*found;
    }

    base::Result<std::string> file(const std::string& name, std::uint64_t most) const
    {
        const ZipEntry* entry = find(name);
        if (!entry)
            return fail("lacks its file " + name);
        if (entry->size > most)
            return fail("has a file " + name + " of " + std::to_string(entry->size) + " bytes");
        return m_zip.read(*entry);
    }

    bool hasTensors(const pickle::Dict& dict) const
    {
        return std::ranges::any_of(
            dict.items, [&](const auto& item) { return std::holds_alternative<pickle::Tensor>(m_heap[item.second]); });
    }

    const pickle::Dict* stateDict() const
    {
        const auto* root = std::get_if<pickle::Dict>(&m_heap[m_heap.root]);
        if (!root || hasTensors(*root))
            return root;
        for (const char* wrapper : wrappers)
            for (const auto& [key, item] : root->items) {
                const auto* name = std::get_if<std::string>(&m_heap[key]);
                const auto* inner = std::get_if<pickle::Dict>(&m_heap[item]);
                if (name && *name == wrapper && inner && hasTensors(*inner))
                    return inner;
            }
        return nullptr;
    }

    base::Result<const std::string*> storage(const pickle::Storage& wanted, std::uint64_t bytesEach)
    {
        auto kept = m_storages.find(wanted.key);
        if (kept == m_storages.end()) {
            CORE_TRY(bytes, file("data/" + wanted.key, m_bytes * mostGrowth + alwaysAllowed));
            kept = m_storages.emplace(wanted.key, std::move(bytes)).first;
        }
        if (wanted.elements < 0 || std::uint64_t(wanted.elements) > kept->second.size() / bytesEach)
            return fail("has a storage of fewer bytes than it says");
        return &kept->second;
    }

    base::Result<base::Blob> blobOf(const std::string& name, const pickle::Tensor& tensor)
    {
        const auto type = std::ranges::find_if(types, [&](const Type& t) { return tensor.storage.type == t.storage; });
        if (type == types.end())
            return fail("\"" + name + "\" is of a type that is not known here", "Save it as float32");
        CORE_TRY(bytes, storage(tensor.storage, type->bytes));
        std::uint64_t elements = 1, last = std::uint64_t(tensor.offset);
        const std::size_t dimensions = tensor.sizes.size();
        bool fits = tensor.offset >= 0 && dimensions == tensor.strides.size() && dimensions <= mostDimensions;
        for (std::size_t d = 0; fits && d < dimensions; ++d) {
            const std::int64_t size = tensor.sizes[d], stride = tensor.strides[d];
            std::uint64_t reach = 0;
            fits = size >= 0 && stride >= 0 && !__builtin_mul_overflow(elements, std::uint64_t(size), &elements) &&
                   !__builtin_mul_overflow(std::uint64_t(std::max<std::int64_t>(size, 1) - 1), std::uint64_t(stride),
                                           &reach) &&
                   !__builtin_add_overflow(last, reach, &last);
        }
        if (!fits || (elements > 0 && last >= std::uint64_t(tensor.storage.elements)))
            return fail("\"" + name + "\" reaches outside of its numbers");
        if (elements > (m_bytes * mostGrowth + alwaysAllowed - m_made) / type->bytes)
            return fail("its tensors hold more than " + std::to_string(mostGrowth) + " times the file");
        m_made += elements * type->bytes;
        return base::Blob{name, type->dtype, tensor.sizes, gathered(tensor, *bytes, type->bytes, elements)};
    }

    // Row-major, whatever the strides.
    static std::string gathered(const pickle::Tensor& tensor, const std::string& from, std::uint64_t width,
                                std::uint64_t elements)
    {
        std::string to(elements * width, '\0');
        std::vector<std::int64_t> place(tensor.sizes.size(), 0);
        std::int64_t at = tensor.offset;
        for (std::uint64_t i = 0; i < elements; ++i) {
            std::memcpy(to.data() + i * width, from.data() + std::uint64_t(at) * width, width);
            for (std::size_t d = place.size(); d-- > 0;) {
                at += tensor.strides[d];
                if (++place[d] < tensor.sizes[d])
                    break;
                at -= tensor.strides[d] * tensor.sizes[d];
                place[d] = 0;
            }
        }
        return to;
    }
};

}

bool looksLikePth(std::string_view head)
{
    return looksLikeZip(head) || (head.size() >= 14 && head[0] == '\x80' && head.substr(2).starts_with(oldMagic));
}

base::Result<std::vector<base::Blob>> readPth(std::string bytes, const std::string& where)
{
    if (!looksLikeZip(bytes) && looksLikePth(bytes))
        return Error{ErrorKind::Data, "is in the format that PyTorch wrote before version 1.6", where,
                     "Save it again: torch.save(torch.load(file, weights_only=True), file)"};
    if (!looksLikeZip(bytes))
        return Error{ErrorKind::Data, "is no file that torch.save wrote", where,
                     "Name a .pth or .pt file of a state dict, or safetensors"};
    const std::uint64_t size = bytes.size();
    CORE_TRY(zip, ZipReader::over(std::move(bytes), where));
    return Archive(zip, size, where).read();
}

base::Result<std::vector<base::Blob>> readPth(const std::filesystem::path& file)
{
    CORE_TRY(bytes, base::readFile(file));
    return readPth(std::move(bytes), file.string());
}

}
