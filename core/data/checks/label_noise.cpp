// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <cmath>

namespace core::data::checks::label_noise {

namespace {

struct Spec {
    std::int64_t neighbours = 10;
};

constexpr std::int64_t mostRows = 4'000, fewestRows = 50, blockRows = 500;

/// Confident learning (Northcutt, Jiang, Chuang 2021): of each class the mean probability that its own rows get is its
/// threshold; a row that another class claims with at least that class's threshold is a candidate. The probabilities
/// are shares among the nearest neighbours, the row itself left out, so no row speaks for its own label.
class Noise {
public:
    Noise(const Examined& data, std::int64_t neighbours)
        : m_data(data),
          m_neighbours(neighbours),
          m_classes(std::int64_t(data.info.classes.size()))
    {
        const std::vector<std::uint8_t> part = partOfRows(data);
        for (const std::int64_t row : spreadRows(data.info.rows, mostRows))
            if (part[std::size_t(row)] != 3 && label(row) >= 0 && finite(row))
                m_rows.push_back(row);
    }

    /// Rows and what they rather look like, the most certain first.
    std::vector<std::pair<std::int64_t, std::int64_t>> candidates()
    {
        if (std::int64_t(m_rows.size()) < std::max(fewestRows, 2 * m_neighbours) || m_classes < 2)
            return {};
        const std::vector<float> shares = probabilities();
        const std::size_t classes = std::size_t(m_classes);
        std::vector<double> threshold(classes), count(classes);
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const std::size_t own = std::size_t(label(m_rows[i]));
            threshold[own] += shares[i * std::size_t(m_classes) + own];
            ++count[own];
        }
        if (!tellsClasses(shares, *std::max_element(count.begin(), count.end())))
            return {};
        for (std::size_t c = 0; c < threshold.size(); ++c)
            // Shares come in steps of one neighbour.
            threshold[c] =
                count[c] > 0 ? std::floor(threshold[c] / count[c] * double(m_neighbours)) / double(m_neighbours) : 2;
        std::vector<std::tuple<double, std::int64_t, std::int64_t>> found;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const float* share = shares.data() + i * std::size_t(m_classes);
            const std::int64_t best = std::max_element(share, share + m_classes) - share;
            const std::int64_t own = label(m_rows[i]);
            if (best != own && share[best] >= std::max(threshold[std::size_t(best)], leastShare))
                found.emplace_back(double(share[own]) - double(share[best]), m_rows[i], best);
        }
        std::sort(found.begin(), found.end());
        std::vector<std::pair<std::int64_t, std::int64_t>> rows;
        for (const auto& [margin, row, best] : found)
            rows.emplace_back(row, best);
        return rows;
    }

    std::int64_t looked() const { return std::int64_t(m_rows.size()); }

private:
    static constexpr double leastShare = 0.9;
    const Examined& m_data;
    std::int64_t m_neighbours, m_classes;
    std::vector<std::int64_t> m_rows;

    std::int64_t label(std::int64_t row) const { return m_data.targets.const_data_ptr<std::int64_t>()[row]; }

    bool finite(std::int64_t row) const
    {
        if (m_data.inputs.scalar_type() != at::kFloat)
            return true;
        const std::int64_t length = m_data.inputs.numel() / m_data.inputs.size(0);
        const float* values = m_data.inputs.const_data_ptr<float>() + row * length;
        return std::all_of(values, values + length, [](float x) { return std::isfinite(x); });
    }

