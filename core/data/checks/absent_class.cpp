// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

namespace core::data::checks::absent_class {

namespace {

struct Spec {};

class AbsentClass final : public Check {
public:
    explicit AbsentClass(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (data.info.classes.size() < 2 || !data.targets.defined())
            return problems;
        const ClassRows rows = classRows(data);
        for (std::size_t p = 0; p < 3; ++p) {
            if (data.parts[p].empty() || data.parts[p].size() < data.info.classes.size())
                continue;
            std::vector<std::int64_t> counts(data.info.classes.size());
            for (const std::int64_t row : data.parts[p])
                if (const std::int64_t label = data.targets.const_data_ptr<std::int64_t>()[row]; label >= 0)
                    ++counts[std::size_t(label)];
            for (std::size_t c = 0; c < counts.size(); ++c) {
                if (counts[c] > 0 || rows.leftOut(c))
                    continue;
                const std::string part(name(SplitName(p)));
                problems.push_back(
                    {"absent_class",
                     data.info.target,
                     {},
                     0,
                     "class \"" + data.info.classes[c] + "\" has no row in " + (p == 0 ? "training" : part),
                     p == 0 ? "Divide by class, or collect rows of it: what is not learned cannot be told"
                            : "Divide by class, so that every part has its share",
                     p == 0 ? "The model never says this class."
                            : "The figures of this part say nothing about the class."});
                if (rows.kept[c] > 0 && (data.splitKind == "random" || data.splitKind == "k_fold"))
                    divideByClass(data, problems.back());
            }
        }
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<AbsentClass>("absent_class", "A class absent from a part",
                         "A class without a row in training, validation or test.", base::Fields<Spec>{});
}

}
