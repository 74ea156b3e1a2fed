// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/h5.h"
#include "core/store/run_record.h"

/// What both forms of `run.h5` have in common.
namespace core::store::layout {

inline constexpr std::int64_t version = 1;

/// `/scalars/<name>`.
std::string groupOf(const std::string& name);
/// `/tensors/<name>`.
std::string tensorGroupOf(const std::string& name);
/// A column of statistics in the type in which it is kept.
h5::Id createColumn(hid_t where, const std::string& path, const std::string& statistic,
                    const std::vector<double>& values, const h5::DatasetOptions& options);

/// Format, version, settings, seed, device and so on as attributes of the root; `status` as its own argument, since
/// that of a live file is only true while its writer lives.
void writeFacts(hid_t file, const RunRecord& record, std::string_view status);

}
