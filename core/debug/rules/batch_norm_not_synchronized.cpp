// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rank_signals.h"

namespace core::debug::rules::batch_norm_not_synchronized {

namespace {

struct Spec {
    std::int64_t patience = 1;
};

/// At steps at which ranks were measured: fires where the weights of all ranks are the same and what batch norm knows
/// of means and variances is not, for `patience` of them running.
class BatchNormNotSynchronized final : public Rule {
public:
    explicit BatchNormNotSynchronized(Spec spec) : m_lasting(spec.patience) {}

    std::vector<Need> needs() const override
    {
        return {needOfRanks("statistics_digest"), needOfRanks("weights_digest"), needOfRanks("rows")};
    }

    Verdict at(const Moment& now) override
    {
        const auto others = othersThanFirst(figuresOf(now));
        const auto since = m_lasting.see(!others.empty() && othersThanFirst(figuresOf(now, 1)).empty(), now.step);
        if (!since)
            return {};
        const auto rows = figuresOf(now, 2);
        const double own = rows.empty() ? std::nan("") : rows.begin()->second;
        return Hit{events::rankScalar(others.front(), events::RankFigure::StatisticsDigest), double(others.size()), 0,
                   "Batch norm of " + ranksText(others) +
                       " knows other means and variances than rank 0's: each takes " + "them over its own " +
                       figure(own) + " rows.",
                   *since};
    }

private:
    Lasting m_lasting;
};

}

void enroll(Rules& all)
{
    all.add<BatchNormNotSynchronized>(
        "BatchNormNotSynchronized", "Batch norm is not synchronised",
        "Fires when batch norm's statistics differ from rank to rank.",
        {"Each rank then normalises by the few rows that it has: with small batches that is noise, the training is "
         "another one than on a single device, and only rank 0's statistics are kept.",
         {{"Batch norm is not synchronised over ranks: PyTorch wants SyncBatchNorm for that.",
           {rankSettingOff("sync_batchnorm")}}},
         {"sync_batchnorm"},
         true,
         true},
        base::Fields<Spec>{}.add("patience", &Spec::patience, base::Int{1, 1'000'000},
                                 {"How many measured steps running."}));
}

}
