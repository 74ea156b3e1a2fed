// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data_facts.h"

#include "core/base/blob.h"
#include "core/base/rng.h"

#include <ATen/core/LegacyTypeDispatch.h>

#include <filesystem>

namespace core::train {

namespace {

namespace fs = std::filesystem;

// Rows of streams and pictures that are decoded when they are wanted each cost a look at the disk.
constexpr std::size_t mostRows = 1000, mostReadRows = 32;

std::string stateOf(const fs::path& path)
{
    const auto one = [](const fs::path& file) {
        std::error_code failed;
        const auto time = fs::last_write_time(file, failed).time_since_epoch().count();
        const auto bytes = fs::is_regular_file(file, failed) ? fs::file_size(file, failed) : 0;
        return std::to_string(time) + " " + std::to_string(bytes);
    };
    std::uint64_t inside = 0;
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
        inside += base::mix(base::streamOf(entry->path().string() + one(entry->path())));
    return one(path) + (inside ? " " + std::to_string(inside) : "");
}

}

std::string rowsDigest(const data::DataModule& data, data::SplitName part)
{
    const at::AutoDispatchBelowADInplaceOrView untracked; // a thousand rows, of which autograd need not know
    const data::RowSet& rows = data.rows(part);
    const std::size_t most = data.streamed() || data.decodes() ? mostReadRows : mostRows;
    const std::size_t stride = std::max<std::size_t>(1, rows.size() / most);
    std::vector<tensor::NamedTensor> kept;
    std::vector<double> targets;
    for (std::size_t i = 0; i < rows.size(); i += stride) {
        kept.push_back({std::to_string(rows[i]), data.raw(rows[i])});
        targets.push_back(data.target(rows[i]));
    }
    return tensor::digestOf(kept) + base::digestOf(targets.data(), targets.size() * sizeof(double)).substr(0, 8);
}

base::Value dataFacts(const data::DataModule& data)
{
    const spec::DataSpec& spec = data.spec();
    std::vector<std::string> paths{spec.channels.validation, spec.channels.test};
    if (const base::Value* path = spec.source.params.object().find("path"))
        paths.insert(paths.begin(), path->text());
    base::Array files;
    for (const std::string& path : paths)
        if (!path.empty())
            files.push_back(base::Object{{"path", path}, {"state", stateOf(path)}});
    base::Object facts{{"files", std::move(files)}};
    // A damaged row is told where it is learned from.
    try {
        facts.set("train", rowsDigest(data, data::SplitName::Train));
        facts.set("validation", rowsDigest(data, data::SplitName::Validation));
    } catch (const std::exception&) {
    }
    return facts;
}

std::string changedFiles(const base::Value& noted, const base::Value& now)
{
    std::string changed;
    for (const base::Value& file : noted["files"].array())
        for (const base::Value& other : now["files"].array())
            if (file["path"] == other["path"] && !(file["state"] == other["state"]))
                changed += (changed.empty() ? "" : ", ") + file["path"].text();
    return changed;
}

}
