// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>

namespace core::data::splits::stratified_k_fold {

namespace {

struct Spec {};

/// scikit-learn's StratifiedKFold with shuffle: the rows, sorted by class, are dealt to the folds in turn, which says
/// how many of each class every fold gets; which ones is drawn.
class StratifiedKFold final : public Split {
public:
    explicit StratifiedKFold(Spec) {}

    std::int64_t folds(const SplitRequest& request) const override { return request.spec.folds; }

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        if (std::int64_t(request.classes.size()) != request.rows)
            return base::Error{base::ErrorKind::Data, "stratified folds need classes, and the target is a number",
                               "/split/kind", "Use k_fold"};
        CORE_TRY(fold, chosenFold(request, request.spec.folds));
        CORE_TRY(sizes, partSizes(request.rows, 1 - request.test, 0, request.test));
        const base::Draw draw(std::uint64_t(request.spec.seed), "split/stratified_k_fold");
        std::vector<std::vector<std::int64_t>> members = membersOf(request);
        SplitRows parts;
        sealTest(members, sizes, draw, parts);
        CORE_CHECK(checkEnough(request, members));
        std::vector<std::int64_t> next(members.size(), 0);
        // Row i of the sorted rows goes to fold i mod k.
        std::int64_t place = 0;
        for (auto& rows : members) {
            std::vector<std::int64_t> counts(std::size_t(request.spec.folds));
            for (std::size_t i = 0; i < rows.size(); ++i)
                ++counts[std::size_t(place++ % request.spec.folds)];
            std::int64_t begin = 0;
            for (std::int64_t f = 0; f < request.spec.folds; begin += counts[std::size_t(f++)])
                for (std::int64_t i = begin; i < begin + counts[std::size_t(f)]; ++i)
                    (f == fold ? parts.validation : parts.train).push_back(rows[std::size_t(i)]);
        }
        for (auto* part : {&parts.train, &parts.validation, &parts.test})
            std::sort(part->begin(), part->end());
        return parts;
    }

private:
    static std::vector<std::vector<std::int64_t>> membersOf(const SplitRequest& request)
    {
        std::vector<std::vector<std::int64_t>> members;
        for (std::int64_t row = 0; row < request.rows; ++row) {
            const std::size_t c = std::size_t(std::max<std::int64_t>(request.classes[std::size_t(row)], 0));
            members.resize(std::max(members.size(), c + 1));
            members[c].push_back(row);
        }
        // In the order in which they appear, as scikit-learn has them.
        std::erase_if(members, [](const auto& rows) { return rows.empty(); });
        std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
        return members;
    }

    // Shuffles each class; the test part takes its share of each from the end.
    static void sealTest(std::vector<std::vector<std::int64_t>>& members, const std::array<std::int64_t, 3>& sizes,
                         const base::Draw& draw, SplitRows& parts)
    {
        std::vector<std::int64_t> counts;
        for (const auto& rows : members)
            counts.push_back(std::int64_t(rows.size()));
        const auto cells = stratify(counts, sizes);
        for (std::size_t c = 0; c < members.size(); ++c) {
            std::vector<std::int64_t> shuffled;
            for (const std::int64_t i : base::permutation(counts[c], draw.within(c)))
                shuffled.push_back(members[c][std::size_t(i)]);
            const auto kept = shuffled.end() - cells[c][2];
            parts.test.insert(parts.test.end(), kept, shuffled.end());
            members[c].assign(shuffled.begin(), kept);
        }
    }

    // As scikit-learn does: a class that is too small for every fold to have some of it is no error while another is
    // large enough.
    static base::Status checkEnough(const SplitRequest& request, const std::vector<std::vector<std::int64_t>>& members)
    {
        std::size_t most = 0;
        for (const auto& rows : members)
            most = std::max(most, rows.size());
        if (std::int64_t(most) >= request.spec.folds)
            return {};
        return base::Error{base::ErrorKind::Data,
                           "no class has a row for each of " + std::to_string(request.spec.folds) +
                               " folds: the largest has " + std::to_string(most) + (most == 1 ? " row" : " rows") +
                               " besides the test part",
                           "/split/folds", "Use fewer folds, or collect more rows"};
    }
};

}

void enroll(Splits& all)
{
    all.add<StratifiedKFold>("stratified_k_fold", "k folds, stratified",
                             "As k_fold, and every fold has its share of every class, to within one row.",
                             base::Fields<Spec>{});
}

}
