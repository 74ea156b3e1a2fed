// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/value.h"

#include <filesystem>
#include <set>

namespace core::store {

/// Where a training stands: `state` holds counters, best-so-far, early stopping and edits; tensors hold weights
/// (`model/<name>`), optimizer state (`optimizer/<name>`) and averaged weights (`average/<name>`, `average/updates`).
struct Checkpoint {
    std::int64_t step = 0;
    base::Value state;
    std::vector<base::Blob> tensors;
};

struct CheckpointFile {
    std::int64_t step = 0;
    std::filesystem::path file;
    std::uint64_t bytes = 0;
};

enum class Durability {
    Process, ///< whole or absent after the death of this process; a power cut may leave a damaged one, which shows
    Synced,  ///< whole or absent whatever happens, and read back
};

/// A checkpoint is a safetensors file `step-000000001234.safetensors` whose `__metadata__` holds the state and a digest
/// for each tensor. Whole or absent: written beside, synced, read back and compared, renamed, folder synced.
base::Result<CheckpointFile> writeCheckpoint(const std::filesystem::path& folder, std::int64_t step,
                                             const base::Value& state, const std::vector<base::BlobView>& tensors,
                                             Durability durability = Durability::Synced);
base::Result<CheckpointFile> writeCheckpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint,
                                             Durability durability = Durability::Synced);
/// Checks every digest; an error names the blob that is damaged.
base::Result<Checkpoint> readCheckpoint(const std::filesystem::path& file);
/// The weights that a checkpoint's predictions are made with, under their state-dict names: averaged ones in place of
/// those that trained, where averaging has begun.
std::vector<base::Blob> modelWeights(std::vector<base::Blob> tensors);
/// Oldest first; unfinished ones (`.tmp`) are not among them.
std::vector<CheckpointFile> listCheckpoints(const std::filesystem::path& folder);
/// The newest that reads back whole, at or before `step` (-1: any).
base::Result<Checkpoint> newestWhole(const std::filesystem::path& folder, std::int64_t step = -1);
/// The newest from which a run can go on whose rows are recorded up to step `reached`: it is whole, not ahead of the
/// rows, not the run's end, and the best that it names is whole as well (or it is the best itself).
base::Result<Checkpoint> newestToResume(const std::filesystem::path& folder, std::int64_t reached);
/// Removes those behind `step`: the run goes on from there, and may go another way. It lasts through a power cut.
base::Status forgetCheckpointsAfter(const std::filesystem::path& folder, std::int64_t step);
/// Room for the checkpoints that are kept only so that a run can be gone back in.
struct KeyframeRoom {
    std::uint64_t bytes = 0;
    std::size_t count = 0;
};
/// Removes, until the rest of `files` (all of a folder, oldest first) fits into `room`, those that stand closest to
/// their neighbours; never those at `kept`, and the oldest last. → the steps that are gone, from the list too.
std::vector<std::int64_t> thinCheckpoints(std::vector<CheckpointFile>& files, const std::set<std::int64_t>& kept,
                                          const KeyframeRoom& room);
/// Removes those that nobody finished (`.tmp`).
void removeUnfinishedCheckpoints(const std::filesystem::path& folder);

/// safetensors: u64 header length, JSON header, bytes. Reading checks that offsets tile the file and sizes fit shapes.
struct TensorFile {
    base::Object metadata; ///< text to text
    std::vector<base::Blob> tensors;
};
base::Result<TensorFile> readSafetensors(const std::filesystem::path& file);
base::Status writeSafetensors(const std::filesystem::path& file, const base::Object& metadata,
                              const std::vector<base::BlobView>& tensors);

}
