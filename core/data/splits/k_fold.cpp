// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>
#include <numeric>

namespace core::data::splits::k_fold {

namespace {

struct Spec {};

/// scikit-learn's KFold with shuffle: the first n mod k folds have one row more. With groups its GroupKFold: the
/// largest group first, each to the fold with the fewest rows.
class KFold final : public Split {
public:
    explicit KFold(Spec) {}

    std::int64_t folds(const SplitRequest& request) const override { return request.spec.folds; }

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(fold, chosenFold(request, request.spec.folds));
        const base::Draw draw(std::uint64_t(request.spec.seed), "split/k_fold");
        return request.groups.empty() ? byRows(request, fold, draw) : byGroups(request, fold, draw);
    }

private:
    static base::Error tooFew(std::int64_t there, const std::string& what, std::int64_t folds)
    {
        return {base::ErrorKind::Data,
                std::to_string(there) + " " + what + " cannot be cut into " + std::to_string(folds) + " folds",
                "/split/folds", "At most " + std::to_string(there)};
    }

    static base::Result<SplitRows> byRows(const SplitRequest& request, std::int64_t fold, const base::Draw& draw)
    {
        CORE_TRY(sizes, partSizes(request.rows, 1 - request.test, 0, request.test));
        const std::int64_t folds = request.spec.folds, rows = sizes[0];
        if (rows < folds)
            return tooFew(rows, "rows", folds);
        const std::vector<std::int64_t> order = base::permutation(request.rows, draw);
        const std::int64_t begin = fold * (rows / folds) + std::min(fold, rows % folds);
        const std::int64_t end = begin + rows / folds + (fold < rows % folds ? 1 : 0);
        SplitRows parts;
        for (std::int64_t i = 0; i < request.rows; ++i)
            (i >= rows               ? parts.test
             : i >= begin && i < end ? parts.validation
                                     : parts.train)
                .push_back(order[std::size_t(i)]);
        for (auto* part : {&parts.train, &parts.validation, &parts.test})
            std::sort(part->begin(), part->end());
        return parts;
    }

    static base::Result<SplitRows> byGroups(const SplitRequest& request, std::int64_t fold, const base::Draw& draw)
    {
        const std::int64_t groups = 1 + *std::max_element(request.groups.begin(), request.groups.end());
        std::vector<std::int64_t> count(static_cast<std::size_t>(groups));
        for (const std::int64_t group : request.groups)
            ++count[std::size_t(group)];
        CORE_TRY(sizes, partSizes(request.rows, 1 - request.test, 0, request.test));
        constexpr std::int64_t inTest = -1;
        std::vector<std::int64_t> place(count.size(), 0);
        std::int64_t sealed = 0, left = groups;
        for (const std::int64_t group : base::permutation(groups, draw))
            if (2 * (sizes[2] - sealed) >= count[std::size_t(group)] && sizes[2] > 0) {
                place[std::size_t(group)] = inTest;
                sealed += count[std::size_t(group)];
                --left;
            }
        if (left < request.spec.folds)
            return tooFew(left, left == 1 ? "group" : "groups", request.spec.folds);
        std::vector<std::int64_t> bySize(count.size());
        std::iota(bySize.begin(), bySize.end(), 0);
        std::stable_sort(bySize.begin(), bySize.end(),
                         [&](auto a, auto b) { return count[std::size_t(a)] > count[std::size_t(b)]; });
        std::vector<std::int64_t> load(std::size_t(request.spec.folds));
        for (const std::int64_t group : bySize) {
            if (place[std::size_t(group)] == inTest)
                continue;
            const auto lightest = std::min_element(load.begin(), load.end());
            place[std::size_t(group)] = lightest - load.begin();
            *lightest += count[std::size_t(group)];
        }
        SplitRows parts;
        for (std::int64_t row = 0; row < request.rows; ++row) {
            const std::int64_t at = place[std::size_t(request.groups[std::size_t(row)])];
            (at == inTest ? parts.test : at == fold ? parts.validation : parts.train).push_back(row);
        }
        return parts;
    }
};

}

void enroll(Splits& all)
{
    all.add<KFold>("k_fold", "k folds",
                   "The rows are cut into k parts, and each validates once while the others train: with few rows a "
                   "single validation part says little. With a group column, groups stay whole.",
                   base::Fields<Spec>{});
}

}
