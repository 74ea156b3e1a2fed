// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

/// Names of SageMaker's API (service model 2017-07-24), and ours beside them.
namespace core::jobs::sagemaker {

using Names = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>; ///< theirs, ours

const Names& trainingKeys();
const Names& tuningKeys();
const Names& tuningConfigKeys();
const Names& definitionKeys();
const Names& algorithmKeys();
const Names& channelKeys();
const Names& s3Keys();
const Names& fileSystemKeys();
const Names& resourceKeys();
const Names& tuningResourceKeys();
const Names& rangeKeys();
/// Of a definition, what is only kept.
const Names& keptKeys();
/// Parts of an experiment that hyperparameters may name.
const Names& experimentParts();

const Pairs& scales();
const Pairs& warmStarts();
const Pairs& hyperbandKeys();

/// Empty if there is none.
std::string ours(const Pairs& pairs, const std::string& theirs);
std::string theirs(const Pairs& pairs, const std::string& ours);

}
