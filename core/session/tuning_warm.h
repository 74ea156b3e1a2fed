// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"

namespace core::session {

/// Gives a study that has just begun the trials of those that its `warm_start` names, by folder or by id in `runs`.
/// An error where a parent is not there, has not ended, or differs by more than AWS allows:
/// IDENTICAL_DATA_AND_ALGORITHM holds the experiments beside each other.
base::Status warmStart(tune::Study& study, const StudySubject& subject, const std::filesystem::path& runs);

}