    // Neighbours that hardly do better than always naming the largest class know nothing of labels.
    bool tellsClasses(const std::vector<float>& shares, double largest) const
    {
        double wrong = 0;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const float* share = shares.data() + i * std::size_t(m_classes);
            wrong += std::max_element(share, share + m_classes) - share != label(m_rows[i]);
        }
        return wrong < 0.15 * (double(m_rows.size()) - largest);
    }

    // Columns on one scale, pixels as they are: [rows, length].
    at::Tensor points() const
    {
        const std::int64_t length = m_data.inputs.numel() / m_data.inputs.size(0), n = std::int64_t(m_rows.size());
        at::Tensor made = tensor::empty({n, length});
        for (std::int64_t i = 0; i < n; ++i)
            made.select(0, i).copy_(m_data.inputs.select(0, m_rows[std::size_t(i)]).reshape({length}));
        made.sub_(made.mean(0, true));
        if (m_data.info.modality == Modality::Table) {
            at::Tensor spread = made.pow(2).mean(0, true).sqrt_();
            made.div_(spread.masked_fill_(spread.eq(0), 1));
        }
        return made;
    }

    std::vector<float> probabilities() const
    {
        at::NoGradGuard noGraph;
        const at::Tensor all = points();
        const at::Tensor squares = all.pow(2).sum(1);
        const std::int64_t n = all.size(0);
        std::vector<float> shares(std::size_t(n * m_classes));
        for (std::int64_t begin = 0; begin < n; begin += blockRows) {
            const std::int64_t rows = std::min(blockRows, n - begin);
            // ‖x − y‖² without ‖x‖², which is the same for all neighbours of x.
            at::Tensor distances = at::mm(all.narrow(0, begin, rows), all.t()).mul_(-2).add_(squares.unsqueeze(0));
            for (std::int64_t i = 0; i < rows; ++i)
                distances[i][begin + i].fill_(HUGE_VALF);
            const at::Tensor nearest = std::get<1>(at::topk(distances, m_neighbours, 1, false)).contiguous();
            const std::int64_t* place = nearest.const_data_ptr<std::int64_t>();
            for (std::int64_t i = 0; i < rows; ++i)
                for (std::int64_t k = 0; k < m_neighbours; ++k, ++place)
                    shares[std::size_t((begin + i) * m_classes + label(m_rows[std::size_t(*place)]))] +=
                        1 / float(m_neighbours);
        }
        return shares;
    }
};

class LabelNoise final : public Check {
public:
    explicit LabelNoise(Spec spec) : m_spec(spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (!data.info.classifies() || !data.targets.defined() || data.info.classes.size() > 1000)
            return {};
        Noise noise(data, m_spec.neighbours);
        const auto found = noise.candidates();
        if (double(found.size()) < std::max(3.0, leastNoise * double(noise.looked())))
            return {};
        std::vector<std::int64_t> rows;
        for (const auto& [row, best] : found)
            rows.push_back(row);
        const std::int64_t count = std::int64_t(rows.size());
        const std::vector<std::int64_t> shown = firstFew(rows);
        const auto nameOf = [&](std::int64_t c) { return "\"" + data.info.classes[std::size_t(c)] + "\""; };
        const std::int64_t first = found.front().first;
        return {
            {"label_noise",
             data.info.target,
             shown,
             count,
             countText(count, "row looks", "rows look") + " like another class than the label says, such as row " +
                 std::to_string(first) + ": " + nameOf(data.targets.const_data_ptr<std::int64_t>()[first]) + " among " +
                 nameOf(found.front().second) +
                 (noise.looked() < data.info.rows ? " (" + std::to_string(noise.looked()) + " rows looked at)" : ""),
             "Look at them and correct the labels; leaving them out is second best",
             "A network learns wrong labels by heart in the end: training loss falls on while validation rises.",
             count == 1 ? "Leave this row out" : "Leave these rows out",
             {dropRows(data.experiment, rows)}}};
    }

private:
    static constexpr double leastNoise = 0.01;
    Spec m_spec;
};

}

void enroll(Checks& all)
{
    all.add<LabelNoise>("label_noise", "Labels that may be wrong",
                        "Rows whose neighbours are nearly all of another class, by confident learning: candidates to "
                        "look at, not a verdict.",
                        base::Fields<Spec>{}.add("neighbours", &Spec::neighbours, base::Int{3, 100},
                                                 {"How many of the nearest rows are asked."}));
}

}
