// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace core::data {

namespace {

base::Error impossible(std::string message, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), "/split", std::move(advice)};
}

// Gives the units that are left after rounding down, at most one to a place (class, part), so that every class and
// every part gets as many as it lacks. A place takes one only if its share had a fraction.
class Rounding {
public:
    Rounding(const std::vector<std::int64_t>& counts, const std::array<std::int64_t, 3>& sizes)
        : m_taken(counts.size()),
          m_possible(counts.size()),
          m_lack(counts.size()),
          m_room(sizes),
          m_cells(counts.size())
    {
        const std::int64_t rows = sizes[0] + sizes[1] + sizes[2];
        for (std::size_t c = 0; c < counts.size(); ++c) {
            m_lack[c] = counts[c];
            for (std::size_t p = 0; p < 3; ++p) {
                // 128 bits: the product of two row counts may not fit 64.
                const auto product =
                    static_cast<unsigned __int128>(counts[c]) * static_cast<unsigned __int128>(sizes[p]);
                m_cells[c][p] = rows == 0 ? 0 : std::int64_t(product / static_cast<unsigned __int128>(rows));
                const std::int64_t remainder =
                    rows == 0 ? 0 : std::int64_t(product % static_cast<unsigned __int128>(rows));
                m_possible[c][p] = remainder > 0;
                m_lack[c] -= m_cells[c][p];
                m_room[p] -= m_cells[c][p];
                if (remainder > 0)
                    m_order.emplace_back(-remainder, c, p);
            }
        }
        std::sort(m_order.begin(), m_order.end());
    }

    std::vector<std::array<std::int64_t, 3>> round()
    {
        // The largest fractions first; what that leaves open is found along a path of exchanges.
        for (const auto& [fraction, c, p] : m_order)
            if (m_lack[c] > 0 && m_room[p] > 0)
                take(c, p);
        for (std::size_t c = 0; c < m_lack.size(); ++c)
            while (m_lack[c] > 0 && exchange(c)) {
            }
        for (std::size_t c = 0; c < m_cells.size(); ++c)
            for (std::size_t p = 0; p < 3; ++p)
                m_cells[c][p] += m_taken[c][p];
        return std::move(m_cells);
    }

private:
    std::vector<std::array<bool, 3>> m_taken, m_possible;
    std::vector<std::int64_t> m_lack;
    std::array<std::int64_t, 3> m_room;
    std::vector<std::array<std::int64_t, 3>> m_cells;
    std::vector<std::tuple<std::int64_t, std::size_t, std::size_t>> m_order;

    bool open(std::size_t c, std::size_t p) const { return m_possible[c][p] && !m_taken[c][p]; }

    void take(std::size_t c, std::size_t p)
    {
        m_taken[c][p] = true;
        --m_lack[c];
        --m_room[p];
    }

    // A unit for class c in part p, where some class moves its unit from p to q, which has room (or on to the third).
    bool exchange(std::size_t c)
    {
        for (std::size_t p = 0; p < 3; ++p)
            if (open(c, p) && makeRoom(p, {p == 0, p == 1, p == 2})) {
                take(c, p);
                return true;
            }
        return false;
    }

    bool makeRoom(std::size_t p, std::array<bool, 3> seen)
    {
        if (m_room[p] > 0)
            return true;
        for (std::size_t q = 0; q < 3; ++q) {
            if (seen[q])
                continue;
            for (std::size_t d = 0; d < m_taken.size(); ++d) {
                if (!m_taken[d][p] || !open(d, q))
                    continue;
                std::array<bool, 3> further = seen;
                further[q] = true;
                if (!makeRoom(q, further))
                    break;
                m_taken[d][p] = false;
                m_taken[d][q] = true;
                ++m_room[p];
                --m_room[q];
                return true;
            }
        }
        return false;
    }
};

}

base::Result<std::array<std::int64_t, 3>> partSizes(std::int64_t rows, double train, double validation, double test)
{
    const double sum = train + validation + test;
    if (!(train >= 0 && validation >= 0 && test >= 0))
        return impossible("has a negative share", "Each share is 0 to 1");
    if (!(sum <= 1 + 1e-9))
        return impossible("train, validation and test add up to more than all rows",
                          "Shares must not exceed 1 together");
    const auto share = [rows](double part) { return std::int64_t(std::floor(double(rows) * part + 0.5 + 1e-9)); };
    const std::int64_t forValidation = share(validation), forTest = share(test);
    const std::int64_t forTrain = rows - forValidation - forTest;
    if (train == 0 || forTrain < 1)
        return impossible("leaves nothing to train on: " + std::to_string(rows) + " rows, of which " +
                              std::to_string(forValidation) + " validate and " + std::to_string(forTest) + " test",
                          "Give train a larger share, or use more rows");
    return std::array{forTrain, forValidation, forTest};
}

double testShare(const spec::SplitSpec& spec, bool ownTestRows)
{
    if (spec.test)
        return *spec.test;
    // 1 − 0.7 − 0.15 is not 0.15 in binary; below a billionth is nothing.
    const double rest = 1 - spec.train - spec.validation;
    return ownTestRows || rest < 1e-9 ? 0 : rest;
}

base::Result<std::int64_t> chosenFold(const SplitRequest& request, std::int64_t folds)
{
    const std::int64_t fold = request.spec.fold.value_or(0);
    if (fold >= folds)
        return base::Error{base::ErrorKind::Spec,
                           "there is no fold " + std::to_string(fold) + " of " + std::to_string(folds), "/split/fold",
                           "Folds are 0 to " + std::to_string(folds - 1)};
    return fold;
}

std::vector<std::int64_t> inTime(const SplitRequest& request)
{
    std::vector<std::int64_t> order(std::size_t(request.rows));
    std::iota(order.begin(), order.end(), 0);
    if (request.times.empty())
        return order;
    const auto timeOf = [&](std::int64_t row) {
        const double time = request.times[std::size_t(row)];
        return std::isnan(time) ? std::numeric_limits<double>::infinity() : time;
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return timeOf(a) < timeOf(b); });
    return order;
}

SplitRows dealOut(std::vector<std::int64_t> order, const std::array<std::int64_t, 3>& sizes)
{
    SplitRows parts;
    auto at = order.begin();
    std::size_t p = 0;
    for (std::vector<std::int64_t>* part : {&parts.train, &parts.validation, &parts.test}) {
        part->assign(at, at + sizes[p]);
        at += sizes[p++];
        std::sort(part->begin(), part->end());
    }
    return parts;
}

std::vector<std::array<std::int64_t, 3>> stratify(const std::vector<std::int64_t>& counts,
                                                  const std::array<std::int64_t, 3>& sizes)
{
    return Rounding(counts, sizes).round();
}

}
