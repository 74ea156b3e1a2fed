// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>
#include <numeric>

namespace core::data::checks::rare_class {

namespace {

constexpr double expectedRows = 5;

struct Spec {};

class RareClass final : public Check {
public:
    explicit RareClass(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.info.classes.empty() || !data.targets.defined() ||
            (data.splitKind != "random" && data.splitKind != "k_fold"))
            return {};
        const ClassRows counted = classRows(data);
        std::vector<std::int64_t> counts = counted.kept;
        const std::int64_t rows = std::accumulate(counts.begin(), counts.end(), std::int64_t(0));
        for (std::size_t c = 0; c < counts.size(); ++c)
            if (counted.leftOut(c))
                counts[c] = rows;
        const double share = rows ? double(data.parts[1].size()) / double(rows) : 0;
        const auto rare = std::min_element(counts.begin(), counts.end());
        if (share == 0 || *rare == 0 || double(*rare) * share >= expectedRows)
            return {};
        const std::string name = "\"" + data.info.classes[std::size_t(rare - counts.begin())] + "\"";
        Problem problem{"rare_class",
                        data.info.target,
                        {},
                        *rare,
                        "class " + name + " has " + countText(*rare, "row", "rows") +
                            ", of which validation gets about " +
                            std::to_string(std::int64_t(double(*rare) * share + 0.5)) + " by chance",
                        "Set split.kind to stratified",
                        "Whether the class is judged at all, and how, is luck: figures jump from seed to seed."};
        divideByClass(data, problem);
        return {problem};
    }
};

}

void enroll(Checks& all)
{
    all.add<RareClass>("rare_class", "A rare class under an unstratified split",
                       "A class so rare that chance decides whether a part has any of it.", base::Fields<Spec>{});
}

}
