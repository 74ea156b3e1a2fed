// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>

namespace core::data::splits::stratified {

namespace {

struct Spec {};

base::Error refused(std::string message, std::string advice)
{
    return {base::ErrorKind::Data, std::move(message), "/split/kind", std::move(advice)};
}

class Stratified final : public Split {
public:
    explicit Stratified(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        if (std::int64_t(request.classes.size()) != request.rows)
            return refused("a stratified split needs classes, and the target is a number",
                           "Use random, or chronological where time matters");
        CORE_TRY(sizes, partSizes(request.rows, request.spec.train, request.spec.validation, request.test));
        CORE_TRY(members, membersOf(request, sizes));
        std::vector<std::int64_t> counts;
        for (const auto& rows : members)
            counts.push_back(std::int64_t(rows.size()));
        auto cells = stratify(counts, sizes);
        oneAtLeast(cells, sizes);
        const base::Draw draw(std::uint64_t(request.spec.seed), "split/stratified");
        std::array<std::vector<std::int64_t>, 3> parts;
        for (std::size_t c = 0; c < members.size(); ++c) {
            std::size_t next = 0;
            const auto order = base::permutation(counts[c], draw.within(c));
            for (std::size_t p = 0; p < 3; ++p)
                for (std::int64_t i = 0; i < cells[c][p]; ++i)
                    parts[p].push_back(members[c][std::size_t(order[next++])]);
        }
        for (auto& part : parts)
            std::sort(part.begin(), part.end());
        return SplitRows{std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
    }

private:
    /// The share of a small class may round to nothing: it gets a row of its largest part, which takes one of the class
    /// that has the most there.
    static void oneAtLeast(std::vector<std::array<std::int64_t, 3>>& cells, const std::array<std::int64_t, 3>& sizes)
    {
        for (auto& small : cells)
            for (std::size_t p = 0; p < 3; ++p) {
                const auto from = std::size_t(std::max_element(small.begin(), small.end()) - small.begin());
                if (small[p] > 0 || sizes[p] == 0 || small[from] < 2)
                    continue;
                const auto other = std::max_element(cells.begin(), cells.end(),
                                                    [p](const auto& a, const auto& b) { return a[p] < b[p]; });
                if ((*other)[p] < 2)
                    continue;
                --small[from], ++small[p];
                --(*other)[p], ++(*other)[from];
            }
    }

    /// The rows of each class that has any; an error for a class with fewer rows than there are parts.
    static base::Result<std::vector<std::vector<std::int64_t>>> membersOf(const SplitRequest& request,
                                                                          const std::array<std::int64_t, 3>& sizes)
    {
        const std::int64_t classes = 1 + *std::max_element(request.classes.begin(), request.classes.end());
        std::vector<std::vector<std::int64_t>> members(std::size_t(std::max<std::int64_t>(classes, 0)));
        for (std::int64_t row = 0; row < request.rows; ++row) {
            if (request.classes[std::size_t(row)] < 0)
                return refused("row " + std::to_string(row) + " has no class",
                               "Set data.missing to drop, or use random");
            members[std::size_t(request.classes[std::size_t(row)])].push_back(row);
        }
        const auto parts = 3 - std::count(sizes.begin(), sizes.end(), 0);
        for (std::size_t c = 0; c < members.size(); ++c)
            if (!members[c].empty() && std::int64_t(members[c].size()) < parts)
                return refused("class " + nameOf(request, c) + " has " + std::to_string(members[c].size()) +
                                   (members[c].size() == 1 ? " row" : " rows") + ", and a stratified split into " +
                                   std::to_string(parts) + " parts needs one for each",
                               "Use random, collect more rows of that class, or leave it out");
        return members;
    }

    static std::string nameOf(const SplitRequest& request, std::size_t c)
    {
        return c < request.classNames.size() ? "\"" + request.classNames[c] + "\"" : std::to_string(c);
    }
};

}

void enroll(Splits& all)
{
    all.add<Stratified>(
        "stratified", "Stratified",
        "Every part gets its share of every class, to within one row, and of a rare class one row at least.",
        base::Fields<Spec>{});
}

}
