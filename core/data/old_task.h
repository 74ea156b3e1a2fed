// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace core::data {

/// The data that `train.incremental.old` names: of a run, of an experiment file, or a file of rows that are read as
/// those of `now`. nullptr if it names none.
base::Result<std::shared_ptr<const DataModule>> openOldTask(const spec::Experiment& now);

/// Whether `path` is a run's folder, which has weights too.
bool isRunFolder(const std::string& path);

/// Classes of an old task and of a new one in one list: the old ones keep their numbers, new ones follow.
struct JoinedClasses {
    std::vector<std::string> names;
    std::int64_t old = 0;
    std::vector<std::int64_t> places; ///< of each new class
};
/// The rows of `loaded` become a task that is learned on top of an old one; an error if the two do not fit.
base::Status takeOldClasses(const spec::Experiment& now, const DatasetInfo* old, Loaded& loaded);
JoinedClasses join(const std::vector<std::string>& old, const std::vector<std::string>& added);

}
