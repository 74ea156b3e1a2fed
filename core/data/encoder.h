// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/rng.h"

#include <span>

namespace core::data {

/// What is known of a column of texts when it is to become numbers: of the rows that may be learned from alone.
struct WordColumn {
    std::span<const std::int32_t> codes;  ///< per row, a place in `words`; −1: missing
    std::span<const std::string> words;   ///< those that occur in these rows, sorted
    std::span<const double> targets;      ///< per row: a class id, or a number; NaN: none
    std::span<const std::string> classes; ///< empty: the targets are numbers
};

/// What words stand for.
struct WordValues {
    std::vector<std::string> suffixes;      ///< one a feature, after the column's name; one empty one: the name alone
    std::vector<std::vector<float>> values; ///< per word
    std::vector<float> unknown;             ///< of a word that did not occur
    std::vector<std::vector<float>> rows;   ///< per row learned from, if not as `values` says
};

/// A way to make numbers of texts. One plug-in of `core/data/encoders`.
class Encoder {
public:
    virtual ~Encoder() = default;
    virtual WordValues learn(const WordColumn& column, const base::Draw& draw) const = 0;
};

using Encoders = base::Registry<Encoder>;
const Encoders& allEncoders();

}
