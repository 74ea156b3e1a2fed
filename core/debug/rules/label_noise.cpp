// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::label_noise {

namespace {

struct Spec {
    double threshold = 0.01;
};

/// The share of rows that the data's doctor holds for mislabelled by confident learning over their nearest neighbours
/// (Northcutt, Jiang, Chuang 2021): fires where it is above threshold. Read once, at the run's first step.
class LabelNoise final : public DataSignal {
public:
    explicit LabelNoise(Spec spec) : DataSignal("label_noise", spec.threshold) {}

    Compared compared() const override { return {"share of suspect rows", "threshold", true, false}; }

protected:
    std::string sentence(double value, const std::string& columns) const override
    {
        (void)columns;
        return figure(100 * value) + " % of the rows stand among rows of another class than their label says.";
    }
};

}

void enroll(Rules& all)
{
    all.add<LabelNoise>(
        "LabelNoise", "Labels that may be wrong",
        "Fires when too many rows look like another class than their label says.",
        {"A network learns wrong labels by heart in the end: the training loss falls on while validation rises.",
         {"Labels were given in haste, or by several people.",
          "Classes that cannot be told apart by these features.",
          {"Rows and labels were joined in the wrong order.", {clue::above("data/label_noise", 0.3)}}},
         {"drop_suspects", "label_smoothing", "stop_best", "decay"},
         true},
        base::Fields<Spec>{}.add("threshold", &Spec::threshold, base::Real{0, 1}, {"The share of suspect rows."}));
}

}
