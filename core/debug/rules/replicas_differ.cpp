// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rank_signals.h"

namespace core::debug::rules::replicas_differ {

namespace {

struct Spec {
    std::int64_t patience = 1;
};

/// At steps at which ranks were measured: fires where the digest of any rank's weights is not that of rank 0, for
/// `patience` of them running.
class ReplicasDiffer final : public Rule {
public:
    explicit ReplicasDiffer(Spec spec) : m_lasting(spec.patience) {}

    std::vector<Need> needs() const override { return {needOfRanks("weights_digest")}; }

    Verdict at(const Moment& now) override
    {
        const auto digests = figuresOf(now);
        const auto others = othersThanFirst(digests);
        const auto since = m_lasting.see(!others.empty(), now.step);
        if (!since)
            return {};
        return Hit{events::rankScalar(others.front(), events::RankFigure::WeightsDigest), double(others.size()), 0,
                   "The weights of " + ranksText(others) + " are not those of rank 0: averaged gradients fit none of " +
                       plural(std::int64_t(digests.size()), "network", "networks") + ".",
                   *since};
    }

private:
    Lasting m_lasting;
};

}

void enroll(Rules& all)
{
    all.add<ReplicasDiffer>(
        "ReplicasDiffer", "Replicas differ", "Fires when ranks of one training do not have the same weights.",
        {"Data parallel training adds gradients as if they were taken at the same weights. At others they lead down "
         "nowhere, and what rank 0 keeps is not what the others learned.",
         {{"Ranks begin with weights of their own: they do not share a seed.", {rankSettingOff("same_seed")}},
          "A rank computes other bits: another processor or library.",
          "Memory of a machine is faulty."},
         {"same_seed"},
         true,
         true},
        base::Fields<Spec>{}.add("patience", &Spec::patience, base::Int{1, 1'000'000},
                                 {"How many measured steps running."}));
}

}
