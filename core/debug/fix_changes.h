// SPDX-License-Identifier: GPL-3.0-or-later
// What fixes are made of.
#pragma once

#include "core/debug/fix.h"

namespace core::debug {

/// Why a fix is none for this experiment.
base::Error doesNotApply(std::string why);
/// A number times a factor, with six digits.
base::Result<Changes> times(const base::Value& now, const std::string& path, double factor);
/// A setting that this experiment has, to another value.
base::Result<Changes> setTo(const base::Value& now, const std::string& path, base::Value value);
/// A setting of the loss of a classification, which is cross-entropy where nothing else is said.
base::Result<Changes> lossOfClasses(const base::Value& now, const std::string& key, base::Value value);
bool isNetwork(const base::Value& now);
/// Whether its network is one for pictures.
bool isPictures(const base::Value& now);

void addRateFixes(std::vector<Fix>& all);
void addNetworkFixes(std::vector<Fix>& all);
void addTrainingFixes(std::vector<Fix>& all);
void addDataFixes(std::vector<Fix>& all);
void addRankFixes(std::vector<Fix>& all);

}
