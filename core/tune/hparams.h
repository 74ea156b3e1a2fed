// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/foreign_study.h"

#include <filesystem>

namespace core::tune {

/// One event file: its path in the log folder, and what is in it.
struct EventFile {
    std::string path, bytes;
};

/// A study as TensorBoard's HParams plugin reads it: the ranges and metrics in the log folder itself, as `hparams.api`
/// writes them with `hparams_config`, and a folder `trial-<number>` for each trial that began, with its values as
/// `hparams` writes them, its end, and scalars (single precision, as TensorBoard keeps them): each objective's value
/// under its metric's name, values on the way under `reports/<metric>`; of a trial that was stopped early the last one,
/// and `stopped_early` 1. TensorBoard knows no goal and no scale: they stand in the descriptions of metric and
/// parameter. A category that is no text, number or truth is its JSON as text.
std::vector<EventFile> hparamsOf(const StudyState& study);

/// Writes those files into a folder, which is made; they replace those of the same names. The files' paths.
base::Result<std::vector<std::filesystem::path>> writeHParams(const StudyState& study,
                                                              const std::filesystem::path& folder);

/// The study in a TensorBoard log folder: every folder in it with a session of the HParams plugin is a trial, as
/// written by hparamsOf(), `hparams.api`, Keras' callback or PyTorch's `add_hparams`. A metric's last value is the
/// trial's, and what came before are its reports. Parameters without a range get the one that their values span.
/// `goal`: minimize or maximize, for metrics without one. `metric`: the objective, where several scalars may be it. An
/// error says which file is none, or what is missing.
base::Result<ForeignStudy> readHParams(const std::filesystem::path& folder, const std::string& goal = {},
                                       const std::string& metric = {});

}
