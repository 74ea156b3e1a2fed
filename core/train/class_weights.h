// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// How much a row of each class counts: `none`, `balanced` by the training rows, or a number for each class.
class ClassWeights {
public:
    /// Its words and numbers, as a field of a loss takes them.
    static base::Domain domain();
    static base::Help help();
    static base::Traits traits() { return {.words = {"none", "balanced"}, .live = true}; }

    explicit ClassWeights(base::Value asked = "none") : m_asked(std::move(asked)) {}

    base::Status begin(const std::vector<std::int64_t>& trainingRowsOfClasses, const std::string& key);
    bool any() const { return m_weights.defined(); }
    /// [classes] on the device and in the type of `output`; nothing if all are alike.
    std::optional<at::Tensor> tensorFor(const at::Tensor& output) const;
    /// Sum over class ids, those that are no classes left out; every item counts 1 if all are alike.
    double sumOf(const at::Tensor& target) const;

private:
    base::Value m_asked;
    at::Tensor m_weights; // undefined: all alike
    mutable at::Tensor m_moved;
};

}
