// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/checkpoint.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/safetensors.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <unordered_map>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "step-";
constexpr std::string_view suffix = ".safetensors";
constexpr std::string_view checksumKey = "\"checksum\":\"";
constexpr std::size_t checksumDigits = 16;

std::string fileName(std::int64_t step)
{
    char name[64];
    std::snprintf(name, sizeof name, "step-%012lld.safetensors", static_cast<long long>(step));
    return name;
}

bool stepOf(const std::string& name, std::int64_t& step)
{
    if (!name.starts_with(prefix) || !name.ends_with(suffix))
        return false;
    const char* const end = name.data() + name.size() - suffix.size();
    const auto [stop, code] = std::from_chars(name.data() + prefix.size(), end, step);
    return code == std::errc{} && stop == end && fileName(step) == name;
}

// XXH3 of the header with zeros where the check sum itself stands; empty if it has no place for one.
std::string checksumOf(std::string header)
{
    const auto place = header.find(checksumKey);
    if (place == header.npos || header.size() - place < checksumKey.size() + checksumDigits)
        return {};
    header.replace(place + checksumKey.size(), checksumDigits, checksumDigits, '0');
    return base::digestOf(header.data(), header.size());
}

base::Result<TensorPlan> plan(std::int64_t step, const base::Value& state, const std::vector<base::BlobView>& tensors)
{
    base::Object metadata{{"format", "pt"},
                          {"descent", "checkpoint"},
                          {"step", std::to_string(step)},
                          {"state", base::writeJson(state)},
                          {"checksum", std::string(checksumDigits, '0')}};
    for (const base::BlobView& tensor : tensors)
        metadata.set("digest/" + tensor.name, base::digestOf({tensor}));
    CORE_TRY(plan, planTensors(metadata, tensors));
    plan.header.replace(plan.header.find(checksumKey) + checksumKey.size(), checksumDigits, checksumOf(plan.header));
    return std::move(plan);
}

Error damaged(const fs::path& file, const std::string& what)
{
    return {ErrorKind::Data, "this checkpoint is damaged: " + what, file.string(), "An older one may be whole"};
}

// Reads a checkpoint and compares every digest. With `keep` false the bytes are only looked at.
base::Result<Checkpoint> read(const fs::path& file, bool keep)
{
    CORE_TRY(reader, TensorReader::open(file));
    const TensorHeader& header = reader.header();
    const std::string* const kind = header.find("descent");
    const std::string* const checksum = header.find("checksum");
    if (!kind || *kind != "checkpoint" || !checksum)
        return Error{ErrorKind::Data, "this file is no checkpoint of a run", file.string(),
                     "Weights alone can be given as initialize_from"};
    if (*checksum != checksumOf(header.text))
        return damaged(file, "its header");
    std::unordered_map<std::string, std::string> digests(header.metadata.begin(), header.metadata.end());
    Checkpoint checkpoint;
    auto state = base::parseJson(digests["state"]);
    if (!state)
        return damaged(file, "its state");
    checkpoint.state = std::move(*state);
    const std::string& step = digests["step"];
    std::from_chars(step.data(), step.data() + step.size(), checkpoint.step);
    for (const TensorEntry& entry : header.tensors) {
        CORE_TRY(bytes, reader.bytes(entry));
        if (base::digestOf({{entry.name, entry.dtype, entry.shape, bytes.data(), bytes.size()}}) !=
            digests["digest/" + entry.name])
            return damaged(file, "the blob \"" + entry.name + "\"");
        if (keep)
            checkpoint.tensors.push_back({entry.name, entry.dtype, entry.shape, std::move(bytes)});
    }
    return checkpoint;
}

}

base::Result<CheckpointFile> writeCheckpoint(const fs::path& folder, std::int64_t step, const base::Value& state,
                                             const std::vector<base::BlobView>& tensors, Durability durability)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        return base::systemError("make the folder", folder, failed.value());
    CORE_TRY(planned, plan(step, state, tensors));
    const fs::path file = folder / fileName(step);
    CORE_TRY(output, FileBeside::create(file));
    base::Status written = writeTensors(output, planned);
    if (written)
        written = durability == Durability::Synced ? output.sync() : output.flush();
    if (!written) {
        std::uint64_t bytes = planned.header.size();
        for (const base::BlobView& tensor : tensors)
            bytes += tensor.size;
        return withNeed(written.error(), bytes);
    }
    if (durability == Durability::Process) {
        CORE_CHECK(output.show());
        return CheckpointFile{step, file, std::uint64_t(fs::file_size(file, failed))};
    }
    if (const auto back = read(output.beside(), false); !back)
        return Error{ErrorKind::Resource,
                     "the checkpoint came back from the disk otherwise than written: " + back.error().message,
                     file.string(), "Check the disk; the checkpoints before it are kept"};
    CORE_CHECK(output.commit());
    return CheckpointFile{step, file, std::uint64_t(fs::file_size(file, failed))};
}

base::Result<CheckpointFile> writeCheckpoint(const fs::path& folder, const Checkpoint& checkpoint,
                                             Durability durability)
{
    std::vector<base::BlobView> views;
    for (const base::Blob& blob : checkpoint.tensors)
        views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
    return writeCheckpoint(folder, checkpoint.step, checkpoint.state, views, durability);
}

