// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::tree_depth {

namespace {

struct Spec {
    double depth = 4;
};

/// Fires where floor(log2(the largest node id of the step's tree)) > depth.
class TreeDepth final : public Rule {
public:
    explicit TreeDepth(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {{{{}, {"trees/Node"}}, {"max"}}}; }

    Compared compared() const override { return {"depth of the tree", "depth", true, false}; }

    Verdict at(const Moment& now) override
    {
        const auto depth = [&](const Watched& tensor) {
            const double largest = now.value(tensor);
            return largest >= 1 ? std::floor(std::log2(largest)) : 0;
        };
        const Watched* worst = worstOf(
            now, 0, [&](const Watched& tensor) { return depth(tensor) > m_spec.depth ? 1 + depth(tensor) : 0; });
        if (!worst)
            return {};
        return Hit{worst->tensor, depth(*worst), m_spec.depth,
                   "This round's tree has depth " + figure(depth(*worst)) + ", above " + figure(m_spec.depth) + "."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<TreeDepth>(
        "TreeDepth", "Deep trees", "Fires when a round's tree is deeper than a bound.",
        {"Every level doubles the leaves, until there is one for nearly every row: deep trees learn rows by heart.",
         {{"max_depth is too large.", {clue::settingAbove("model.max_depth", 7, 0.7)}},
          {"Nothing makes a split costly: gamma, min_child_weight.", {clue::without("model.gamma", 0.5)}}},
         {"shallower", "gamma"},
         false,
         false,
         true},
        base::Fields<Spec>{}.add("depth", &Spec::depth, base::Real{.min = 0},
                                 {"The depth that a tree may have.", "floor(log2(largest node id))"}));
}

}
