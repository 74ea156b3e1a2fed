// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/forest_signals.h"

#include <algorithm>

namespace core::model {

namespace forest_signals {

struct Importance {
    double weight = 0, gain = 0, cover = 0;
};

at::Tensor numbers(const std::vector<double>& values)
{
    at::Tensor made = tensor::empty({std::int64_t(values.size())});
    std::copy(values.begin(), values.end(), made.mutable_data_ptr<float>());
    return made;
}

template <class T>
std::span<const T> partOf(const std::vector<tensor::NamedTensor>& state, const char* name)
{
    const auto found = std::ranges::find(state, name, &tensor::NamedTensor::name);
    return {found->tensor.template const_data_ptr<T>(), std::size_t(found->tensor.numel())};
}

// Splits one behind the other below a node; children come behind their parents.
double depthOf(std::span<const std::int32_t> left)
{
    std::vector<int> depth(left.size(), 0);
    int most = 0;
    for (std::size_t node = 0; node < left.size(); ++node)
        if (const auto child = std::size_t(left[node]); child > 0) {
            depth[child] = depth[child + 1] = depth[node] + 1;
            most = std::max(most, depth[child]);
        }
    return most;
}

}

std::vector<tensor::NamedTensor> signalsOf(const Forest& forest, std::int64_t features)
{
    using namespace forest_signals;
    const std::vector<tensor::NamedTensor> state = forest.state();
    const auto left = partOf<std::int32_t>(state, "trees.left"), feature = partOf<std::int32_t>(state, "trees.feature"),
               begin = partOf<std::int32_t>(state, "trees.begin");
    const auto gain = partOf<float>(state, "trees.gain"), cover = partOf<float>(state, "trees.cover");
    std::vector<Importance> all(std::size_t(features), Importance{});
    for (std::size_t node = 0; node < left.size(); ++node)
        if (left[node] > 0) {
            Importance& one = all[std::size_t(feature[node])];
            one.weight += 1;
            one.gain += gain[node];
            one.cover += cover[node];
        }
    std::vector<tensor::NamedTensor> signals;
    const auto add = [&](const char* type, const auto& value) {
        for (std::size_t i = 0; i < all.size(); ++i)
            signals.push_back(
                {std::string("feature_importance/") + type + "/f" + std::to_string(i), numbers({value(all[i])})});
    };
    const auto mean = [](double sum, const Importance& one) { return one.weight > 0 ? sum / one.weight : 0; };
    add("weight", [](const Importance& one) { return one.weight; });
    add("gain", [&](const Importance& one) { return mean(one.gain, one); });
    add("cover", [&](const Importance& one) { return mean(one.cover, one); });
    add("total_gain", [](const Importance& one) { return one.gain; });
    add("total_cover", [](const Importance& one) { return one.cover; });
    std::vector<double> ids, depths;
    for (std::int64_t tree = std::max<std::int64_t>(0, forest.trees() - forest.groups()); tree < forest.trees();
         ++tree) {
        const auto first = std::size_t(begin[std::size_t(tree)]), end = std::size_t(begin[std::size_t(tree) + 1]);
        for (std::size_t id = 0; id < end - first; ++id)
            ids.push_back(double(id));
        depths.push_back(depthOf(left.subspan(first, end - first)));
    }
    signals.push_back({"trees/Node", numbers(ids)});
    signals.push_back({"trees/Depth", numbers(depths)});
    return signals;
}

}
