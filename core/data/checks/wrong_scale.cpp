// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"
#include "core/data/formats/cell.h"

namespace core::data::checks::wrong_scale {

namespace {

constexpr double mostRatio = 100;

struct Spec {};

class WrongScale final : public Check {
public:
    explicit WrongScale(Spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.info.modality != Modality::Table || data.experiment.data.normalize != "none" ||
            data.inputFacts.size() < 2)
            return {};
        const ColumnFacts *narrow = nullptr, *wide = nullptr;
        const auto span = [](const ColumnFacts& facts) { return double(facts.max) - double(facts.min); };
        for (const ColumnFacts& facts : data.inputFacts) {
            if (facts.present < 2 || facts.min == facts.max)
                continue;
            if (!narrow || span(facts) < span(*narrow))
                narrow = &facts;
            if (!wide || span(facts) > span(*wide))
                wide = &facts;
        }
        if (!narrow || span(*wide) <= mostRatio * span(*narrow))
            return {};
        const auto nameOf = [&](const ColumnFacts* facts) {
            return data.info.origins[std::size_t(facts - data.inputFacts.data())];
        };
        Problem problem{"wrong_scale",
                        nameOf(wide),
                        {},
                        data.info.rows,
                        ofColumn(nameOf(wide)) + " spans " + textOf(double(float(span(*wide)))) + ", column \"" +
                            nameOf(narrow) + "\" " + textOf(double(float(span(*narrow)))),
                        "Set data.normalize to standard",
                        "A rate that suits one column is far too large or too small for the other; distances see only "
                        "the wide one.",
                        "Bring all to one scale"};
        problem.changes = {{"data.normalize", "standard"}};
        return {problem};
    }
};

}

void enroll(Checks& all)
{
    all.add<WrongScale>(
        "wrong_scale", "Columns on very different scales",
        "Features whose spreads differ by a factor of more than 100 while nothing brings them to one scale.",
        base::Fields<Spec>{});
}

}
