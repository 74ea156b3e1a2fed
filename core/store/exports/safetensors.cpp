// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"

namespace core::store::exports::safetensors {

namespace {

struct Spec {};

/// The weights of a checkpoint under their state-dict names, as Python's safetensors reads them.
class Safetensors final : public Exporter {
public:
    explicit Safetensors(Spec) {}

    base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const override
    {
        CORE_TRY(source, checkpointAt(request.run, request.at));
        CORE_TRY(checkpoint, readCheckpoint(source));
        const std::vector<base::Blob> model = modelWeights(std::move(checkpoint.tensors));
        std::vector<base::BlobView> weights;
        for (const base::Blob& blob : model)
            weights.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
        CORE_TRY(file, exportFile(request, ".safetensors"));
        CORE_CHECK(writeSafetensors(file, {{"format", "pt"}, {"step", std::to_string(checkpoint.step)}}, weights));
        return std::vector{file};
    }
};

}

void enroll(Exporters& all)
{
    all.add<Safetensors, Spec>(
        "safetensors", "safetensors",
        "The weights with PyTorch's state-dict names; a format without code in it, for Python and other programs.",
        base::Fields<Spec>{});
}

}