base::Result<Checkpoint> readCheckpoint(const fs::path& file)
{
    return read(file, true);
}

std::vector<CheckpointFile> listCheckpoints(const fs::path& folder)
{
    std::vector<CheckpointFile> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (std::int64_t step = 0; stepOf(entry.path().filename().string(), step)) {
            const auto bytes = entry.file_size(ignored);
            found.push_back({step, entry.path(), ignored ? 0 : std::uint64_t(bytes)});
        }
    std::sort(found.begin(), found.end(),
              [](const CheckpointFile& a, const CheckpointFile& b) { return a.step < b.step; });
    return found;
}

base::Result<Checkpoint> newestWhole(const fs::path& folder, std::int64_t step)
{
    Error last{ErrorKind::Data,
               "there is no checkpoint" + (step < 0 ? std::string() : " at or before step " + std::to_string(step)),
               folder.string(), "The run has to be trained from its start"};
    const std::vector<CheckpointFile> all = listCheckpoints(folder);
    for (auto file = all.rbegin(); file != all.rend(); ++file) {
        if (step >= 0 && file->step > step)
            continue;
        auto checkpoint = readCheckpoint(file->file);
        if (checkpoint)
            return checkpoint;
        last = checkpoint.error();
    }
    return last;
}

base::Result<Checkpoint> newestToResume(const fs::path& folder, std::int64_t reached)
{
    for (std::int64_t step = reached; step >= 0;) {
        CORE_TRY(checkpoint, newestWhole(folder, step));
        const base::Value& best = checkpoint.state["best"];
        const std::int64_t bestStep = best["step"].toInt();
        const bool bestIsThere = !best.isObject() || bestStep == checkpoint.step ||
                                 checkpoint.state["is_best"].toBool() || read(folder / fileName(bestStep), false);
        if (bestIsThere && checkpoint.state["ended"].isNull())
            return std::move(checkpoint);
        step = checkpoint.step - 1;
    }
    return Error{ErrorKind::Data, "there is no checkpoint to go on from", folder.string(),
                 "The run has to be trained from its start"};
}

base::Status forgetCheckpointsAfter(const fs::path& folder, std::int64_t step)
{
    bool any = false;
    for (const CheckpointFile& file : listCheckpoints(folder))
        if (file.step > step) {
            std::error_code failed;
            if (!fs::remove(file.file, failed))
                return base::systemError("remove", file.file, failed.value());
            any = true;
        }
    return any ? base::syncFolder(folder) : base::Status{};
}

std::vector<std::int64_t> thinCheckpoints(std::vector<CheckpointFile>& all, const std::set<std::int64_t>& kept,
                                          const KeyframeRoom& room)
{
    std::vector<std::int64_t> gone;
    std::error_code ignored;
    const auto free = [&](const CheckpointFile& file) { return !kept.contains(file.step); };
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (const CheckpointFile& file : all)
        if (free(file)) {
            bytes += file.bytes;
            ++count;
        }
    while (count > 0 && (bytes > room.bytes || count > room.count)) {
        std::size_t least = all.size();
        std::int64_t gap = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!free(all[i]))
                continue;
            // What going back would cost without it. The first has nothing before it that could stand in.
            const std::int64_t without = i == 0                ? std::numeric_limits<std::int64_t>::max()
                                         : i + 1 == all.size() ? all[i].step - all[i - 1].step
                                                               : all[i + 1].step - all[i - 1].step;
            if (least == all.size() || without < gap) {
                least = i;
                gap = without;
            }
        }
        fs::remove(all[least].file, ignored);
        bytes -= all[least].bytes;
        --count;
        gone.push_back(all[least].step);
        all.erase(all.begin() + std::ptrdiff_t(least));
    }
    return gone;
}

void removeUnfinishedCheckpoints(const fs::path& folder)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".tmp" && entry.path().filename().string().starts_with(prefix))
            fs::remove(entry.path(), ignored);
}

std::vector<base::Blob> modelWeights(std::vector<base::Blob> tensors)
{
    constexpr std::string_view model = "model/", average = "average/", optimizer = "optimizer/";
    const auto begun = std::find_if(tensors.begin(), tensors.end(), [](const base::Blob& blob) {
        return blob.name == "average/updates" && blob.bytes.find_first_not_of('\0') != std::string::npos;
    });
    const bool averaged = begun != tensors.end();
    std::vector<base::Blob> weights;
    for (base::Blob& blob : tensors) {
        // Adapters are in the weights that they stand beside.
        if (blob.name.starts_with(optimizer) || blob.name.starts_with(average) ||
            blob.name.find(".lora_") != std::string::npos)
            continue;
        if (blob.name.starts_with(model))
            blob.name.erase(0, model.size());
        weights.push_back(std::move(blob));
    }
    for (base::Blob& blob : tensors)
        if (averaged && blob.name.starts_with(average))
            for (base::Blob& weight : weights)
                if (weight.name == std::string_view(blob.name).substr(average.size()))
                    weight.bytes = std::move(blob.bytes);
    return weights;
}

}
