// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fields.h"
#include "core/store/bytes.h"
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/store/stored_zip.h"

#include <map>

namespace core::store::exports::pth {

namespace {

using base::Error;
using base::ErrorKind;

struct Spec {};

/// The pickle of an OrderedDict of tensors, each with a storage of its own, as torch.save writes it.
class Pickle {
public:
    Pickle() { m_text = "\x80\x02" + ordered() + "("; }

    base::Status add(const base::Blob& blob, std::size_t place)
    {
        static const std::map<std::string, std::string> storages{
            {"F32", "FloatStorage"}, {"F64", "DoubleStorage"}, {"F16", "HalfStorage"},  {"BF16", "BFloat16Storage"},
            {"I64", "LongStorage"},  {"I32", "IntStorage"},    {"I16", "ShortStorage"}, {"I8", "CharStorage"},
            {"U8", "ByteStorage"},   {"BOOL", "BoolStorage"}};
        const auto storage = storages.find(blob.dtype);
        if (storage == storages.end())
            return Error{
                ErrorKind::Data, "has the type " + blob.dtype + ", which PyTorch does not save", blob.name, {}};
        std::vector<std::int64_t> strides(blob.shape.size(), 1);
        std::int64_t elements = 1;
        for (std::size_t d = blob.shape.size(); d-- > 0;) {
            strides[d] = elements;
            elements *= blob.shape[d];
        }
        text(blob.name);
        m_text += "ctorch._utils\n_rebuild_tensor_v2\n((";
        text("storage");
        m_text += "ctorch\n" + storage->second + "\n";
        text(std::to_string(place));
        text("cpu");
        number(elements);
        m_text += "tQ";
        number(0);
        tuple(blob.shape);
        tuple(strides);
        m_text += "\x89" + ordered() + "tR";
        return {};
    }
    std::string finish() { return m_text + "u."; }

private:
    std::string m_text;

    static std::string ordered() { return "ccollections\nOrderedDict\n)R"; }
    void text(const std::string& value)
    {
        m_text += 'X';
        putBytes(m_text, std::uint32_t(value.size()));
        m_text += value;
    }
    void number(std::int64_t value)
    {
        if (value <= INT32_MAX) {
            m_text += 'J';
            putBytes(m_text, std::int32_t(value));
        } else {
            m_text += "\x8a\x08";
            putBytes(m_text, value);
        }
    }
    void tuple(const std::vector<std::int64_t>& values)
    {
        m_text += '(';
        for (const std::int64_t value : values)
            number(value);
        m_text += 't';
    }
};

class Pth final : public Exporter {
public:
    explicit Pth(Spec) {}

    base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const override
    {
        CORE_TRY(source, checkpointAt(request.run, request.at));
        CORE_TRY(checkpoint, readCheckpoint(source));
        const std::vector<base::Blob> weights = modelWeights(std::move(checkpoint.tensors));
        CORE_TRY(file, exportFile(request, ".pth"));
        CORE_TRY(beside, FileBeside::create(file));
        StoredZip zip(beside);
        const std::string instead = "safetensors";
        Pickle pickle;
        for (std::size_t i = 0; i < weights.size(); ++i)
            CORE_CHECK(pickle.add(weights[i], i));
        CORE_CHECK(zip.add("archive/data.pkl", pickle.finish(), instead));
        CORE_CHECK(zip.add("archive/byteorder", "little", instead));
        for (std::size_t i = 0; i < weights.size(); ++i)
            CORE_CHECK(zip.add("archive/data/" + std::to_string(i), weights[i].bytes, instead));
        CORE_CHECK(zip.add("archive/version", "3\n", instead));
        CORE_CHECK(zip.finish());
        CORE_CHECK(beside.commit());
        return std::vector{file};
    }
};

}

void enroll(Exporters& all)
{
    all.add<Pth, Spec>(
        "pth", "pth",
        "The weights as a state dict that torch.load reads, with weights_only too; nothing else is in it.",
        base::Fields<Spec>{});
}

}
