// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rank_signals.h"

namespace core::debug::rules::same_rows_on_ranks {

namespace {

struct Spec {
    std::int64_t patience = 3;
};

/// At steps at which ranks were measured: fires where two ranks learn from the very same rows, by the digest of their
/// batches, for `patience` of them running.
class SameRowsOnRanks final : public Rule {
public:
    explicit SameRowsOnRanks(Spec spec) : m_lasting(spec.patience) {}

    std::vector<Need> needs() const override { return {needOfRanks("batch_digest")}; }

    Verdict at(const Moment& now) override
    {
        std::map<double, std::vector<std::int64_t>> ranksOf;
        for (const auto& [rank, digest] : figuresOf(now))
            ranksOf[digest].push_back(rank);
        const std::vector<std::int64_t>* same = nullptr;
        for (const auto& [digest, ranks] : ranksOf)
            if (ranks.size() > 1 && (!same || ranks.size() > same->size()))
                same = &ranks;
        const auto since = m_lasting.see(same, now.step);
        if (!since)
            return {};
        return Hit{events::rankScalar((*same)[1], events::RankFigure::BatchDigest), double(same->size()), 1,
                   "The batches of " + ranksText(*same) + " hold the same rows: " +
                       plural(std::int64_t(same->size()), "rank does", "ranks do") + " the work of one.",
                   *since};
    }

private:
    Lasting m_lasting;
};

}

void enroll(Rules& all)
{
    all.add<SameRowsOnRanks>(
        "SameRowsOnRanks", "Ranks learn the same rows", "Fires when several ranks learn from the same rows.",
        {"The mean of equal gradients is that gradient: several ranks cost several times as much and learn what one "
         "would.",
         {{"Rows are not shared out among the ranks: PyTorch wants a DistributedSampler for that.",
           {rankSettingOff("shard_data")}},
          "Every rank draws its rows by itself, from the same seed."},
         {"shard_data"},
         true,
         true},
        base::Fields<Spec>{}.add("patience", &Spec::patience, base::Int{1, 1'000'000},
                                 {"How many measured steps running."}));
}

}
