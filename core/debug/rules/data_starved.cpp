// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::data_starved {

namespace {

struct Spec {
    double threshold = 0.3;
    std::int64_t patience = 5;
};

/// Of the time of steps: fires where the share that was spent waiting for data > threshold in `patience` blocks of
/// steps running.
class DataStarved final : public Rule {
public:
    explicit DataStarved(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {{{{}, {"^profile/data_wait$"}}, {"value"}}}; }

    Compared compared() const override { return {"share of time spent waiting for data", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        Mean share;
        addTo(share, now, 0);
        m_count = share.value() > m_spec.threshold ? m_count + 1 : 0;
        if (m_count == 1)
            m_since = now.step;
        if (m_count < m_spec.patience)
            return {};
        return Hit{"profile/data_wait", share.value(), m_spec.threshold,
                   "Steps wait for data " + figure(100 * share.value()) + " % of their time.", m_since};
    }

private:
    Spec m_spec;
    std::int64_t m_count = 0, m_since = -1;
};

}

void enroll(Rules& all)
{
    all.add<DataStarved>("DataStarved", "Training waits for data",
                         "Fires when steps spend too much of their time waiting for rows.",
                         {"The machine that learns stands idle while rows are read and changed.",
                          {{"Rows are read or decoded anew each epoch.", {clue::settingIs("data.mode", {"pipe"}, 0.7)}},
                           {"Augmentation costs more than the step.", {clue::augmented()}},
                           {"Too few threads make batches.", {clue::without("data.num_workers", 0.5)}},
                           "The disk is slow."},
                          {"workers", "prefetch", "all_in_memory", "augment_less", "batch_up"},
                          true,
                          true},
                         base::Fields<Spec>{}
                             .add("threshold", &Spec::threshold, base::Real{0, 1}, {"The share of the time."})
                             .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many blocks running."}));
}

}
