// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/weights_file.h"

#include "core/base/files.h"
#include "core/data/formats/pth_reader.h"
#include "core/model/hub.h"
#include "core/spec/check.h"
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/store/run_folder.h"

#include <algorithm>

namespace core::model {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

namespace {

// What wrappers put in front of every name.
void stripPrefix(std::vector<base::Blob>& tensors)
{
    for (const std::string prefix : {"module.", "_orig_mod."})
        if (!tensors.empty() &&
            std::ranges::all_of(tensors, [&](const base::Blob& b) { return b.name.starts_with(prefix); }))
            for (base::Blob& blob : tensors)
                blob.name.erase(0, prefix.size());
}

Error nothingThere(const fs::path& from)
{
    std::vector<std::string> names;
    for (const Card& card : listModels())
        names.push_back(card.name);
    const std::string near = spec::nearest(from.filename().string(), names);
    return {ErrorKind::Data, "no such file, and the hub has no model of this name", from.string(),
            (near.empty() ? "" : "Did you mean \"" + near + "\"? ") +
                std::string("descent-cli models list shows the hub's")};
}

}

base::Result<std::vector<base::Blob>> readWeightsFile(const fs::path& file)
{
    CORE_TRY(head, base::readHead(file, 64));
    std::vector<base::Blob> tensors;
    if (data::looksLikePth(head)) {
        CORE_TRY(read, data::readPth(file));
        tensors = std::move(read);
    } else {
        CORE_TRY(read, store::readSafetensors(file));
        tensors = store::modelWeights(std::move(read.tensors));
    }
    stripPrefix(tensors);
    return tensors;
}

base::Result<Weights> readWeights(const fs::path& from)
{
    std::error_code ignored;
    if (fs::is_directory(from, ignored) && !fs::exists(from / cardName, ignored)) {
        CORE_TRY(last, store::checkpointAt(from, "last"));
        CORE_TRY(tensors, readWeightsFile(last));
        return Weights{std::move(tensors), {}};
    }
    if (fs::exists(from, ignored) && !fs::is_directory(from, ignored)) {
        CORE_TRY(tensors, readWeightsFile(from));
        return Weights{std::move(tensors), {}};
    }
    const auto card = fs::is_directory(from, ignored) ? readCard(from) : findModel(from.filename().string());
    if (!card)
        return fs::is_directory(from, ignored) ? card.error() : nothingThere(from);
    CORE_TRY(tensors, readWeightsFile(card->folder / weightsName));
    return Weights{std::move(tensors), card->classes};
}

}
