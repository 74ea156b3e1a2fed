// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters that several rules have.
#pragma once

#include "core/debug/clues.h"
#include "core/debug/rule.h"
#include "core/spec/data_fields.h"

#include <algorithm>

namespace core::debug {

using Names = std::vector<std::string>;

template <class Spec>
base::Fields<Spec> selectionFields(base::Fields<Spec> fields = {})
{
    return fields
        .add("collection_names", &Spec::collectionNames, spec::listOf(base::Text{}),
             {"The collections that are looked at, such as weights, gradients or losses."})
        .add("tensor_regex", &Spec::tensorRegex, spec::listOf(base::Text{}),
             {"Regular expressions; tensors in whose names one is found are looked at besides."});
}

template <class Spec>
base::Fields<Spec> regexField(base::Fields<Spec> fields = {})
{
    return fields.add("tensor_regex", &Spec::tensorRegex, spec::listOf(base::Text{}),
                      {"Regular expressions: tensors in whose names one is found. SageMaker's default stands for the "
                       "collection of the same name, which layers' types decide."});
}

/// Of rules that cannot look at everything.
inline base::Status needsSelection(const Names& collections, const Names& regexes)
{
    if (!collections.empty() || !regexes.empty())
        return {};
    return base::Error{
        base::ErrorKind::Spec, "names no tensors", {}, "Give collection_names, such as weights, or tensor_regex"};
}

/// Looks at all tensors of a need that were saved, and keeps the one that is worst: `of` gives a number that is above
/// 0 where the condition is met, and the more the worse; the first of equals is kept.
template <class Of>
const Watched* worstOf(const Moment& now, std::size_t need, const Of& of)
{
    const Watched* worst = nullptr;
    double most = 0;
    for (const Watched& tensor : now.tensors(need)) {
        if (!now.has(tensor))
            continue;
        const double how = of(tensor);
        if (how > most) {
            most = how;
            worst = &tensor;
        }
    }
    return worst;
}

/// The losses of a phase, or of any steps, as a mean.
struct Mean {
    double sum = 0;
    std::int64_t count = 0;

    void add(double value)
    {
        sum += value;
        ++count;
    }
    double value() const { return count > 0 ? sum / double(count) : std::nan(""); }
};

/// Adds what was saved of a need at this step.
inline void addTo(Mean& mean, const Moment& now, std::size_t need)
{
    for (const Watched& tensor : now.tensors(need))
        if (now.has(tensor))
            mean.add(now.value(tensor));
}

inline std::string plural(std::int64_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

}
