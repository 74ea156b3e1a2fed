// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/remedy.h"

namespace core::train::remedies::rehearsal {

namespace {

struct Spec {
    double share = 0.5;
    std::optional<std::int64_t> rows;
};

/// Old rows among the new ones in every batch (Ratcliff 1990; Chaudhry et al. 2019, experience replay).
class Rehearsal final : public Remedy {
public:
    Rehearsal(Spec spec, const std::vector<tensor::NamedTensor>&) : m_spec(spec) {}
    bool needsOldRows() const override { return true; }
    double oldShare() const override { return m_spec.share; }
    std::int64_t oldRowsKept() const override { return m_spec.rows.value_or(0); }

private:
    Spec m_spec;
};

}

void enroll(Remedies& all)
{
    all.add<Rehearsal>(
        "rehearsal", "Rehearsal", "Mixes rows of the old task into every batch. Forgets least, but needs the old rows.",
        base::Fields<Spec>{}
            .add("share", &Spec::share, base::Real{.min = 0, .max = 1, .aboveMin = true, .belowMax = true},
                 {"The part of each batch that is old rows, drawn anew for each step. They come on top of batch_size "
                  "new ones, without augmentation.",
                  "old rows = batch_size · share / (1 − share)", "The old task fades.",
                  "The new task is learned slowly, and steps take longer."},
                 {.tunable = true})
            .add("rows", &Spec::rows, base::Int{1},
                 {"So many of the old training rows are kept and drawn from, the same ones all along. Empty: all.",
                  {},
                  "The few are learned by heart, and what they do not show is forgotten.",
                  "Nothing but the room that they take."},
                 {.unit = "rows", .tunable = true, .nullWord = "all"}));
}

}
