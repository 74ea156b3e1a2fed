// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"

namespace core::spec {

/// Puts `data.channels.train` in the place of the source that it stands for: `data.source` keeps its kind and options
/// if it is a format of files, and is found from the content else. A source that was given and is not read is noted.
void takeChannels(const Value& given, const base::Catalog& catalog, Checked& checked);

/// What contradicts channels that say themselves how rows are divided, or where weights come from.
void checkChannels(const Experiment& experiment, std::vector<base::Error>& problems);

}
